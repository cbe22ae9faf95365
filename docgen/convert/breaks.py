"""Let long words break where they do not fit: a hash, an e-mail address or a serial number in a narrow column.

Word and LibreOffice break such a word at the column's edge, rdocx lets it run over the next column or off the page.
It does break between two runs, so such a word is cut into runs of one letter, which changes nothing in its text.
"""

import copy
import re
from typing import Final

from lxml import etree

from docgen.convert.package import W

_WORD: Final = re.compile(r"[!-,.0-~\u00a1-\u00ac\u00ae-\u024f]+")  # what stays together: not across - and /
_LETTER_EM: Final = 0.62  # width of a wide letter of the shipped fonts
_DEFAULT_POINTS: Final = 12.0
_CELL_MARGINS: Final = 216  # twips, left and right of a cell, Word's default
_TWIPS_PER_POINT: Final = 20
_PAGE_TWIPS: Final = 9_000  # text width where a section does not say
_SHORT: Final = 8  # letters that fit the narrowest column a form has


def break_long_words(root: etree._Element) -> None:
    """Cut the words of the text `root` that are wider than their column into runs of one letter."""
    for text in list(root.iter(f"{W}t")):
        if words := _long_words(text):
            _cut(text, words)


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
    before, after = list(text.itersiblings(preceding=True))[::-1], list(text.itersiblings())
    properties = run.find(f"{W}rPr")
    head = [child for child in before if child is not properties]
    for children in (head, *([_text(piece)] for piece in (*pieces, whole[end:]) if piece), after):
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


def _points(text: etree._Element) -> float:
    size = text.getparent().find(f"{W}rPr/{W}sz") if text.getparent() is not None else None  # type: ignore[union-attr]
    return _number(size, "val") / 2 or _DEFAULT_POINTS


def _column_twips(text: etree._Element) -> float:
    cell = next(text.iterancestors(f"{W}tc"), None)
    if cell is None:
        widths = [_text_width(section) for section in text.getroottree().getroot().iter(f"{W}sectPr")]
        return min(widths, default=_PAGE_TWIPS)
    row = next(cell.iterancestors(f"{W}tr"))
    grid = [_number(column, "w") for column in next(cell.iterancestors(f"{W}tbl")).iterfind(f"{W}tblGrid/{W}gridCol")]
    first = int(_number(row.find(f"{W}trPr/{W}gridBefore"), "val"))
    first += sum(_span(sibling) for sibling in cell.itersiblings(f"{W}tc", preceding=True))
    columns = grid[first : first + _span(cell)] or [_number(cell.find(f"{W}tcPr/{W}tcW"), "w")]
    return max(sum(columns) - _CELL_MARGINS, 0)


def _text_width(section: etree._Element) -> float:
    page, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    width = _number(page, "w") - _number(margins, "left") - _number(margins, "right")
    return width if width > 0 else _PAGE_TWIPS


def _span(cell: etree._Element) -> int:
    return int(_number(cell.find(f"{W}tcPr/{W}gridSpan"), "val")) or 1


def _number(element: etree._Element | None, attribute: str) -> float:
    """Read a measure; one that is no plain number counts as absent, as it does for Word."""
    text = "" if element is None else element.get(f"{W}{attribute}", "")
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else 0.0
