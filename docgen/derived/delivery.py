"""What follows from an order: when acceptance is due, and what is open (manual 二(五), 三(三))."""

from datetime import datetime

from docgen.case.casefile import CaseFile
from docgen.case.orders import Acceptance, Order, OrderException, Progress
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


def exception_summary(order: Order, as_of: datetime) -> str:
    """Return exceptions with their solution and rectifications with their problem that are open at `as_of` (三(三)).

    `无` if none is.
    """
    problems = {acceptance.round: acceptance.problems for acceptance in order.acceptances}
    open_items = [
        (each.description, each.solution)
        for each in order.exceptions
        if each.occurred_at <= as_of and (each.resolved_at is None or each.resolved_at > as_of)
    ]
    open_items += [
        (problems.get(each.acceptance_round) or each.cause, each.measures)
        for each in order.rectifications
        if each.started_at <= as_of and (each.finished_at is None or each.finished_at > as_of)
    ]
    return "；".join("，".join(filter(None, item)) for item in open_items) or "无"


def latest_progress(order: Order, as_of: datetime) -> Progress | None:
    """Return the latest report on the order at `as_of`; None before the first."""
    return max((each for each in order.progress if each.at <= as_of), key=lambda each: each.at, default=None)


def exceptions_reported(order: Order, progress: Progress) -> tuple[OrderException, ...]:
    """Return the exceptions that belong in a weekly report: occurred by then, not settled before the last report."""
    earlier = [each.at for each in order.progress if each.at < progress.at]
    last_report = max(earlier, default=None)
    return tuple(
        each
        for each in order.exceptions
        if each.occurred_at <= progress.at
        and (each.resolved_at is None or last_report is None or each.resolved_at > last_report)
    )


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
