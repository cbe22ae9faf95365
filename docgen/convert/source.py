"""What a Word file says and which features it uses, read before it is converted.

The text read here is what the PDF must hold afterwards; the features are those that some converter would lose in
silence, or that reach outside the document. The reading follows ISO/IEC 29500-1 (WordprocessingML), part 17.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lxml import etree

from docgen.convert.package import DOCUMENT, Package, W, open_package
from docgen.convert.typefaces import is_symbol_font

R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONSHIPS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


class Feature(StrEnum):
    """A feature of Word that needs care; the value says in Chinese what it is."""

    NUMBERING = "自动编号"
    REVISION = "修订痕迹"
    SYMBOL = "符号字体字符"
    SMART_TAG = "智能标记"
    NOTE = "脚注或尾注"
    EQUATION = "公式"
    FIELD = "不允许的域"
    OBJECT = "嵌入对象"
    MACRO = "宏"
    EXTERNAL = "外部引用"
    IMPORT = "嵌入的外部文档"


# Fields whose printed result is the page's business, and those that print the text they hold.
_PAGE_FIELDS: Final = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
_TEXT_FIELDS: Final = frozenset({"HYPERLINK", "REF", "PAGEREF", "TOC", "SEQ", "STYLEREF"})

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
    """One paragraph: the pieces of its text between page numbers, where it stands, and whether every page repeats it."""

    place: str
    pieces: tuple[str, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A Word file that has been read: its parts, its visible paragraphs and the features it uses, each with a place.

    `running` holds the headers and footers that are certain to print; `possible` those that print on some pages only.
    """

    package: Package
    body: tuple[Paragraph, ...]
    running: tuple[Paragraph, ...]
    possible: tuple[Paragraph, ...]
    features: Mapping[Feature, str]
    images: int

    @property
    def characters(self) -> frozenset[str]:
        """Return every character that prints."""
        texts = (piece for part in (self.body, self.running, self.possible) for item in part for piece in item.pieces)
        return frozenset().union(*texts) - frozenset("\t\n")


def read_source(docx: bytes) -> Source:
    """Read the Word file `docx`.

    Raises:
        InputError: it is not a Word file, or exceeds the limits.
    """
    package = open_package(docx)
    reader = _Reader(_hidden_styles(package), _numbered_styles(package))
    body = tuple(reader.paragraphs(package.tree(DOCUMENT), DOCUMENT))
    running: list[Paragraph] = []
    possible: list[Paragraph] = []
    for name, certain in _running_parts(package).items():
        (running if certain else possible).extend(reader.paragraphs(package.tree(name), name))
    _packaging(package, reader.features)
    return Source(package, body, tuple(running), tuple(possible), reader.features, reader.images)


@dataclass(slots=True)
class _Reader:
    """Walks over stories in document order and notes the features that it meets."""

    hidden: frozenset[str]
    numbered: frozenset[str]
    features: dict[Feature, str] = field(default_factory=dict)
    images: int = 0

    def paragraphs(self, root: etree._Element, part: str) -> Iterator[Paragraph]:
        """Yield the paragraphs of the story `root` that print something."""
        for number, element in enumerate(_shown(root, f"{W}p"), start=1):
            place = f"{part} 第{number}段"
            pieces = self._pieces(element, place)
            if any(piece.strip() for piece in pieces):
                yield Paragraph(place, pieces, _in_repeated_row(element))
        for shape in root.iter(f"{_VML}textpath"):
            if text := shape.get("string", ""):
                yield Paragraph(f"{part} 水印", (text,))
        self.images += sum(1 for _ in _shown(root, f"{_DRAWING}blip", f"{_VML}imagedata"))

    def _pieces(self, paragraph: etree._Element, place: str) -> tuple[str, ...]:
        pieces, fields = [""], _Fields()
        self._numbering(paragraph, place)
        for element in _own(paragraph):
            if feature := _FEATURE_TAGS.get(str(element.tag)):
                self.features.setdefault(feature, place)
            if element.tag == f"{W}fldSimple":
                self._field(element.get(f"{W}instr", ""), place)
            if element.tag == f"{W}instrText":
                fields.instruct(element.text or "")
            elif element.tag == f"{W}fldChar":
                instruction = fields.step(element.get(f"{W}fldCharType", ""))
                if instruction is not None:
                    self._field(instruction, place)
            elif text := _text_of(element):
                if fields.skipping or _in_page_field(element):
                    pieces.append("") if pieces[-1] else None
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
        style = _value(properties.find(f"{W}pStyle"))
        if (number is not None and _value(number) != "0") or (number is None and style in self.numbered):
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
            return _is_on(vanish)
        return _value(properties.find(f"{W}rStyle")) in self.hidden


