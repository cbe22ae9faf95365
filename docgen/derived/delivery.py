"""What follows from an order: when acceptance is due, and what is open (manual 二(五), 三(三))."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from docgen.case.casefile import CaseFile
from docgen.case.orders import Acceptance, Order, Progress
from docgen.clock import WorkCalendar, minutes


def last_round(order: Order) -> Acceptance | None:
    """Return the acceptance of the highest round; None before the first."""
    return max(order.acceptances, key=lambda acceptance: acceptance.round, default=None)


def acceptance_due_at(case: CaseFile, order: Order, calendar: WorkCalendar) -> datetime | None:
    """Return the end of the last working day for acceptance (二(五)步骤4); None before receipt or without a contract.

    Raises:
        CalendarYearMissing: a year that decides is not known.
    """
    if case.contract is None or order.received_at is None:
        return None
    return calendar.workday_due(order.received_at, case.contract.acceptance_workdays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong with an order, an exception or a failed acceptance, and what is done about it."""

    problem: str = field(metadata={"title": "异常情况"})
    measures: str | None = field(metadata={"title": "处理措施"})
    began_at: datetime = field(metadata={"title": "发生时间"})
    settled_at: datetime | None = field(metadata={"title": "处理完成时间"})


def exception_summary(order: Order, as_of: datetime) -> str:
    """Return exceptions with their solution and rectifications with their problem that are open at `as_of` (三(三)).

    `无` if none is.
    """
    standing = [each for each in _troubles(order) if each.began_at <= as_of and not _settled(each, as_of)]
    return "；".join("，".join(filter(None, (each.problem, each.measures))) for each in standing) or "无"


def troubles_reported(order: Order, progress: Progress) -> tuple[Trouble, ...]:
    """Return what belongs in a weekly report: what began before it and was not settled before the last one."""
    last_report = max((each.at for each in order.progress if each.at < progress.at), default=None)
    return tuple(
        each
        for each in _troubles(order)
        if each.began_at <= progress.at and (last_report is None or not _settled(each, last_report))
    )


def _troubles(order: Order) -> Iterator[Trouble]:
    for each in order.exceptions:
        yield Trouble(
            problem=each.description, measures=each.solution, began_at=each.occurred_at, settled_at=each.resolved_at
        )
    problems = {acceptance.round: acceptance.problems for acceptance in order.acceptances}
    for one in order.rectifications:
        yield Trouble(
            problem=problems.get(one.acceptance_round) or one.cause,
            measures=one.measures,
            began_at=one.started_at,
            settled_at=one.finished_at,
        )


def _settled(trouble: Trouble, at: datetime) -> bool:
    return trouble.settled_at is not None and trouble.settled_at <= at


def latest_progress(order: Order, as_of: datetime) -> Progress | None:
    """Return the latest report on the order at `as_of`; None before the first."""
    return max((each for each in order.progress if each.at <= as_of), key=lambda each: each.at, default=None)


def deadline_status(due_at: datetime, actual_at: datetime | None, as_of: datetime) -> str:
    """Say how an act stands against its deadline at `as_of`.

    `按时` when it was done in time, `超时2小时` in hours begun, `剩余3小时` in full hours.
    """
    late = minutes(due_at, actual_at or as_of)
    if late:
        return f"超时{-(-late // 60)}小时"
    if actual_at is not None:
        return "按时"
    return f"剩余{minutes(as_of, due_at) // 60}小时"
