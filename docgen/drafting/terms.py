"""The case and the agreed terms in the words of the clauses; and where the agreed terms contradict themselves."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from docgen.case.casefile import CaseFile
from docgen.case.contract import AgreedTerms, DeliveryTerm
from docgen.case.enums import LineKind
from docgen.drafting.filling import fill
from docgen.drafting.library import CASE_FACTS, ClauseLibrary, Sold
from docgen.errors import Detail
from docgen.money import formatted, round2, upper


def sold(agreed: AgreedTerms) -> Sold:
    """Return whether products, services or both are sold."""
    kinds = {line.kind for line in agreed.lines}
    if kinds == {LineKind.PRODUCT}:
        return Sold.PRODUCT
    return Sold.SERVICE if kinds == {LineKind.SERVICE} else Sold.MIXED


def case_facts(case: CaseFile) -> dict[str, str | None]:
    """Return the fields of the case that clauses may name; None where the case does not say."""
    found: dict[str, str | None] = {}
    for name in CASE_FACTS:
        party, field = name.split(".")
        found[name] = getattr(getattr(case, party), field)
    return found


def agreed_facts(case: CaseFile, agreed: AgreedTerms, library: ClauseLibrary) -> dict[str, str | None]:
    """Return the agreed terms in words."""
    phrases = library.phrases
    rates = dict.fromkeys(sorted((line.tax_rate for line in agreed.lines), reverse=True))
    return {
        "project_name": case.title,
        "total": formatted(agreed.total),
        "total_upper": upper(agreed.total),
        "tax_words": phrases.tax_included if agreed.tax_included else phrases.tax_excluded,
        "tax_rates": "、".join(_percent(rate) for rate in rates),
        "stage_count": str(len(agreed.payment)),
        "delivery_times": "；".join(_delivery(phrases.delivery_time, term) for term in agreed.delivery) or None,
        "delivery_places": "；".join(_delivery(phrases.delivery_place, term) for term in agreed.delivery) or None,
    }


def _delivery(phrase: str, term: DeliveryTerm) -> str:
    facts = {
        "line_nos": "、".join(str(number) for number in term.line_nos),
        "due_on": _chinese(term.due_on),
        "place": term.place,
        "mode": term.mode,
    }
    return fill(phrase, facts, "")[0]


def _chinese(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def contradictions(agreed: AgreedTerms) -> Iterator[Detail]:
    """Yield why a contract on these terms cannot pass the checks on sums and delivery (CT-03, CT-04)."""
    for place, line in enumerate(agreed.lines):
        if line.amount != round2(line.quantity * line.unit_price):
            yield _objection(f"lines[{place}].amount", "金额", "不等于数量×单价（四舍五入到分）")
    if sum(line.amount for line in agreed.lines) != agreed.total:
        yield _objection("total", "总价", "不等于各项标的金额之和")
    if sum(stage.amount for stage in agreed.payment) != agreed.total:
        yield _objection("payment", "付款方式", "各期金额之和不等于总价")
    if sum(stage.percent for stage in agreed.payment) != 1:
        yield _objection("payment", "付款方式", "各期比例之和不是100%")
    delivered = Counter(number for term in agreed.delivery for number in term.line_nos)
    if delivered != Counter({line.line_no for line in agreed.lines}):
        yield _objection("delivery", "交付时间与地点", "未恰好覆盖每一项标的")


def _objection(path: str, label: str, message: str) -> Detail:
    return Detail(f"agreed.{path}", f"商务谈判 › 议定条款 › {label}", message, "contradiction")
