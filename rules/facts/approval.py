"""Facts of the contract approval: sequence, versions, approvers, changes on the way (manual 二(四)步骤3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.contract import Approval, ApprovalStep, Contract, ContractChange
from docgen.case.enums import ApprovalRole, Opinion
from docgen.clock import day
from docgen.derived import contract_content_sha256, total_taxed
from docgen.money import cents, formatted
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.clauses import clause_title
from rules.facts.periods import policy_int
from rules.facts.setting import Setting
from rules.facts.signers import holds


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFacts(Aspect):
    """The approval of the contract as a whole; also while there is none.

    Counts, roles, order of times and stale steps speak of the running sequence: it starts anew with each step of the
    sales manager for a newer version (manual: 修改后再提交), so that a contract that was sent back, changed and is
    approved again is judged by its last sequence. A refusal sends the contract back: `step_count` counts the steps
    after it only.
    """

    aspect: ClassVar[str] = "approval"
    title: ClassVar[str] = "合同审批"

    has_approval: bool = fact("已有审批", "contract.approval")
    has_signature: bool = fact("已有签署", "contract.signatures")
    step_count: int = fact("审批步骤数", "contract.approval.steps")
    step1_role: ApprovalRole | None = fact("第一步角色", "contract.approval.steps", optional=True)
    step2_role: ApprovalRole | None = fact("第二步角色", "contract.approval.steps", optional=True)
    times_sorted: bool = fact("审批时间依次", "contract.approval.steps[].decided_at")
    role_repeated: bool = fact("同一角色重复审批", "contract.approval.steps")
    stale_step_count: int = fact("非当前版本的步骤数", "contract.approval.steps", "contract.version")
    sm_current: bool = fact("销售经理已通过当前版本", "contract.approval.steps", "contract.version")
    legal_current: bool = fact("法务部已通过当前版本", "contract.approval.steps", "contract.version")
    gm_passed: bool = fact("总经理已通过当前版本", "contract.approval.steps", "contract.version")
    vp_passed: bool = fact("分管副总已通过当前版本", "contract.approval.steps", "contract.version")
    total_taxed_cents: int = fact("价税合计(分)", "contract.total", "contract.lines")
    sequence_text: DisplayText = fact("审批顺序", "contract.approval.steps")
    amount_text: DisplayText = fact("价税合计", "contract.total")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStepFacts(Aspect):
    """One step of the approval and who took it.

    The same person may take the same step again for another version; any other second step is a repetition. The
    digest of a step for an earlier version is not compared: that text is not the one to be signed (CT-11 speaks then).
    """

    aspect: ClassVar[str] = "approval_step"
    title: ClassVar[str] = "审批步骤"

    holds_role: bool = fact("审批人持有该角色", "{}.approver_ref", "staff")
    is_drafter: bool = fact("审批人是拟定人", "{}.approver_ref", "contract.drafted_ref")
    person_repeated: bool = fact("同一人审批多步", "contract.approval.steps")
    content_hash_matches: bool | None = fact("审批文本即当前文本", "{}.content_sha256", "contract", optional=True)
    step_text: DisplayText = fact("审批步骤", "{}.role", "{}.approver_ref")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChangeFacts(Aspect):
    """One change of a clause during approval.

    Where no step was ever taken for `version_to` itself, because further changes followed, the steps of later
    versions count: they contain the change, too.
    """

    aspect: ClassVar[str] = "contract_change"
    title: ClassVar[str] = "审批中条款修改"

    confirmed: bool = fact("客户已确认", "{}.customer_confirmed_at")
    resubmitted_before_confirm: bool | None = fact(
        "确认前已再次审批", "{}.customer_confirmed_at", "contract.approval.steps[].decided_at", optional=True
    )
    clause_text: DisplayText = fact("条款名称", "{}.clause_id")


ASPECTS: tuple[type[Aspect], ...] = (ApprovalFacts, ApprovalStepFacts, ContractChangeFacts)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the facts of the approval of the contract, if there is one."""
    contract = case.contract
    if contract is None:
        return
    yield _approval(setting, contract)
    yield from _steps(setting, contract)
    for index, change in enumerate(contract.changes):
        yield _change(setting, contract, index, change)


def decided_at(setting: Setting, approval: Approval, step: ApprovalStep) -> datetime:
    """Return when `step` was decided, by the service's own log where it has the act."""
    return setting.time("approval.decided", f"{approval.approval_no}/{step.seq}", step.decided_at)


def submitted_at(setting: Setting, approval: Approval) -> datetime:
    """Return when the contract was submitted: the day whose threshold counts."""
    return setting.time("approval.submitted", approval.approval_no, approval.submitted_at)


