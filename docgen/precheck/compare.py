"""What was agreed against what the contract of the other side says (manual 四(四) 条款一致性).

A difference shows both sides: what the case holds, and the passage of the text. What the text does not speak of at all
is told as well, since it may be missing or only worded in a way that a program cannot read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from docgen.case.casefile import CaseFile
from docgen.case.contract import AgreedTerms, Contract
from docgen.case.proposal import PriceLine
from docgen.money import formatted
from docgen.precheck.amounts import amount_pairs
from docgen.precheck.arithmetic import stated_totals
from docgen.precheck.dates import dates_in
from docgen.precheck.folding import fold
from docgen.precheck.numerals import read_numeral
from docgen.precheck.parties import party_names
from docgen.precheck.structure import Structure
from docgen.precheck.text import CELL, BlockKind

_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Za-z])")
_INCLUDED = re.compile(r"不含税|未税|含税|价税合计")
_RATE = re.compile(
    r"(?:税率|增值税)[^。;\n\d%]{0,16}(?P<rate>\d{1,2}(?:\.\d+)?) *%"
    r"|(?P<before>\d{1,2}(?:\.\d+)?) *%[^。;\n\d]{0,6}(?:的)?(?:增值)?税"
)
_YEARS = re.compile(r"(?P<n>\d{1,3}|[一二三四五六七八九十两壹贰叁肆伍陆柒捌玖拾]{1,3}) *(?:\([^)]{1,4}\) *)?年")
_DAYS = re.compile(
    r"(?P<n>\d{1,3}|[一二三四五六七八九十两壹贰叁肆伍陆柒捌玖拾]{1,3}) *(?:\([^)]{1,4}\) *)?(?:个)?(?:工作日|日|天)"
)
_NUMBER = re.compile(r"(?<![A-Za-z\d.\-])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![A-Za-z\d])")
_STAGE = re.compile(r"(?P<rate>\d{1,3}(?:\.\d+)?) *%")
_NOT_A_STAGE = re.compile(r"违约|税|逾期|利息|赔偿|每日")
_CONFIDENTIAL = re.compile("保密|秘密")
_ACCEPTANCE = re.compile("验收|检验")
_FIGURES = 2
"""A place that states quantity and price has at least so many numbers."""
_TORN = 4
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")


class Topic(StrEnum):
    """What is compared."""

    CUSTOMER_NAME = "customer_name"
    SUPPLIER_NAME = "supplier_name"
    CUSTOMER_CODE = "customer_code"
    SUPPLIER_CODE = "supplier_code"
    LINE = "line"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"
    AMOUNT = "amount"
    TOTAL = "total"
    TAX = "tax"
    PAYMENT = "payment"
    DELIVERY = "delivery"
    PLACE = "place"
    ACCEPTANCE = "acceptance"
    CONFIDENTIALITY = "confidentiality"


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs, or (`start` None) that the text does not mention; `agreed` is what the case holds."""

    topic: Topic
    subject: str
    agreed: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int


