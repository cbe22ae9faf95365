"""Pages of documents as small pictures: PNG files of a few colours, the same bytes for the same page.

They are drawn by `python -m service.docs`; the generated texts show those that are in `docs/`.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

import pypdfium2
from PIL import Image, ImageChops, ImageOps

from docgen.convert import open_converter
from service.docs.replay import Seen, replay
from service.docs.specimens import specimens
from service.settings import ROOT, Settings

_PIXELS_PER_POINT: Final = 900 / 595
"""An upright sheet of A4 is 900 pixels wide, which is sharp where it is shown at 700."""

_EDGE: Final = "#c8c8c8"
_GREYS: Final = 16
_COLOURS: Final = 64
_MARGIN: Final = 40
"""Pixels left around what stands on a page whose blank paper is cut off."""

_GUIDE: Final = "first-template.md"
_FOOTERS = re.compile(rb"<w:footerReference [^>]*/>")
_HEADERS_AND_FOOTERS = re.compile(rb"<w:(?:header|footer)Reference [^>]*/>")

Picture = tuple[str, bytes]
"""Name in `docs/`, and the PNG."""


def shown(form_id: str) -> tuple[str, ...]:
    """Return the names in `docs/` of the pictures of a form's pages, in order; the first page always has one."""
    count = sum(1 for path in (ROOT / "docs").glob(f"images/forms/{form_id}-*.png") if path.is_file())
    return tuple(_page_name(form_id, number) for number in range(1, max(count, 1) + 1))


def form_pictures() -> Iterator[Picture]:
    """Yield every page of every form that ships, filled from the samples."""
    for specimen in specimens(Settings()):
        for number, page in enumerate(_pages(specimen.pdf), 1):
            yield _page_name(specimen.form.spec.form_id, number), _png(page)


def guide_pictures(folder: Path) -> Iterator[Picture]:
    """Yield what the guide in `folder` shows, without footers and blank paper."""
    converter = open_converter()
    try:
        with TemporaryDirectory() as desk:
            for step in replay((folder / _GUIDE).read_text(encoding="utf-8"), Path(desk)):
                if isinstance(step, Seen):
                    page = next(_pages(converter.convert(_cut(step.docx)).data))
                    yield step.picture, _png(_trimmed(page))
    finally:
        converter.close()


def _page_name(form_id: str, page: int) -> str:
    return f"images/forms/{form_id}-{page}.png"


def _pages(pdf: bytes) -> Iterator[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.render(scale=_PIXELS_PER_POINT).to_pil().convert("RGB")


def _cut(docx: bytes) -> bytes:
    """Return a document without its footer, a template also without its header, whose tags are beside the point."""
    with ZipFile(BytesIO(docx)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    body = parts["word/document.xml"]
    away = _HEADERS_AND_FOOTERS if b"{{" in body else _FOOTERS
    out = BytesIO()
    with ZipFile(out, "w") as package:
        for name, data in (parts | {"word/document.xml": away.sub(b"", body)}).items():
            package.writestr(name, data)
    return out.getvalue()


def _trimmed(page: Image.Image) -> Image.Image:
    """Cut the blank paper above and below off."""
    written = ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox()
    if written is None:
        return page
    top, bottom = max(written[1] - _MARGIN, 0), min(written[3] + _MARGIN, page.height)
    return page.crop((0, top, page.width, bottom))


def _png(page: Image.Image) -> bytes:
    """Return a page with an edge that shows on white."""
    out = BytesIO()
    framed = ImageOps.expand(page, border=1, fill=_EDGE)
    red, green, blue = framed.split()
    grey = ImageChops.difference(red, green).getbbox() is None and ImageChops.difference(green, blue).getbbox() is None
    framed.quantize(_GREYS if grey else _COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
