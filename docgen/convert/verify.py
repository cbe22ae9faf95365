"""Hold a finished PDF against the Word file it was made of: nothing lost, nothing invented, nothing off the page.

Converters drop what they do not understand without a word. So every paragraph of the Word file must be found in the
text of the PDF, and whatever else the PDF says must come from a header, a footer, a repeated header row or be digits.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import pypdfium2

from docgen.convert.pdfa import unmet_demands
from docgen.convert.reading import open_pdf
from docgen.convert.source import Feature, Paragraph, Source
from docgen.errors import BackendError, Detail

MAX_PAGES: Final = 2_000
# A hyphen at the end of a line: PDF readers take it for a division of the word and hide it.
_IGNORED: Final = frozenset("-\u2010\u2011\x02\ufffe\ufffd")
# How far a paragraph that goes over a page break is taken back where the footer happens to begin like its rest.
_STEP_BACK: Final = 40
_LEADERS: Final = frozenset(".-_·")  # of tab stops


def verified_pages(source: Source, pdf: bytes, *, watermarks: bool) -> int:
    """Return the number of pages of `pdf`, which holds all that `source` says, its `watermarks` included where asked.

    Raises:
        BackendError: text or pictures are missing or altered (`conversion_incomplete`), or the file is not
            PDF/A-2b (`conversion_not_pdfa`); every fault is named by its place, never by its text.
    """
    faults = unmet_demands(pdf)
    if faults:
        details = [Detail("", "PDF/A-2b", fault, "conversion_not_pdfa") for fault in faults]
        raise BackendError("生成的 PDF 不符合 PDF/A-2b", code="conversion_not_pdfa", details=details, remedy=_REMEDY)
    pages, images, outside = _read(pdf)
    required = [*source.body, *source.running]
    required += [Paragraph("水印", (text,)) for text in source.watermarks if watermarks]
    details = [*_lost(required, pages), *_invented(source, pages)]
    details += [Detail(f"第{number}页", "页面", "有文字落在页面之外", "off_page") for number in outside]
    if images < source.images:
        details.append(Detail("", "图片", f"应有 {source.images} 幅，只有 {images} 幅", "image_lost"))
    if details or not pages:
        raise BackendError(
            "生成的 PDF 与 Word 文件不一致", code="conversion_incomplete", details=details, remedy=_REMEDY
        )
    return len(pages)


_REMEDY: Final = "不要使用这份 PDF；按 docs/template-features.md 修改模板，或改用另一种转换"


def normalised(text: str) -> str:
    """Return `text` without what converters and readers may change: spaces, breaks, invisible signs, width, case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if not (c.isspace() or c in _IGNORED or unicodedata.category(c) in {"Cf", "Cc"}))


def _read(pdf: bytes) -> tuple[list[str], int, list[int]]:
    """Return the normalised text of each page, the number of images, and the pages with text outside of them."""
    texts, images, outside = [], 0, []
    with open_pdf(pdf) as document:
        if len(document) > MAX_PAGES:
            raise BackendError(f"生成的 PDF 超过 {MAX_PAGES} 页", code="conversion_failed")
        for number, page in enumerate(document, start=1):
            reader = page.get_textpage()
            everything = normalised(reader.get_text_range())
            texts.append(everything)
            if len(normalised(reader.get_text_bounded())) < len(everything):
                outside.append(number)
            images += sum(1 for _ in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))
    return texts, images, outside


def _lost(required: Sequence[Paragraph], pages: Sequence[str]) -> Iterable[Detail]:
    whole = "\f".join(pages)
    for paragraph in required:
        for piece in map(normalised, paragraph.pieces):
            if piece not in whole and not _across(piece, pages):
                yield Detail(paragraph.place, "段落", f"{len(piece)} 个字的文字没有完整出现在 PDF 中", "text_lost")
    shortage = _count(required)
    shortage.subtract(Counter(whole))
    if missing := sum(count for count in shortage.values() if count > 0):
        yield Detail("", "全文", f"共缺 {missing} 个字", "text_lost")


def _invented(source: Source, pages: Sequence[str]) -> Iterable[Detail]:
    if Feature.NUMBERING in source.features:  # its numbers are in the PDF only
        return
    repeatable = _count([*source.running, *source.possible, *(item for item in source.body if item.repeated)])
    repeatable.update(normalised("".join(source.watermarks)))
    surplus = Counter("".join(pages)) - _count(source.body)
    if extra := sum(count for sign, count in surplus.items() if not _may_be_added(sign, repeatable)):
        yield Detail("", "全文", f"多出 {extra} 个 Word 文件中没有的字", "text_invented")


def _may_be_added(sign: str, repeatable: Counter[str]) -> bool:
    """Say whether a page may print `sign` by itself: page numbers, leaders of tab stops, what it repeats."""
    return sign.isdigit() or sign in _LEADERS or sign in repeatable


def _count(paragraphs: Iterable[Paragraph]) -> Counter[str]:
    return Counter(normalised("".join(piece for item in paragraphs for piece in item.pieces)))


def _across(piece: str, pages: Sequence[str]) -> bool:
    """Say whether `piece` stands on several pages that follow each other, part by part."""
    reached: set[int] = set()  # how much of the piece may have been printed when a page ends
    for page in pages:
        reached = {end for start in (0, *reached) for end in _ends(piece, start, page)}
        if len(piece) in reached:
            return True
    return False


def _ends(piece: str, start: int, page: str) -> Iterable[int]:
    """Yield where in `piece` the page may end that goes on with it at `start`."""
    low, high = start, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece[start:middle] in page else (low, middle - 1)
    return range(low, max(low - _STEP_BACK, start), -1)
