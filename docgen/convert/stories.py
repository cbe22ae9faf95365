"""Read what a story of a Word file (the body, a header, a footer) prints, and the features it uses.

The reading follows ISO/IEC 29500-1 (WordprocessingML), part 17: hidden runs, deleted text, field instructions and the
fallbacks of alternative content do not print; page numbers do, but what they print is the page's business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lxml import etree

from docgen.convert.package import W
from docgen.convert.typefaces import is_symbol_font

_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DRAWN: Final = ("/picture", "/wordprocessingShape", "/wordprocessingGroup", "/wordprocessingCanvas")


class Feature(StrEnum):
    """A feature of Word that needs care; the value says in Chinese what it is."""

    NUMBERING = "自动编号"
    REVISION = "修订痕迹"
    SYMBOL = "符号字体字符"
    SMART_TAG = "智能标记"
    NOTE = "脚注或尾注"
    EQUATION = "公式"
    CHART = "图表"
    FIELD = "不允许的域"
    OBJECT = "嵌入对象"
    MACRO = "宏"
    EXTERNAL = "外部引用"
    IMPORT = "嵌入的外部文档"


# Fields whose printed result is the page's business, and those that print the text they hold.
_PAGE_FIELDS: Final = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF"})
_TEXT_FIELDS: Final = frozenset({"HYPERLINK", "REF", "TOC", "SEQ", "STYLEREF"})

_FEATURE_TAGS: Final[Mapping[str, Feature]] = {
    f"{W}ins": Feature.REVISION,
    f"{W}del": Feature.REVISION,
    f"{W}moveFrom": Feature.REVISION,
    f"{W}moveTo": Feature.REVISION,
    f"{W}sym": Feature.SYMBOL,
    f"{W}smartTag": Feature.SMART_TAG,
    f"{W}footnoteReference": Feature.NOTE,
    f"{W}endnoteReference": Feature.NOTE,
    f"{_MATH}oMath": Feature.EQUATION,
    f"{W}object": Feature.OBJECT,
    f"{W}control": Feature.OBJECT,
    f"{W}altChunk": Feature.IMPORT,
    f"{W}subDoc": Feature.IMPORT,
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The pieces of a paragraph's text between page numbers, its place, and whether every page repeats it."""

    place: str
    pieces: tuple[str, ...]
    repeated: bool = False


@dataclass(slots=True)
class StoryReader:
    """Walks over stories in document order; notes the features, the pictures and the watermarks that it meets.

    `hidden` and `numbered` are the styles that hide their text and that number their paragraphs.
    """

    hidden: frozenset[str]
    numbered: frozenset[str]
    features: dict[Feature, str] = field(default_factory=dict)
    watermarks: list[str] = field(default_factory=list)
    images: int = 0

    def paragraphs(self, root: etree._Element, part: str) -> Iterator[Paragraph]:
        """Yield the paragraphs of the story `root` that print something; `part` is its name in the package."""
        for number, element in enumerate(_shown(root, f"{W}p"), start=1):
            place = f"{part} 第{number}段"
            pieces = self._pieces(element, place)
            if any(piece.strip() for piece in pieces):
                yield Paragraph(place, pieces, _in_repeated_row(element))
        self._note(root, part)

    def _note(self, root: etree._Element, part: str) -> None:
        """Note what is not text of a paragraph."""
        for element in _shown(root, *_FEATURE_TAGS):
            self.features.setdefault(_FEATURE_TAGS[str(element.tag)], part)
        for shape in root.iter(f"{_VML}textpath"):
            self.watermarks.append(shape.get("string", ""))
        for graphic in _shown(root, f"{_DRAWING}graphicData"):
            if not graphic.get("uri", "").endswith(_DRAWN):
                self.features.setdefault(Feature.CHART, part)
        self.images += sum(1 for _ in _shown(root, f"{_DRAWING}blip", f"{_VML}imagedata"))

    def _pieces(self, paragraph: etree._Element, place: str) -> tuple[str, ...]:
        pieces, fields = [""], _Fields()
        self._numbering(paragraph, place)
        for element in _own(paragraph):
            if feature := _FEATURE_TAGS.get(str(element.tag)):
                self.features.setdefault(feature, place)
            if (instruction := fields.follow(element)) is not None:
                self._field(instruction, place)
            elif text := _text_of(element):
                if fields.skipping or _in_page_field(element):
                    pieces.append("")
                elif not self._vanishes(element, place):
                    pieces[-1] += text
        return tuple(piece for piece in pieces if piece)

    def _field(self, instruction: str, place: str) -> None:
        if _field_name(instruction) not in _PAGE_FIELDS | _TEXT_FIELDS:
            self.features.setdefault(Feature.FIELD, place)

    def _numbering(self, paragraph: etree._Element, place: str) -> None:
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return
        number = properties.find(f"{W}numPr/{W}numId")
        style = value_of(properties.find(f"{W}pStyle"))
        if (number is not None and value_of(number) != "0") or (number is None and style in self.numbered):
            self.features.setdefault(Feature.NUMBERING, place)

    def _vanishes(self, element: etree._Element, place: str) -> bool:
        run = element.getparent()
        properties = None if run is None else run.find(f"{W}rPr")
        if properties is None:
            return False
        fonts = properties.find(f"{W}rFonts")
        if fonts is not None and any(is_symbol_font(str(name)) for name in fonts.attrib.values()):
            self.features.setdefault(Feature.SYMBOL, place)
        vanish = properties.find(f"{W}vanish")
        if vanish is not None:
            return is_on(vanish)
        return value_of(properties.find(f"{W}rStyle")) in self.hidden


