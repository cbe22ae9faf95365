"""Where a signature goes: under or beside a printed label, found in the text of the PDF.

The bookmarks of a Word file (`sig.customer.sign`, …) do not survive its conversion; the labels they stand at do, so
甲方（盖章） and its like are searched. A label that is missing or not unique is an error: a signature is never put
where somebody might have meant it.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pypdfium2

from docgen.errors import InputError

MAX_PAGES: Final = 500
_GAP: Final = 2.0  # heights of a character between texts that do not belong together
_MARGIN: Final = 24.0  # points at the right edge of the page that stay free
_ALIGNED: Final = 12.0  # points by which labels of one column may differ at their left


@dataclass(frozen=True, slots=True)
class Anchor:
    """A printed `label`; where several are alike, the one below `under` in the same column."""

    label: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points of PDF user space on a `page`, counted from 0."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Label:
    """A label found: its box, where on its line the text after it ends (a party's name, as a rule), and its limit.

    The limit is where the line is taken again, by other text or the edge of the page.
    """

    box: Box
    line_end: float
    limit: float

    def below(self, width: float, height: float) -> Box:
        """Return the place of a signature: right below the label, aligned at its left."""
        top = self.box.bottom - 1
        return Box(self.box.page, self.box.left, top - height, self.box.left + width, top)

    def over_name(self, diameter: float) -> Box:
        """Return the place of a seal: centred on the name after the label (骑年盖月), else on the label's end."""
        x = (self.box.right + self.line_end) / 2
        y = (self.box.bottom + self.box.top) / 2
        half = diameter / 2
        return Box(self.box.page, x - half, y - half, x + half, y + half)


def locate(pdf: bytes, anchor: Anchor) -> Label:
    """Find the one place of `anchor` in `pdf`.

    Raises:
        InputError: the label is missing (`anchor_missing`) or not unique (`anchor_ambiguous`), or the file is not a
            PDF of at most 500 pages (`pdf_unreadable`).
    """
    with _opened(pdf) as document:
        found = list(_occurrences(document, anchor.label))
        if anchor.under:
            head = _only(list(_occurrences(document, anchor.under)))
            column = [one for one in found if _is_below(one.box, head.box)]
            found = sorted(column, key=lambda one: -one.box.top)[:1]
        return _only(found)


def occurrences(pdf: bytes, label: str) -> tuple[Label, ...]:
    """Find every place where `label` is printed, in the order of the text; raises `InputError` (`pdf_unreadable`)."""
    with _opened(pdf) as document:
        return tuple(_occurrences(document, label))


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise _unreadable() from error
    try:
        if len(document) > MAX_PAGES:
            raise _unreadable()
        yield document
    finally:
        document.close()


def _is_below(box: Box, head: Box) -> bool:
    return box.page == head.page and box.top < head.bottom and math.fabs(box.left - head.left) <= _ALIGNED


def _only(found: list[Label]) -> Label:
    if len(found) == 1:
        return found[0]
    code, what = ("anchor_ambiguous", "不止一处") if found else ("anchor_missing", "找不到")
    raise InputError(
        f"签署位置的文字在文件中{what}", code=code, remedy="检查表单声明的签署位置，或正文中是否出现了同样的文字"
    )


def _occurrences(document: pypdfium2.PdfDocument, label: str) -> Iterator[Label]:
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        search = text.search(label, match_case=True)
        while match := search.get_next():
            yield _label(text, number, page.get_width(), *match)
        search.close()
        text.close()
        page.close()


def _label(text: pypdfium2.PdfTextPage, page: int, width: float, start: int, count: int) -> Label:
    boxes = [text.get_charbox(index) for index in range(start, start + count)]
    box = Box(
        page, min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    )
    end, limit = box.right, width - _MARGIN
    for index in range(start + count, text.count_chars()):
        if text.get_text_range(index, 1) in {"\r", "\n", ""}:
            break
        left, bottom, right, top = text.get_charbox(index)
        if left - end > _GAP * (box.top - box.bottom):
            if bottom < box.top and top > box.bottom:
                limit = min(limit, left)
            break  # the next cell of the row
        if bottom < box.top and top > box.bottom:
            end = max(end, right)
    return Label(box, end, limit)


def _unreadable() -> InputError:
    return InputError(f"不是 {MAX_PAGES} 页以内的 PDF 文件", code="pdf_unreadable", remedy="重新生成文件")
