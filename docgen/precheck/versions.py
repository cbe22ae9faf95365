"""Two drafts of a contract compared by article: moved, changed, added, deleted, the significant ones first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from docgen.precheck.folding import fold
from docgen.precheck.structure import Structure
from docgen.precheck.text import ContractText

_FIGURES = re.compile(r"\d[\d,.]*|[零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]{2,}")
_NEGATIONS = re.compile(r"不得|不承担|无权|免除|除外|应当?|必须|可以?|有权")
_WEIGHTY = re.compile(
    r"价|款|支付|付|违约|赔偿|责任|交付|交货|验收|解除|终止|保密|知识产权|仲裁|法院|生效|质保|期限|数量|税"
)
_WORDS = re.compile(r"[\u4e00-\u9fffA-Za-z0-9%.]+")
_NUMBERED = re.compile(
    r" *(?:第 *[零〇一二三四五六七八九十百\d]{1,6} *[条章节款]|[一二三四五六七八九十]{1,3} *[、.]"
    r"|\([一二三四五六七八九十\d]{1,3}\)"
    r"|\d{1,2}(?:\.\d{1,2})*[、. ]) *"
)
_ALIKE = 0.55
_MOST = 2_000


class ChangeKind(StrEnum):
    """What happened to an article or a paragraph between two drafts."""

    CHANGED = "changed"
    ADDED = "added"
    DELETED = "deleted"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """The Chinese word."""
        return {"changed": "修改", "added": "增加", "deleted": "删除", "moved": "移动"}[self.value]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `article` is where it stands (in the new draft, if it still does), `reason` why it weighs."""

    kind: ChangeKind
    article: str
    before: str
    after: str
    significant: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Unit:
    article: str
    text: str
    words: str
    order: int


def compare_versions(old: ContractText, new: ContractText) -> tuple[Change, ...]:
    """Return in what two drafts differ."""
    before, after = _units(Structure(old)), _units(Structure(new))
    pairs = _paired(before, after)
    kept = _in_order(pairs)
    found = list(_changes(before, after, pairs, kept))
    found.sort(key=lambda entry: (not entry[0].significant, entry[1]))
    return tuple(change for change, _ in found)


def _units(structure: Structure) -> list[_Unit]:
    """Cut a draft into paragraphs and table rows, each with the article it stands in."""
    units: list[_Unit] = []
    titles = [(heading.start, heading) for heading in structure.headings if heading.depth <= 2]
    at, article = 0, ""
    for block in structure.contract.body:
        start = structure.folded.at(block.start)
        while at < len(titles) and titles[at][0] <= start:
            heading = titles[at][1]
            number = _NUMBERED.match(structure.text, heading.start, heading.end)
            article = f"{number[0].strip(' 、.') if number else ''} {heading.title}".strip()
            at += 1
        text = structure.contract.text[block.start : block.end].strip()
        words = "".join(_WORDS.findall(_unnumbered(fold(text).text)))
        if words and len(units) < _MOST:
            units.append(_Unit(article, text, words, len(units)))
    return units


def _unnumbered(line: str) -> str:
    number = _NUMBERED.match(line)
    return line[number.end() :] if number else line


def _paired(before: Sequence[_Unit], after: Sequence[_Unit]) -> list[tuple[_Unit, _Unit]]:
    """Pair paragraphs of the same words, then those between the same neighbours or most alike."""
    pairs: list[tuple[_Unit, _Unit]] = []
    free: dict[str, list[_Unit]] = {}
    for unit in after:
        free.setdefault(unit.words, []).append(unit)
    left: list[_Unit] = []
    for unit in before:
        same = free.get(unit.words)
        if same:
            pairs.append((unit, same.pop(0)))
        else:
            left.append(unit)
    taken = {other.order for _, other in pairs}
    rest = [unit for unit in after if unit.order not in taken]
    place = {one.order: other.order for one, other in pairs}
    for unit in left:
        expected = place.get(unit.order - 1, -1) + 1
        best = max(rest, key=lambda other: _likeness(unit, other, expected), default=None)
        if best is not None and _likeness(unit, best, expected) >= _ALIKE:
            pairs.append((unit, best))
            place[unit.order] = best.order
            rest.remove(best)
    return pairs


def _likeness(one: _Unit, other: _Unit, expected: int) -> float:
    shorter, longer = sorted((len(one.words), len(other.words)))
    if shorter * 4 < longer:
        return 0.0
    matcher = SequenceMatcher(None, one.words, other.words, autojunk=False)
    if matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio() + (0.05 if other.order == expected else 0.0)


def _in_order(pairs: Sequence[tuple[_Unit, _Unit]]) -> set[int]:
    """Return the paragraphs (by their old place) that kept their order: the longest rising run; the others moved."""
    ordered = sorted(pairs, key=lambda pair: pair[0].order)
    previous: list[int] = []
    tails: list[int] = []
    for index, (_, other) in enumerate(ordered):
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if ordered[tails[middle]][1].order < other.order:
                low = middle + 1
            else:
                high = middle
        previous.append(tails[low - 1] if low else -1)
        tails[low:] = [index, *tails[low + 1 :]]
    kept: set[int] = set()
    at = tails[-1] if tails else -1
    while at >= 0:
        kept.add(ordered[at][0].order)
        at = previous[at]
    return kept


def _changes(
    before: Sequence[_Unit], after: Sequence[_Unit], pairs: Sequence[tuple[_Unit, _Unit]], kept: set[int]
) -> Iterator[tuple[Change, int]]:
    for one, other in pairs:
        if one.words != other.words:
            reason = _weight(one, other)
            yield Change(ChangeKind.CHANGED, other.article, one.text, other.text, bool(reason), reason), other.order
        elif one.order not in kept:
            yield Change(ChangeKind.MOVED, other.article, one.article, other.article, False, ""), other.order
    old, new = {one.order for one, _ in pairs}, {other.order for _, other in pairs}
    for unit in before:
        if unit.order not in old:
            yield _alone(ChangeKind.DELETED, unit), unit.order
    for unit in after:
        if unit.order not in new:
            yield _alone(ChangeKind.ADDED, unit), unit.order


def _alone(kind: ChangeKind, unit: _Unit) -> Change:
    weighty = _WEIGHTY.search(unit.words) is not None
    before, after = (unit.text, "") if kind is ChangeKind.DELETED else ("", unit.text)
    return Change(kind, unit.article, before, after, weighty, "重要条款" if weighty else "")


def _weight(one: _Unit, other: _Unit) -> str:
    """Tell why a change weighs: a figure, a duty or a right, many words of a weighty clause."""
    if _FIGURES.findall(one.words) != _FIGURES.findall(other.words):
        return "数字不同"
    if sorted(_NEGATIONS.findall(one.words)) != sorted(_NEGATIONS.findall(other.words)):
        return "权利义务用语不同"
    ratio = SequenceMatcher(None, one.words, other.words, autojunk=False).ratio()
    return "重要条款改动较大" if ratio < 0.8 and _WEIGHTY.search(other.words) else ""
