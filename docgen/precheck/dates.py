"""Dates that do not exist or contradict each other (rules.md section 6.10)."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.numerals import read_numeral
from docgen.precheck.structure import Structure

_N = "零〇○一二三四五六七八九十"
_DATE = re.compile(
    rf"(?<![\d.])(?P<y>(?:1[89]|20|21)\d{{2}}|[{_N}]{{4}}) *年 *(?P<m>\d{{1,2}}"
    rf"|[{_N}]{{1,3}}) *月(?: *(?P<d>\d{{1,2}}|[{_N}]{{1,3}}) *[日号])?"
    r"|(?<![\d.\-/A-Za-z])(?P<y2>(?:19|20)\d{2})(?P<s>[-/.])(?P<m2>\d{1,2})(?P=s)(?P<d2>\d{1,2})(?![\d\-/.A-Za-z])"
)
_RANGE = re.compile(r" *(?:\([^)]{0,20}\))? *(?:起|开始|生效)? *(?:至|到|—+|-+|~|～)+ *(?:止于)? *$")
_SIGNED_LABEL = re.compile(r"(?:签订|签署|签约|订立|签定)(?:合同)?(?:的)?(?:日期|时间|日) *:? *$")
_LATER = re.compile(r"交货|交付|供货|到货|发货|竣工|完工|验收|支付|付款|付清|完成")
_PAST = re.compile(
    r"注册|成立|生产日期|出厂|发布|颁布|施行|实施|修订|修正|中标|招标|投标|《|法|号文|批准|出生"
    r"|身份证|营业执照|证书|报价|前期|已于|原合同|主合同|谈判|签订的"
)
_WEEKDAY = re.compile(r" *\(? *(?:星期|周|礼拜) *([一二三四五六日天])")
_DAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of the text, in offsets of the folded text; `day` is None where there is no such day."""

    start: int
    end: int
    text: str
    day: date | None
    whole: bool


def dates_in(text: str, end: int | None = None) -> Iterator[Dated]:
    """Yield every date written with its year."""
    for found in _DATE.finditer(text, 0, len(text) if end is None else end):
        year = read_numeral(found["y"] or found["y2"])
        month = read_numeral(found["m"] or found["m2"])
        written = found["d"] or found["d2"]
        day = read_numeral(written) if written else 1
        if year is None or month is None or day is None:
            continue
        exists = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(min(max(year, 1), 9998), month)[1]
        known = date(year, month, day) if exists and 1800 <= year <= 2200 else None
        yield Dated(found.start(), found.end(), found[0], known, bool(written))


def signing_date(structure: Structure) -> date | None:
    """Return the day the contract says it was signed on; None where it does not say, or says two."""
    days = {one.day for one in _signing_dates(structure) if one.day}
    return days.pop() if len(days) == 1 else None


def find_date_faults(structure: Structure) -> Iterator[Hit]:
    """Yield dates that do not exist, ranges that end before they begin, acts before the signing, wrong weekdays."""
    found = list(dates_in(structure.text, structure.end))
    signed = signing_date(structure)
    labelled = [one for one in _signing_dates(structure) if one.day]
    if len({one.day for one in labelled}) > 1 and _contradict(structure, labelled):
        yield _hit(structure, labelled[-1], "date_signed_twice", other=labelled[0].text)
    for before, one in zip([None, *found], found, strict=False):
        if one.day is None:
            yield _hit(structure, one, "date_impossible")
            continue
        if before and before.day and before.whole is one.whole and one.day < before.day:
            between = structure.text[before.end : one.start]
            if _RANGE.fullmatch(between):
                yield _hit(structure, one, "date_range", other=before.text)
                continue
        if fault := _alone(structure, one, signed):
            yield fault


def _alone(structure: Structure, one: Dated, signed: date | None) -> Hit | None:
    assert one.day is not None
    weekday = _WEEKDAY.match(structure.text, one.end)
    if weekday and one.whole and _DAYS.index(weekday[1].replace("天", "日")) != one.day.weekday():
        return _hit(structure, one, "date_weekday", other=weekday[1])
    first, last = structure.sentence(one.start)
    sentence = structure.text[first:last]
    if signed and one.whole and one.start < structure.signature and not _PAST.search(sentence):
        if one.day < signed and _LATER.search(sentence):
            return _hit(structure, one, "date_before_signing", other=str(signed))
        if abs(one.day.year - signed.year) > 10 and not re.search("期限|质保|有效|年限|租", sentence):
            return _hit(structure, one, "date_far", other=str(signed))
    return None


def _signing_dates(structure: Structure) -> Iterator[Dated]:
    text = structure.text
    for one in dates_in(text, structure.end):
        line_start = text.rfind("\n", 0, one.start) + 1
        before = text[max(line_start, one.start - 24) : one.start]
        closing = one.start >= structure.signature and one.start < structure.annex and not before.strip(" |")
        if one.whole and (_SIGNED_LABEL.search(before) or closing or _signature_label(structure, one, before)):
            yield one


def _signature_label(structure: Structure, one: Dated, before: str) -> bool:
    return structure.signature <= one.start < structure.annex and bool(re.search(r"(?:日期|时间) *[:|]? *$", before))


def _contradict(structure: Structure, labelled: list[Dated]) -> bool:
    """Both sides may sign on different days; two days both called the signing day contradict."""
    named = {one.day for one in labelled if _SIGNED_LABEL.search(structure.text[max(0, one.start - 14) : one.start])}
    return len(named) > 1


def _hit(structure: Structure, one: Dated, reason: str, **values: str) -> Hit:
    start, end = structure.folded.span(one.start, one.end)
    return Hit(HitKind.DATE, reason, start, end, {"date": one.text, **values})
