"""What a document may not show: people in a masked one, the house's secrets in one for the customer (GN-06, GN-07).

Both are looked for as the case file has them, in every way a document would print them. A value that the parties know
anyway (an agreed amount equal to the floor, a phrase of our own stated position) is no secret.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from docgen.case.casefile import CaseFile
from docgen.case.contract import NegotiationBaseline
from docgen.case.parties import Contact, Staff
from docgen.case.proposal import PriceLine
from docgen.errors import InputError
from docgen.money import formatted, upper

_BLANKS = r"[^\S\n]{0,2}"
_NEAR = r"[^。；;\n]{0,12}?"


def without_companies(text: str, case: CaseFile) -> str:
    """Return `text` without the names and addresses of both companies, in which a person's name may happen to occur."""
    for company in (case.customer, case.supplier):
        for words in (company.name, company.address, company.short_name):
            text = text.replace(words, " ") if words else text
    return text


def personal_data(case: CaseFile) -> tuple[re.Pattern[str], ...]:
    """Return a pattern for each full name, phone number and e-mail address of a person of the case."""
    people: tuple[Contact | Staff, ...] = (*case.contacts, *case.staff)
    names = {person.name for person in people} | {each.agent_name for each in case.authorizations}
    phones = {person.phone for person in people} - {case.supplier.phone, case.supplier.service_hotline}
    emails = {person.email for person in people}
    return (
        *(_name(name) for name in sorted(names) if len(name) > 1),
        *(_phone(phone) for phone in sorted(filter(None, phones)) if sum(map(str.isdigit, phone)) >= 7),
        *(re.compile(re.escape(email), re.IGNORECASE) for email in sorted(filter(None, emails))),
    )


def _name(name: str) -> re.Pattern[str]:
    """Match a name, also when set with blanks between its characters."""
    if name.isascii():
        return re.compile(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])")
    return re.compile(_BLANKS.join(re.escape(character) for character in name if not character.isspace()))


def _phone(phone: str) -> re.Pattern[str]:
    digits = [character for character in phone if character.isdigit()]
    return re.compile(r"(?<!\d)" + r"[\s()（）-]{0,2}".join(digits) + r"(?!\d)")


def house_secrets(case: CaseFile) -> tuple[re.Pattern[str], ...]:
    """Return a pattern for each value of the negotiation floor, margin and supporting data of the case."""
    said = "\n".join(
        text
        for talk in case.negotiations
        for issue in talk.issues
        for text in (issue.customer_position, issue.our_position, issue.result)
    )
    return (
        *(_floor(case.baseline, case, said) if case.baseline else ()),
        *(_margin(rate) for rate in {each.margin_rate for each in case.proposals} if rate is not None),
        *(re.compile(re.escape(phrase)) for phrase in _supporting_phrases(case) if phrase not in said),
    )


def _floor(baseline: NegotiationBaseline, case: CaseFile, said: str) -> Iterator[re.Pattern[str]]:
    if baseline.min_total and baseline.min_total not in _known_amounts(case):
        yield _amount(baseline.min_total)
    if baseline.payment_floor and baseline.payment_floor not in said:
        yield re.compile(re.escape(baseline.payment_floor))
    days = rf"(?<!\d){baseline.min_delivery_days}{_BLANKS}(?:个工作日|天|日)"
    yield re.compile(rf"(?:底线|最短|最快){_NEAR}{days}")


def _known_amounts(case: CaseFile) -> set[Decimal]:
    """Return the amounts that offers, minutes, contract and orders state to the customer."""
    amounts: set[Decimal] = {order.amount for order in case.orders}
    terms = [talk.agreed for talk in case.negotiations if talk.agreed] + ([case.contract] if case.contract else [])
    for term in terms:
        amounts |= {term.total, *(stage.amount for stage in term.payment), *_line_amounts(term.lines)}
    for proposal in case.proposals:
        amounts |= {proposal.quotation.total, *_line_amounts(proposal.quotation.lines)}
    return amounts


def _line_amounts(lines: tuple[PriceLine, ...]) -> Iterator[Decimal]:
    for line in lines:
        yield line.amount
        yield line.unit_price


def _amount(yuan: Decimal) -> re.Pattern[str]:
    """Match an amount in figures, with and without separators and decimals, and in words."""
    whole, _, rest = f"{yuan:.2f}".partition(".")
    grouped = formatted(yuan).partition(".")[0]
    decimals = r"(?:\.00?)?" if rest == "00" else re.escape(f".{rest}")
    figures = rf"(?<![\d.,])(?:{whole}|{grouped.replace(',', '[,，]')}){decimals}(?![\d.]?\d)"
    try:
        words = upper(yuan).removeprefix("人民币").removesuffix("整")
    except InputError:
        return re.compile(figures)
    return re.compile(f"{figures}|(?<![壹贰叁肆伍陆柒捌玖拾佰仟万亿零]){words}(?![壹贰叁肆伍陆柒捌玖零])")


def _margin(rate: Decimal) -> re.Pattern[str]:
    """Match a margin beside its name, or the bare fraction where it is written with two decimals or more."""
    percent = f"{(rate * 100).normalize():f}"
    fraction = f"{rate.normalize():f}"
    near = (
        rf"(?:毛利|利润){_NEAR}(?<![\d.])(?:{re.escape(percent)}(?:\.0+)?{_BLANKS}[%％]|{re.escape(fraction)}0*(?!\d))"
    )
    if len(str(rate).partition(".")[2]) < 2 or rate in {0, 1}:
        return re.compile(near)
    return re.compile(rf"{near}|(?<![\d.A-Za-z]){re.escape(str(rate))}(?![\d%％元])")


def _supporting_phrases(case: CaseFile) -> list[str]:
    data = {issue.support_data for talk in case.negotiations for issue in talk.issues if issue.support_data}
    phrases = {phrase.strip() for text in data for phrase in re.split("[；;\n]", text)}
    return sorted(phrase for phrase in phrases if len(phrase) >= 4)
