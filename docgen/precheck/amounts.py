"""Amounts written twice in a text: figures against words (rules.md section 6.4; GN-09 and the pre-check of contracts).

A pair is explicit where figures and words stand side by side (`680000.00元（大写：人民币陆拾捌万元整）`) or carry the
labels 大写 and 小写. Only an explicit pair can disagree; whatever else does not fit is unsure, never a finding. Which
of the two counts is a matter for the parties and is not decided here.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from docgen.errors import InputError
from docgen.money import parse_upper

_NUMERALS = "零〇○壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万萬亿億两一二三四五六七八九十百千"
_DIGIT = _NUMERALS.translate(dict.fromkeys(map(ord, "拾佰仟万萬亿億十百千")))
_FIRST = _NUMERALS.translate(dict.fromkeys(map(ord, "万萬亿億")))
_PENCE = f"[{_DIGIT}](?:角(?:零?[{_DIGIT}]分)?|分)整?"
_WORDS = re.compile(
    rf"(?<![\d.])(?:人民币)?[{_FIRST}][{_NUMERALS}]{{0,40}}[元圆圓][{_NUMERALS}角分整正]{{0,12}}"
    rf"|人民币{_PENCE}"
    rf"|(?<=大写)(?P<gap>[\s：:）)|]{{0,4}})(?:人民币)?"
    rf"(?:{_PENCE}|[{_FIRST}][{_NUMERALS}]{{1,40}}(?![{_NUMERALS}元圆圓角分])整?)"
)
"""An amount in words has 元, or follows 人民币 or 大写."""
_FIGURES = re.compile(
    r"(?<![\dA-Za-z.,，_/-])(?P<digits>\d{1,3}(?:[,，]\d{3}){1,6}(?:\.\d{1,6})?|\d{1,18}(?:\.\d{1,6})?)(?![\dA-Za-z])"
    r"[^\S\n]{0,2}(?P<unit>[万萬亿億]?)(?![%％‰年月日号天期个台套次\-/.])",
    re.ASCII,
)
_BESIDE = re.compile(
    r"(?:[^\S\n]|[|()（）:：元圆整¥￥]|人民币|大写|小写|金额|合计|共计|总计|即|计|不?含税|价税|RMB|CNY)*"
)
_UNIT = re.compile("[元圆圓角分整正]")
_SENTENCE_END = re.compile(r"[。；;\n]")
_GAP = 24
_WINDOW = 40
_LINE = 200


class Verdict(StrEnum):
    """Whether words and figures of one amount say the same."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class AmountPair:
    """An amount in words, the figures it was compared with (None where there are none), as spans of the text."""

    words: tuple[int, int]
    figures: tuple[int, int] | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Figure:
    start: int
    end: int
    yuan: Decimal


def amount_pairs(text: str) -> Iterator[AmountPair]:
    """Yield every amount in words that occurs in `text`, in order, with what its figures say."""
    figures = [_figure(match) for match in _FIGURES.finditer(text)]
    starts = [figure.start for figure in figures]
    for match in _WORDS.finditer(text):
        start, end = match.start() + len(match["gap"] or ""), match.end()
        near = figures[bisect_left(starts, start - _LINE) : bisect_left(starts, end + _LINE)]
        yield _judged(text, (start, end), near)


def disagreements(text: str) -> tuple[AmountPair, ...]:
    """Return the explicit pairs of `text` whose words and figures differ."""
    return tuple(pair for pair in amount_pairs(text) if pair.verdict is Verdict.DISAGREE)


def _figure(match: re.Match[str]) -> _Figure:
    factor = {"": 1, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}[match["unit"]]
    return _Figure(match.start(), match.end(), Decimal(re.sub("[,，]", "", match["digits"])) * factor)


def _judged(text: str, words: tuple[int, int], near: Sequence[_Figure]) -> AmountPair:
    written = text[slice(*words)]
    try:
        # 大写：陆拾捌万 is meant in yuan, too.
        yuan = parse_upper(written if _UNIT.search(written) else f"{written}元")
    except InputError:
        return AmountPair(words, None, Verdict.UNSURE)
    explicit = _explicit(text, words, near)
    around = explicit or _in_sentence(text, words, near)
    if not around:
        return AmountPair(words, None, Verdict.UNSURE)
    equal = [figure for figure in around if figure.yuan == yuan]
    best = (equal or around)[0]
    if equal if explicit else len(equal) == len(around):
        verdict = Verdict.AGREE
    else:
        verdict = Verdict.DISAGREE if explicit else Verdict.UNSURE
    return AmountPair(words, (best.start, best.end), verdict)


def _explicit(text: str, words: tuple[int, int], near: Sequence[_Figure]) -> list[_Figure]:
    """Return the figures beside the words, else those that the labels 大写 and 小写 tie to them."""
    start, end = words
    beside = [
        figure
        for figure in near
        if (figure.end <= start <= figure.end + _GAP and _BESIDE.fullmatch(text, figure.end, start))
        or (end <= figure.start <= end + _GAP and _BESIDE.fullmatch(text, end, figure.start))
    ]
    if beside or "大写" not in text[max(0, start - 12) : start].rpartition("\n")[2]:
        return beside
    labelled = [figure for figure in near if "小写" in text[max(0, figure.start - 12) : figure.start]]
    same_line = [figure for figure in labelled if "\n" not in _between(text, words, figure)]
    next_line = [figure for figure in labelled if _between(text, words, figure).count("\n") == 1]
    if chosen := (same_line or next_line)[:1]:
        return chosen
    alone = _in_sentence(text, words, near)
    return alone if len({figure.yuan for figure in alone}) == 1 else []


def _between(text: str, words: tuple[int, int], figure: _Figure) -> str:
    return text[words[1] : figure.start] if figure.start >= words[1] else text[figure.end : words[0]]


def _in_sentence(text: str, words: tuple[int, int], near: Sequence[_Figure]) -> list[_Figure]:
    """Return the figures of the same sentence within reach of the words."""
    return [
        figure
        for figure in near
        if figure.end > words[0] - _WINDOW
        and figure.start < words[1] + _WINDOW
        and not _SENTENCE_END.search(_between(text, words, figure))
        and not (figure.start < words[1] and figure.end > words[0])
    ]
