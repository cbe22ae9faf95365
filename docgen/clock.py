"""Time: the present, local days, months, and the working days of China (case_model.md section 8).

Rules enforced here: hours run continuously (民法典 201); a period in days does not count its first day and ends at
24:00 of its last (民法典 201, 203); a last day on a day off moves to the next working day (民法典 203); a period in
months ends on the corresponding day, else on the last of the month (民法典 202); a year whose holidays are not
published is never guessed.
"""

import calendar
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from chinese_calendar import constants as published

from docgen.errors import DeclarationError, InputError

SHANGHAI = ZoneInfo("Asia/Shanghai")

_ONE_DAY = timedelta(days=1)
_ONE_MINUTE = timedelta(minutes=1)
_SATURDAY = 5
_PUBLISHED_YEARS = frozenset(day.year for day in published.holidays)


class CalendarYearMissing(InputError):  # noqa: N818 - names the state of the calendar, as the message does
    """The calendar holds no data for `year`; what depends on it stays unknown."""

    code = "calendar_year_missing"

    def __init__(self, year: int) -> None:
        """Name the missing `year`."""
        super().__init__(f"日历缺少{year}年", remedy=f"在公司日历中补充{year}年的节假日和调休安排，并声明该年完整")
        self.year = year


class Clock(Protocol):
    """Tells the present instant, with its offset."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of the machine, read in Asia/Shanghai."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(SHANGHAI)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, so that a run can be repeated."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant at which this clock stands."""
        return self.at


def day(instant: datetime) -> date:
    """Return the local day (Asia/Shanghai) of an aware `instant`."""
    return instant.date() if instant.tzinfo is SHANGHAI else _local(instant).date()


