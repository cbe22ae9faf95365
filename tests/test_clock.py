"""Time: days, minutes, months, and periods of working days."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.clock import (
    SHANGHAI,
    CalendarYearMissing,
    Clock,
    FixedClock,
    SystemClock,
    WorkCalendar,
    add_months,
    day,
    minutes,
)
from docgen.errors import DeclarationError

_CALENDAR = WorkCalendar()
_INSTANTS = st.datetimes(datetime(2004, 2, 1), datetime(2026, 9, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001 - gets a zone
_SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    """Read a local time: `2024-04-17 11:05`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_fixed_clock_stands_still_and_the_system_clock_tells_an_offset():
    fixed: Clock = FixedClock(at("2024-12-31 18:00"))
    assert fixed.now() == fixed.now() == at("2024-12-31 18:00")
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(hours=8)


def test_the_day_of_an_instant_is_the_local_one():
    assert day(datetime(2024, 4, 17, 15, 59, 59, tzinfo=UTC)) == date(2024, 4, 17)
    assert day(datetime(2024, 4, 17, 16, 0, tzinfo=UTC)) == date(2024, 4, 18)


def test_an_instant_without_offset_has_no_day():
    with pytest.raises(AssertionError):
        day(datetime(2024, 4, 17, 12, 0))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2024-03-15 10:40:00", 0),
        ("2024-03-15 10:39:00", 0),
        ("2024-03-15 10:40:01", 1),
        ("2024-03-15 10:41:00", 1),
        ("2024-03-16 10:40:00", 1440),
        ("2024-03-16 10:40:01", 1441),
    ],
)
def test_minutes_count_those_begun_so_that_24_hours_pass_and_a_second_more_does_not(end: str, expected: int):
    assert minutes(at("2024-03-15 10:40"), at(end)) == expected


def test_minutes_do_not_see_offsets():
    assert minutes(at("2024-03-15 10:40"), datetime(2024, 3, 15, 2, 41, tzinfo=UTC)) == 1
    assert minutes(at("2024-03-15 10:40"), datetime(2024, 3, 14, 22, 42, tzinfo=timezone(timedelta(hours=-4)))) == 2


def test_minutes_count_the_hour_that_a_change_of_the_clocks_skips_or_repeats():
    assert minutes(at("1991-09-14 22:00"), at("1991-09-15 02:00")) == 5 * 60


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2024, 6, 11), 1, date(2024, 7, 11)),
        (date(2024, 6, 11), 3, date(2024, 9, 11)),
        (date(2024, 6, 11), 6, date(2024, 12, 11)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 8, 30), 1, date(2024, 9, 30)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 5, 31), 0, date(2024, 5, 31)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last(start: date, months: int, expected: date):
    assert add_months(start, months) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-120, 120))
def test_months_reach_the_right_month_and_never_a_later_day_of_it(start: date, months: int):
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@pytest.mark.parametrize("months", [12, -12 * 9999])
def test_months_beyond_the_years_there_are_are_refused(months: int):
    with pytest.raises(CalendarYearMissing):
        add_months(date(9999, 6, 1), months)


_BREAKS = {
    2024: "01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10 09-15..09-17 10-01..10-07",
    2025: "01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
    2026: "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
}
_ADJUSTED = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def _days(year: int, text: str) -> set[date]:
    days: set[date] = set()
    for span in text.split():
        first, _, last = span.partition("..")
        start, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
        days |= {start + timedelta(days=offset) for offset in range((end - start).days + 1)}
    return days


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_the_year_is_as_the_state_council_announced(year: int):
    off, adjusted = _days(year, _BREAKS[year]), _days(year, _ADJUSTED[year])
    for each in _days(year, "01-01..12-31"):
        expected = each in adjusted or (each.weekday() < 5 and each not in off)
        assert _CALENDAR.is_workday(each) == expected, each


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2024-04-17 11:05", "2024-04-23 00:00"),
        ("2024-04-30 09:00", "2024-05-09 00:00"),
        ("2024-05-08 09:00", "2024-05-12 00:00"),
        ("2024-05-24 10:00", "2024-05-30 00:00"),
        ("2024-03-12 15:00", "2024-03-16 00:00"),
        ("2024-05-25 10:00", "2024-05-30 00:00"),
        ("2024-12-31 23:59", "2025-01-07 00:00"),
    ],
)
def test_three_working_days_are_due_at_24_oclock_of_the_third(start: str, due: str):
    assert _CALENDAR.workday_due(at(start), 3) == at(due)
    assert _CALENDAR.workdays_used(at(start), at(due)) == 3
    assert _CALENDAR.workdays_used(at(start), at(due) + _SECOND) == 4