class _Fields:
    """The complex fields that are open: for each its instruction and whether its result has begun."""

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []

    def instruct(self, text: str) -> None:
        if self._open:
            self._open[-1] = (self._open[-1][0] + text, self._open[-1][1])

    def step(self, kind: str) -> str | None:
        """Follow a field character; return the instruction of a field that ends or whose result begins."""
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
        return any(not result or _field_name(instruction) in _PAGE_FIELDS for instruction, result in self._open)


def _field_name(instruction: str) -> str:
    return (instruction.split() or [""])[0].upper()


def _in_page_field(element: etree._Element) -> bool:
    simple = next(element.iterancestors(f"{W}fldSimple"), None)
    return simple is not None and _field_name(simple.get(f"{W}instr", "")) in _PAGE_FIELDS


def _text_of(element: etree._Element) -> str:
    match element.tag:
        case t if t == f"{W}t":
            return element.text or ""
        case t if t == f"{W}noBreakHyphen":
            return "-"
        case t if t in {f"{W}br", f"{W}cr"}:
            return "\n"
        # The tab of a run, not the tab stop of the paragraph's properties.
        case t if t == f"{W}tab" and (parent := element.getparent()) is not None and parent.tag == f"{W}r":
            return "\t"
    return ""


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
    return any(_is_on(header) for row in paragraph.iterancestors(f"{W}tr") for header in row.iterfind(f"{W}trPr/{W}tblHeader"))  # fmt: skip


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")


def _is_on(element: etree._Element) -> bool:
    return _value(element).lower() not in {"0", "false", "off"}


def _styles(package: Package) -> Mapping[str, etree._Element]:
    if "word/styles.xml" not in package.parts:
        return {}
    return {style.get(f"{W}styleId", ""): style for style in package.tree("word/styles.xml").iter(f"{W}style")}


def _styles_where(package: Package, path: str) -> frozenset[str]:
    """Return the styles in which the element at `path` is on, be it inherited."""
    styles, found = _styles(package), set()
    for identity in styles:
        seen: set[str] = set()
        current = identity
        while current in styles and current not in seen:
            seen.add(current)
            element = styles[current].find(path)
            if element is not None:
                if _is_on(element):
                    found.add(identity)
                break
            current = _value(styles[current].find(f"{W}basedOn"))
    return frozenset(found)


def _hidden_styles(package: Package) -> frozenset[str]:
    return _styles_where(package, f"{W}rPr/{W}vanish")


def _numbered_styles(package: Package) -> frozenset[str]:
    return _styles_where(package, f"{W}pPr/{W}numPr/{W}numId")


def _running_parts(package: Package) -> Mapping[str, bool]:
    """Return the header and footer parts that sections name, and whether each is certain to print."""
    rels = "word/_rels/document.xml.rels"
    if rels not in package.parts:
        return {}
    targets = {rel.get("Id"): rel.get("Target", "") for rel in package.tree(rels).iter(f"{_RELATIONSHIPS}Relationship")}
    parts: dict[str, bool] = {}
    for section in package.tree(DOCUMENT).iter(f"{W}sectPr"):
        title = section.find(f"{W}titlePg")
        first = title is not None and _is_on(title)
        for reference in section.iter(f"{W}headerReference", f"{W}footerReference"):
            kind = reference.get(f"{W}type", "default")
            target = targets.get(reference.get(f"{R}id"), "").removeprefix("/word/")
            if (name := f"word/{target}") in package.parts:
                certain = kind == ("first" if first else "default")
                parts[name] = parts.get(name, False) or certain
    return parts


def _packaging(package: Package, features: dict[Feature, str]) -> None:
    """Note what the parts themselves, not the text, bring along."""
    for name, data in package.parts.items():
        if re.search(r"vbaproject|activex", name, re.IGNORECASE):
            features.setdefault(Feature.MACRO, name)
        if "/embeddings/" in name:
            features.setdefault(Feature.OBJECT, name)
        if name.endswith(".rels") and b"External" in data:
            for relation in package.tree(name).iter(f"{_RELATIONSHIPS}Relationship"):
                outside = relation.get("TargetMode") == "External"
                if outside and not relation.get("Type", "").endswith("/hyperlink"):
                    features.setdefault(Feature.EXTERNAL, name)
