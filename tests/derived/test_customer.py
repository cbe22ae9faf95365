"""Size, grade and latest news of the customer."""

import itertools
from datetime import datetime
from decimal import Decimal

import pytest

from docgen.case.development import TargetPersona
from docgen.case.enums import Budget, Clarity, CustomerGrade, Level3, ScaleBand
from docgen.case.parties import FollowUpEntry, Grading
from docgen.clock import SHANGHAI
from docgen.derived import (
    current_grade,
    enterprise_scale_text,
    grade_suggested,
    latest_follow_up,
    persona_employees_text,
    persona_revenue_text,
    scale_band,
)
from tests.rules.patching import h01


@pytest.mark.parametrize(
    ("employees", "revenue", "text"),
    [
        (500, "100000000.00", "500人/1亿营收"),
        (120, "60000000.00", "120人/6000万营收"),
        (500, "99999999.00", "500人/9999.9999万营收"),
        (500, "1234500000", "500人/12.345亿营收"),
        (8, "5000", "8人/0.5万营收"),
        (8, "0", "8人/0万营收"),
        (500, None, "500人"),
        (None, "100000000000", "1000亿营收"),
        (None, None, None),
    ],
)
def test_the_size_is_printed_as_in_the_manual(employees: int | None, revenue: str | None, text: str | None):
    update = {"employees": employees, "annual_revenue_cny": Decimal(revenue) if revenue else None}
    assert enterprise_scale_text(h01().customer.model_copy(update=update)) == text


@pytest.mark.parametrize(
    ("employees", "band"),
    [
        (None, None),
        (0, ScaleBand.MICRO),
        (19, ScaleBand.MICRO),
        (20, ScaleBand.SMALL),
        (299, ScaleBand.SMALL),
        (300, ScaleBand.MEDIUM),
        (999, ScaleBand.MEDIUM),
        (1000, ScaleBand.LARGE),
    ],
)
def test_the_size_band_follows_the_number_of_employees(employees: int | None, band: ScaleBand | None):
    assert scale_band(h01({"customer.employees": employees})) is band


def test_every_combination_of_criteria_has_the_grade_of_the_manual():
    template = h01().customer.grading
    assert template is not None
    for match, budget, chain, potential, clarity in itertools.product(Level3, Budget, Clarity, Level3, Clarity):
        criteria = {
            "match": match,
            "budget": budget,
            "decision_chain": chain,
            "potential": potential,
            "need_clarity": clarity,
        }
        if match is Level3.LOW or potential is Level3.LOW:
            expected = CustomerGrade.C
        elif (match, budget, chain, clarity) == (Level3.HIGH, Budget.SUFFICIENT, Clarity.CLEAR, Clarity.CLEAR):
            expected = CustomerGrade.A
        else:
            expected = CustomerGrade.B
        assert grade_suggested(Grading.model_validate(template.model_dump() | criteria)) is expected, criteria


def test_the_current_grade_is_that_of_the_last_review_else_the_first():
    customer = h01({"customer.grade_history[8].after": "B"}).customer
    assert current_grade(customer) is CustomerGrade.B
    assert current_grade(customer.model_copy(update={"grade_history": ()})) is CustomerGrade.A
    assert current_grade(customer.model_copy(update={"grade_history": (), "grading": None})) is None


def _entry(day: int, content: str, next_plan: str | None = None) -> FollowUpEntry:
    at = datetime(2024, 3, day, tzinfo=SHANGHAI)
    return FollowUpEntry(at=at, by_ref="S01", content=content, next_plan=next_plan)


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        ((), None),
        ((_entry(1, "首次沟通"),), "首次沟通"),
        ((_entry(1, "首次沟通"), _entry(20, "需求清单已确认", "计划拜访")), "需求清单已确认；计划拜访"),
        ((_entry(20, "较晚"), _entry(1, "较早")), "较晚"),
        ((_entry(1, "先记"), _entry(1, "后记")), "后记"),
    ],
)
def test_the_latest_news_is_the_last_entry_with_its_plan(entries: tuple[FollowUpEntry, ...], text: str | None):
    assert latest_follow_up(h01().customer.model_copy(update={"follow_ups": entries})) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (300, 1000, "300–1000人"),
        (300, 300, "300人"),
        (300, None, "300人以上"),
        (None, 1000, "1000人以下"),
        (0, None, "0人以上"),
        (None, None, None),
    ],
)
def test_the_employees_we_look_for_are_a_span(low: int | None, high: int | None, text: str | None):
    assert persona_employees_text(persona(employees_min=low, employees_max=high)) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ("20000000.00", "400000000.00", "2,000–40,000万元"),
        ("12345.67", None, "1.234567万元以上"),
        (None, "0.00", "0万元以下"),
        (None, None, None),
    ],
)
def test_the_revenue_we_look_for_is_in_ten_thousands(low: str | None, high: str | None, text: str | None):
    ends = {"revenue_min_cny": low and Decimal(low), "revenue_max_cny": high and Decimal(high)}
    assert persona_revenue_text(persona(**ends)) == text


def persona(**update: object) -> TargetPersona:
    found = h01().persona
    assert found is not None
    return found.model_copy(update=update)
