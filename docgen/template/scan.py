"""Where the tags of a template stand: part, paragraph or table cell, as the person sees it who edits it in Word."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

from docgen.template.package import examine
from docgen.template.pictures import PLACEHOLDER
from docgen.template.source import PROPERTIES, footnotes_of, opened

__all__ = ["PICTURE", "Spot", "Tag", "scan"]

PICTURE = "picture"
"""The mark of a tag that is a placeholder for a chart."""

_P, _T, _TBL, _TR, _TC = (qn(f"w:{name}") for name in ("p", "t", "tbl", "tr", "tc"))
_NAMED = qn("wp:docPr")
_TAG = re.compile(r"\{\{.{0,2000}?\}\}|\{%.{0,2000}?%\}|\{#.{0,2000}?#\}", re.DOTALL)
_STRAY = re.compile(r"\{\{|\{%|\{#|\}\}")
_OPENING = re.compile(r"\{\{|\{%")
_INSIDE = re.compile(r"(?P<level>(?:tr|tc|p|r)(?=\s))?(?P<code>.*)", re.DOTALL)
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_PROPERTY_NAMES = dict(zip(PROPERTIES, ("作者", "备注", "标识", "语言", "主题", "标题"), strict=True))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a template: 正文 第3段, 页脚 表1第2行第3列; `cell` is the table cell it is in, if any."""

    part: str
    place: str
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it stands in the document; `code` is what it says, without delimiters and level.

    `mark` is its first delimiter, `PICTURE` for a placeholder, or "" for text that is no tag: a stray delimiter, or a
    tag outside the text.
    `alone` is False where its level makes docxtpl drop other text: a `{%p` tag takes its paragraph, `{%tr` its row.
    """

    spot: Spot
    text: str
    mark: str
    level: str = ""
    code: str = ""
    alone: bool = True


def scan(source: bytes) -> list[list[Tag]]:
    """Return the tags of each part of the docx `source`, in reading order.

    Raises:
        DeclarationError: the package cannot be read.

    """
    examine(source, strict=True)
    word = opened(source)
    parts = [list(_tags(etree.fromstring(word.docx.part.blob), "正文"))]
    for uri, name in ((word.HEADER_URI, "页眉"), (word.FOOTER_URI, "页脚")):
        parts += [list(_tags(etree.fromstring(part.blob), name)) for _, part in word.get_headers_footers(uri)]
    parts += [list(_tags(etree.fromstring(part.blob), "脚注")) for part in footnotes_of(word)]
    core = word.docx.core_properties
    for name in PROPERTIES:
        spot = Spot("文档属性", _PROPERTY_NAMES[name])
        parts.append([tag for _, tag in _in_text(getattr(core, name), spot)])
    return parts


def _tags(root: Any, part: str) -> Iterator[Tag]:  # noqa: ANN401 - lxml elements have no public type
    places = _Places(root)
    order = {text: index for index, text in enumerate(root.iter(_T, _NAMED))}
    found: list[tuple[int, Tag]] = []
    for paragraph in root.iter(_P):
        spot = Spot(part, places.of(paragraph), places.cell_of(paragraph))
        texts = [text for text in paragraph.iter(_T) if _nearest(text, _P) is paragraph]
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text.text or ""))
        for offset, tag in _in_text("".join(text.text or "" for text in texts), spot):
            run = max(index for index, start in enumerate(starts[:-1]) if start <= offset)
            found.append((order[texts[run]], replace(tag, alone=_is_alone(tag, paragraph))))
    for picture in root.iter(_NAMED):
        name, paragraph = picture.get("name", ""), _nearest(picture, _P)
        if PLACEHOLDER.fullmatch(name) and paragraph is not None:
            spot = Spot(part, places.of(paragraph), places.cell_of(paragraph))
            found.append((order[picture], Tag(spot, name, PICTURE, code=name)))
    yield from (tag for _, tag in sorted(found, key=lambda each: each[0]))
    yield from _outside_text(root, part, places)


_TAKEN = {"p": _P, "tc": _TC, "tr": _TR}


def _is_alone(tag: Tag, paragraph: Any) -> bool:  # noqa: ANN401 - as above
    if tag.level not in _TAKEN:
        return True
    taken = paragraph if tag.level == "p" else _nearest(paragraph, _TAKEN[tag.level])
    return taken is None or "".join(text.text or "" for text in taken.iter(_T)).strip() == tag.text


def _in_text(text: str, spot: Spot) -> Iterator[tuple[int, Tag]]:
    end = 0
    for match in _TAG.finditer(text):
        yield from _strays(text, end, match.start(), spot)
        end = match.end()
        inside = match[0][2:-2].removeprefix("-").removeprefix("+").removesuffix("-").removesuffix("+")
        parsed = _INSIDE.fullmatch(inside)
        assert parsed is not None
        code = parsed["code"].translate(_QUOTES).strip()
        yield match.start(), Tag(spot, match[0], match[0][:2], parsed["level"] or "", code)
    yield from _strays(text, end, len(text), spot)


def _strays(text: str, start: int, end: int, spot: Spot) -> Iterator[tuple[int, Tag]]:
    for stray in _STRAY.finditer(text, start, end):
        yield stray.start(), Tag(spot, text[stray.start() : stray.start() + 40], "")


def _outside_text(root: Any, part: str, places: "_Places") -> Iterator[Tag]:  # noqa: ANN401 - as above
    for element in root.iter(etree.Element):
        written = [str(value) for value in element.attrib.values()]
        if element.tag != _T:
            written.append(element.text or "")
        for text in written:
            if _OPENING.search(text):
                paragraph = element if element.tag == _P else _nearest(element, _P)
                place = places.of(paragraph) if paragraph is not None else ""
                yield Tag(Spot(part, place), text[:40], "")


class _Places:
    """Numbers of the paragraphs and cells of a part, as a reader counts them."""

    def __init__(self, root: Any) -> None:  # noqa: ANN401 - as above
        counts: Counter[tuple[str, Any]] = Counter()
        self._numbers: dict[Any, int] = {}
        for element in root.iter(_P, _TBL, _TR, _TC):
            within = {_TR: _TBL, _TC: _TR}.get(element.tag, _TC)
            key = (element.tag, _nearest(element, within))
            counts[key] += 1
            self._numbers[element] = counts[key]
        self._counts = counts

    def of(self, paragraph: Any) -> str:  # noqa: ANN401 - as above
        """Return the place of `paragraph`: 第3段, or the table cell it is in."""
        number = f"第{self._numbers[paragraph]}段"
        cell = _nearest(paragraph, _TC)
        if cell is None:
            return number
        return self._cell(cell) + (number if self._counts[_P, cell] > 1 else "")

    def cell_of(self, paragraph: Any) -> str:  # noqa: ANN401 - as above
        """Return the table cell that `paragraph` is in, or ""."""
        cell = _nearest(paragraph, _TC)
        return "" if cell is None else self._cell(cell)

    def _cell(self, cell: Any) -> str:  # noqa: ANN401 - as above
        row, table = _nearest(cell, _TR), _nearest(cell, _TBL)
        outer = _nearest(table, _TC)
        within = f"{self._cell(outer)}内" if outer is not None else ""
        return f"{within}表{self._numbers[table]}第{self._numbers[row]}行第{self._numbers[cell]}列"


def _nearest(element: Any, tag: str) -> Any:  # noqa: ANN401 - as above
    return next(element.iterancestors(tag), None)
