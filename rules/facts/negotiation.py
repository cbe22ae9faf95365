"""Facts of the negotiation: rounds, minutes, key changes to be found in the contract (manual 二(四)步骤2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract, Negotiation
from docgen.case.enums import ClauseOrigin, Party
from docgen.clock import day
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.clauses import clause_title
from rules.facts.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiationFacts(Aspect):
    """One round of negotiation and its minutes."""

    aspect: ClassVar[str] = "negotiation"
    title: ClassVar[str] = "谈判轮次"

    is_final: bool = fact("达成一致", "{}.is_final")
    has_agreed: bool = fact("已记议定条款", "{}.agreed")
    agreed_complete: bool | None = fact(
        "议定条款完整", "{}.agreed.lines", "{}.agreed.payment", "{}.agreed.delivery", optional=True
    )
    change_count: int = fact("关键条款修改点数", "{}.clause_changes")
    customer_signed: bool = fact("客户已签", "{}.signatures")
    supplier_signed: bool = fact("我方已签", "{}.signatures")
    has_baseline: bool = fact("已有谈判底线", "baseline")
    baseline_before_talk: bool | None = fact("谈判前已确定底线", "baseline.set_at", "{}.started_at", optional=True)
    issue_without_data_count: int = fact("无数据支撑的异议数", "{}.issues")
    issue_text: DisplayText = fact("无数据支撑的异议", "{}.issues")


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesChangeFacts(Aspect):
    """One key change of the final minutes, held against the contract."""

    aspect: ClassVar[str] = "minutes_change"
    title: ClassVar[str] = "纪要修改点"

    in_contract: bool = fact("已写入合同", "{}.clause_id", "contract.clauses")
    clause_text: DisplayText = fact("条款名称", "{}.clause_id")


def final_minutes(case: CaseFile) -> Negotiation | None:
    """Return the negotiation that ended in agreement; of several the last."""
    return next((each for each in reversed(case.negotiations) if each.is_final), None)


def derive_negotiations(case: CaseFile, setting: Setting) -> Iterator[NegotiationFacts]:
    """Yield one record per round of negotiation."""
    for index, negotiation in enumerate(case.negotiations):
        yield _negotiation(case, setting, index, negotiation)


def agreed_at(setting: Setting, negotiation: Negotiation) -> datetime:
    """Return when a round of negotiation ended."""
    return setting.time("negotiation.agreed", negotiation.minutes_no, negotiation.ended_at)


def _negotiation(case: CaseFile, setting: Setting, index: int, negotiation: Negotiation) -> NegotiationFacts:
    baseline, agreed = case.baseline, negotiation.agreed
    signed_by = {signature.party for signature in negotiation.signatures}
    unsupported = [issue.topic for issue in negotiation.issues if not issue.support_data]
    return NegotiationFacts(
        subject=negotiation.minutes_no,
        path=f"negotiations[{index}]",
        on=day(agreed_at(setting, negotiation)),
        is_final=negotiation.is_final,
        has_agreed=agreed is not None,
        agreed_complete=None if agreed is None else bool(agreed.lines and agreed.payment and agreed.delivery),
        change_count=len(negotiation.clause_changes),
        customer_signed=Party.CUSTOMER in signed_by,
        supplier_signed=Party.SUPPLIER in signed_by,
        has_baseline=baseline is not None,
        baseline_before_talk=None if baseline is None else baseline.set_at <= negotiation.started_at,
        issue_without_data_count=len(unsupported),
        issue_text="、".join(unsupported),
    )


def derive_minutes_changes(
    case: CaseFile, setting: Setting, contract: Contract, final: Negotiation
) -> Iterator[MinutesChangeFacts]:
    """Yield one record per key change of the final minutes."""
    negotiated = {clause.clause_id for clause in contract.clauses if clause.origin is ClauseOrigin.NEGOTIATED}
    place = f"negotiations[{case.negotiations.index(final)}].clause_changes"
    for index, change in enumerate(final.clause_changes):
        yield MinutesChangeFacts(
            subject=f"{final.minutes_no}/{change.clause_id}",
            path=f"{place}[{index}]",
            on=day(contract.drafted_at),
            in_contract=change.clause_id in negotiated,
            clause_text=clause_title(change.clause_id, contract, setting.clauses),
        )
