"""Page codes: a QR code on each page of a printed document, so that paper and issued document can be held together.

It says number, revision, page of pages, and the SHA-256 of the issued Word file, which the ledger has (a PDF cannot
name its own digest). It stands in the lower right corner, outside of text and footer, as black squares on white.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import pikepdf
import segno

from docgen.convert import Pdf
from docgen.errors import BackendError

SIZE: Final = 40.0  # points, 14 mm, without the quiet zone
INSET: Final = 17.0  # points from the corner of the page, 6 mm: what printers reach
QUIET: Final = 4  # modules of white around a code (ISO/IEC 18004)
MAX_TEXT: Final = 400  # characters that a code may hold, more is none of ours

_FORMAT: Final = "AJ1"
_MASK: Final = 3  # fixed: trying all eight takes five times as long and a scanner reads any
_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class PageCode:
    """What the code of one page says; `sha256` is that of the Word file, `page` counts from 1."""

    doc_no: str
    revision: int
    page: int
    pages: int
    sha256: str

    def __str__(self) -> str:
        """Return the text in the code, within the alphabet that makes the smallest one where the number allows it."""
        return f"{_FORMAT}*{self.doc_no}*{self.revision}*{self.page}*{self.pages}*{self.sha256.upper()}"


def read_code(text: str) -> PageCode | None:
    """Return the page code in `text`; None where it is none of ours."""
    if len(text) > MAX_TEXT or not text.startswith(f"{_FORMAT}*"):
        return None
    parts = text.removeprefix(f"{_FORMAT}*").rsplit("*", _PARTS - 1)
    if len(parts) != _PARTS or not all(part.isascii() and part.isdigit() for part in parts[1:4]):
        return None
    sha256 = parts[4].lower()
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        return None
    return PageCode(parts[0], int(parts[1]), int(parts[2]), int(parts[3]), sha256)


def with_codes(pdf: Pdf, doc_no: str, revision: int, sha256: str) -> Pdf:
    """Return `pdf` with its code on each page; the same input gives the same bytes.

    Raises:
        BackendError: the PDF cannot be changed (`page_codes_failed`).
    """
    target = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf.data)) as document:
            for number, page in enumerate(document.pages, 1):
                code = PageCode(doc_no, revision, number, pdf.pages, sha256)
                drawn = "\n".join(_drawn(str(code), _corner(page)))
                page.contents_add(document.make_stream(b"q"), prepend=True)
                page.contents_add(document.make_stream(f"Q\n{drawn}\n".encode("ascii")))
            document.save(target, deterministic_id=True, compress_streams=True)
    except (pikepdf.PdfError, ValueError, KeyError, TypeError) as error:
        raise BackendError("无法加上页码二维码", code="page_codes_failed", remedy="重新转换该文书") from error
    data = target.getvalue()
    return replace(pdf, data=data, sha256=hashlib.sha256(data).hexdigest())


def _corner(page: pikepdf.Page) -> tuple[float, float]:
    """Return the lower left of the code in the lower right of the page."""
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    return max(left, right) - INSET - SIZE, min(bottom, top) + INSET


def _drawn(text: str, corner: tuple[float, float]) -> Iterator[str]:
    """Yield the drawing of a code: white ground, and a rectangle for each run of black modules of a row."""
    rows = segno.make_qr(text, error="m", mask=_MASK, boost_error=False).matrix
    module = SIZE / len(rows)
    ground = SIZE + 2 * QUIET * module
    yield "/Artifact BMC q"
    yield f"1 g {corner[0] - QUIET * module:.3f} {corner[1] - QUIET * module:.3f} {ground:.3f} {ground:.3f} re f"
    yield f"0 g {module:.5f} 0 0 {-module:.5f} {corner[0]:.3f} {corner[1] + SIZE:.3f} cm"
    for line, row in enumerate(rows):
        place = 0
        for black, run in groupby(row):
            width = len(list(run))
            if black:
                yield f"{place} {line} {width} 1 re"
            place += width
    yield "f Q EMC"