def test_no_working_days_are_due_at_the_end_of_the_day_itself_be_it_off_or_not():
    assert _CALENDAR.workday_due(at("2024-05-25 10:00"), 0) == at("2024-05-26 00:00")
    assert _CALENDAR.workdays_used(at("2024-05-25 10:00"), at("2024-05-26 00:00")) == 0


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2024-09-30 10:00", 3, "2024-10-09 00:00"),
        ("2024-06-20 10:30", 3, "2024-06-25 00:00"),
        ("2024-06-28 14:50", 3, "2024-07-02 00:00"),
        ("2024-05-08 10:00", 3, "2024-05-12 00:00"),
    ],
)
def test_a_period_of_days_that_ends_on_a_day_off_ends_on_the_next_working_day(start: str, days: int, due: str):
    assert _CALENDAR.days_due(at(start), days) == at(due)
    assert _CALENDAR.days_used(at(start), at(due)) <= days
    assert _CALENDAR.days_used(at(start), at(due) + _SECOND) > days


def test_without_rolling_a_period_of_days_ends_on_its_last_day():
    calendar = WorkCalendar(roll_to_workday=False)
    assert calendar.days_due(at("2024-09-30 10:00"), 3) == at("2024-10-04 00:00")
    assert calendar.days_used(at("2024-09-30 10:00"), at("2024-10-04 00:00")) == 3
    assert calendar.days_used(at("2024-09-30 10:00"), at("2024-10-04 00:00:01")) == 4
    assert calendar.rolled(date(2024, 10, 3)) == date(2024, 10, 3)


def test_business_close_ends_the_last_day():
    calendar = WorkCalendar(business_close=time(18))
    assert calendar.workday_due(at("2024-04-17 11:05"), 3) == at("2024-04-22 18:00")
    assert calendar.workdays_used(at("2024-04-17 11:05"), at("2024-04-22 18:00")) == 3
    assert calendar.workdays_used(at("2024-04-17 11:05"), at("2024-04-22 18:00:01")) == 4
    assert calendar.workdays_used(at("2024-04-17 11:05"), at("2024-04-17 18:00:01")) == 1
    assert calendar.days_due(at("2024-09-30 10:00"), 3) == at("2024-10-08 18:00")
    assert calendar.days_used(at("2024-09-30 10:00"), at("2024-10-08 18:00:01")) == 9


def test_the_next_working_day_is_the_day_itself_if_it_is_one():
    assert _CALENDAR.next_workday(date(2024, 4, 7)) == date(2024, 4, 7)
    assert _CALENDAR.next_workday(date(2024, 10, 1)) == date(2024, 10, 8)
    assert _CALENDAR.next_workday(date(2024, 12, 31)) == date(2024, 12, 31)
    assert _CALENDAR.next_workday(date(2025, 1, 1)) == date(2025, 1, 2)


_CALENDARS = st.sampled_from(
    [_CALENDAR, WorkCalendar(roll_to_workday=False), WorkCalendar(business_close=time(17, 30))]
)


@given(_CALENDARS, _INSTANTS, st.integers(0, 400 * 24 * 60))
def test_the_days_used_are_the_fewest_whose_due_time_is_not_missed(calendar: WorkCalendar, start: datetime, span: int):
    end = min(start + timedelta(minutes=span), at("2026-09-01"))
    for used, due in (
        (calendar.workdays_used(start, end), calendar.workday_due),
        (calendar.days_used(start, end), calendar.days_due),
    ):
        assert used == 0 or due(start, used - 1) < end
        assert end <= due(start, used)


@given(_INSTANTS, st.integers(1, 30))
def test_the_nth_working_day_is_found_by_counting(start: datetime, n: int):
    counted, on = 0, start.date()
    while counted < n:
        on += timedelta(days=1)
        counted += _CALENDAR.is_workday(on)
    assert _CALENDAR.workday_due(start, n) == datetime.combine(on + timedelta(days=1), time(), SHANGHAI)


