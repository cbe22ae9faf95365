"""A signature block never stands alone on its page: it takes a line of the text with it, and is not divided itself."""

import io

import pypdfium2
import pytest

from docgen.case import CaseFile
from docgen.convert import open_converter
from docgen.editions import Edition
from tests.forms.desk import case_of, filled


def ordering(count: int) -> CaseFile:
    """Return H01 with `count` lines in its first order and in the sheet of its acceptance."""
    case = case_of("H01")
    order, *others = case.orders
    sheet = order.acceptances[0]
    lines = tuple(order.lines[0].model_copy(update={"contract_line_no": number}) for number in range(1, count + 1))
    items = tuple(sheet.items[1].model_copy(update={"contract_line_no": number}) for number in range(1, count + 1))
    order = order.model_copy(update={"lines": lines, "acceptances": (sheet.model_copy(update={"items": items}),)})
    return case.model_copy(update={"orders": (order, *others)})


def last_page(form_id: str, case: CaseFile, key: str) -> tuple[int, str]:
    pdf = open_converter("rdocx:").convert(filled(form_id, case, key, edition=Edition.SIGNING).docx)
    with pypdfium2.PdfDocument(io.BytesIO(pdf.data)) as document:
        return len(document), document[len(document) - 1].get_textpage().get_text_range()


@pytest.mark.parametrize("count", [10, 11, 12, 13, 14, 15])
def test_a_production_notice_of_any_length_ends_with_a_line_and_both_signatures(count: int):
    pages, text = last_page("production_notice", ordering(count), "PO20240418001")
    assert pages == (1 if count <= 10 else 2)
    assert "组织生产。" in text
    assert "下达人签字" in text
    assert "接收签字" in text


@pytest.mark.parametrize("count", [16, 17, 19, 20])
def test_an_acceptance_sheet_of_any_length_ends_with_a_line_and_both_signatures(count: int):
    pages, text = last_page("product_acceptance_sheet", ordering(count), "PO20240418001/1")
    assert pages == (2 if count <= 16 else 3)
    assert "签字确认。" in text
    assert "需方验收人" in text
    assert "供方代表" in text