def final_approvals(setting: Setting, contract: Contract) -> tuple[datetime, ...]:
    """Return when the current version was finally approved by someone entitled to (CT-09 reading).

    Strictly over the threshold, or while none is set, only the general manager is, else also the vice president.
    There is none where the last word of the sales manager, the legal department or the general manager on this
    version is a refusal.
    """
    approval = contract.approval
    if approval is None:
        return ()
    current = _current(contract)
    last_words = {step.role: step for step in current if step.role is not ApprovalRole.VP}
    if any(_refused(step) for step in last_words.values()):
        return ()
    threshold = policy_int(setting, day(submitted_at(setting, approval)), "approval.gm_threshold_cents")
    over = threshold is None or cents(total_taxed(contract)) > threshold
    entitled = (ApprovalRole.GM,) if over else (ApprovalRole.VP, ApprovalRole.GM)
    return tuple(decided_at(setting, approval, step) for step in current if step.role in entitled and _passed(step))


def _approval(setting: Setting, contract: Contract) -> ApprovalFacts:
    approval = contract.approval
    steps = _ordered(approval.steps) if approval else ()
    running = _running_sequence(steps)
    times = [decided_at(setting, approval, step) for step in running] if approval else []
    passed = {step.role for step in _current(contract) if _passed(step)}
    total = total_taxed(contract)
    return ApprovalFacts(
        subject=f"{contract.contract_no}/approval",
        path="contract.approval",
        on=day(submitted_at(setting, approval)) if approval else setting.today,
        has_approval=approval is not None,
        has_signature=bool(contract.signatures),
        step_count=_made(running),
        step1_role=running[0].role if running else None,
        step2_role=running[1].role if len(running) > 1 else None,
        times_sorted=all(earlier <= later for earlier, later in pairwise(times)),
        role_repeated=len({(step.role, step.contract_version) for step in steps}) < len(steps),
        stale_step_count=sum(step.contract_version != contract.version for step in running),
        sm_current=ApprovalRole.SALES_MANAGER in passed,
        legal_current=ApprovalRole.LEGAL in passed,
        gm_passed=ApprovalRole.GM in passed,
        vp_passed=ApprovalRole.VP in passed,
        total_taxed_cents=cents(total),
        sequence_text="→".join(step.role.label for step in running),
        amount_text=f"¥{formatted(total)}",
    )


def _ordered(steps: Sequence[ApprovalStep]) -> tuple[ApprovalStep, ...]:
    return tuple(sorted(steps, key=attrgetter("seq")))


def _running_sequence(steps: Sequence[ApprovalStep]) -> Sequence[ApprovalStep]:
    start, newest = 0, 0
    for index, step in enumerate(steps):
        if step.role is ApprovalRole.SALES_MANAGER and step.contract_version > newest:
            start = index
        newest = max(newest, step.contract_version)
    return steps[start:]


def _current(contract: Contract) -> tuple[ApprovalStep, ...]:
    steps = contract.approval.steps if contract.approval else ()
    return _ordered([step for step in steps if step.contract_version == contract.version])


def _passed(step: ApprovalStep) -> bool:
    return step.decision is Opinion.PASS


def _refused(step: ApprovalStep) -> bool:
    return step.decision is Opinion.REJECT or step.decision is Opinion.RETURN


def _made(steps: Sequence[ApprovalStep]) -> int:
    """Count the steps after the last refusal."""
    return next((made for made, step in enumerate(reversed(steps)) if _refused(step)), len(steps))


def _steps(setting: Setting, contract: Contract) -> Iterator[ApprovalStepFacts]:
    approval = contract.approval
    if approval is None:
        return
    digest = contract_content_sha256(contract) if any(step.content_sha256 for step in approval.steps) else ""
    for index, step in enumerate(approval.steps):
        decided_on = day(decided_at(setting, approval, step))
        compared = step.content_sha256 if step.contract_version == contract.version else None
        yield ApprovalStepFacts(
            subject=f"{contract.contract_no}/approval/{step.seq}",
            path=f"contract.approval.steps[{index}]",
            on=decided_on,
            holds_role=holds(setting, step.approver_ref, step.role),
            is_drafter=step.approver_ref == contract.drafted_ref,
            person_repeated=setting.policy.at(decided_on).get("approval.same_person_two_steps") == "forbidden"
            and any(_repeats(step, other) for other in approval.steps if other is not step),
            content_hash_matches=None if compared is None else compared.lower() == digest,
            step_text=f"{step.role.label}{step.approver_ref}",
        )


def _repeats(step: ApprovalStep, other: ApprovalStep) -> bool:
    again = step.role is other.role and step.contract_version != other.contract_version
    return step.approver_ref == other.approver_ref and not again


def _change(setting: Setting, contract: Contract, index: int, change: ContractChange) -> ContractChangeFacts:
    approval, confirmed = contract.approval, change.customer_confirmed_at
    steps = [step for step in approval.steps if step.contract_version >= change.version_to] if approval else []
    early = None
    if approval is not None and confirmed is not None and steps:
        early = min(decided_at(setting, approval, step) for step in steps) < confirmed
    return ContractChangeFacts(
        subject=f"{contract.contract_no}/{change.change_no}",
        path=f"contract.changes[{index}]",
        on=day(change.at),
        unknown={} if steps else {"resubmitted_before_confirm": "修改后的版本尚未审批"},
        confirmed=confirmed is not None,
        resubmitted_before_confirm=early,
        clause_text=clause_title(change.clause_id, contract, setting.clauses),
    )
