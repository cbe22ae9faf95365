"""Which clauses a contract has: found, unsure or missing, each with the passages that say so (rules.md section 6.3).

Presence is not adequacy. A clause is found where one of its signs stands in a live sentence, or where a section bears
its title and says something of its own; a mere pointer elsewhere leaves it unsure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from docgen.precheck.detectors import Clause, Sign
from docgen.precheck.structure import Section, Structure
from docgen.precheck.text import Passage

_MOST = 3
_QUOTE = 80
_LEAST_BODY = 6
_POINTER = re.compile(
    r"(?:详?见|参见|按照?|依据?|根据|以)[^。;\n]{0,14}(?:附件|附表|附录|清单|订单|补充协议|另册)"
    r"|另行(?:约定|协商|签订|签署|确定|商定)|双方另议"
)
_NOT_MEANT = re.compile(r"(?:不包括|不包含|不含|除外|并非)[^。;,\n]{0,6}$")
_TITLED = re.compile(r"《[^》\n]{1,40}》")
_LAW = re.compile(r"(?:法|条例|规定|办法|典|解释|规则|准则)》$")
_BLANK = re.compile(r"[\W_]+")
_OWN_NUMBER = re.compile(r"^\W{0,8}第 ?[一二三四五六七八九十百\d]{1,5} ?[条章节款]")


class Status(StrEnum):
    """Whether a clause is there."""

    FOUND = "found"
    UNSURE = "unsure"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """What is said of one clause; `passages` are up to three quotations, the best first."""

    id: str
    title: str
    status: Status
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int


def detect_clauses(structure: Structure, clauses: Mapping[str, Clause]) -> Iterator[ClauseVerdict]:
    """Give the verdict on every clause, in the order of the declaration."""
    reader = _Reader(structure)
    for clause_id, clause in clauses.items():
        strong, weak = reader.hits(clause)
        status = Status.FOUND if strong else Status.UNSURE if weak else Status.MISSING
        passages = tuple(dict.fromkeys(reader.quoted(hit) for hit in (*strong, *weak)))[:_MOST]
        yield ClauseVerdict(clause_id, clause.title, status, passages)


class _Reader:
    """Looks for signs in one contract."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._text = _supplier_second(structure)
        self._titles = [(found.start(), found.end()) for found in _TITLED.finditer(self._text, 0, structure.end)]

    def hits(self, clause: Clause) -> tuple[list[_Hit], list[_Hit]]:
        """Return what proves the clause and what leaves it unsure."""
        strong: list[_Hit] = []
        weak: list[_Hit] = []
        for sign in clause.found:
            room = _MOST - len(strong)
            if room <= 0:
                break
            for hit, sure in islice(self._signs(sign), 12):
                (strong if sure else weak).append(hit)
                if len(strong) >= _MOST:
                    break
        if len(strong) < _MOST:
            for section in self._titled(clause.headings):
                hit = _Hit(section.heading.start, section.heading.end)
                (strong if self._says_something(section) else weak).append(hit)
        if not strong:
            for sign in clause.unsure:
                weak += [hit for hit, _ in islice(self._signs(sign), _MOST)]
        return strong, weak

    def quoted(self, hit: _Hit) -> Passage:
        """Quote the sentence of a hit, cut to 80 characters around it."""
        start, end = self._structure.sentence(hit.start)
        start, end = min(start, hit.start), max(end, min(hit.end, start + 4 * _QUOTE))
        while start < end and self._text[start] in " \n":
            start += 1
        if end - start > _QUOTE:
            start = max(start, min(hit.start - 10, end - _QUOTE))
            end = min(end, start + _QUOTE)
        while end > start + 1 and self._text[end - 1] in " \n":
            end -= 1
        return self._structure.contract.passage(*self._structure.folded.span(start, end))

    def _signs(self, sign: Sign) -> Iterator[tuple[_Hit, bool]]:
        """Yield the live hits of a sign, and whether each is sure: not only a pointer or the title of a paper."""
        for found in sign.match.finditer(self._text, 0, self._structure.end):
            start, end = found.span()
            if start == end:
                continue
            first, last = self._structure.sentence(start)
            sentence = _OWN_NUMBER.sub("", self._text[first:last])  # the number of its own article refers to nothing
            before = self._text[first:start]
            if _NOT_MEANT.search(before[-14:]) or (sign.after and sign.after.search(before[-14:])):
                continue
            if (sign.without and sign.without.search(sentence)) or (sign.within and not sign.within.search(sentence)):
                continue
            if sign.inside and not self._inside(sign.inside, start):
                continue
            titled = next((place for place in self._titles if place[0] <= start < place[1]), None)
            if titled is not None:
                if _LAW.search(self._text[slice(*titled)]):
                    continue
                yield _Hit(start, end), False
                continue
            yield _Hit(start, end), not self._points_elsewhere(sentence)

    def _inside(self, pattern: re.Pattern[str], offset: int) -> bool:
        return any(pattern.search(section.heading.title) for section in self._structure.sections_at(offset))

    @staticmethod
    def _points_elsewhere(sentence: str) -> bool:
        pointer = _POINTER.search(sentence)
        return pointer is not None and len(_BLANK.sub("", sentence)) - (pointer.end() - pointer.start()) < 22

    def _titled(self, headings: Sequence[re.Pattern[str]]) -> Iterator[Section]:
        for section in self._structure.sections:
            title = section.heading.title
            if title and any(pattern.search(title) for pattern in headings):
                yield section

    def _says_something(self, section: Section) -> bool:
        body = self._text[section.heading.start : section.end]
        body = body.replace(section.heading.title, "", 1)
        words = _BLANK.sub("", re.sub(r"^[\W\d]*(?:第[^条章]{1,4}[条章])?", "", body))
        return len(words) >= _LEAST_BODY and not self._points_elsewhere(body[:200].strip())


_SUPPLIER_FIRST = re.compile(
    r"甲 ?方 ?[(:,]{0,2}[^\n。甲乙]{0,4}(?:卖|供|出卖|销售|供应|供货|受托|承揽|出租|承包|服务提供"
    r"|乙方供)(?:方|人|商|单位)"
    r"|(?:卖|供|出卖|销售|供应|供货|受托|承揽|出租|承包)(?:方|人|商|单位)[^\n。]{0,40}?(?:以下"
    r"|下)?简?称[为:]?[\"“]?甲方"
)


def _supplier_second(structure: Structure) -> str:
    """Return the text with 甲方 and 乙方 exchanged where 甲方 is the supplier: the signs then fit both ways round."""
    text = structure.text
    head = text[: min(1500, structure.end)]
    if not _SUPPLIER_FIRST.search(head):
        return text
    return text.replace("甲方", "\0\0").replace("乙方", "甲方").replace("\0\0", "乙方")
