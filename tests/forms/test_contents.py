"""The table of contents of the proposal: right numbers in the Word file and in the PDF, and everything it promises."""

import io
import re

import pypdfium2
import pytest

from docgen.case import CaseFile
from docgen.convert import open_converter
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.contents import with_page_numbers
from docgen.forms.ooxml import part, tag
from tests.convert.documents import saying
from tests.forms.desk import case_of, filled

PARTS = ("一、项目背景", "二、需求分析", "三、解决方案", "四、实施计划", "五、报价清单", "六、成功案例")


def long_case() -> CaseFile:
    case = case_of("H01")
    proposal = case.proposals[1]
    lines = tuple(proposal.quotation.lines[0].model_copy(update={"line_no": number}) for number in range(1, 31))
    quotation = proposal.quotation.model_copy(update={"lines": lines})
    text = "\n".join(["项目背景的说明。" * 40] * 12)
    longer = proposal.model_copy(update={"background": f"{PARTS[3]}\n{text}", "quotation": quotation})
    return case.model_copy(update={"proposals": (case.proposals[0], longer)})


def numbers_in_word(docx: bytes) -> list[int]:
    return [
        int([text.text or "" for text in paragraph.iter(tag("t"))][-1])
        for paragraph in part(docx, "word/document.xml").iter(tag("p"))
        if any("PAGEREF" in (one.text or "") for one in paragraph.iter(tag("instrText")))
    ]


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.parametrize("case", [case_of("H01"), long_case()], ids=["sample", "long"])
def test_the_numbers_are_those_of_the_pages_that_the_parts_begin_on(case: CaseFile):
    docx = filled("proposal", case, "2").docx
    printed = pages(open_converter("rdocx:").convert(docx).data)
    lines = [[line.strip() for line in page.splitlines()] for page in printed]
    # a title that the customer's own text repeats stands before the part begins
    begin = [max(number for number, page in enumerate(lines, 1) if one in page) for one in PARTS]
    assert numbers_in_word(docx) == begin
    assert [int(number) for number in re.findall(r"[一二三四五六]、\D+?(\d+)\s*$", printed[1], re.MULTILINE)] == begin


def test_a_document_without_contents_is_left_as_it_is():
    docx = saying("正文")
    assert with_page_numbers(docx) is docx


def test_numbering_twice_changes_nothing():
    docx = filled("proposal", case_of("H01"), "2").docx
    assert with_page_numbers(docx) == docx


def test_a_character_without_a_font_is_named_and_not_drawn_as_a_box():
    case = case_of("H01")
    proposal = case.proposals[1].model_copy(update={"background": "\U0001f600"})
    with pytest.raises(InputError) as caught:
        filled("proposal", case.model_copy(update={"proposals": (case.proposals[0], proposal)}), "2")
    assert caught.value.code == "glyph_missing"


def test_every_page_but_the_cover_carries_title_and_version():
    printed = pages(open_converter("rdocx:").convert(filled("proposal", case_of("H01"), "2").docx).data)
    assert [("示例科技智能制造系统解决方案　V2" in page) for page in printed] == [False, *[True] * (len(printed) - 1)]
    assert "保密声明" in printed[0]
    assert "张明（生产总监）" in printed[0]


def test_the_proposal_shows_both_charts_and_none_that_cannot_be_drawn():
    case = case_of("H01")
    docx = filled("proposal", case, "2").docx
    assert len(list(part(docx, "word/document.xml").iter(tag("drawing")))) == 2
    phases = case.proposals[1].plan * 30
    proposal = case.proposals[1].model_copy(update={"plan": phases})
    fewer = filled("proposal", case.model_copy(update={"proposals": (case.proposals[0], proposal)}), "2").docx
    assert len(list(part(fewer, "word/document.xml").iter(tag("drawing")))) == 1


@pytest.mark.parametrize("form_id", ["proposal", "quotation_list"])
def test_what_was_not_reviewed_is_a_draft_and_no_customer_copy(form_id: str):
    case = case_of("H01")
    proposal = case.proposals[1].model_copy(update={"review": None})
    case = case.model_copy(update={"proposals": (case.proposals[0], proposal)})
    assert "审批稿" in filled(form_id, case, "2").text
    with pytest.raises(InputError) as caught:
        filled(form_id, case, "2", edition=Edition.SIGNING)
    assert [detail.path for detail in caught.value.details] == ["proposals[1].reviewed"]
