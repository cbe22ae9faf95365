"""Let words break that are wider than their column, and rows that are taller than a page, as Word does.

rdocx lets both run out: a hash or an e-mail address over the next column or off the page, a row that must not be
divided (`cantSplit`) off the page; repeated header rows that fill a page keep it busy for ever. So such a word is cut
into runs of one letter with a zero-width space between them, which changes nothing in the text of the PDF; such a row
is allowed to be divided, and such headers do not repeat. Sizes are estimates on the safe side.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from lxml import etree

from docgen.convert.measure import TWIPS_PER_POINT, column_width, indents, letters_width, page, points, row_height
from docgen.convert.package import W

_WORD: Final = re.compile(r"[!-,.0-~\u00a0-\u00ac\u00ae-\u1fff\u202f]+")  # what stays together: not across - and /
_SHORT: Final = 3  # letters that fit the narrowest column
_NARROWEST_PAGE: Final = 2_000  # twips that every page has for text
BREAK: Final = "\u200b"
_TEXTS: Final = (f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}drawing", f"{W}pict")


def break_what_does_not_fit(root: etree._Element) -> None:
    """Change the story `root` so that its long words and tall rows break."""
    for paragraph in root.iter(f"{W}p"):
        for texts in _lines(paragraph):
            _break_long_words(paragraph, texts)
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


def _lines(paragraph: etree._Element) -> Iterator[list[etree._Element]]:
    """Yield the texts of a paragraph that follow each other without anything between them."""
    texts: list[etree._Element] = []
    for element in paragraph.iter(*_TEXTS):
        if next(element.iterancestors(f"{W}p")) is not paragraph:
            continue  # of a paragraph in a text box
        if element.tag == f"{W}t":
            texts.append(element)
        else:
            yield texts
            texts = []
    yield texts


def _break_long_words(paragraph: etree._Element, texts: list[etree._Element]) -> None:
    """Put breaks between the letters of each word that is wider than the column, over as many `texts` as it goes."""
    whole = "".join(text.text or "" for text in texts)
    words = [word for word in _WORD.finditer(whole) if len(word[0]) > _SHORT]
    if not words:
        return
    size = max(points(text) for text in texts) * TWIPS_PER_POINT
    widest = max(letters_width(word[0]) for word in words) * size
    in_cell = next(paragraph.iterancestors(f"{W}tc"), None) is not None
    if not in_cell and widest + indents(paragraph) <= _NARROWEST_PAGE:
        return  # spares most paragraphs the look at the page
    if widest <= (room := column_width(paragraph) - indents(paragraph)):
        return
    long = [word for word in words if letters_width(word[0]) * size > room]
    breaks = {at for word in long for at in range(word.start() + 1, word.end())}
    at = 0
    for text in texts:
        letters = text.text or ""
        _cut(text, [cut - at for cut in range(at, at + len(letters)) if cut in breaks])
        at += len(letters)


def _cut(text: etree._Element, breaks: Sequence[int]) -> None:
    """Replace the run of `text` by several: what lies between the `breaks`, each of which begins with a break.

    Only at the begin of a run rdocx breaks at the zero-width space without writing it.
    """
    run = text.getparent()
    if not breaks or run is None or run.tag != f"{W}r":
        return
    letters = text.text or ""
    pieces = [letters[: breaks[0]]] + [BREAK + letters[start:end] for start, end in pairwise([*breaks, len(letters)])]
    properties = run.find(f"{W}rPr")
    before = [child for child in text.itersiblings(preceding=True) if child is not properties][::-1]
    for children in (before, *([_text(piece)] for piece in pieces if piece), list(text.itersiblings())):
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
