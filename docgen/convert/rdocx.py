"""The embedded converter: rdocx, a library in the process, which needs no program and no font of the system.

What it would lose or draw wrongly without a word is refused or mended (docs/template-features.md): it drops Chinese
automatic numbering and smart tags, lets long words, tall rows and merged cells run out of their place, and divides
tables that belong together.
"""

import io
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Final

import pikepdf
import rdocx
from lxml import etree

from docgen.convert.breaks import BREAK, break_what_does_not_fit
from docgen.convert.dress import dressed, with_fonts
from docgen.convert.keeping import keep_tables_together
from docgen.convert.merged import refuse_divided_cells
from docgen.convert.package import DOCUMENT, pack
from docgen.convert.pagenumbers import close_gaps
from docgen.convert.references import page_references
from docgen.convert.source import Feature, Source, read_source
from docgen.convert.typefaces import FACES, cut, rare
from docgen.errors import BackendError, DeclarationError, InputError

MAX_PARAGRAPH: Final = 20_000  # characters: two seconds
MAX_PARAGRAPHS: Final = 10_000

# What stands on a page without being text of the document: numbers of pages, leaders, signs of lists, our own breaks.
_OF_PAGES: Final = frozenset({*map(chr, range(0x20, 0x7F)), "\u00a0", *"·•–—…※■□●○◆◇▪", BREAK})

_OURS: Final = tuple({f"/{face.family.replace(' ', '')}" for face in FACES})

_ALTERNATE_TEXT: Final = re.compile(
    rb"/Span\s*<<\s*/ActualText\s*(?:<[0-9A-Fa-f]*>|\((?:[^()\\]|\\.)*\))\s*>>\s*BDC", re.DOTALL
)


class Rdocx:
    """The drawing by rdocx; has no state, so that any number of threads may share it."""

    refuses = frozenset({Feature.NUMBERING, Feature.SMART_TAG})
    outlines_watermarks = False
    name = f"rdocx {version('rdocx')}"

    def draw(self, source: Source, rare: frozenset[str]) -> bytes:
        """Return the PDF/A-2b of `source`, set in the shipped fonts with the `rare` characters added.

        Raises:
            InputError: the document is too long (`document_too_large`).
            DeclarationError: a merged cell runs over the end of a page (`merged_cell_divided`).
            BackendError: rdocx cannot lay it out (`conversion_failed`).
        """
        try:
            pdf = _opened(source, rare).to_pdfa_deterministic("pdfa-2b")
        except rdocx.RdocxError as error:
            raise _not_laid_out() from error
        refuse_divided_cells(source, pdf)
        return _readable(pdf)

    def close(self) -> None:
        """Release nothing: there is nothing held."""


def referred_pages(docx: bytes) -> Sequence[str]:
    """Return the page number that each PAGEREF field of the Word file `docx` shows once it is laid out, in order.

    Raises:
        InputError: it is not a Word file, is too long, or has characters that no font has.
        BackendError: rdocx cannot lay it out (`conversion_failed`).
    """
    source = read_source(docx)
    try:
        document = _opened(source, rare(source.characters))
        document.update_layout_backed_fields()
        body = etree.fromstring(document.part_xml(DOCUMENT).encode("utf-8"))
    except rdocx.RdocxError as error:
        raise _not_laid_out() from error
    return ["".join(text.text or "" for text in shown) for shown in page_references(body)]


def _opened(source: Source, rare_characters: frozenset[str]) -> rdocx.Document:
    _limit(source)
    characters = source.characters.union(_OF_PAGES)
    files = {face: cut(face, characters, rare_characters) for face in FACES}
    return rdocx.Document.from_bytes(pack(with_fonts(dressed(source.package, _mend), files)))


def _not_laid_out() -> BackendError:
    return BackendError(
        "Word 文件无法排版成 PDF", code="conversion_failed", remedy="用 Word 另存后重试，或改用 libreoffice: 转换"
    )


def _mend(root: etree._Element) -> None:
    break_what_does_not_fit(root)
    keep_tables_together(root)


def _limit(source: Source) -> None:
    """Refuse what would keep the process busy for minutes: the time for a paragraph grows with its length squared."""
    longest = max((sum(map(len, paragraph.pieces)) for paragraph in source.body), default=0)
    if longest > MAX_PARAGRAPH or len(source.body) > MAX_PARAGRAPHS:
        raise InputError(
            f"文书过长：每段不超过 {MAX_PARAGRAPH} 字，共不超过 {MAX_PARAGRAPHS} 段",
            code="document_too_large",
            remedy="分段或分成几份文书，或改用 libreoffice: 转换",
        )


def _readable(pdf: bytes) -> bytes:
    """Return `pdf` without the alternate texts that rdocx hangs on every line of Chinese.

    The first piece of a line has the text of the whole line, all others an empty one. Readers built on PDFium (Chrome,
    Edge) take the empty ones for none and copy and find every word twice. Without them the glyphs give the text.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            _refuse_other_fonts(page)
            page.Contents.write(close_gaps(_ALTERNATE_TEXT.sub(b"/Span BMC", page.Contents.read_bytes())))
        target = io.BytesIO()
        document.save(target, deterministic_id=True, fix_metadata_version=False)
    return target.getvalue()


def _refuse_other_fonts(page: pikepdf.Page) -> None:
    """Raise `BackendError` where rdocx took a font of its own, as it does without a word for a glyph that ours lack."""
    fonts = page.Resources.get("/Font") or pikepdf.Dictionary()
    others = {name for font in fonts.values() if not (name := str(font.BaseFont)).startswith(_OURS)}
    if others:
        raise BackendError(
            f"转换用了别的字体：{'、'.join(sorted(others))}", code="foreign_font", remedy="改用 libreoffice: 转换"
        )


def open_rdocx(options: Mapping[str, str]) -> Rdocx:
    """Return the embedded engine, which has no options.

    Raises:
        DeclarationError: options were given (`converter_option`).
    """
    if options:
        raise DeclarationError("rdocx: 转换没有选项", code="converter_option")
    return Rdocx()