class _Fields:
    """The complex fields that are open: for each its instruction and whether its result has begun."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []

    def follow(self, element: etree._Element) -> str | None:
        """Take note of `element`; return the instruction of a field that it completes."""
        if element.tag == f"{W}fldSimple":
            return element.get(f"{W}instr", "")
        if element.tag == f"{W}instrText" and self._open:
            self._open[-1] = (self._open[-1][0] + (element.text or ""), False)
        if element.tag == f"{W}fldChar":
            return self._step(element.get(f"{W}fldCharType", ""))
        return None

    def _step(self, kind: str) -> str | None:
        if kind == "begin":
            self._open.append(("", False))
        elif kind == "separate" and self._open:
            self._open[-1] = (self._open[-1][0], True)
            return self._open[-1][0]
        elif kind == "end" and self._open:
            instruction, separated = self._open.pop()
            return None if separated else instruction
        return None

    @property
    def skipping(self) -> bool:
        """Say whether text that comes now is an instruction or a page number."""
        return any(not result or _field_name(instruction) in _PAGE_FIELDS for instruction, result in self._open)


def value_of(element: etree._Element | None) -> str:
    """Return the `w:val` of `element`, or nothing."""
    return "" if element is None else element.get(f"{W}val", "")


def is_on(element: etree._Element) -> bool:
    """Say whether the switch `element` is on, which it is unless it says otherwise."""
    return value_of(element).lower() not in {"0", "false", "off"}


def _field_name(instruction: str) -> str:
    return (instruction.split() or [""])[0].upper()


def _in_page_field(element: etree._Element) -> bool:
    simple = next(element.iterancestors(f"{W}fldSimple"), None)
    return simple is not None and _field_name(simple.get(f"{W}instr", "")) in _PAGE_FIELDS


def _text_of(element: etree._Element) -> str:
    parent = element.getparent()
    if parent is None or parent.tag != f"{W}r":  # such as the tab stops of a paragraph's properties
        return ""
    if element.tag == f"{W}t":
        return element.text or ""
    return {f"{W}noBreakHyphen": "-", f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t"}.get(str(element.tag), "")


def _own(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield what stands in `paragraph` itself, in order: not in the paragraphs of a text box anchored in it."""
    for child in paragraph:
        if child.tag not in {f"{W}p", f"{_COMPATIBILITY}Fallback"}:
            yield child
            yield from _own(child)


def _shown(root: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Yield the elements of `tags`, but of alternatives only the first choice."""
    for element in root.iter(*tags):
        if next(element.iterancestors(f"{_COMPATIBILITY}Fallback"), None) is None:
            yield element


def _in_repeated_row(paragraph: etree._Element) -> bool:
    headers = (row.find(f"{W}trPr/{W}tblHeader") for row in paragraph.iterancestors(f"{W}tr"))
    return any(header is not None and is_on(header) for header in headers)
