"""What follows from the customer's data: size, grade, latest news (manual 二(一), 三(一))."""

from decimal import Decimal

from docgen.case.casefile import CaseFile
from docgen.case.enums import Budget, Clarity, CustomerGrade, Level3, ScaleBand
from docgen.case.parties import Customer, Grading

_YI = Decimal(10**8)
_WAN = Decimal(10**4)
_BANDS = ((20, ScaleBand.MICRO), (300, ScaleBand.SMALL), (1000, ScaleBand.MEDIUM))
"""Employees below which a band ends: 统计上大中小微型企业划分办法(2011), column 工业, simplified."""


def enterprise_scale_text(customer: Customer) -> str | None:
    """Return employees and revenue as the manual prints them: `500人/1亿营收`; None if neither is known."""
    parts = []
    if customer.employees is not None:
        parts.append(f"{customer.employees}人")
    if customer.annual_revenue_cny is not None:
        parts.append(f"{_in_large_units(customer.annual_revenue_cny)}营收")
    return "/".join(parts) or None


def _in_large_units(amount: Decimal) -> str:
    unit, name = (_YI, "亿") if amount >= _YI else (_WAN, "万")
    return f"{(amount / unit).normalize():f}{name}"


def scale_band(case: CaseFile) -> ScaleBand | None:
    """Return the size of the customer by employees; None if their number is not known."""
    employees = case.customer.employees
    if employees is None:
        return None
    return next((band for limit, band in _BANDS if employees < limit), ScaleBand.LARGE)


def latest_follow_up(customer: Customer) -> str | None:
    """Return the latest follow-up with the next plan; None if there was none."""
    if not customer.follow_ups:
        return None
    latest = max(reversed(customer.follow_ups), key=lambda entry: entry.at)
    return "；".join(filter(None, (latest.content, latest.next_plan)))


def grade_suggested(grading: Grading) -> CustomerGrade:
    """Return the grade that the manual's criteria give (二(一)步骤3)."""
    if (
        grading.match is Level3.HIGH
        and grading.budget is Budget.SUFFICIENT
        and grading.decision_chain is Clarity.CLEAR
        and grading.need_clarity is Clarity.CLEAR
        and grading.potential is not Level3.LOW
    ):
        return CustomerGrade.A
    if Level3.LOW in (grading.match, grading.potential):
        return CustomerGrade.C
    return CustomerGrade.B


def current_grade(customer: Customer) -> CustomerGrade | None:
    """Return the grade after the last review, else the one first given; None before grading."""
    if customer.grade_history:
        return customer.grade_history[-1].after
    return customer.grading.grade if customer.grading else None