@given(_INSTANTS, _INSTANTS)
def test_an_end_before_the_start_uses_nothing(one: datetime, other: datetime):
    start, end = max(one, other), min(one, other)
    assert minutes(start, end) == 0
    assert _CALENDAR.workdays_used(start, end) == 0
    assert _CALENDAR.days_used(start, end) == 0


def test_the_years_known_are_those_published():
    assert _CALENDAR.years == frozenset(range(2004, 2027))


@pytest.mark.parametrize("year", [2003, 2027, 2028])
def test_a_year_without_data_is_named_and_never_guessed(year: int):
    with pytest.raises(CalendarYearMissing) as missing:
        _CALENDAR.is_workday(date(year, 6, 1))
    assert missing.value.year == year
    assert missing.value.code == "calendar_year_missing"
    assert missing.value.message == f"日历缺少{year}年"


def test_a_period_that_runs_into_a_year_without_data_is_unknown():
    for ask in (
        lambda: _CALENDAR.workday_due(at("2026-12-30 10:00"), 3),
        lambda: _CALENDAR.workdays_used(at("2026-12-30 10:00"), at("2027-01-03 10:00")),
        lambda: _CALENDAR.days_due(at("2026-12-30 10:00"), 3),
        lambda: _CALENDAR.days_used(at("2026-12-30 10:00"), at("2027-01-04 10:00")),
    ):
        with pytest.raises(CalendarYearMissing, match="日历缺少2027年"):
            ask()


def test_a_period_that_ends_within_the_data_is_known_to_the_last_day():
    assert _CALENDAR.workday_due(at("2026-12-28 10:00"), 3) == at("2027-01-01 00:00")
    assert _CALENDAR.workdays_used(at("2026-12-30 10:00"), at("2027-01-01 10:00")) == 2


@pytest.mark.parametrize("end", ["2124-01-01", "9999-12-31"])
def test_an_absurd_span_is_refused_at_once(end: str):
    for ask in (_CALENDAR.workdays_used, _CALENDAR.days_used):
        with pytest.raises(CalendarYearMissing):
            ask(at("2024-01-01"), at(end))
    with pytest.raises(CalendarYearMissing):
        _CALENDAR.workday_due(at("2024-01-01"), 10**9)
    with pytest.raises(CalendarYearMissing):
        _CALENDAR.days_due(at("2024-01-01"), 10**9)


def test_the_end_of_time_is_refused_like_any_year_without_data():
    with pytest.raises(CalendarYearMissing, match="10000年"):
        _CALENDAR.workday_due(at("9999-12-31"), 1)
    with pytest.raises(CalendarYearMissing, match="10000年"):
        WorkCalendar(roll_to_workday=False).days_due(at("9999-12-31"), 0)


def test_a_company_table_overrides_single_days_of_a_published_year():
    calendar = WorkCalendar({date(2024, 4, 19): False, date(2024, 4, 20): True, date(2024, 4, 21): True})
    assert calendar.workday_due(at("2024-04-17 11:05"), 3) == at("2024-04-22 00:00")
    assert not calendar.is_workday(date(2024, 4, 19))
    assert _CALENDAR.is_workday(date(2024, 4, 19))


def test_a_company_table_adds_a_year_it_declares_complete():
    calendar = WorkCalendar({date(2027, 1, 1): False, date(2027, 1, 3): True}, years=[2027])
    assert calendar.workday_due(at("2026-12-30 10:00"), 3) == at("2027-01-05 00:00")
    assert calendar.is_workday(date(2027, 1, 3))
    assert not calendar.is_workday(date(2027, 1, 2))
    with pytest.raises(CalendarYearMissing, match="2028"):
        calendar.is_workday(date(2028, 1, 3))


def test_single_days_do_not_make_a_year_known():
    with pytest.raises(DeclarationError) as refused:
        WorkCalendar({date(2027, 1, 1): False, date(2028, 1, 1): False})
    assert refused.value.code == "calendar_year_incomplete"
    assert "2027年、2028年" in refused.value.message


def test_a_year_without_any_working_day_does_not_end_the_count():
    off = {date(2027, 1, 1) + timedelta(days=offset): False for offset in range(365)}
    calendar = WorkCalendar(off, years=[2027, 2028])
    assert calendar.next_workday(date(2027, 1, 1)) == date(2028, 1, 3)
    assert calendar.workdays_used(at("2026-12-31 10:00"), at("2028-01-03 10:00")) == 1
