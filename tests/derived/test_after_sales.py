"""Surveys after acceptance."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from docgen.clock import CalendarYearMissing, WorkCalendar
from docgen.derived import last_accepted_on, low_items, survey_average, survey_due_on
from tests.rules.patching import GONE, h01

_CALENDAR = WorkCalendar()


@pytest.mark.parametrize(("month", "due"), [(1, date(2024, 7, 11)), (3, date(2024, 9, 11)), (6, date(2024, 12, 11))])
def test_surveys_are_due_months_after_the_last_acceptance(month: int, due: date):
    assert last_accepted_on(h01()) == date(2024, 6, 11)
    assert survey_due_on(h01(), month, _CALENDAR) == due


def test_a_survey_due_on_a_day_off_is_due_on_the_next_working_day_if_the_calendar_rolls():
    case = h01({"orders[1].acceptances[1].signed_at": "2024-07-01T16:00:00+08:00"})
    assert survey_due_on(case, 3, _CALENDAR) == date(2024, 10, 8)
    assert survey_due_on(case, 3, WorkCalendar(roll_to_workday=False)) == date(2024, 10, 1)


def test_a_survey_due_in_a_year_without_data_is_unknown():
    case = h01({"orders[1].acceptances[1].signed_at": "2026-11-30T16:00:00+08:00"})
    with pytest.raises(CalendarYearMissing):
        survey_due_on(case, 3, _CALENDAR)


@pytest.mark.parametrize(
    "patches",
    [
        {"orders": []},
        {"orders[1].acceptances[1]": GONE},
        {"orders[1].acceptances[1].signed_at": GONE},
        {"orders[0].acceptances": []},
    ],
    ids=str,
)
def test_no_survey_is_due_before_every_order_is_accepted(patches: Mapping[str, object]):
    assert last_accepted_on(h01(patches)) is None
    assert survey_due_on(h01(patches), 1, _CALENDAR) is None


def test_a_cancelled_order_is_not_waited_for():
    assert last_accepted_on(h01({"orders[1].status": "cancelled"})) == date(2024, 5, 28)


def _scores(*scores: int) -> Mapping[str, object]:
    return {"after_sales.surveys[0].scores": [{"item": str(n), "score": score} for n, score in enumerate(scores)]}


@pytest.mark.parametrize(
    ("scores", "average"),
    [((5, 3, 4), "4.0"), ((5, 4, 5), "4.7"), ((1, 1, 1, 2), "1.3"), ((3, 3, 3, 2), "2.8"), ((5,), "5.0")],
)
def test_the_average_is_rounded_half_up_to_one_decimal(scores: tuple[int, ...], average: str):
    after_sales = h01(_scores(*scores)).after_sales
    assert after_sales is not None
    assert survey_average(after_sales.surveys[0]) == Decimal(average)
    assert str(survey_average(after_sales.surveys[0])) == average


def test_without_scores_there_is_no_average():
    after_sales = h01(_scores()).after_sales
    assert after_sales is not None
    assert survey_average(after_sales.surveys[0]) is None


@pytest.mark.parametrize(("low_score", "items"), [(2, []), (3, ["响应速度"]), (4, ["响应速度", "培训效果"])])
def test_low_items_score_no_more_than_the_limit(low_score: int, items: list[str]):
    after_sales = h01().after_sales
    assert after_sales is not None
    assert [item.item for item in low_items(after_sales.surveys[0], low_score)] == items
