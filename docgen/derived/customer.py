"""What follows from the customer's data: size, grade, latest news (manual 二(一), 三(一))."""

from decimal import Decimal

from docgen import money
from docgen.case.casefile import CaseFile
from docgen.case.development import TargetPersona
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


def persona_employees_text(persona: TargetPersona) -> str | None:
    """Return the employees of the customer we look for: `300–1000人`, `300人以上`; None if neither end is set."""
    low, high = (None if end is None else str(end) for end in (persona.employees_min, persona.employees_max))
    return _span(low, high, "人")


def persona_revenue_text(persona: TargetPersona) -> str | None:
    """Return the yearly revenue of the customer we look for, in 万元; None if neither end is set."""
    ends = (persona.revenue_min_cny, persona.revenue_max_cny)
    low, high = (None if end is None else _in_wan(end) for end in ends)
    return _span(low, high, "万元")


def _in_wan(amount: Decimal) -> str:
    wan = (amount / _WAN).normalize()
    exponent = wan.as_tuple().exponent
    return money.formatted(wan, max(0, -exponent) if isinstance(exponent, int) else 0)


def _span(low: str | None, high: str | None, unit: str) -> str | None:
    if low is not None and high is not None:
        return f"{low}{unit}" if low == high else f"{low}–{high}{unit}"
    if low is not None:
        return f"{low}{unit}以上"
    return None if high is None else f"{high}{unit}以下"
