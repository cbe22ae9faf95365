"""Let words break that are wider than their column, and rows that are taller than a page, as Word does.

rdocx lets both run out: a hash or an e-mail address over the next column, a row that must not be divided (`cantSplit`)
off the page; repeated header rows that fill a page keep it busy for ever. It does break between two runs, so such a
word is cut into runs of one letter, which changes nothing in its text; such a row is allowed to be divided (a row with
a cell that is centred from top to bottom never is), and such headers do not repeat. Sizes are estimates, on the safe
side.
"""

import copy
import re
from typing import Final

from lxml import etree

from docgen.convert.measure import LETTER_EM, TWIPS_PER_POINT, column_width, page, points, row_height
from docgen.convert.package import W

_WORD: Final = re.compile(r"[!-,.0-~\u00a1-\u00ac\u00ae-\u024f]+")  # what stays together: not across - and /
_SHORT: Final = 8  # letters that fit the narrowest column a form has


def break_what_does_not_fit(root: etree._Element) -> None:
    """Change the story `root` so that its long words and tall rows break."""
    for text in list(root.iter(f"{W}t")):
        if words := _long_words(text):
            _cut(text, words)
    height = page(root)[1]
    for row in root.iter(f"{W}tr"):
        if row_height(row) > height:
            _let_divide(row)
    for table in root.iter(f"{W}tbl"):
        headers = table.findall(f"{W}tr/{W}trPr/{W}tblHeader")
        rows = [next(header.iterancestors(f"{W}tr")) for header in headers]
        if rows and sum(map(row_height, rows)) > page(table)[1] / 2:
            for header in headers:
                header.getparent().remove(header)  # type: ignore[union-attr]


def _let_divide(row: etree._Element) -> None:
    """Take from `row` what holds it together: that it must not be divided, centred cells, paragraphs that keep."""
    for name in ("cantSplit", "vAlign", "keepNext", "keepLines"):
        for holding in list(row.iter(f"{W}{name}")):
            holding.getparent().remove(holding)  # type: ignore[union-attr]
    for paragraph in row.iter(f"{W}p"):
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            properties = etree.Element(f"{W}pPr")
            paragraph.insert(0, properties)
        place = 1 if properties.find(f"{W}pStyle") is not None else 0
        for name in ("keepLines", "keepNext"):  # said, because the paragraph's style may say the contrary
            properties.insert(place, etree.Element(f"{W}{name}", {f"{W}val": "0"}))


def _long_words(text: etree._Element) -> list[re.Match[str]]:
    """Return the words of `text` that do not fit its column."""
    words = [word for word in _WORD.finditer(text.text or "") if len(word[0]) > _SHORT]
    if not words:
        return []
    letters = int(column_width(text) / TWIPS_PER_POINT / (LETTER_EM * points(text)))
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
