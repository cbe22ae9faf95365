"""A Word file as text: body, tables, text boxes, notes, headers, footers, comments, automatic numbers, revisions.

Insertions count and are noted, deletions do not and are noted, hidden runs and field instructions are left out. The
XML is read as a stream that refuses every document type declaration, so nothing is expanded, fetched or run; parts are
read up to a bound, whatever the archive says of their size. A run of underlined blanks is written as underscores,
which is what it looks like.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from docgen.errors import InputError
from docgen.precheck.numbering import Counter, Level, Lists
from docgen.precheck.refusing import MAX_TEXT, too_large, unreadable
from docgen.precheck.text import CELL, BlockKind, ContractText, Revision, Writer

_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_MATH_TEXT = "http://schemas.openxmlformats.org/officeDocument/2006/math t"
_MAX_PART = 60_000_000
_MAX_ENTRIES = 5_000
_MAX_REVISIONS = 500
_BROKEN = "Word文件已损坏"
_REMEDY = "用Word或WPS打开后另存为新的docx文件"
_SYMBOLS = {"F0A8": "□", "F06F": "□", "F0A3": "□", "F0FE": "☑", "F052": "☑", "F0FC": "√", "F050": "√"}
"""Boxes and ticks of the symbol fonts, which forms use for choices."""
_PARTS = (
    (re.compile(r"(?:foot|end)notes\.xml"), BlockKind.NOTE),
    (re.compile(r"header\d*\.xml"), BlockKind.HEADER),
    (re.compile(r"footer\d*\.xml"), BlockKind.FOOTER),
    (re.compile(r"comments\.xml"), BlockKind.COMMENT),
)
_SKIPPED = frozenset({"instrText", "delInstrText"})
_MANY_LINES = 3

Attributes = Mapping[str, str]


def read_word(data: bytes) -> ContractText:
    """Read a DOCX file.

    Raises:
        InputError: Codes `not_readable`, `too_large`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _read(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise unreadable(_BROKEN, _REMEDY) from error


def _read(package: zipfile.ZipFile) -> ContractText:
    names = package.namelist()
    if len(names) > _MAX_ENTRIES:
        raise too_large("Word文件含有过多部件")
    main = _main_part(package, names)
    folder = main.rpartition("/")[0]
    lists = Lists()
    for name, reader in (("styles.xml", _styles), ("numbering.xml", _numbering)):
        if (path := f"{folder}/{name}".lstrip("/")) in names:
            reader(_part(package, path), lists)
    writer, revisions = Writer(), list[Revision]()
    _Story(writer, Counter(lists), BlockKind.PARAGRAPH, revisions).read(_part(package, main))
    for name in sorted(names):
        place, _, file = name.rpartition("/")
        for pattern, kind in _PARTS:
            if place == folder and pattern.fullmatch(file):
                _Story(writer, Counter(lists), kind, []).read(_part(package, name))
    return writer.finished("docx", revisions=tuple(revisions))


def _main_part(package: zipfile.ZipFile, names: list[str]) -> str:
    found: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in names:
        _parse(_part(package, "_rels/.rels"), start, namespaces=False)
    main = next((name for name in (*found, "word/document.xml") if name in names), None)
    if main is None:
        raise unreadable("这不是Word文件（docx）", _REMEDY)
    return main


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as file:
        content = file.read(_MAX_PART + 1)
    if len(content) > _MAX_PART:
        raise too_large("Word文件解压后过大")
    return content


class _DoctypeError(Exception):
    """A document type declaration: no Word file has one."""


def _parse(
    content: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
    *,
    namespaces: bool = True,
) -> None:
    """Read XML as a stream; tags of Word's namespace lose their prefix."""

    def refuse(*_: object) -> None:
        raise _DoctypeError

    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(_plain(tag), attributes)
    if end:
        parser.EndElementHandler = lambda tag: end(_plain(tag))
    if characters:
        parser.CharacterDataHandler = characters
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise unreadable(_BROKEN, _REMEDY) from error
    except _DoctypeError:
        raise unreadable("Word文件含有文档类型声明，已拒绝读取", _REMEDY) from None


def _plain(tag: str) -> str:
    for namespace in _NAMESPACES:
        if tag.startswith(namespace):
            return tag[len(namespace) :]
    return tag


def _value(attributes: Attributes, name: str = "val") -> str:
    for namespace in _NAMESPACES:
        if (value := attributes.get(namespace + name)) is not None:
            return value
    return ""


def _number(text: str, default: int = 0) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default


def _on(attributes: Attributes) -> bool:
    return _value(attributes) not in {"0", "false", "off", "none"}


def _styles(content: bytes, lists: Lists) -> None:
    style, number, level = "", "", 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal style, number, level
        match tag:
            case "style":
                style, number, level = _value(attributes, "styleId"), "", 0
            case "numId":
                number = _value(attributes)
            case "ilvl":
                level = _number(_value(attributes))

    def end(tag: str) -> None:
        if tag == "style" and number:
            lists.styles[style] = (number, level)

    _parse(content, start, end)


def _numbering(content: bytes, lists: Lists) -> None:
    abstract, number, level = "", "", 0

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal abstract, number, level
        match tag:
            case "abstractNum":
                abstract, number = _value(attributes, "abstractNumId"), ""
                lists.abstract[abstract] = {}
            case "num":
                number = _value(attributes, "numId")
            case "abstractNumId":
                lists.numbers[number] = (_value(attributes), {})
            case "lvl" | "lvlOverride":
                level = _number(_value(attributes, "ilvl"))
                if tag == "lvl" and not number:
                    lists.abstract[abstract][level] = Level()
            case "startOverride" if number in lists.numbers:
                lists.numbers[number][1][level] = _number(_value(attributes), 1)
            case "numFmt" | "lvlText" | "start" | "isLgl" if not number and level in lists.abstract.get(abstract, {}):
                _describe(lists.abstract[abstract][level], tag, attributes)
            case "pStyle" if not number and abstract:
                lists.styles.setdefault(_value(attributes), ("", level))

    _parse(content, start)
    styled = {style: place for style, place in lists.styles.items() if place[0]}
    lists.styles.clear()
    lists.styles.update(styled)


def _describe(level: Level, tag: str, attributes: Attributes) -> None:
    match tag:
        case "numFmt":
            level.format = _value(attributes)
        case "lvlText":
            level.text = _value(attributes)
        case "start":
            level.start = _number(_value(attributes), 1)
        case "isLgl":
            level.legal = _on(attributes)


@dataclass(slots=True)
class _Run:
    underlined: bool = False
    hidden: bool = False


@dataclass(slots=True)
class _Paragraph:
    pieces: list[tuple[str, bool, int]] = field(default_factory=list)
    number: str | None = None
    level: int | None = None
    style: str = ""


@dataclass(slots=True)
class _Table:
    cells: list[list[str]] = field(default_factory=list)
    number: int = 0


class _Story:
    """Reads one part of the document into the writer."""

    def __init__(self, writer: Writer, counter: Counter, kind: BlockKind, revisions: list[Revision]) -> None:
        self._writer = writer
        self._counter = counter
        self._kind = kind
        self._revisions = revisions
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._run = _Run()
        self._reading = False
        self._skipping = 0
        self._inserting: list[str] = []
        self._deleting: list[str] = []
        self._deleted: list[str] = []
        self._table_count = 0
        self._changes: list[str] = []

    def read(self, content: bytes) -> None:
        _parse(content, self._start, self._end, self._characters)
        while self._paragraphs:
            self._finish_paragraph()

    def _start(self, tag: str, attributes: Attributes) -> None:  # noqa: C901, PLR0912 - one case per element
        if tag == _FALLBACK:
            self._skipping += 1
        if self._skipping:
            return
        match tag:
            case "p":
                self._paragraphs.append(_Paragraph())
                self._run = _Run()
            case "tbl":
                self._table_count += 1
                self._tables.append(_Table(number=self._table_count))
            case "tr" if self._tables:
                self._tables[-1].cells = []
            case "tc" if self._tables:
                self._tables[-1].cells.append([])
            case "r":
                self._run = _Run()
            case "u":
                self._run.underlined = _on(attributes) and bool(_value(attributes))
            case "vanish":
                self._run.hidden = _on(attributes)
            case "t" | "delText":
                self._reading = True
            case "tab" | "ptab" if not attributes:
                self._put("\t")
            case "br" | "cr":
                self._put("\n")
            case "noBreakHyphen":
                self._put("-")
            case "sym":
                self._put(_SYMBOLS.get(_value(attributes, "char").upper(), ""))
            case "ins" | "moveTo":
                self._inserting.append(_value(attributes, "author"))
            case "del" | "moveFrom":
                self._deleting.append(_value(attributes, "author"))
            case _:
                self._describe(tag, attributes)
                if tag == _MATH_TEXT:
                    self._reading = True

    def _describe(self, tag: str, attributes: Attributes) -> None:
        if not self._paragraphs:
            return
        paragraph = self._paragraphs[-1]
        match tag:
            case "pStyle":
                paragraph.style = _value(attributes)
            case "ilvl":
                paragraph.level = _number(_value(attributes))
            case "numId":
                paragraph.number = _value(attributes)

    def _end(self, tag: str) -> None:
        if tag == _FALLBACK and self._skipping:
            self._skipping -= 1
        if self._skipping:
            return
        match tag:
            case "t" | "delText":
                self._reading = False
            case "p" if self._paragraphs:
                self._finish_paragraph()
            case "tr" if self._tables:
                self._finish_row(self._tables[-1])
            case "tbl" if self._tables:
                self._tables.pop()
            case "ins" | "moveTo" if self._inserting:
                self._inserting.pop()
            case "del" | "moveFrom" if self._deleting:
                self._finish_deletion(self._deleting.pop())
            case _ if tag == _MATH_TEXT:
                self._reading = False

    def _characters(self, text: str) -> None:
        if self._reading and not self._skipping:
            self._put(text.replace("\n", " "))

    def _put(self, text: str) -> None:
        if self._run.hidden or not self._paragraphs or not text:
            return
        if self._deleting:
            self._deleted.append(text)
            return
        change = 0
        if self._inserting:
            self._changes.append(self._inserting[-1])
            change = len(self._changes)
        self._paragraphs[-1].pieces.append((text, self._run.underlined, change))

    def _finish_deletion(self, author: str) -> None:
        text = "".join(self._deleted)
        self._deleted.clear()
        if text.strip() and len(self._revisions) < _MAX_REVISIONS:
            at = self._writer.length
            self._revisions.append(Revision(at, at, author, text[:200], inserted=False))

    def _finish_paragraph(self) -> None:
        paragraph = self._paragraphs.pop()
        label = self._label(paragraph)
        text, inserted = _assembled(paragraph.pieces)
        if label and text.strip():
            text, inserted = label + text, [(start + len(label), end + len(label), n) for start, end, n in inserted]
        if self._tables and self._tables[-1].cells:
            self._tables[-1].cells[-1].append(text)
            return
        start = self._writer.length
        for line in text.split("\n"):
            self._add(line)
        for first, last, change in inserted:
            if len(self._revisions) < _MAX_REVISIONS and text[first:last].strip():
                self._revisions.append(
                    Revision(start + first, start + last, self._changes[change - 1], text[first:last], inserted=True)
                )

    def _label(self, paragraph: _Paragraph) -> str:
        number, level = paragraph.number, paragraph.level
        if number is None and paragraph.style in self._counter.lists.styles:
            number, styled = self._counter.lists.styles[paragraph.style]
            level = styled if level is None else level
        if not number or number == "0" or not any(text.strip() for text, _, _ in paragraph.pieces):
            return ""
        return self._counter.label(number, level or 0)

    def _finish_row(self, table: _Table) -> None:
        cells = [[line for text in cell for line in text.split("\n") if line.strip()] for cell in table.cells]
        table.cells = []
        if any(len(cell) >= _MANY_LINES for cell in cells) or len(cells) == 1:
            for line in (line for cell in cells for line in cell):
                self._add(line)
        elif any(cells):
            self._add(
                CELL.join(" ".join(cell).replace("|", "¦").strip() for cell in cells), BlockKind.ROW, table.number
            )

    def _add(self, text: str, kind: BlockKind = BlockKind.PARAGRAPH, table: int = 0) -> None:
        if self._kind is not BlockKind.PARAGRAPH:
            kind, table = self._kind, 0
        self._writer.add(text.rstrip(), kind, table)
        if self._writer.length > MAX_TEXT:
            raise too_large("文本超过合同应有的篇幅")


def _assembled(pieces: list[tuple[str, bool, int]]) -> tuple[str, list[tuple[int, int, int]]]:
    """Join the runs of a paragraph; underlined blanks that hold no word become underscores."""
    parts: list[str] = []
    inserted: list[tuple[int, int, int]] = []
    length = 0
    for underlined, group in _grouped(pieces):
        blank = underlined and not "".join(text for text, _ in group).strip()
        wide = blank and sum(len(text) for text, _ in group) > 1
        for text, change in group:
            written = (
                "_" * sum(4 if character == "\t" else 1 for character in text)
                if wide or (blank and "\t" in text)
                else text
            )
            if change:
                inserted.append((length, length + len(written), change))
            parts.append(written)
            length += len(written)
    return "".join(parts), inserted


def _grouped(pieces: list[tuple[str, bool, int]]) -> Iterator[tuple[bool, list[tuple[str, int]]]]:
    group: list[tuple[str, int]] = []
    state = False
    for text, underlined, change in pieces:
        if group and underlined is not state:
            yield state, group
            group = []
        state = underlined
        group.append((text, change))
    if group:
        yield state, group


__all__ = ["InputError", "read_word"]