def minutes(start: datetime, end: datetime) -> int:
    """Return the minutes begun between `start` and `end` (⌈seconds / 60⌉); 0 if `end` is not later."""
    # In UTC, because the difference of two times of one zone ignores a change of the clocks in between.
    elapsed = end.astimezone(UTC) - start.astimezone(UTC)
    return max(0, -(-elapsed // _ONE_MINUTE))


def add_months(start: date, months: int) -> date:
    """Return the day `months` after `start`: the corresponding day, else the last day of that month (民法典 202).

    Raises:
        CalendarYearMissing: there is no such year.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise CalendarYearMissing(year)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is SHANGHAI:  # as every instant of a case file
        return instant
    assert instant.tzinfo is not None, "an instant carries an offset"
    return instant.astimezone(SHANGHAI)


def _days_after(start: date, days: int) -> date:
    try:
        return start + timedelta(days=days)
    except OverflowError:
        raise CalendarYearMissing(date.max.year + 1 if days > 0 else date.min.year - 1) from None


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=offset) for offset in range(366 if calendar.isleap(year) else 365))


@cache
def _published_workdays(year: int) -> tuple[date, ...]:
    """Return the working days of a year of the published tables: weekdays without holidays, and adjusted days."""
    return tuple(
        each
        for each in _days_of(year)
        if each in published.workdays or (each.weekday() < _SATURDAY and each not in published.holidays)
    )


class WorkCalendar:
    """Counts working days and ends periods, by the published holidays and a company's own dated table.

    A period counted from an instant ends at 24:00 (that is 00:00 of the next day), or at `business_close` where the
    company sets one.
    """

    def __init__(
        self,
        extra: Mapping[date, bool] | None = None,
        *,
        roll_to_workday: bool = True,
        business_close: time | None = None,
        years: Iterable[int] | None = None,
    ) -> None:
        """Extend the published table.

        Args:
            extra: day → is it a working day; stands above the published table.
            roll_to_workday: whether a period of days that ends on a day off ends on the next working day.
            business_close: local hour at which a last day ends; None means 24:00.
            years: unpublished years that `extra`, on top of plain weekends, describes completely.

        Raises:
            DeclarationError: `extra` holds a day of a year that is neither published nor declared complete.
        """
        self._extra = dict(extra or {})
        self._years = _PUBLISHED_YEARS | frozenset(years or ())
        self._workdays: dict[int, tuple[date, ...]] = {}
        self.roll_to_workday = roll_to_workday
        self.business_close = business_close
        if undeclared := sorted({each.year for each in self._extra} - self._years):
            names = "、".join(f"{year}年" for year in undeclared)
            raise DeclarationError(
                f"公司日历含有{names}的日期，但未声明该年完整",
                code="calendar_year_incomplete",
                remedy="补全该年的节假日和调休安排并声明该年完整，或删除这些日期",
            )

    @property
    def years(self) -> frozenset[int]:
        """Years for which working days are known."""
        return self._years

    def is_workday(self, on: date) -> bool:
        """Tell whether `on` is a working day.

        Raises:
            CalendarYearMissing: its year is not known.
        """
        known = self._of(on.year)
        place = bisect_left(known, on)
        return place < len(known) and known[place] == on

    def next_workday(self, on: date) -> date:
        """Return `on` if it is a working day, else the first one after it.

        Raises:
            CalendarYearMissing: a year that decides is not known.
        """
        return self._nth_from(on, 0)

    def workday_due(self, start: datetime, n: int) -> datetime:
        """Return the end of the `n`-th working day after the day of `start` (0: the end of that day itself).

        Raises:
            CalendarYearMissing: a year that decides is not known.
        """
        first = day(start)
        if n < 1:
            return self._end_of(first)
        return self._end_of(self._nth_from(_days_after(first, 1), n - 1))

    def workdays_used(self, start: datetime, end: datetime) -> int:
        """Return the smallest n ≥ 0 such that `end` is not later than `workday_due(start, n)` (rules.md `wd`).

        Raises:
            CalendarYearMissing: a year that decides is not known.
        """
        first, last = day(start), self._counted_day(end)
        if last <= first:
            return 0
        # Working days wholly gone by, strictly between the first day and the day on which `end` counts, plus that day.
        begin = _days_after(first, 1)
        return 1 + sum(self._count(year, begin, last) for year in range(begin.year, _days_after(last, -1).year + 1))

    def days_due(self, start: datetime, n: int) -> datetime:
        """Return the end of the `n`-th calendar day after the day of `start`, moved to a working day if so set.

        Raises:
            CalendarYearMissing: a year that decides is not known.
        """
        return self._end_of(self.rolled(_days_after(day(start), n)))

    def days_used(self, start: datetime, end: datetime) -> int:
        """Return the smallest n ≥ 0 such that `end` is not later than `days_due(start, n)` (rules.md `days`).

        Raises:
            CalendarYearMissing: a year that decides is not known.
        """
        first, last = day(start), self._counted_day(end)
        if self.roll_to_workday:
            while last > first and not self.is_workday(last - _ONE_DAY):
                last -= _ONE_DAY
        return max(0, (last - first).days)

    def rolled(self, on: date) -> date:
        """Return `on`, moved to the next working day if this calendar does so (民法典 203).

        Raises:
            CalendarYearMissing: a year that decides is not known.
        """
        return self.next_workday(on) if self.roll_to_workday else on

    def _of(self, year: int) -> tuple[date, ...]:
        if year not in self._workdays:
            if year not in self._years:
                raise CalendarYearMissing(year)
            self._workdays[year] = self._computed(year)
        return self._workdays[year]

    def _computed(self, year: int) -> tuple[date, ...]:
        own = {each: working for each, working in self._extra.items() if each.year == year}
        if not own and year in _PUBLISHED_YEARS:
            return _published_workdays(year)
        stock = frozenset(_published_workdays(year))
        return tuple(each for each in _days_of(year) if own.get(each, each in stock))

    def _nth_from(self, on: date, n: int) -> date:
        """Return the working day that has `n` working days between `on` (inclusive) and itself."""
        year = on.year
        place = bisect_left(self._of(year), on) + n
        while place >= len(known := self._of(year)):
            place, year = place - len(known), year + 1
        return known[place]

    def _count(self, year: int, begin: date, before: date) -> int:
        known = self._of(year)
        return bisect_left(known, before) - bisect_left(known, begin)

    def _end_of(self, on: date) -> datetime:
        if self.business_close is not None:
            return datetime.combine(on, self.business_close, SHANGHAI)
        return datetime.combine(_days_after(on, 1), time(), SHANGHAI)

    def _counted_day(self, end: datetime) -> date:
        """Return the first day whose end is not earlier than `end`."""
        local = _local(end)
        if self.business_close is not None:
            return _days_after(local.date(), 1 if local.time() > self.business_close else 0)
        return _days_after(local.date(), 0 if local.time() > time() else -1)
