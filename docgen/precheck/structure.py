"""The structure of a contract: headings in every usual style of numbering, sections, sentences, head and signatures.

Everything is in offsets of the folded text (`docgen.precheck.folding`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docgen.precheck.folding import Folded, fold
from docgen.precheck.numerals import NUMERAL, read_numeral
from docgen.precheck.text import Block, ContractText

_N = NUMERAL
_MARKER = re.compile(
    rf" *[*#【\[]* *(?:"
    rf"(?P<chapter>第 *(?:{_N}{{1,4}}|\d{{1,3}}) *(?:章|节|编|部分))"
    rf"|(?P<article>第 *(?:{_N}{{1,5}}|\d{{1,3}}) *条(?!款|约))"
    rf"|(?P<han>{_N}{{1,3}} *[、.,:](?!\d))"
    rf"|(?P<bracket>\( *(?:{_N}{{1,3}}|\d{{1,2}}) *\)[、.]?)"
    rf"|(?P<decimal>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}(?![\d%])(?! *(?:元|万|%|米|吨|年)))[、.]?"
    rf"|(?P<number>\d{{1,2}} *(?:[、.](?!\d)|\)))"
    rf"|(?P<circle>[\u2460-\u2473])"
    rf"|(?P<english>(?:Article|Section|ARTICLE|SECTION) *\d{{1,2}})"
    rf"|(?P<space>(?:\d{{1,2}}|{_N}{{1,3}}) +(?=[\u4e00-\u9fff]))"
    rf") *[】\]]?[*:、.]* *"
)
_TITLE = re.compile(
    r"(?:(?:[\u4e00-\u9fff] +){1,5}[\u4e00-\u9fff](?![\u4e00-\u9fff])|[^:。;,!?\n |]{1,24})(?=[:。;\n |]|$)"
)
_BARE = re.compile(r" *[*#【\[]* *(?P<title>[\u4e00-\u9fff、和与及/()]{2,16}?) *[】\]*:]* *$")
_SENTENCE = re.compile(r"[^。;\n!?]+[。;!?]?")
_SIGNATURE = re.compile(
    r"\((?:以下|此页|本页|后附签字页|以下为签署)[^)]{0,20}(?:无正文|签字页|签署页|签章)[^)]{0,12}\)"
    r"|以下无正文|本页无正文|此页无正文|签字页|签署页"
)
_SIGNING_LINE = re.compile(
    r"盖章|签章|公章|签字|签名|\(章\)|代表人?[(:]|代理人[(:]|日期|年 *月 *日|^ *(?:甲|乙|丙|买|卖|供"
    r"|需)方? *[(:]|开户|账号|帐号|电话|地址|邮编|传真|税号"
)
_ANNEX = re.compile(rf" *附 *(?:件|表|录)? *(?:{_N}{{1,3}}|\d{{1,2}}|[A-Z])? *(?:[:.、 (《]|$)")
_TAIL = 0.25


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered line or a bare title; `number` is its last number, `path` the full one (`3.2`), None without."""

    start: int
    end: int
    style: str
    number: int | None
    path: str
    title: str
    depth: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading that is not below it."""

    heading: Heading
    start: int
    end: int


class Structure:
    """What a contract is made of; the parts are worked out once."""

    def __init__(self, contract: ContractText, headings: re.Pattern[str] | None = None) -> None:
        """Look at a contract; `headings` tells which short lines without a number are titles."""
        self.contract = contract
        self.folded: Folded = fold(contract.text)
        self.text = self.folded.text
        self.end = self._agreed_end(contract.blocks)
        self._titles = headings
        self.sentences = [(found.start(), found.end()) for found in _SENTENCE.finditer(self.text, 0, self.end)]
        self._sentence_starts = [start for start, _ in self.sentences]
        self.headings: tuple[Heading, ...] = tuple(_deepened(self._found_headings()))
        self.sections: tuple[Section, ...] = tuple(self._sections())
        self.signature = self._signature_start()
        self.annex = self._annex_start()

    def _agreed_end(self, blocks: Sequence[Block]) -> int:
        last = max((block.end for block in blocks if block.kind.agreed), default=0)
        return self.folded.at(last)

    def sentence(self, offset: int) -> tuple[int, int]:
        """Return the sentence that an offset stands in."""
        index = bisect_right(self._sentence_starts, offset) - 1
        if index < 0 or self.sentences[index][1] <= offset:
            return offset, offset
        return self.sentences[index]

    def line(self, offset: int) -> tuple[int, int]:
        """Return the line that an offset stands in."""
        end = self.text.find("\n", offset)
        return self.text.rfind("\n", 0, offset) + 1, len(self.text) if end < 0 else end

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
        """Yield start and end of every line between two offsets."""
        stop = self.end if end is None else end
        at = start
        while at < stop:
            until = self.text.find("\n", at, stop)
            until = stop if until < 0 else until
            yield at, until
            at = until + 1

    def sections_at(self, offset: int) -> list[Section]:
        """Return the sections that an offset stands in, the outermost first."""
        return [section for section in self.sections if section.heading.start <= offset < section.end]

    def _found_headings(self) -> Iterator[Heading]:
        for start, end in self.lines():
            found = _MARKER.match(self.text, start, end)
            if found is not None and found.end() > start:
                yield self._heading(found, start, end)
            elif end - start <= 24 and self._titles is not None:
                bare = _BARE.fullmatch(self.text, start, end)
                if bare and self._titles.search(bare["title"]):
                    yield Heading(start, end, "bare", None, "", bare["title"], 0)

    def _heading(self, found: re.Match[str], start: int, end: int) -> Heading:
        style = found.lastgroup or ""
        mark = found[style]
        if style == "decimal":
            path = mark.rstrip(".、")
            style, number = f"decimal{path.count('.')}", int(path.rpartition(".")[2])
        elif style == "circle":
            path, number = mark, ord(mark) - 0x245F
        else:
            digits = re.sub(rf"^(?:.*?第)? *\(? *({_N}+|\d+)?.*$", r"\1", mark)
            if style == "english":
                digits = mark.rpartition(" ")[2]
            if style == "bracket":
                style = "bracket_digit" if digits.isascii() else "bracket"
            read = read_numeral(digits)
            path, number = digits, read if read is not None else 0
        title = self._title(found, start, end)
        whole = end - found.end() <= 30 and not self.text[found.end() : end].rstrip().endswith(("。", ";"))
        words = title or (self.text[found.end() : end].strip() if whole else "")
        return Heading(start, end, style, number, path, words, 0)

    def _title(self, found: re.Match[str], start: int, end: int) -> str:
        """Return the title behind a number, cut where the line as it was written has a blank."""
        if end <= found.end():
            return ""
        first, last = self.folded.span(start, end)
        line = fold(self.contract.text[first:last], spaces=True).text
        mark = _MARKER.match(line)
        title = _TITLE.match(line, mark.end()) if mark else None
        return title[0].replace(" ", "") if title else ""

    def _sections(self) -> Iterator[Section]:
        open_until: list[int] = [self.end] * len(self.headings)
        stack: list[int] = []
        for index, heading in enumerate(self.headings):
            while stack and self.headings[stack[-1]].depth >= heading.depth:
                open_until[stack.pop()] = heading.start
            stack.append(index)
        for heading, end in zip(self.headings, open_until, strict=True):
            yield Section(heading, heading.start, end)

    def _signature_start(self) -> int:
        """Return where the signatures begin; the end of the text where there are none."""
        marks = [mark.start() for mark in _SIGNATURE.finditer(self.text, 0, self.end)]
        if marks:
            return marks[-1]
        lines = list(self.lines(int(self.end * (1 - _TAIL))))
        first, idle = self.end, 0
        for start, end in reversed(lines):
            words = self.text[start:end].strip()
            if not words:
                continue
            if _SIGNING_LINE.search(words) and len(words) < 120 and not words.endswith("。"):
                first, idle = start, 0
            else:
                idle += len(words)
                if idle > 60 or words.endswith(("。", ";")):
                    break
        return first if "章" in self.text[first : self.end] or "签" in self.text[first : self.end] else self.end

    def _annex_start(self) -> int:
        """Return where annexes begin that follow the signatures; the end of the text where there are none."""
        for start, end in self.lines(self.signature):
            if start > self.signature and end - start <= 40 and _ANNEX.match(self.text, start, end):
                return start
        return self.end


def _deepened(headings: Iterator[Heading]) -> Iterator[Heading]:
    """Give each heading its depth: a style met again closes whatever was opened below it."""
    stack: list[str] = []
    for heading in headings:
        style = heading.style
        if style in stack:
            del stack[stack.index(style) + 1 :]
        elif style == "chapter":
            stack = [style]
        elif style == "article":
            stack = [one for one in stack if one == "chapter"] + [style]
        else:
            stack.append(style)
        yield Heading(heading.start, heading.end, style, heading.number, heading.path, heading.title, len(stack))
