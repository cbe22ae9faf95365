"""Find cells merged over several rows that rdocx drew across a page break, over the margin and the footer.

Their text is all there, so that the comparison of texts does not notice; the lines around them give them away: they
cross the line where the bottom margin begins.
"""

from collections.abc import Mapping
from typing import Final

import pypdfium2
from lxml import etree

from docgen.convert.package import DOCUMENT, W
from docgen.convert.reading import open_pdf
from docgen.convert.source import Source
from docgen.errors import DeclarationError, Detail

_TWIPS_PER_POINT: Final = 20
_TOLERANCE: Final = 4.0  # points


def refuse_divided_cells(source: Source, pdf: bytes) -> None:
    """Refuse `pdf` if a merged cell of `source` runs over the end of a page.

    Raises:
        DeclarationError: one does (`merged_cell_divided`); the page is named.
    """
    root = source.package.tree(DOCUMENT)
    if next(root.iter(f"{W}vMerge"), None) is None or next(root.iter(f"{W}pgBorders"), None) is not None:
        return
    margins: dict[int, float] = {}
    for section in root.iter(f"{W}sectPr"):
        height, bottom = (
            _points(section.find(f"{W}{tag}"), name) for tag, name in (("pgSz", "h"), ("pgMar", "bottom"))
        )
        margins[round(height)] = min(bottom, margins.get(round(height), bottom))
    with open_pdf(pdf) as document:
        pages = [number for number, page in enumerate(document, start=1) if _is_crossed(page, margins)]
    if pages:
        raise DeclarationError(
            "纵向合并的单元格跨越了分页，这种转换画不出来",
            code="merged_cell_divided",
            details=[
                Detail(f"第{number}页", "合并单元格", "延伸到了页边之外", "merged_cell_divided") for number in pages
            ],
            remedy="在行数不定的表格里不要纵向合并单元格，或改用 libreoffice: 转换",
        )


def _is_crossed(page: pypdfium2.PdfPage, margins: Mapping[int, float]) -> bool:
    margin = margins.get(round(page.get_height()), 0.0)
    for line in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH]):
        _, bottom, _, top = line.get_bounds()
        if bottom < margin - _TOLERANCE and top > margin + _TOLERANCE:
            return True
    return False


def _points(element: etree._Element | None, name: str) -> float:
    value = element.get(f"{W}{name}", "") if element is not None else ""
    return int(value) / _TWIPS_PER_POINT if value.isdigit() else 0.0
