"""A docx put together in the house style: paragraphs and bordered tables, every one in a named style of the house.

Rules enforced here (what Word, LibreOffice and the embedded converter print alike): column widths are fixed and add up
to the width of the text, rows do not split, header rows repeat, signature lines are borders, numbering is literal text,
anchors are bookmarks. Not every converter keeps two rows on one page: what must stay together is one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm

LABEL_SHADE = "E6E6E6"
"""Ten percent grey behind labels (forms.md section 1.2)."""

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_TWIPS_PER_MM = 1440 / 25.4


class Style(StrEnum):
    """Named paragraph styles of `house.docx`."""

    TITLE = "文书标题"
    SUBTITLE = "文书副标题"
    NUMBER = "文书编号"
    BODY = "文书正文"
    BODY_LAST = "文书正文末段"
    BODY_FLUSH = "文书正文顶格"
    BODY_STRONG = "文书正文加粗"
    ARTICLE = "条标题"
    SECTION = "节标题"
    TABLE_HEAD = "表头"
    LABEL = "表格标签"
    CELL = "表格内容"
    CELL_CENTRE = "表格居中"
    CELL_NUMBER = "表格数字"
    CELL_STRONG = "表格强调"
    CELL_SIGN = "表格签署"
    CAPTION = "表题"
    SIGN = "签署"
    SIGN_CENTRE = "签署居中"
    SIGN_PARTY = "签署单位"
    SIGN_LINE = "签署线"
    CLOSING = "落款"
    NOTE = "说明"
    GAP = "表间距"
    HEADER = "文书页眉"
    FOOTER = "文书页脚"
    COVER_TITLE = "封面标题"
    COVER_LINE = "封面信息"
    CONTENTS_TITLE = "目录标题"
    CONTENTS_ENTRY = "目录条目"
    PART = "部分标题"
    PICTURE = "图片"
    FIGURE_TITLE = "图题"


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a cell, with the anchors that start it."""

    text: str
    style: Style = Style.CELL
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its paragraphs, the columns it spans, shading and borders."""

    lines: tuple[Line, ...]
    span: int = 1
    shaded: bool = False
    framed: bool = True
    top: bool = False


def label(text: str, span: int = 1) -> Cell:
    """Return a shaded cell that names the value beside it."""
    return Cell((Line(text, Style.LABEL),), span, shaded=True)


def value(text: str, span: int = 1, style: Style = Style.CELL, anchors: tuple[str, ...] = ()) -> Cell:
    """Return a cell that holds a value."""
    return Cell((Line(text, style, anchors),), span)


class Sheet:
    """A document under construction, on the paper and in the styles of the house."""

    def __init__(self, house: bytes, *, landscape: bool = False) -> None:
        """Start from the bytes of `house.docx`."""
        self._document = Document(BytesIO(house))
        for paragraph in list(self._document.paragraphs):
            self._document.element.body.remove(paragraph._p)  # noqa: SLF001 - python-docx has no other way
        self._section: Section = self._document.sections[0]
        if landscape:
            self._turn()
        self._bookmarks = 0

    @property
    def width(self) -> float:
        """Return the width of the text in millimetres."""
        section = self._section
        paper, left, right = section.page_width, section.left_margin, section.right_margin
        assert paper is not None  # house.docx gives all three
        assert left is not None
        assert right is not None
        return (paper - left - right) / Mm(1)

    def paragraph(self, text: str, style: Style, *, anchors: Sequence[str] = ()) -> None:
        """Add one paragraph, at a distance where a table precedes it."""
        if style is not Style.GAP and isinstance(self._last(), CT_Tbl):
            self.gap()
        paragraph = self._document.add_paragraph(style=style.value)
        self._fill(paragraph._p, Line(text, style, tuple(anchors)))  # noqa: SLF001

    def gap(self) -> None:
        """Add the distance after a table; it holds a space because an empty paragraph takes none in every converter."""
        self.paragraph("　", Style.GAP)

    def table(self, widths: Sequence[float]) -> "Grid":
        """Add a table with columns of these widths in millimetres."""
        if abs(sum(widths) - self.width) > 1:
            raise ValueError(f"columns take {sum(widths)} mm of {self.width:.1f}")
        table = _element("w:tbl")
        body = self._document.element.body
        body.insert(list(body).index(body.sectPr), table)
        return Grid(self, table, widths)

    def save(self) -> bytes:
        """Return the docx; the same sheet gives the same bytes."""
        if isinstance(self._last(), CT_Tbl):
            self.gap()  # Word wants a paragraph after the last table
        raw = BytesIO()
        self._document.save(raw)
        out = BytesIO()
        with ZipFile(raw) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
            for entry in source.infolist():
                fixed = ZipInfo(entry.filename, _ZIP_DATE)
                fixed.compress_type = ZIP_DEFLATED
                target.writestr(fixed, source.read(entry))
        return out.getvalue()

    def _last(self) -> object:
        body = self._document.element.body
        return body[-2] if len(body) > 1 else None

    def _turn(self) -> None:
        section = self._section
        section.page_width, section.page_height = section.page_height, section.page_width
        section.orientation = WD_ORIENT.LANDSCAPE

    def _fill(self, paragraph: BaseOxmlElement, line: Line) -> None:
        for name in line.anchors:
            self._bookmarks += 1
            paragraph.append(_element("w:bookmarkStart", id=str(self._bookmarks), name=name))
            paragraph.append(_element("w:bookmarkEnd", id=str(self._bookmarks)))
        if line.text:
            run = _element("w:r")
            text = _element("w:t")
            text.text = line.text
            text.set(qn("xml:space"), "preserve")
            run.append(text)
            paragraph.append(run)

    def _style_id(self, style: Style) -> str:
        return str(self._document.styles[style.value].style_id)


class Grid:
    """A table under construction."""

    def __init__(self, sheet: Sheet, table: BaseOxmlElement, widths: Sequence[float]) -> None:
        """Lay out `table` with fixed columns of these `widths` in millimetres."""
        self._sheet = sheet
        self._table = table
        self._widths = [round(width * _TWIPS_PER_MM) for width in widths]
        properties = _element("w:tblPr")
        properties.append(_element("w:tblW", w=str(sum(self._widths)), type="dxa"))
        properties.append(_element("w:jc", val="center"))
        properties.append(_element("w:tblLayout", type="fixed"))
        margins = _element("w:tblCellMar")
        for side, size in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
            margins.append(_element(f"w:{side}", w=str(size), type="dxa"))
        properties.append(margins)
        table.append(properties)
        columns = _element("w:tblGrid")
        for width in self._widths:
            columns.append(_element("w:gridCol", w=str(width)))
        table.append(columns)

    def row(self, *cells: Cell, height: float = 8, header: bool = False) -> None:
        """Add a row at least `height` millimetres high; `header` rows repeat on every page."""
        if sum(cell.span for cell in cells) != len(self._widths):
            raise ValueError("the cells of a row must span all columns")
        row = _element("w:tr")
        properties = _element("w:trPr")
        properties.append(_element("w:cantSplit"))
        properties.append(_element("w:trHeight", val=str(round(height * _TWIPS_PER_MM)), hRule="atLeast"))
        if header:
            properties.append(_element("w:tblHeader"))
        row.append(properties)
        column = 0
        for cell in cells:
            width = sum(self._widths[column : column + cell.span])
            row.append(self._cell(cell, width))
            column += cell.span
        self._table.append(row)

    def head(self, *titles: str) -> None:
        """Add a repeating header row."""
        self.row(*(Cell((Line(title, Style.TABLE_HEAD),), shaded=True) for title in titles), header=True)

    def control(self, tag: str) -> None:
        """Add a row that only holds a template tag such as `{%tr for … %}` and is gone once filled."""
        self.row(Cell((Line(tag),), len(self._widths)), height=5)

    def _cell(self, cell: Cell, width: int) -> BaseOxmlElement:
        element = _element("w:tc")
        properties = _element("w:tcPr")
        properties.append(_element("w:tcW", w=str(width), type="dxa"))
        if cell.span > 1:
            properties.append(_element("w:gridSpan", val=str(cell.span)))
        if cell.framed:
            properties.append(_borders())
        if cell.shaded:
            properties.append(_element("w:shd", val="clear", color="auto", fill=LABEL_SHADE))
        properties.append(_element("w:vAlign", val="top" if cell.top else "center"))
        element.append(properties)
        for line in cell.lines:
            paragraph = _element("w:p")
            style = _element("w:pPr")
            style.append(_element("w:pStyle", val=self._sheet._style_id(line.style)))  # noqa: SLF001
            paragraph.append(style)
            self._sheet._fill(paragraph, line)  # noqa: SLF001
            element.append(paragraph)
        return element


def _borders() -> BaseOxmlElement:
    borders = _element("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="000000"))
    return borders


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    element = cast("BaseOxmlElement", OxmlElement(tag))
    for name, text in attributes.items():
        element.set(qn(f"w:{name}"), text)
    return element
