"""Facts of service tickets: response, solution, follow-up (rules AS-03 to AS-06, AS-11)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from docgen.case.after_sales import Ticket
from docgen.case.casefile import CaseFile
from docgen.case.enums import AcceptResult, OrderStatus, Severity
from docgen.clock import CalendarYearMissing, day, minutes
from docgen.derived import last_round
from docgen.rulebook.aspect import Aspect, DisplayText, Due, fact
from rules.facts.periods import minutes_due, policy_int
from rules.facts.setting import Setting
from rules.facts.wording import deadline, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts(Aspect):
    """One service ticket; policy values are those of the day on which the customer reported it."""

    aspect: ClassVar[str] = "ticket"
    title: ClassVar[str] = "服务单"

    contract_effective: bool = fact("合同已生效", "contract.signatures")
    before_effective: bool | None = fact(
        "早于合同生效", "{}.reported_at", "contract.signatures[].signed_at", "contract.effective_on", optional=True
    )
    before_acceptance: bool = fact("早于验收", "{}.reported_at", "orders[].acceptances[].signed_at")
    responded: bool = fact("已响应", "{}.responded_at")
    respond_elapsed_min: int = fact("响应用时(分钟)", "{}.reported_at", "{}.responded_at")
    promised: bool = fact("已承诺时限", "{}.promised_by")
    severity: Severity = fact("紧急程度", "{}.severity")
    onsite_done: bool = fact("已上门或已解决", "{}.on_site_at", "{}.resolved_at")
    onsite_elapsed_min: int = fact("上门用时(分钟)", "{}.reported_at", "{}.on_site_at", "{}.resolved_at")
    resolved: bool = fact("已解决", "{}.resolved_at")
    resolve_elapsed_min: int = fact("解决用时(分钟)", "{}.reported_at", "{}.resolved_at")
    promise_late_min: int | None = fact("超过承诺(分钟)", "{}.promised_by", "{}.resolved_at", optional=True)
    followed_up: bool = fact("已回访", "{}.follow_up")
    followup_days_used: int | None = fact("解决至回访的天数", "{}.resolved_at", "{}.follow_up.at", optional=True)
    record_complete: bool = fact("处理记录完整", "{}.process", "{}.outcome")
    late_text: DisplayText = fact("超时")
    due_text: DisplayText = fact("应回访时间")


ASPECTS: tuple[type[Aspect], ...] = (TicketFacts,)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield one record per ticket of `case`."""
    if case.after_sales is None or not case.after_sales.tickets:
        return
    accepted_at = _first_accepted_at(case, setting)
    for index, ticket in enumerate(case.after_sales.tickets):
        yield _ticket(f"after_sales.tickets[{index}]", ticket, accepted_at, setting)


def _first_accepted_at(case: CaseFile, setting: Setting) -> datetime | None:
    """Return when the first order was accepted: the signing of its last round, if that passed."""
    rounds = [last_round(order) for order in case.orders if order.status is not OrderStatus.CANCELLED]
    times = [
        setting.time("acceptance.signed", sheet.sheet_no, sheet.signed_at)
        for sheet in rounds
        if sheet and sheet.result is AcceptResult.PASS
    ]
    return min((at for at in times if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Times:
    """When the steps of a ticket were taken."""

    reported: datetime
    responded: datetime | None
    on_site: datetime | None
    resolved: datetime | None
    followed_up: datetime | None


def _times(ticket: Ticket, setting: Setting) -> _Times:
    number = ticket.ticket_no
    resolved = setting.time("ticket.resolved", number, ticket.resolved_at)
    on_site = min((at for at in (ticket.on_site_at, resolved) if at is not None), default=None)
    return _Times(
        setting.time("ticket.reported", number, ticket.reported_at),
        setting.time("ticket.responded", number, ticket.responded_at),
        on_site,
        resolved,
        setting.time("ticket.followed_up", number, ticket.follow_up.at if ticket.follow_up else None),
    )


def _ticket(path: str, ticket: Ticket, accepted_at: datetime | None, setting: Setting) -> TicketFacts:
    at, now, promise = _times(ticket, setting), setting.as_of, ticket.promised_by
    on = day(at.reported)
    followup, followup_due, gap = _followup(at, on, setting)
    onsite_elapsed, resolve_elapsed = minutes(at.reported, at.on_site or now), minutes(at.reported, at.resolved or now)
    onsite_limit = policy_int(setting, on, "deadlines.urgent_onsite_min")
    resolve_limit = policy_int(setting, on, "deadlines.complex_resolve_min")
    promise_late = None if promise is None else minutes(promise, at.resolved or now)
    late = {
        Severity.URGENT: onsite_elapsed - (onsite_limit or 0),
        Severity.COMPLEX: resolve_elapsed - (resolve_limit or 0),
        Severity.NORMAL: promise_late or 0,
    }
    due: dict[str, Due] = {
        **minutes_due(
            "respond_elapsed_min",
            at.reported,
            policy_int(setting, on, "deadlines.ticket_response_minutes"),
            at.responded,
        ),
        **minutes_due("onsite_elapsed_min", at.reported, onsite_limit, at.on_site),
        **minutes_due("resolve_elapsed_min", at.reported, resolve_limit, at.resolved),
    }
    if promise:
        due["promise_late_min"] = Due(promise, at.resolved)
    if followup_due:
        due["followup_days_used"] = Due(followup_due, at.followed_up)
    return TicketFacts(
        subject=ticket.ticket_no,
        path=path,
        on=on,
        due=due,
        unknown=gap,
        contract_effective=setting.effective_at is not None,
        before_effective=at.reported < setting.effective_at if setting.effective_at else None,
        before_acceptance=accepted_at is None or at.reported < accepted_at,
        responded=at.responded is not None,
        respond_elapsed_min=minutes(at.reported, at.responded or now),
        promised=promise is not None,
        severity=ticket.severity,
        onsite_done=at.on_site is not None,
        onsite_elapsed_min=onsite_elapsed,
        resolved=at.resolved is not None,
        resolve_elapsed_min=resolve_elapsed,
        promise_late_min=promise_late,
        followed_up=at.followed_up is not None,
        followup_days_used=followup,
        record_complete=bool(ticket.process and ticket.outcome),
        late_text=duration(max(0, late[ticket.severity])),
        due_text=deadline(followup_due) if followup_due else "",
    )


def _followup(at: _Times, on: date, setting: Setting) -> tuple[int | None, datetime | None, Mapping[str, str]]:
    """Return the days used from solution to follow-up, when it was due, and the reason if the calendar has a gap."""
    if at.resolved is None:
        return None, None, {}
    limit = policy_int(setting, on, "deadlines.follow_up_days")
    try:
        used = setting.calendar.days_used(at.resolved, at.followed_up or setting.as_of)
        return used, None if limit is None else setting.calendar.days_due(at.resolved, limit), {}
    except CalendarYearMissing as missing:
        return None, None, {"followup_days_used": missing.message}
