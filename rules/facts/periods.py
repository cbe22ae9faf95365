"""Periods behind deadline facts: how much of them is used, when they end, and what is said while that is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from docgen.clock import CalendarYearMissing, WorkCalendar
from docgen.rulebook.aspect import Due
from rules.facts.setting import Setting
from rules.facts.wording import deadline, hours


@dataclass(frozen=True, slots=True)
class WorkdayPeriod:
    """A period of working days: those used, its end, and the reason why they are unknown, if they are."""

    used: int | None = None
    due_at: datetime | None = None
    reason: str = ""

    @property
    def due_text(self) -> str:
        """The end of the period for messages."""
        return deadline(self.due_at) if self.due_at else "未知"

    def due(self, fact: str, actual_at: datetime | None) -> Mapping[str, Due]:
        """Return the deadline behind `fact`; empty while it is unknown."""
        return {fact: Due(self.due_at, actual_at)} if self.due_at else {}

    def unknown(self, fact: str) -> Mapping[str, str]:
        """Return the reason why `fact` is absent; empty where it is not."""
        return {fact: self.reason} if self.reason else {}


def workday_period(calendar: WorkCalendar, start: datetime, end: datetime, limit: int | None) -> WorkdayPeriod:
    """Count the working days from `start` to `end` of a period of `limit` of them (None: no limit is set)."""
    try:
        used = calendar.workdays_used(start, end)
        return WorkdayPeriod(used, None if limit is None else calendar.workday_due(start, limit))
    except CalendarYearMissing as missing:
        return WorkdayPeriod(reason=missing.message)


def minutes_due(fact: str, start: datetime, limit: int | None, actual_at: datetime | None) -> Mapping[str, Due]:
    """Return the deadline `limit` minutes after `start` behind `fact`; empty where no limit is set."""
    if limit is None or timedelta(minutes=limit) > datetime.max.replace(tzinfo=start.tzinfo) - start:
        return {}
    return {fact: Due(start + timedelta(minutes=limit), actual_at)}


def late_hours(elapsed: int | None, limit: int | None) -> str:
    """Write by how many hours `elapsed` minutes exceed `limit`, every tenth begun counting; `0.0` if they do not."""
    return hours(max(0, (elapsed or 0) - (limit if limit is not None else elapsed or 0)))


def policy_int(setting: Setting, on: date, key: str) -> int | None:
    """Return the whole number in force on the day `on` under `key`; None where the company has set none."""
    value = setting.policy.at(on).get(key)
    return value if isinstance(value, int) else None
