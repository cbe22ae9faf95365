"""Let words break that are wider than their column, and rows that are taller than a page, as Word does.

rdocx lets both run out: a hash or an e-mail address over the next column, a row that must not be divided (`cantSplit`)
off the page; repeated header rows that fill a page keep it busy for ever. It does break between two runs, so such a
word is cut into runs of one letter, which changes nothing in its text; such a row is allowed to be divided, and such
headers do not repeat. Sizes are estimates on the safe side.
"""

import copy
import re
from typing import Final

from lxml import etree

from docgen.convert.package import W

_WORD: Final = re.compile(r"[!-,.0-~\u00a1-\u00ac\u00ae-\u024f]+")  # what stays together: not across - and /
_LETTER_EM: Final = 0.62  # width of a wide letter of the shipped fonts
_LINE_EM: Final = 2.0  # height of a generous line
_DEFAULT_POINTS: Final = 12.0
_CELL_MARGINS: Final = 216  # twips, left and right of a cell, Word's default
_TWIPS_PER_POINT: Final = 20
_PAGE_TWIPS: Final = (9_000.0, 13_000.0)  # width and height for text where a section does not say
_SHORT: Final = 8  # letters that fit the narrowest column a form has


def break_what_does_not_fit(root: etree._Element) -> None:
    """Change the story `root` so that its long words and tall rows break."""
    for text in list(root.iter(f"{W}t")):
        if words := _long_words(text):
            _cut(text, words)
    for undivided in list(root.iter(f"{W}cantSplit")):
        row = next(undivided.iterancestors(f"{W}tr"), None)
        if row is not None and _height(row) > _page(row)[1]:
            undivided.getparent().remove(undivided)  # type: ignore[union-attr]
    for table in root.iter(f"{W}tbl"):
        headers = table.findall(f"{W}tr/{W}trPr/{W}tblHeader")
        rows = [next(header.iterancestors(f"{W}tr")) for header in headers]
        if rows and sum(map(_height, rows)) > _page(table)[1] / 2:
            for header in headers:
                header.getparent().remove(header)  # type: ignore[union-attr]


def _long_words(text: etree._Element) -> list[re.Match[str]]:
    """Return the words of `text` that do not fit its column."""
    words = [word for word in _WORD.finditer(text.text or "") if len(word[0]) > _SHORT]
    if not words:
        return []
    letters = int(_column_twips(text) / _TWIPS_PER_POINT / (_LETTER_EM * _points(text)))
    return [word for word in words if len(word[0]) > letters]


def _cut(text: etree._Element, words: list[re.Match[str]]) -> None:
    """Replace the run of `text` by several: what stands around the `words`, and each of their letters."""
    run = text.getparent()
    if run is None or run.tag != f"{W}r":
        return
    whole, pieces, end = text.text or "", list[str](), 0
    for word in words:
        pieces += [whole[end : word.start()], *word[0]]
        end = word.end()
    properties = run.find(f"{W}rPr")
    before = [child for child in text.itersiblings(preceding=True) if child is not properties][::-1]
    for children in (before, *([_text(piece)] for piece in (*pieces, whole[end:]) if piece), list(text.itersiblings())):
        if children:
            part = etree.Element(f"{W}r")
            part.extend([copy.deepcopy(properties)] if properties is not None else [])
            part.extend(children)
            run.addprevious(part)
    run.getparent().remove(run)  # type: ignore[union-attr]


def _text(text: str) -> etree._Element:
    element = etree.Element(f"{W}t")
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    element.text = text
    return element


def _height(row: etree._Element) -> float:
    """Estimate the height of `row` in twips: as set, or of its tallest cell, the paragraphs as wide as the column."""
    cells = (sum(map(_paragraph_height, cell.iter(f"{W}p"))) for cell in row.iterfind(f"{W}tc"))
    return max(_number(row.find(f"{W}trPr/{W}trHeight"), "val"), *cells, 0.0)


def _paragraph_height(paragraph: etree._Element) -> float:
    texts = list(paragraph.iter(f"{W}t"))
    points = max(map(_points, texts), default=_DEFAULT_POINTS)
    width = sum(len(text.text or "") for text in texts) * points * _TWIPS_PER_POINT
    lines = 1 + width // max(_column_twips(paragraph), 1) + sum(1 for _ in paragraph.iter(f"{W}br"))
    return lines * points * _LINE_EM * _TWIPS_PER_POINT


def _points(text: etree._Element) -> float:
    run = text.getparent()
    return (_number(run.find(f"{W}rPr/{W}sz"), "val") if run is not None else 0) / 2 or _DEFAULT_POINTS


def _column_twips(element: etree._Element) -> float:
    """Return the width of the column that `element` stands in: of its cell by the table's grid, or of the page."""
    cell = next(element.iterancestors(f"{W}tc"), None)
    if cell is None:
        return _page(element)[0]
    row, table = next(cell.iterancestors(f"{W}tr")), next(cell.iterancestors(f"{W}tbl"))
    grid = [_number(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    first = int(_number(row.find(f"{W}trPr/{W}gridBefore"), "val"))
    first += sum(_span(sibling) for sibling in cell.itersiblings(f"{W}tc", preceding=True))
    columns = grid[first : first + _span(cell)] or [_number(cell.find(f"{W}tcPr/{W}tcW"), "w")]
    return max(sum(columns) - _CELL_MARGINS, 0)


def _page(element: etree._Element) -> tuple[float, float]:
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
    return _number(section.find(f"{W}pgSz"), size) - sum(_number(around, margin) for margin in margins)


def _span(cell: etree._Element) -> int:
    return int(_number(cell.find(f"{W}tcPr/{W}gridSpan"), "val")) or 1


def _number(element: etree._Element | None, attribute: str) -> float:
    """Read a measure; one that is no plain number counts as absent, as it does for Word."""
    text = "" if element is None else element.get(f"{W}{attribute}", "")
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else 0.0
