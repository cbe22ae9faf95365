"""The embedded converter: rdocx, a library in the process, which needs no program and no font of the system.

What it would lose or draw wrongly without a word is refused before (docs/template-features.md): it drops Chinese
automatic numbering and smart tags, and lets a word that is wider than its column run out of it.
"""

import io
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

import pikepdf
import rdocx

from docgen.convert.breaks import break_long_words
from docgen.convert.dress import dressed, with_fonts
from docgen.convert.package import pack
from docgen.convert.source import Feature, Source
from docgen.errors import BackendError, DeclarationError

_ALTERNATE_TEXT: Final = re.compile(
    rb"/Span\s*<<\s*/ActualText\s*(?:<[0-9A-Fa-f]*>|\((?:[^()\\]|\\.)*\))\s*>>\s*BDC", re.DOTALL
)


class Rdocx:
    """The drawing by rdocx; has no state, so that any number of threads may share it."""

    refuses = frozenset({Feature.NUMBERING, Feature.SMART_TAG})
    outlines_watermarks = False
    name = f"rdocx {version('rdocx')}"

    def draw(self, source: Source, rare: frozenset[str]) -> bytes:
        """Return the PDF/A-2b of `source`, set in the shipped fonts with the `rare` characters added."""
        parts = with_fonts(dressed(source.package, break_long_words), rare)
        try:
            return _readable(rdocx.Document.from_bytes(pack(parts)).to_pdfa_deterministic("pdfa-2b"))
        except rdocx.RdocxError as error:
            raise BackendError(
                "Word 文件无法排版成 PDF",
                code="conversion_failed",
                remedy="用 Word 另存后重试，或改用 libreoffice: 转换",
            ) from error

    def close(self) -> None:
        """Release nothing: there is nothing held."""


def _readable(pdf: bytes) -> bytes:
    """Return `pdf` without the alternate texts that rdocx hangs on every line of Chinese.

    The first piece of a line has the text of the whole line, all others an empty one. Readers built on PDFium (Chrome,
    Edge) take the empty ones for none and copy and find every word twice. Without them the glyphs give the text.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            page.Contents.write(_ALTERNATE_TEXT.sub(b"/Span BMC", page.Contents.read_bytes()))
        target = io.BytesIO()
        document.save(target, deterministic_id=True)
    return target.getvalue()


def open_rdocx(options: Mapping[str, str]) -> Rdocx:
    """Return the embedded engine, which has no options.

    Raises:
        DeclarationError: options were given (`converter_option`).
    """
    if options:
        raise DeclarationError("rdocx: 转换没有选项", code="converter_option")
    return Rdocx()
