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

from docgen.convert.measure import LETTER_EM, TWIPS_PER_POINT, column_width, page, points, row_height
from docgen.convert.package import W

_WORD: Final = re.compile(r"[!-,.0-~\u00a1-\u00ac\u00ae-\u024f]+")  # what stays together: not across - and /
_SHORT: Final = 8  # letters that fit the narrowest column a form has


def break_what_does_not_fit(root: etree._Element) -> None:
    """Change the story `root` so that its long words and tall rows break."""
    for text in list(root.iter(f"{W}t")):
        if words := _long_words(text):
            _cut(text, words)
    for undivided in list(root.iter(f"{W}cantSplit")):
        row = next(undivided.iterancestors(f"{W}tr"), None)
        if row is not None and row_height(row) > page(row)[1]:
            undivided.getparent().remove(undivided)  # type: ignore[union-attr]
    for table in root.iter(f"{W}tbl"):
        headers = table.findall(f"{W}tr/{W}trPr/{W}tblHeader")
        rows = [next(header.iterancestors(f"{W}tr")) for header in headers]
        if rows and sum(map(row_height, rows)) > page(table)[1] / 2:
            for header in headers:
                header.getparent().remove(header)  # type: ignore[union-attr]


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
