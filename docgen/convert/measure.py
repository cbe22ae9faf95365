"""Estimate on the safe side how wide and how high parts of a Word file are, in twips, without laying it out."""

import re
from typing import Final

from lxml import etree

from docgen.convert.package import W

_LETTER_EM: Final = 0.62  # width of a lower-case letter or digit of the shipped fonts
_CAPITAL_EM: Final = 0.8  # of a capital
_WIDEST_EM: Final = 1.0  # of the widest letters, and of those of other scripts
_WIDE: Final = frozenset("mwMWQ@%&")
TWIPS_PER_POINT: Final = 20
_LINE_EM: Final = 2.0  # height of a generous line
_DEFAULT_POINTS: Final = 12.0
_CELL_MARGINS: Final = 216  # twips, left and right of a cell, Word's default
_PAGE_TWIPS: Final = (9_000.0, 13_000.0)  # width and height for text where a section does not say


def row_height(row: etree._Element) -> float:
    """Estimate the height of `row` in twips: as set, or of its tallest cell, the paragraphs as wide as the column."""
    cells = (sum(map(_paragraph_height, cell.iter(f"{W}p"))) for cell in row.iterfind(f"{W}tc"))
    return max(number(row.find(f"{W}trPr/{W}trHeight"), "val"), *cells, 0.0)


def _paragraph_height(paragraph: etree._Element) -> float:
    texts = list(paragraph.iter(f"{W}t"))
    size = max(map(points, texts), default=_DEFAULT_POINTS) * TWIPS_PER_POINT
    width = sum(len(text.text or "") for text in texts) * size
    lines = 1 + width // max(column_width(paragraph), 1) + sum(1 for _ in paragraph.iter(f"{W}br"))
    return lines * size * _LINE_EM


def letters_width(word: str) -> float:
    """Estimate the width of a word that is not Chinese, as a multiple of the size of its letters."""
    return sum(_letter_width(letter) for letter in word)


def _letter_width(letter: str) -> float:
    if letter in _WIDE or not letter.isascii():
        return _WIDEST_EM
    return _CAPITAL_EM if letter.isupper() else _LETTER_EM


def indents(paragraph: etree._Element) -> float:
    """Return by how much a paragraph itself narrows its column, in twips."""
    indent = paragraph.find(f"{W}pPr/{W}ind")
    return sum(number(indent, side) for side in ("left", "start", "right", "end"))


def points(text: etree._Element) -> float:
    """Return the size of the letters of `text` in points."""
    run = text.getparent()
    return (number(run.find(f"{W}rPr/{W}sz"), "val") if run is not None else 0) / 2 or _DEFAULT_POINTS


def column_width(element: etree._Element) -> float:
    """Return the width of the column that `element` stands in: of its cell by the table's grid, or of the page."""
    cell = next(element.iterancestors(f"{W}tc"), None)
    if cell is None:
        return page(element)[0]
    row, table = next(cell.iterancestors(f"{W}tr")), next(cell.iterancestors(f"{W}tbl"))
    grid = [number(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    first = int(number(row.find(f"{W}trPr/{W}gridBefore"), "val"))
    first += sum(_span(sibling) for sibling in cell.itersiblings(f"{W}tc", preceding=True))
    columns = grid[first : first + _span(cell)] or [number(cell.find(f"{W}tcPr/{W}tcW"), "w")]
    return max(sum(columns) - _CELL_MARGINS, 0)


def page(element: etree._Element) -> tuple[float, float]:
    """Return the width and height in twips that the smallest page of the story has for text."""
    sections = list(element.getroottree().getroot().iter(f"{W}sectPr"))
    widths = [_inside(section, "w", "left", "right") for section in sections]
    heights = [_inside(section, "h", "top", "bottom") for section in sections]
    return (
        min((width for width in widths if width > 0), default=_PAGE_TWIPS[0]),
        min((height for height in heights if height > 0), default=_PAGE_TWIPS[1]),
    )


def _inside(section: etree._Element, size: str, *margins: str) -> float:
    around = section.find(f"{W}pgMar")
    return number(section.find(f"{W}pgSz"), size) - sum(number(around, margin) for margin in margins)


def _span(cell: etree._Element) -> int:
    return int(number(cell.find(f"{W}tcPr/{W}gridSpan"), "val")) or 1


def number(element: etree._Element | None, attribute: str) -> float:
    """Read a measure; one that is no plain number counts as absent, as it does for Word."""
    text = "" if element is None else element.get(f"{W}{attribute}", "")
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else 0.0
