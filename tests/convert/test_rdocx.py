"""The embedded converter: what it prints, that it always prints the same, and what it refuses."""

import hashlib
import io
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from docgen.convert import Converter, Pdf, open_converter
from docgen.convert.rdocx import Rdocx
from docgen.convert.source import read_source
from docgen.errors import BackendError, DeclarationError, InputError
from tests.convert.documents import (
    CLAUSE,
    add_xml,
    blank,
    cell,
    changed,
    holding,
    page_field,
    parsed,
    png,
    saved,
    saying,
    table,
    watermark,
)


@pytest.fixture(scope="module")
def converter() -> Converter:
    return open_converter("rdocx:")


def texts(pdf: Pdf) -> list[str]:
    with pypdfium2.PdfDocument(pdf.data) as document:
        return [page.get_textpage().get_text_range().replace("\r\n", "") for page in document]


def fonts(pdf: Pdf) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf.data)) as document:
        found = {
            str(item.BaseFont)
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        }
    return {name.lstrip("/") for name in found}


def runs(*properties: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:rPr>{item}</w:rPr><w:t>合同Abc1</w:t></w:r>" for item in properties) + "</w:p>"


def test_a_document_becomes_a_pdf_that_says_the_same_once(converter: Converter) -> None:
    pdf = converter.convert(saying("产品验收单", CLAUSE))
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.pages == 1
    assert pdf.sha256 == hashlib.sha256(pdf.data).hexdigest()
    assert pdf.converter.startswith("rdocx ")
    (page,) = texts(pdf)
    assert page.count("产品验收单") == 1
    assert page.count("680,000.00") == 1


def test_the_same_document_always_becomes_the_same_bytes(converter: Converter) -> None:
    document = saying(CLAUSE, "朱镕基 陶喆")
    assert converter.convert(document).data == open_converter("rdocx:").convert(document).data


def test_every_font_name_is_set_in_a_shipped_font_that_is_inside_the_file(converter: Converter) -> None:
    names = ("宋体", "仿宋_GB2312", "Times New Roman", "黑体", "SimHei", "Arial", "没有这种字体")
    document = holding(runs(*(f'<w:rFonts w:ascii="{name}" w:eastAsia="{name}"/>' for name in names)))
    assert fonts(converter.convert(document)) == {"DocgenSerifSC", "DocgenSansSC"}


def test_a_glyph_that_a_page_needs_beyond_its_text_is_refused_and_not_taken_from_another_font() -> None:
    source = read_source(holding("<w:p><w:r><w:t>Ω</w:t></w:r></w:p>"))
    with pytest.raises(BackendError) as caught:
        Rdocx().draw(replace(source, body=()), frozenset())
    assert caught.value.code == "foreign_font"


def test_the_east_asian_font_decides_for_the_whole_run(converter: Converter) -> None:
    document = holding(runs('<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="黑体"/>'))
    assert fonts(converter.convert(document)) == {"DocgenSansSC"}


def test_a_latin_font_alone_leaves_the_inherited_chinese_font(converter: Converter) -> None:
    assert fonts(converter.convert(holding(runs('<w:rFonts w:ascii="Arial"/>')))) == {"DocgenSerifSC"}


def test_the_chinese_font_of_the_theme_is_honoured(converter: Converter) -> None:
    document = holding(runs('<w:rFonts w:asciiTheme="majorHAnsi" w:eastAsiaTheme="majorEastAsia"/>'))

    def hei(parts: dict[str, bytes]) -> None:
        theme = next(name for name in parts if name.startswith("word/theme/"))
        parts[theme] = parts[theme].replace(
            'script="Hans" typeface="宋体"'.encode(), 'script="Hans" typeface="黑体"'.encode()
        )

    assert fonts(converter.convert(document)) == {"DocgenSerifSC"}
    assert fonts(converter.convert(changed(document, hei))) == {"DocgenSansSC"}


def test_bold_is_a_face_of_its_own(converter: Converter) -> None:
    assert fonts(converter.convert(holding(runs("<w:b/>")))) == {"DocgenSerifSC-Bold"}


def test_check_boxes_and_the_signs_of_forms_print(converter: Converter) -> None:
    (page,) = texts(converter.convert(saying("☑同意 ☐不同意 ☒作废 ¥680,000.00 ￥ 13% × ① ℃ ㎡ “引号”——……")))
    assert all(sign in page for sign in "☑☐☒¥￥%×①℃㎡“”—…")


def test_a_rare_character_of_a_name_prints_in_all_faces(converter: Converter) -> None:
    sans = '<w:rFonts w:eastAsia="黑体"/>'
    text = "<w:t>朱镕基、陶喆、赵堃、㐂、䶮</w:t>"
    line = "".join(f"<w:r><w:rPr>{item}</w:rPr>{text}</w:r>" for item in ("", "<w:b/>", sans, sans + "<w:b/>"))
    (page,) = texts(converter.convert(holding(f"<w:p>{line}</w:p>")))
    assert page.count("朱镕基、陶喆、赵堃、㐂、䶮") == 4


def test_a_character_without_a_glyph_is_refused_by_name(converter: Converter) -> None:
    with pytest.raises(InputError, match=r"𠮷（U\+20BB7）") as caught:
        converter.convert(saying("吉野家写作𠮷野家"))
    assert caught.value.code == "glyph_missing"


def test_invisible_characters_of_pasted_text_do_no_harm(converter: Converter) -> None:
    (page,) = texts(converter.convert(saying("上海\u200b凌云\ufeff科技")))
    assert page.replace("\u200b", "").replace("\ufeff", "") == "上海凌云科技"


def test_page_numbers_are_those_of_the_pages(converter: Converter) -> None:
    document = blank()
    footer = document.sections[0].footer.paragraphs[0]
    for text, name in (("第", "PAGE"), ("页共", "NUMPAGES")):
        footer.add_run(text)
        footer._p.extend(parsed(page_field(name)))
    footer.add_run("页")
    document.add_paragraph("首页")
    document.add_page_break()
    document.add_paragraph("末页")
    pages = texts(converter.convert(saved(document)))
    assert [("第1页共2页" in pages[0]), ("第2页共2页" in pages[1])] == [True, True]


def test_headers_footers_repeated_rows_and_a_watermark_pass_the_check_on_every_page(converter: Converter) -> None:
    document = blank()
    section = document.sections[0]
    section.header.paragraphs[0].text = "编号：HT-2024-0012"
    section.header._element.extend(parsed(watermark("审批稿")))
    section.footer.paragraphs[0].text = "合同编号"
    rows = [["序号", "内容"], *([str(number), CLAUSE] for number in range(1, 60))]
    add_xml(document, table(rows, [1000, 7500], header=True))
    pdf = converter.convert(saved(document))
    assert pdf.pages > 2
    assert all("HT-2024-0012" in page and "合同编号" in page and "序号" in page for page in texts(pdf))


def test_hidden_text_does_not_print_and_is_not_missed(converter: Converter) -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>sig.buyer.sign</w:t></w:r>"
    (page,) = texts(converter.convert(holding(f"<w:p>{hidden}<w:r><w:t>甲方</w:t></w:r></w:p>")))
    assert page == "甲方"


def test_a_picture_is_in_the_pdf(converter: Converter) -> None:
    document = blank()
    document.add_picture(io.BytesIO(png()), width=360000)
    with pikepdf.open(io.BytesIO(converter.convert(saved(document)).data)) as pdf:
        assert len(pdf.pages[0].Resources.XObject.keys()) == 1


@pytest.mark.parametrize("column", [1200, 3000, 7000])
def test_a_word_wider_than_its_column_is_broken_inside_of_it(converter: Converter, column: int) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    pdf = converter.convert(holding(table([[digest, "右"]], [column, 2000]), "<w:p/>"))
    with pypdfium2.PdfDocument(pdf.data) as document:
        reader = document[0].get_textpage()
        text = reader.get_text_range()
        edge = reader.get_charbox(text.index("右"))[0]
        boxes = [reader.get_charbox(index) for index, letter in enumerate(text) if letter in "0123456789abcdef"]
    assert text.replace("\r\n", "").replace("右", "").strip() == digest
    assert max(box[2] for box in boxes) < edge


def test_a_word_that_fits_its_column_stays_whole(converter: Converter) -> None:
    (page,) = texts(converter.convert(saying("邮箱：zhangsan@lingyun.example.com")))
    assert "zhangsan@lingyun.example.com" in page


_NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
_STYLED = '<w:pStyle w:val="ListNumber"/>'
_ONE = "<w:r><w:t>一</w:t></w:r>"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"<w:pPr>{_NUMBERED}</w:pPr>{_ONE}", "feature_numbering"),
        (f"<w:pPr>{_STYLED}</w:pPr>{_ONE}", "feature_numbering"),
        (f"<w:smartTag>{_ONE}</w:smartTag>", "feature_smart_tag"),
        (f'<w:ins w:id="1" w:author="a">{_ONE}</w:ins>', "feature_revision"),
        ('<w:del w:id="1" w:author="a"><w:r><w:delText>一</w:delText></w:r></w:del>', "feature_revision"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "feature_symbol"),
        ('<w:r><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr><w:t>x</w:t></w:r>', "feature_symbol"),
        ('<w:r><w:footnoteReference w:id="2"/></w:r>', "feature_note"),
    ],
)
def test_what_would_be_lost_in_silence_is_refused_with_its_place(converter: Converter, content: str, code: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        converter.convert(holding(f"<w:p>{_ONE}</w:p>", f"<w:p>{content}</w:p>"))
    assert caught.value.code == "feature_unsupported"
    assert [(detail.code, detail.path) for detail in caught.value.details] == [(code, "word/document.xml 第2段")]


def test_a_paragraph_that_switches_its_numbering_off_is_not_numbered(converter: Converter) -> None:
    off = f'<w:pPr>{_STYLED}<w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
    assert converter.convert(holding(f"<w:p>{off}{_ONE}</w:p>")).pages == 1


def merged(rows: int, before: int) -> bytes:
    """Return a bordered table whose first column is merged over all `rows`, after `before` empty paragraphs."""
    marks = ["<w:vMerge w:val='restart'/>"] + ["<w:vMerge/>"] * (rows - 1)
    borders = '<w:tcBorders><w:left w:val="single" w:sz="4"/><w:bottom w:val="single" w:sz="4"/></w:tcBorders>'
    lines = "".join(
        f"<w:tr>{cell(2000, '合' * (mark == marks[0]), borders + mark)}{cell(6000, '行', borders)}</w:tr>"
        for mark in marks
    )
    grid = '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="6000"/></w:tblGrid>'
    return holding(*["<w:p/>"] * before, f"<w:tbl><w:tblPr/>{grid}{lines}</w:tbl>", "<w:p/>")


def test_a_merged_cell_may_not_run_over_the_end_of_a_page(converter: Converter) -> None:
    assert converter.convert(merged(rows=6, before=2)).pages == 1
    with pytest.raises(DeclarationError) as caught:
        converter.convert(merged(rows=6, before=22))
    assert caught.value.code == "merged_cell_divided"
    assert [detail.path for detail in caught.value.details] == ["第1页"]


@pytest.mark.parametrize("switch", ["<w:cantSplit/>", "<w:cantSplit/><w:tblHeader/>"])
def test_a_row_taller_than_a_page_is_divided_even_if_it_must_not_be(converter: Converter, switch: str) -> None:
    rows = table([["标签", CLAUSE * 80]], [1500, 6500]).replace("<w:tr>", f"<w:tr><w:trPr>{switch}</w:trPr>")
    assert converter.convert(holding(rows, "<w:p/>")).pages > 1


@pytest.mark.parametrize(
    "held",
    [
        "<w:vAlign w:val='center'/>|",
        "<w:vAlign w:val='bottom'/>|",
        "|<w:pPr><w:keepLines/></w:pPr>",
        "<w:vAlign w:val='center'/>|<w:pPr><w:keepNext/><w:keepLines/></w:pPr>",
    ],
)
def test_a_row_taller_than_a_page_is_divided_whatever_holds_it_together(converter: Converter, held: str) -> None:
    in_cell, in_paragraph = held.split("|")
    rows = table([["标签", CLAUSE * 80]], [1500, 6500])
    rows = rows.replace("</w:tcPr>", f"{in_cell}</w:tcPr>").replace("<w:p>", f"<w:p>{in_paragraph}")
    assert converter.convert(holding(rows, "<w:p/>")).pages > 1


def test_text_in_the_hidden_part_of_a_merged_cell_is_a_loss(converter: Converter) -> None:
    marks = ("<w:vMerge w:val='restart'/>", "<w:vMerge/>")
    rows = "".join(f"<w:tr>{cell(2000, '合', mark)}</w:tr>" for mark in marks)
    with pytest.raises(BackendError) as caught:
        converter.convert(holding(f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='2000'/></w:tblGrid>{rows}</w:tbl>"))
    assert [detail.code for detail in caught.value.details] == ["text_lost"]


def pages_of(pdf: Pdf, *words: str) -> list[int]:
    """Return the page on which each of `words` stands."""
    return [next(number for number, page in enumerate(texts(pdf)) if word in page) for word in words]


def test_a_table_whose_rows_keep_together_goes_to_the_next_page_whole_with_the_line_before_it(
    converter: Converter,
) -> None:
    keep = "<w:pPr><w:keepNext/></w:pPr>"
    rows = table([["甲方盖章"], ["签字"], ["日期"]], [8000])
    kept = rows.replace("<w:p>", f"<w:p>{keep}").replace(f"{keep}<w:r><w:t>日期", "<w:r><w:t>日期")
    lead = f"<w:p>{keep}<w:r><w:t>以下无正文</w:t></w:r></w:p>"
    filling = ["<w:p><w:r><w:t>字</w:t></w:r></w:p>"] * 22
    apart = pages_of(converter.convert(holding(*filling, lead, rows, "<w:p/>")), "甲方盖章", "日期")
    together = pages_of(converter.convert(holding(*filling, lead, kept, "<w:p/>")), "以下无正文", "甲方盖章", "日期")
    assert apart == [0, 1]
    assert together == [1, 1, 1]


def test_the_header_of_a_short_table_is_not_left_alone(converter: Converter) -> None:
    filling = ["<w:p><w:r><w:t>字</w:t></w:r></w:p>"] * 23
    rows = [["税率"], ["百分之十三"], ["百分之六"]]
    plain, headed = (holding(*filling, table(rows, [8000], header=header), "<w:p/>") for header in (False, True))
    assert pages_of(converter.convert(plain), "税率", "百分之十三") == [0, 1]
    assert pages_of(converter.convert(headed), "税率", "百分之十三", "百分之六") == [1, 1, 1]


def test_header_rows_that_fill_a_page_do_not_repeat_for_ever(converter: Converter) -> None:
    rows = table([["标签", CLAUSE]] * 40, [1500, 6500]).replace("<w:tr>", "<w:tr><w:trPr><w:tblHeader/></w:trPr>")
    assert converter.convert(holding(rows, "<w:p/>")).pages > 1


@pytest.mark.parametrize("document", [saying("字" * 20_001), holding("<w:p><w:r><w:t>字</w:t></w:r></w:p>" * 10_001)])
def test_a_document_beyond_the_limits_is_refused_before_it_is_drawn(converter: Converter, document: bytes) -> None:
    with pytest.raises(InputError) as caught:
        converter.convert(document)
    assert caught.value.code == "document_too_large"


def test_a_document_that_rdocx_cannot_lay_out_is_an_error_of_the_backend(converter: Converter) -> None:
    def break_styles(parts: dict[str, bytes]) -> None:
        parts["[Content_Types].xml"] = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'

    with pytest.raises(BackendError) as caught:
        converter.convert(changed(saying("正文"), break_styles))
    assert caught.value.code == "conversion_failed"


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        *[(uri, "converter_unknown") for uri in ("", "rdocx", "word:", "rdocx:/path")],
        *[(f"libreoffice:?{query}", "converter_option") for query in ("speed=9", "documents=0", "timeout=x")],
        ("rdocx:?a=1", "converter_option"),
    ],
)
def test_an_unknown_converter_or_option_is_refused(uri: str, code: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        open_converter(uri)
    assert caught.value.code == code
