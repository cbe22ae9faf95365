"""Facts of the rules ND: talks about needs, the needs, their changes (rules.md section 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.enums import ContactRole, NeedStatus, Role, SpinKind
from docgen.case.needs import Need, NeedChange, Session
from docgen.clock import day, minutes
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.periods import minutes_due, policy_int
from rules.facts.setting import Setting
from rules.facts.wording import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts(Aspect):
    """One talk about the customer's needs: preparation, attendance, questions, restatement."""

    aspect: ClassVar[str] = "session"
    title: ClassVar[str] = "需求沟通"

    outline_complete: bool = fact("沟通提纲完整", "{}.outline")
    outline_before_talk: bool | None = fact("提纲先于沟通", "{}.outline.prepared_at", "{}.started_at", optional=True)
    background_count: int = fact("背景调研条数", "{}.outline.background")
    decision_maker_present: bool = fact("客户决策人参加", "{}.contact_refs", "contacts")
    stakeholder_present: bool = fact("业务关联人参加", "{}.contact_refs", "contacts")
    spin_s: bool = fact("有现状问题", "{}.spin")
    spin_p: bool = fact("有困难问题", "{}.spin")
    spin_i: bool = fact("有影响问题", "{}.spin")
    spin_n: bool = fact("有需求-效益问题", "{}.spin")
    spin_missing_text: DisplayText = fact("缺少的问题类型")
    restated: bool = fact("已复述需求", "{}.restated")
    customer_agreed: bool = fact("客户认可复述", "{}.customer_agreed")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFacts(Aspect):
    """One open need and its confirmation by the customer."""

    aspect: ClassVar[str] = "need"
    title: ClassVar[str] = "需求"

    has_proposal: bool = fact("已有方案", "proposals")
    has_confirmation: bool = fact("已确认", "{}.confirmation")
    evidence_present: bool | None = fact("有确认凭据", "{}.confirmation.evidence", optional=True)
    confirmer_is_contact: bool | None = fact(
        "确认人是客户联系人", "{}.confirmation.contact_ref", "contacts", optional=True
    )
    confirmer_text: DisplayText = fact("确认人编号")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedChangeFacts(Aspect):
    """One change that the customer asked for, until the answer."""

    aspect: ClassVar[str] = "need_change"
    title: ClassVar[str] = "需求变更"

    evaluated_by_product: bool = fact(
        "产品团队已评估", "{}.synced_to_product_at", "{}.evaluated_at", "{}.evaluator_ref", "staff"
    )
    replied: bool = fact("已答复客户", "{}.replied_to_customer_at")
    reply_before_evaluation: bool | None = fact(
        "答复早于评估", "{}.replied_to_customer_at", "{}.evaluated_at", optional=True
    )
    synced: bool = fact("已同步产品团队", "{}.synced_to_product_at")
    sync_elapsed_min: int = fact("同步用时(分钟)", "{}.raised_at", "{}.synced_to_product_at")


ASPECTS: tuple[type[Aspect], ...] = (SessionFacts, NeedFacts, NeedChangeFacts)


def open_needs(case: CaseFile) -> list[Need]:
    """Return the needs that the customer has not withdrawn."""
    return [need for need in case.needs if need.status is not NeedStatus.WITHDRAWN]


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module for `case`."""
    for index, session in enumerate(case.sessions):
        yield _session(f"sessions[{index}]", session, setting)
    for index, need in enumerate(case.needs):
        if need.status is not NeedStatus.WITHDRAWN:
            yield _need(f"needs[{index}]", need, case, setting)
    for index, change in enumerate(case.need_changes):
        yield _need_change(f"need_changes[{index}]", change, setting)


def _session(path: str, session: Session, setting: Setting) -> SessionFacts:
    outline = session.outline
    present = [setting.contacts[ref] for ref in session.contact_refs if ref in setting.contacts]
    roles = {role for contact in present for role in contact.roles}
    spin = {entry.kind for entry in session.spin}
    return SessionFacts(
        subject=session.session_id,
        path=path,
        on=day(session.started_at),
        outline_complete=outline is not None
        and bool(outline.opening and outline.questions and outline.solution_direction),
        outline_before_talk=outline.prepared_at <= session.started_at if outline else None,
        background_count=len(outline.background) if outline else 0,
        decision_maker_present=ContactRole.DECISION_MAKER in roles,
        stakeholder_present=ContactRole.STAKEHOLDER in roles,
        spin_s=SpinKind.S in spin,
        spin_p=SpinKind.P in spin,
        spin_i=SpinKind.I in spin,
        spin_n=SpinKind.N in spin,
        spin_missing_text=listed(kind.label for kind in SpinKind if kind not in spin),
        restated=session.restated,
        customer_agreed=session.customer_agreed is True,
    )


def _need(path: str, need: Need, case: CaseFile, setting: Setting) -> NeedFacts:
    confirmation = need.confirmation
    return NeedFacts(
        subject=need.need_no,
        path=path,
        on=day(setting.time("needs.confirmed", need.need_no, confirmation.at)) if confirmation else setting.today,
        has_proposal=bool(case.proposals),
        has_confirmation=confirmation is not None,
        evidence_present=bool(confirmation.evidence) if confirmation else None,
        confirmer_is_contact=confirmation.contact_ref in setting.contacts if confirmation else None,
        confirmer_text=confirmation.contact_ref if confirmation else "",
    )


def _need_change(path: str, change: NeedChange, setting: Setting) -> NeedChangeFacts:
    synced, evaluated, replied = change.synced_to_product_at, change.evaluated_at, change.replied_to_customer_at
    limit = policy_int(setting, day(change.raised_at), "deadlines.need_change_sync_min")
    return NeedChangeFacts(
        subject=change.change_no,
        path=path,
        on=day(change.raised_at),
        due=minutes_due("sync_elapsed_min", change.raised_at, limit, synced),
        evaluated_by_product=synced is not None
        and evaluated is not None
        and setting.holds(change.evaluator_ref, Role.PRODUCT),
        replied=replied is not None,
        reply_before_evaluation=replied < evaluated if replied and evaluated else None,
        synced=synced is not None,
        sync_elapsed_min=minutes(change.raised_at, synced or setting.as_of),
    )
