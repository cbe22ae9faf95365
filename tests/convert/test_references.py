"""Page references: what they show once the pages are laid out, and that neither they nor leaders fail the check."""

import re

import pytest
from lxml import etree

from docgen.convert import open_converter, page_references, referred_pages
from docgen.convert.package import W
from docgen.forms.contents import with_page_numbers
from docgen.forms.ooxml import part
from tests.convert.documents import holding, page_field, saying
from tests.convert.test_rdocx import texts

LEADER = '<w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="8000"/></w:tabs></w:pPr>'
NEXT_PAGE = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
NESTED = (
    page_field("TOC")
    .replace("<w:t>987</w:t>", "", 1)
    .replace(
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        page_field("PAGEREF second \\h") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    )
)
SPLIT = page_field("PAGEREF second").replace("PAGEREF", "PAGE</w:instrText><w:instrText>REF")


def entry(field: str) -> str:
    return f"<w:p>{LEADER}<w:r><w:t>第二部分</w:t></w:r><w:r><w:tab/></w:r>{field}</w:p>"


def heading(name: str, text: str) -> str:
    mark = f'<w:bookmarkStart w:id="{len(text)}" w:name="{name}"/><w:bookmarkEnd w:id="{len(text)}"/>'
    return f"<w:p>{mark}<w:r><w:t>{text}</w:t></w:r></w:p>"


def document(*fields: str) -> bytes:
    return holding(*map(entry, fields), NEXT_PAGE, NEXT_PAGE, heading("second", "第二部分的正文"))


@pytest.mark.parametrize("field", [page_field("PAGEREF second \\h"), NESTED, SPLIT], ids=["plain", "nested", "split"])
def test_a_reference_shows_the_page_of_its_bookmark(field: str):
    assert list(referred_pages(document(field))) == ["3"]


def test_every_reference_is_told_in_order():
    first = page_field("PAGEREF first")
    docx = holding(
        heading("first", "第一部分"), entry(first), entry(SPLIT), NEXT_PAGE, heading("second", "第二部分的正文")
    )
    assert list(referred_pages(docx)) == ["1", "2"]


def test_other_fields_are_no_references():
    assert list(referred_pages(document(page_field("PAGE"), page_field("NUMPAGES")))) == []
    assert list(referred_pages(saying("PAGEREF second"))) == []


def test_a_stale_number_and_the_dots_before_it_pass_the_check_and_print_right():
    printed = texts(open_converter("rdocx:").convert(document(page_field("PAGEREF second"))))
    assert re.fullmatch(r"第二部分[. ]{20,}3\s*", printed[0])


@pytest.mark.parametrize("field", [page_field("PAGEREF second \\h"), NESTED, SPLIT], ids=["plain", "nested", "split"])
def test_numbers_are_written_into_the_fields(field: str):
    body = part(with_page_numbers(document(field)), "word/document.xml")
    assert [[text.text for text in shown] for shown in page_references(body)] == [["3"]]


def test_a_field_that_never_ends_is_no_reference():
    begun = '<w:fldChar w:fldCharType="begin"/><w:instrText>PAGEREF second</w:instrText>'
    run = f'<w:p xmlns:w="{W[1:-1]}"><w:r>{begun}</w:r></w:p>'
    assert list(page_references(etree.fromstring(run))) == []
