"""The stage of a case, computed from its facts and never typed in (process.md section 2).

A stage is reached when the facts of its transition are in the file; whether they also keep the rules is what a check
says. The furthest stage reached counts, so that a case taken over half-way is not held back by what was never filed.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from docgen.case.casefile import CaseFile
from docgen.case.contract import ApprovalStep
from docgen.case.enums import (
    AcceptResult,
    ApprovalRole,
    Choice,
    CustomerGrade,
    NeedStatus,
    Opinion,
    OrderStatus,
    ProposalStatus,
    ReviewDecision,
)
from docgen.case.orders import Order
from docgen.derived.contract import contract_signed_at
from docgen.derived.customer import current_grade
from docgen.derived.delivery import last_round
from docgen.derived.proposal import latest_proposal, review_conclusion

LAST_SURVEY_MONTH = 6
"""Months after acceptance of the survey that ends after-sales (二(六)步骤3)."""


class CaseStage(Choice):
    """Where a case stands, in the order of the manual."""

    LEAD = "lead", "客户线索"
    GRADED = "graded", "已分级"
    DORMANT = "dormant", "休眠"
    CONTACTED = "contacted", "已首次接触"
    NEEDS_TALKED = "needs_talked", "需求已沟通"
    NEEDS_CONFIRMED = "needs_confirmed", "需求已确认"
    NEEDS_REVIEWED = "needs_reviewed", "需求已评审"
    PROPOSAL_DRAFT = "proposal_draft", "方案编制中"
    PROPOSAL_REVIEWED = "proposal_reviewed", "方案已审核"
    PROPOSAL_PRESENTED = "proposal_presented", "方案已呈现"
    PROPOSAL_ACCEPTED = "proposal_accepted", "方案获认可"
    CLOSED_LOST = "closed_lost", "未成交关闭"
    NEGOTIATING = "negotiating", "商务谈判中"
    NEGOTIATED = "negotiated", "谈判已达成一致"
    CONTRACT_DRAFT = "contract_draft", "合同拟定中"
    CONTRACT_APPROVING = "contract_approving", "合同审批中"
    CONTRACT_APPROVED = "contract_approved", "合同审批通过"
    CONTRACT_SIGNING = "contract_signing", "合同签署中"
    CONTRACT_EFFECTIVE = "contract_effective", "合同已生效"
    EXECUTING = "executing", "订单执行中"
    ACCEPTED = "accepted", "全部验收通过"
    AFTER_SALES = "after_sales", "售后服务中"
    CLOSED = "closed", "已结案"


def stage(case: CaseFile) -> CaseStage:
    """Return the furthest stage that the facts of `case` reach."""
    return next((reached for reached, holds in _FURTHEST_FIRST if holds(case)), CaseStage.LEAD)


def _standing(case: CaseFile) -> list[Order]:
    return [order for order in case.orders if order.status is not OrderStatus.CANCELLED]


def _effective(case: CaseFile) -> bool:
    return contract_signed_at(case) is not None


def _executing(case: CaseFile) -> bool:
    return _effective(case) and bool(_standing(case))


def _accepted(case: CaseFile) -> bool:
    return _executing(case) and _all_passed(_standing(case)) and _exhausted(case)


def _all_passed(orders: Sequence[Order]) -> bool:
    rounds = [last_round(order) for order in orders]
    return all(last is not None and last.result is AcceptResult.PASS for last in rounds)


def _exhausted(case: CaseFile) -> bool:
    """Tell whether the orders that stand cover every quantity of the contract."""
    ordered: dict[int, Decimal] = {}
    for line in (line for order in _standing(case) for line in order.lines):
        ordered[line.contract_line_no] = ordered.get(line.contract_line_no, Decimal(0)) + line.quantity
    lines = case.contract.lines if case.contract else ()
    return all(ordered.get(line.line_no, Decimal(0)) >= line.quantity for line in lines)


def _in_after_sales(case: CaseFile) -> bool:
    return case.after_sales is not None and _accepted(case)


def _closed(case: CaseFile) -> bool:
    if case.after_sales is None or not _in_after_sales(case):
        return False
    surveyed = any(each.done_at and each.month >= LAST_SURVEY_MONTH for each in case.after_sales.surveys)
    answered = all(ticket.resolved_at and ticket.follow_up for ticket in case.after_sales.tickets)
    return surveyed and answered and _archived(case)


def _archived(case: CaseFile) -> bool:
    """Tell whether the contract is archived in both media and every last acceptance sheet was handed over."""
    archive = case.contract.archive if case.contract else None
    if not (archive and archive.electronic_archived_at and archive.paper_archived_at):
        return False
    handed_over = {item.doc_no for transfer in case.transfers for item in transfer.items}
    sheets = {last.sheet_no for order in _standing(case) if (last := last_round(order))}
    return sheets <= handed_over


def _current_steps(case: CaseFile) -> list[ApprovalStep]:
    if case.contract is None or case.contract.approval is None:
        return []
    version = case.contract.version
    return [step for step in case.contract.approval.steps if step.contract_version == version]


def _signing(case: CaseFile) -> bool:
    return case.contract is not None and bool(case.contract.signatures)


def _approved(case: CaseFile) -> bool:
    """Tell whether the current version passed both reviews and a final approver; whose limit suffices, rules judge."""
    passed = {step.role for step in _current_steps(case) if step.decision is Opinion.PASS}
    return (
        {ApprovalRole.SALES_MANAGER, ApprovalRole.LEGAL} <= passed
        and not _refused(case)
        and bool(passed & {ApprovalRole.VP, ApprovalRole.GM})
    )


def _approving(case: CaseFile) -> bool:
    if case.contract is None or case.contract.approval is None or _refused(case):
        return False
    return bool(_current_steps(case)) or not case.contract.approval.steps


def _refused(case: CaseFile) -> bool:
    """Tell whether the last step for the current version sent the contract back."""
    last = max(_current_steps(case), key=lambda step: (step.decided_at, step.seq), default=None)
    return last is not None and last.decision in (Opinion.REJECT, Opinion.RETURN)


def _drafted(case: CaseFile) -> bool:
    return case.contract is not None


def _negotiated(case: CaseFile) -> bool:
    return any(negotiation.is_final and negotiation.agreed for negotiation in case.negotiations)


def _negotiating(case: CaseFile) -> bool:
    return case.baseline is not None or bool(case.negotiations)


def _lost(case: CaseFile) -> bool:
    """Tell whether the last version was rejected or, before any proposal, the last needs review ended in no-go."""
    if proposal := latest_proposal(case):
        return proposal.status is ProposalStatus.REJECTED
    review = max(case.needs_reviews, key=lambda review: review.meeting_at, default=None)
    return review is not None and review.decision is ReviewDecision.NO_GO


def _proposal_accepted(case: CaseFile) -> bool:
    proposal = latest_proposal(case)
    return proposal is not None and proposal.status is ProposalStatus.ACCEPTED


def _proposal_presented(case: CaseFile) -> bool:
    proposal = latest_proposal(case)
    return proposal is not None and proposal.presentation is not None


def _proposal_reviewed(case: CaseFile) -> bool:
    proposal = latest_proposal(case)
    if proposal is None or proposal.review is None:
        return False
    return review_conclusion(proposal.review) in (Opinion.PASS, Opinion.CONDITIONAL)


def _needs_confirmed(case: CaseFile) -> bool:
    needs = [need for need in case.needs if need.status is not NeedStatus.WITHDRAWN]
    return bool(needs) and all(need.confirmation for need in needs)


def _dormant(case: CaseFile) -> bool:
    return current_grade(case.customer) is CustomerGrade.C


_FURTHEST_FIRST: Sequence[tuple[CaseStage, Callable[[CaseFile], bool]]] = (
    (CaseStage.CLOSED, _closed),
    (CaseStage.AFTER_SALES, _in_after_sales),
    (CaseStage.ACCEPTED, _accepted),
    (CaseStage.EXECUTING, _executing),
    (CaseStage.CONTRACT_EFFECTIVE, _effective),
    (CaseStage.CONTRACT_SIGNING, _signing),
    (CaseStage.CONTRACT_APPROVED, _approved),
    (CaseStage.CONTRACT_APPROVING, _approving),
    (CaseStage.CONTRACT_DRAFT, _drafted),
    (CaseStage.CLOSED_LOST, _lost),
    (CaseStage.NEGOTIATED, _negotiated),
    (CaseStage.NEGOTIATING, _negotiating),
    (CaseStage.PROPOSAL_ACCEPTED, _proposal_accepted),
    (CaseStage.PROPOSAL_PRESENTED, _proposal_presented),
    (CaseStage.PROPOSAL_REVIEWED, _proposal_reviewed),
    (CaseStage.PROPOSAL_DRAFT, lambda case: bool(case.proposals)),
    (CaseStage.NEEDS_REVIEWED, lambda case: bool(case.needs_reviews)),
    (CaseStage.NEEDS_CONFIRMED, _needs_confirmed),
    (CaseStage.NEEDS_TALKED, lambda case: bool(case.sessions)),
    (CaseStage.CONTACTED, lambda case: case.first_contact is not None),
    (CaseStage.DORMANT, _dormant),
    (CaseStage.GRADED, lambda case: case.customer.grading is not None),
)
