"""Scanned paper held against issued documents: page count, and the code on each page read back from the scan.

What is compared is the paper, not the picture: every page there, once, in order, all of one edition and revision.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Final

import pypdfium2
from PIL import Image, ImageSequence, UnidentifiedImageError

from docgen.archive.content import PDF
from docgen.errors import InputError
from docgen.pagecodes import PageCode, read_code

MAX_PAGES: Final = 500
MAX_PIXELS: Final = 60_000_000  # of one page: A3 at 400 dpi
_RESOLUTIONS: Final = (200, 400)  # dpi at which pages of a PDF are looked at; the second where the first reads nothing


@dataclass(frozen=True, slots=True)
class Issued:
    """A document as issued, with what its page codes have to say; `edition` as people call it."""

    doc_no: str
    revision: int
    edition: str
    sha256: str
    pages: int | None


def codes_of(scans: Sequence[tuple[str, bytes]]) -> tuple[frozenset[PageCode], ...]:
    """Return for each page of the scans (media type, bytes), in order, the page codes that can be read on it.

    Raises:
        InputError: a scan cannot be opened, or is too large (`bad_scan`).
    """
    found: list[frozenset[PageCode]] = []
    for media_type, data in scans:
        try:
            for looks in _pages(media_type, data):
                found.append(next((codes for look in looks if (codes := _read(look()))), frozenset()))
                if len(found) > MAX_PAGES:
                    raise _bad(f"超过{MAX_PAGES}页")
        except (pypdfium2.PdfiumError, UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise _bad("无法打开") from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _bad("页面过大") from error
    return tuple(found)


def disagreements(pages: Sequence[frozenset[PageCode]], issued: Sequence[Issued]) -> Iterator[str]:
    """Yield in what scanned pages disagree with every one of the `issued` editions of a number; nothing: they agree."""
    for place, codes in enumerate(pages, 1):
        if not codes:
            yield f"扫描件第{place}页读不到页码二维码"
        elif len(codes) > 1:
            yield f"扫描件第{place}页有{len(codes)}个页码二维码"
    read = [next(iter(codes)) for codes in pages if len(codes) == 1]
    one = next((one for one in issued if any(code.sha256 == one.sha256 for code in read)), None)
    if one is None:
        numbers = "、".join(sorted({code.doc_no for code in read}))
        yield (
            f"扫描件上的文书（{numbers or '无法识别'}）不是{issued[0].doc_no}现行的签署件或记录件"
            if issued
            else "没有可比对的文书"
        )
        return
    for place, codes in enumerate(pages, 1):
        for code in codes if len(codes) == 1 else ():
            if (code.doc_no, code.revision, code.sha256) != (one.doc_no, one.revision, one.sha256):
                yield f"扫描件第{place}页出自另一文书：{code.doc_no} R{code.revision}"
            elif code.page != place:
                yield f"扫描件第{place}页是文书的第{code.page}页"
    if one.pages is not None and len(pages) != one.pages:
        yield f"扫描件{len(pages)}页，签发的{one.edition}{one.pages}页"


def _read(image: Image.Image) -> frozenset[PageCode]:
    import zxingcpp  # noqa: PLC0415 - complains at exit of every program that has loaded it

    found = zxingcpp.read_barcodes(image, formats=zxingcpp.barcode_formats_from_str("QRCode"))
    return frozenset(code for one in found if (code := read_code(one.text)) is not None)


def _pages(media_type: str, data: bytes) -> Iterator[Sequence[Callable[[], Image.Image]]]:
    """Yield the pages of a scan, each as the pictures to look at one after the other."""
    if media_type == PDF:
        with pypdfium2.PdfDocument(data) as document:
            for page in document:
                yield [partial(_rendered, page, dpi) for dpi in _RESOLUTIONS]
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(BytesIO(data), formats=["TIFF", "JPEG"]) as image:
            for frame in ImageSequence.Iterator(image):
                if frame.width * frame.height > MAX_PIXELS:
                    raise _bad("页面过大")
                yield [partial(frame.convert, "L")]


def _rendered(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    width, height = page.get_size()
    scale = dpi / 72
    largest = (MAX_PIXELS / max(width * height, 1.0)) ** 0.5
    picture: Image.Image = page.render(scale=min(scale, largest), grayscale=True).to_pil()
    return picture


def _bad(reason: str) -> InputError:
    return InputError(f"扫描件不能比对：{reason}", remedy="提供完整的PDF、TIFF或JPEG扫描件", code="bad_scan")
