"""Reading a Word file before it is converted: within limits, and exactly what it prints."""

import io
import zipfile

import pytest

from docgen.convert.source import Paragraph, read_source
from docgen.errors import InputError
from tests.convert.documents import blank, changed, holding, page_field, parsed, saved, saying, table, watermark


def body(*fragments: str) -> list[tuple[str, ...]]:
    return [paragraph.pieces for paragraph in read_source(holding(*fragments)).body]


def test_text_tabs_breaks_and_hyphens_are_read_in_order() -> None:
    run = "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t><w:noBreakHyphen/><w:t>丁</w:t></w:r>"
    assert body(f'<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs></w:pPr>{run}</w:p>') == [
        ("甲\t乙\n丙-丁",)
    ]


def test_a_page_number_divides_a_paragraph_and_its_stored_result_is_no_text() -> None:
    complex_field = f"<w:p><w:r><w:t>第</w:t></w:r>{page_field('PAGE')}<w:r><w:t>页</w:t></w:r></w:p>"
    simple_field = '<w:fldSimple w:instr="NUMPAGES \\* Arabic"><w:r><w:t>9</w:t></w:r></w:fldSimple>'
    assert body(complex_field, f"<w:p><w:r><w:t>共</w:t></w:r>{simple_field}</w:p>") == [("第", "页"), ("共",)]


def test_the_result_of_a_text_field_is_text() -> None:
    assert body('<w:p><w:fldSimple w:instr=" REF a "><w:r><w:t>第三条</w:t></w:r></w:fldSimple></w:p>') == [("第三条",)]


@pytest.mark.parametrize(("switch", "shown"), [("<w:vanish/>", 0), ('<w:vanish w:val="0"/>', 1), ("", 1)])
def test_hidden_runs_are_not_text(switch: str, shown: int) -> None:
    assert len(body(f"<w:p><w:r><w:rPr>{switch}</w:rPr><w:t>暗</w:t></w:r></w:p>")) == shown


def test_a_run_in_a_style_that_inherits_hiding_is_not_text() -> None:
    document = blank()
    base = document.styles.add_style("anchor", 2)
    base.font.hidden = True
    heir = document.styles.add_style("anchor2", 2)
    heir.base_style = base
    document.add_paragraph("明").add_run("暗", heir)
    assert [paragraph.pieces for paragraph in read_source(saved(document)).body] == [("明",)]


def test_of_alternative_content_only_the_choice_is_text() -> None:
    fragment = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></mc:Choice>'
        "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:t>外</w:t></w:r></w:p>"
    )
    assert body(fragment) == [("外",), ("框",)]


def test_paragraphs_of_repeated_header_rows_are_marked() -> None:
    source = read_source(holding(table([["序号"], ["1"]], [1000], header=True)))
    assert [(paragraph.pieces, paragraph.repeated) for paragraph in source.body] == [(("序号",), True), (("1",), False)]


def test_headers_are_certain_unless_the_section_prints_them_on_some_pages_only() -> None:
    document = blank()
    section = document.sections[0]
    section.header.paragraphs[0].text = "眉"
    section.header._element.extend(parsed(watermark("审批稿")))
    source = read_source(saved(document))
    assert ([item.pieces for item in source.running], source.possible, source.watermarks) == (
        [("眉",)],
        (),
        ("审批稿",),
    )
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "首页眉"
    source = read_source(saved(document))
    assert [item.pieces for item in source.running] == [("首页眉",)]
    assert [item.pieces for item in source.possible] == [("眉",)]


def test_the_characters_are_those_that_print() -> None:
    assert read_source(saying("甲\t乙", "甲")).characters == {"甲", "乙"}
    assert read_source(saying("甲")).body == (Paragraph("word/document.xml 第1段", ("甲",)),)


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_source(data)
    return caught.value.code


def archive(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7", archive(), archive(a=b"x")])
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    assert refused(data) == "docx_broken"


def test_a_truncated_or_damaged_word_file_is_refused() -> None:
    whole = saying("正文" * 500)
    assert refused(whole[:-30]) == "docx_broken"
    middle = whole.index(b"word/document.xml") + 40
    assert refused(whole[:middle] + bytes(64) + whole[middle + 64 :]) == "docx_broken"


def test_a_document_that_is_no_xml_or_declares_entities_is_refused() -> None:
    def with_body(text: bytes) -> bytes:
        return changed(saying("正文"), lambda parts: parts.update({"word/document.xml": text}))

    assert refused(with_body(b"<w:document>")) == "docx_broken"
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>'
    assert refused(with_body(bomb)) == "docx_unsafe"
    assert refused(with_body(b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>')) == "docx_unsafe"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refused(archive(**{"word/document.xml": bytes(25 * 2**20)})) == "docx_too_large"
    assert refused(archive(**{f"p{number}": b"" for number in range(1001)})) == "docx_too_large"


def test_two_parts_of_one_name_are_refused() -> None:
    assert refused(archive(**{"word/document.xml": b"<a/>", "WORD/document.xml": b"<b/>"})) == "docx_broken"
