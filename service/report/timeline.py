"""Deadlines on a line of time: where each bar starts and ends, for any way of drawing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from docgen.case.values import SHANGHAI
from docgen.findings import Finding
from service.wording import deadline, instant

CELLS = 24
"""Number of equal steps of the line."""

TICKS = 4
"""Number of dates printed along the line, at equal distances."""

_DAYS = timedelta(days=TICKS)


@dataclass(frozen=True, slots=True)
class Bar:
    """One pending act: its bar reaches from the moment of the report to its deadline.

    `start` and `length` are in per mille of the line; `cells` tell for each step of the line what is drawn there:
    "due" at the deadline, "wait" before it, "" elsewhere.
    """

    rule: str
    text: str
    due: str
    overdue: bool
    start: int
    length: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The pending acts that have a deadline, the next first; `ticks` are the dates at the quarters of the line."""

    ticks: tuple[str, ...]
    until: str
    bars: tuple[Bar, ...]


def timeline(findings: Sequence[Finding], as_of: datetime) -> Timeline:
    """Lay the deadlines of some findings on one line of time, which begins at the moment of the report."""
    dated = sorted(
        ((finding.due_at, finding) for finding in findings if finding.due_at),
        key=lambda entry: (entry[0], entry[1].rule),
    )
    first = min([as_of, *(due for due, _ in dated)])
    last = max([as_of, *(due for due, _ in dated)])
    span = max(last - first, timedelta(hours=TICKS))
    ticks = tuple(_tick(first + span * index / TICKS, span) for index in range(TICKS))
    bars = tuple(_bar(finding, due, as_of, first, span) for due, finding in dated)
    return Timeline(ticks, _tick(first + span, span), bars)


def _tick(at: datetime, span: timedelta) -> str:
    local = at.astimezone(SHANGHAI)
    return instant(at)[5:] if span < _DAYS else local.strftime("%Y-%m-%d")


def _bar(finding: Finding, due: datetime, as_of: datetime, first: datetime, span: timedelta) -> Bar:
    begin, end = sorted(round((at - first) / span * 1000) for at in (as_of, due))
    marked = _cell(begin if due < as_of else end)
    waiting = range(_cell(begin), _cell(end) + 1)
    return Bar(
        rule=finding.rule,
        text=finding.message,
        due=deadline(due),
        overdue=due < as_of,
        start=begin,
        length=max(end - begin, 1),
        cells=tuple("due" if cell == marked else "wait" if cell in waiting else "" for cell in range(CELLS)),
    )


def _cell(place: int) -> int:
    return min(CELLS - 1, place * CELLS // 1000)