class _Comparer:
    """Compares one text with one case."""

    def __init__(self, structure: Structure, case: CaseFile) -> None:
        self._structure = structure
        self._text = structure.text
        self._case = case
        self._contract = case.contract
        self._terms = _final_terms(case)

    def differences(self) -> Iterator[Difference]:
        yield from self._names()
        yield from self._codes()
        if self._terms is not None:
            yield from self._lines(self._terms.lines)
            yield from self._total(self._terms.total)
            yield from self._tax(self._terms)
            yield from self._payment(self._terms)
            yield from self._delivery(self._terms)
        if self._contract is not None:
            yield from self._acceptance(self._contract)
            yield from self._confidentiality(self._contract)

    def _names(self) -> Iterator[Difference]:
        ours = {Topic.CUSTOMER_NAME: self._case.customer.name, Topic.SUPPLIER_NAME: self._case.supplier.name}
        written = party_names(self._structure)
        names = {_bare(name) for name in ours.values()}
        for topic, name in ours.items():
            if _bare(name) in _bare(self._text):
                continue
            strange = [one for one in written if _bare(one.name) not in names]
            nearest = max(strange, key=lambda one: len(set(one.name) & set(name)), default=None)
            place = (nearest.start, nearest.end) if nearest else None
            yield self._told(topic, name, name, place)

    def _codes(self) -> Iterator[Difference]:
        ours = {Topic.CUSTOMER_CODE: self._case.customer.uscc, Topic.SUPPLIER_CODE: self._case.supplier.uscc}
        written = list(_CODE.finditer(self._text))
        strange = [found for found in written if found[0] not in ours.values()]
        for topic, code in ours.items():
            if code and code not in self._text and strange:
                near = max(strange, key=lambda found: sum(a == b for a, b in zip(found[0], code, strict=True)))
                yield self._told(topic, code, code, near.span())

    def _lines(self, lines: Sequence[PriceLine]) -> Iterator[Difference]:
        for line in lines:
            places = self._places(line)
            if not places and self._mentioned(line):
                continue
            if not places:
                yield self._told(Topic.LINE, line.name, f"{line.name} {line.spec}", None)
                continue
            for topic, agreed, unit in (
                (Topic.QUANTITY, line.quantity, line.unit),
                (Topic.UNIT_PRICE, line.unit_price, "元"),
                (Topic.AMOUNT, line.amount, "元"),
            ):
                stated = [(start, end, self._numbers(start, end)) for start, end in places]
                figures = [entry for entry in stated if len(entry[2]) >= _FIGURES]
                if figures and not any(agreed in numbers for _, _, numbers in figures):
                    yield self._told(topic, line.name, f"{_plain(agreed)}{unit}", figures[0][:2])

    def _mentioned(self, line: PriceLine) -> bool:
        """Tell whether a line is there although its words are torn apart, as cells of a PDF table are."""
        text = _bare(self._text)
        return (
            self._structure.contract.format == "pdf" and _bare(line.name)[:_TORN] in text and _bare(line.spec) in text
        )

    def _places(self, line: PriceLine) -> list[tuple[int, int]]:
        """Return the table rows, else the sentences, that speak of a line."""
        name = _bare(line.name)
        text, at = self._structure.contract.text, self._structure.folded.at
        rows = [
            (at(block.start), at(block.end))
            for block in self._structure.contract.blocks
            if block.kind is BlockKind.ROW and name in _bare(text[block.start : block.end])
        ]
        if rows:
            return rows
        places = [found.start() for found in re.finditer(re.escape(fold(line.name).text), self._text)]
        return list(dict.fromkeys(self._structure.sentence(place) for place in places))

    def _numbers(self, start: int, end: int) -> set[Decimal]:
        cells = self._text[start:end].split(CELL)
        return {_read(found[0]) for cell in cells for found in _NUMBER.finditer(cell)}

    def _total(self, total: Decimal) -> Iterator[Difference]:
        stated = stated_totals(self._structure)
        amounts = [(amount, start, end) for amount, start, end in stated if amount >= 100]
        if any(amount == total for amount, _, _ in amounts):
            wrong = [entry for entry in amounts if entry[0] != total and entry[0] > total / 2]
            for _, start, end in wrong[:1]:
                yield self._told(Topic.TOTAL, "", f"{formatted(total)}元", (start, end))
            return
        if total in self._numbers(0, self._structure.end) and not amounts:
            return
        place = amounts[0][1:] if amounts else next((pair.words for pair in amount_pairs(self._text)), None)
        yield self._told(Topic.TOTAL, "", f"{formatted(total)}元", place)

    def _tax(self, terms: AgreedTerms | Contract) -> Iterator[Difference]:
        said = list(_INCLUDED.finditer(self._text, 0, self._structure.end))
        excluded = [found for found in said if found[0] in {"不含税", "未税"}]
        included = [found for found in said if found[0] not in {"不含税", "未税"}]
        wrong = excluded if terms.tax_included else included
        if wrong and not (included if terms.tax_included else excluded):
            yield self._told(Topic.TAX, "", "含税" if terms.tax_included else "不含税", wrong[0].span())
        rates = {line.tax_rate * 100 for line in terms.lines}
        for found in _RATE.finditer(self._text, 0, self._structure.end):
            if Decimal(found["rate"] or found["before"]) not in rates:
                agreed = "、".join(f"{_plain(rate)}%" for rate in sorted(rates))
                yield self._told(Topic.TAX, "", agreed, found.span())

    def _payment(self, terms: AgreedTerms | Contract) -> Iterator[Difference]:
        if not terms.payment:
            return
        agreed = {stage.percent * 100 for stage in terms.payment}
        amounts = {stage.amount for stage in terms.payment}
        seen: list[tuple[Decimal, tuple[int, int]]] = []
        for found in _STAGE.finditer(self._text, 0, self._structure.end):
            first, last = self._structure.sentence(found.start())
            sentence = self._text[first:last]
            if re.search("支付|付款|付清|付至|预付|首付|尾款", sentence) and not _NOT_A_STAGE.search(sentence):
                seen.append((Decimal(found["rate"]), (first, last)))
        upto = {
            sum(sorted_percent[: index + 1])
            for sorted_percent in [[stage.percent * 100 for stage in terms.payment]]
            for index in range(len(sorted_percent))
        }
        strange = [place for rate, place in seen if rate not in agreed and rate not in upto]
        words = "；".join(
            f"第{stage.seq}期{_plain(stage.percent * 100)}%即{formatted(stage.amount)}元" for stage in terms.payment
        )
        missing = (
            seen and not agreed <= {rate for rate, _ in seen} and not amounts <= self._numbers(0, self._structure.end)
        )
        if strange:
            yield self._told(Topic.PAYMENT, "", words, strange[0])
        elif missing and not upto & {rate for rate, _ in seen}:
            yield self._told(Topic.PAYMENT, "", words, seen[0][1])

    def _delivery(self, terms: AgreedTerms | Contract) -> Iterator[Difference]:
        if not terms.delivery:
            return
        agreed = {term.due_on for term in terms.delivery}
        stated = [
            one
            for one in dates_in(self._text, self._structure.end)
            if one.day
            and one.whole
            and re.search("交付|交货|完成|供货|到货|发货", self._text[slice(*self._structure.line(one.start))])
        ]
        words = "、".join(str(day) for day in sorted(agreed))
        wrong = [one for one in stated if one.day not in agreed]
        if wrong and not agreed <= {one.day for one in stated}:
            yield self._told(Topic.DELIVERY, "", words, (wrong[0].start, wrong[0].end))
        bare = _bare(self._text)
        for place in dict.fromkeys(term.place for term in terms.delivery):
            found = re.search(r"(?:交货|交付|送货|到货|收货|履行)地(?:点|址)[^。;\n]{2,60}", self._text)
            if _bare(place) not in bare and found:
                yield self._told(Topic.PLACE, "", place, found.span())

    def _acceptance(self, contract: Contract) -> Iterator[Difference]:
        for first, last in self._structure.sentences:
            sentence = self._text[first:last]
            if not re.search(r"验收|检验", sentence) or re.search(r"付|异议.{0,6}质保|整改", sentence):
                continue
            found = _DAYS.search(sentence)
            if found and "工作日" in found[0] and read_numeral(found["n"]) != contract.acceptance_workdays:
                place = (first + found.start(), first + found.end())
                yield self._told(Topic.ACCEPTANCE, "", f"{contract.acceptance_workdays}个工作日", place)
                return

    def _confidentiality(self, contract: Contract) -> Iterator[Difference]:
        years = contract.confidentiality_years
        if years is None:
            return
        stated: list[re.Match[str]] = []
        for section in self._structure.sections:
            if _CONFIDENTIAL.search(section.heading.title):
                stated += _YEARS.finditer(self._text, section.start, section.end)
        stated += [
            found
            for found in _YEARS.finditer(self._text, 0, self._structure.end)
            if _CONFIDENTIAL.search(self._text[slice(*self._structure.sentence(found.start()))])
        ]
        if stated and all(read_numeral(found["n"]) != years for found in stated):
            yield self._told(Topic.CONFIDENTIALITY, "", f"{years}年", stated[0].span())

    def _told(self, topic: Topic, subject: str, agreed: str, place: tuple[int, int] | None) -> Difference:
        if place is None:
            return Difference(topic, subject, agreed, None, None)
        return Difference(topic, subject, agreed, *self._structure.folded.span(*place))


def find_differences(structure: Structure, case: CaseFile) -> tuple[Difference, ...]:
    """Return where a contract text says something else than was agreed in the final minutes, or than the case holds."""
    return tuple(dict.fromkeys(_Comparer(structure, case).differences()))


def _final_terms(case: CaseFile) -> AgreedTerms | Contract | None:
    final = next((each for each in reversed(case.negotiations) if each.is_final), None)
    return (final.agreed if final else None) or case.contract


def _bare(text: str) -> str:
    return "".join(_WORD.findall(fold(text).text))


def _read(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
