"""Wordings to look at: vague, one-sided, possibly void, all declared as data (rules.md sections 6.6 and 6.7)."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from docgen.precheck.detectors import Term
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.numerals import read_numeral
from docgen.precheck.structure import Structure

_EITHER = re.compile(r"双方|各方|任何一方|任一方|一方|对方|守约方|违约方|甲乙|买卖双方|供需双方")
_PARTIES = (
    ("甲方", "乙方"),
    ("买方", "卖方"),
    ("需方", "供方"),
    ("委托方", "受托方"),
    ("发包人", "承包人"),
    ("出租方", "承租方"),
)
_PARTS = {"百": Decimal(100), "千": Decimal(10), "万": Decimal(1)}
_MOST = 20
"""Hits of one wording that are told; a person has seen the point by then."""


def find_terms(structure: Structure, terms: Sequence[Term]) -> Iterator[Hit]:
    """Yield every place where one of the declared wordings stands."""
    for term in terms:
        told = 0
        for found in term.sign.match.finditer(structure.text, 0, structure.end):
            if told < _MOST and _meant(structure, term, found):
                told += 1
                start, end = structure.folded.span(*found.span())
                yield Hit(HitKind(term.kind), term.id, start, end, {}, term.article or "")


def _meant(structure: Structure, term: Term, found: re.Match[str]) -> bool:
    sign, start = term.sign, found.start()
    first, last = structure.sentence(start)
    sentence = structure.text[first:last]
    if sign.after and sign.after.search(structure.text[first:start][-14:]):
        return False
    if (sign.without and sign.without.search(sentence)) or (sign.within and not sign.within.search(sentence)):
        return False
    if sign.inside and not any(sign.inside.search(each.heading.title) for each in structure.sections_at(start)):
        return False
    if term.limit is not None:
        rate = basis_points(found["rate"])
        if rate is None or rate < term.limit:
            return False
    return not term.mirrored or not _mirrored(structure, found, sentence)


def _mirrored(structure: Structure, found: re.Match[str], sentence: str) -> bool:
    """Tell whether both parties have the same right: the words speak of either, or stand exchanged in the article."""
    if _EITHER.search(sentence[: sentence.find(found[0]) + len(found[0])]):
        return True
    around = structure.sections_at(found.start())
    scope = (
        structure.text[around[0].heading.start : around[0].end]
        if around
        else structure.text[slice(*structure.line(found.start()))]
    )
    for one, other in _PARTIES:
        for party, opposite in ((one, other), (other, one)):
            if party in found[0] and found[0].replace(party, opposite) in scope:
                return True
    return False


def basis_points(text: str) -> Decimal | None:
    """Read a share as parts of ten thousand: `5‰`, `0.5%`, `百分之三十`, `千分之5`; None if it is none."""
    text = text.replace(" ", "")
    if found := re.fullmatch(r"([\d.]+)([%‰])", text):
        number, unit = _decimal(found[1]), Decimal(100 if found[2] == "%" else 10)
    elif found := re.fullmatch(r"([百千万])分之(.+)", text):
        digits = read_numeral(found[2].partition("点")[0])
        number = _decimal(found[2]) if digits is None else Decimal(digits)
        unit = _PARTS[found[1]]
    else:
        return None
    return None if number is None else number * unit


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
