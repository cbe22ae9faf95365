"""Charts in templates: the placeholder's width, the chart's proportions, and every misuse named."""

import io
import re
from dataclasses import dataclass
from zipfile import ZipFile

import pytest
from docx import Document
from docx.shared import Mm
from PIL import Image

from docgen.errors import DeclarationError, InputError
from docgen.template import Picture, check_template, compile_template, reads
from tests.convert.documents import png
from tests.template.builders import PNG, members, saved

SQUARE = Picture(png(8, 8))
WIDE = Picture(png(40, 10))


@dataclass(frozen=True)
class Charts:
    @property
    def plan(self) -> Picture | None:
        return None

    @property
    def price(self) -> Picture:
        return SQUARE

    @property
    def title(self) -> str:
        return "图"


ROOTS = {"chart": Charts}


def placeholders(*names: str, before: str = "", after: str = "", width: int = 80) -> bytes:
    document = Document()
    document.add_paragraph(before)
    for name in names:
        shape = document.add_paragraph().add_run().add_picture(io.BytesIO(PNG), width=Mm(width))
        shape._inline.docPr.set("name", name)
    document.add_paragraph(after)
    return saved(document)


def faults(source: bytes) -> list[str]:
    return [fault.code for fault in check_template(source, ROOTS)]


def test_a_placeholder_takes_the_chart_in_its_width_and_the_charts_proportions():
    docx = compile_template(placeholders("chart.price", width=80)).render({"chart": {"price": WIDE}})
    parts = members(docx)
    assert parts["word/media/chart_price.png"] == WIDE
    body = parts["word/document.xml"].decode()
    assert re.findall(r'<(?:wp:extent|a:ext) cx="(\d+)" cy="(\d+)"', body) == [("2880000", "720000")] * 2
    (picture,) = Document(io.BytesIO(docx)).inline_shapes
    assert (picture.width, picture.height) == (Mm(80), Mm(20))
    embedded = re.findall(r'r:embed="([^"]+)"', body)
    assert Document(io.BytesIO(docx)).part.related_parts[embedded[0]].blob == WIDE


def test_two_charts_whose_placeholders_are_one_file_get_a_file_each():
    docx = compile_template(placeholders("chart.plan", "chart.price")).render(
        {"chart": {"plan": WIDE, "price": SQUARE}}
    )
    parts = members(docx)
    assert (parts["word/media/chart_plan.png"], parts["word/media/chart_price.png"]) == (WIDE, SQUARE)


def test_the_same_charts_give_the_same_bytes():
    template = compile_template(placeholders("chart.price"))
    assert template.render({"chart": {"price": WIDE}}) == template.render({"chart": {"price": WIDE}})
    assert template.render({"chart": {"price": WIDE}}) != template.render({"chart": {"price": SQUARE}})


def test_a_picture_of_another_name_is_the_templates_own():
    source = placeholders("chart 1", "logo.png", "公司标识")
    assert faults(source) == []
    assert members(compile_template(source).render({})).keys() == members(source).keys()


def test_an_absent_chart_is_a_missing_field_and_in_a_condition_it_is_no_chart():
    with pytest.raises(InputError) as caught:
        compile_template(placeholders("chart.plan")).render({"chart": {"plan": None}})
    assert [detail.path for detail in caught.value.details] == ["chart.plan"]
    source = placeholders("chart.plan", before="{%p if chart.plan %}", after="{%p endif %}")
    assert faults(source) == []
    docx = compile_template(source).render({"chart": {"plan": None}})
    assert not Document(io.BytesIO(docx)).inline_shapes
    assert Image.open(io.BytesIO(members(docx)["word/media/chart_plan.png"])).convert("RGBA").getpixel((0, 0))[3] == 0


def test_only_a_picture_can_stand_for_a_chart():
    with pytest.raises(DeclarationError) as caught:
        compile_template(placeholders("chart.price")).render({"chart": {"price": "图"}})
    assert caught.value.code == "not_a_picture"


def test_a_value_that_is_no_height_stands_in_no_drawing():
    document = Document(io.BytesIO(placeholders("chart 1")))
    document.inline_shapes[0]._inline.extent.set("cy", "{{ chart.title }}")
    with pytest.raises(DeclarationError) as caught:
        compile_template(saved(document)).render({"chart": {"title": "1"}})
    assert caught.value.code == "not_a_picture"
    assert "stray_delimiter" in faults(saved(document))


def test_the_checker_names_every_misuse_of_a_placeholder():
    assert faults(placeholders("chart.price")) == []
    assert faults(placeholders("chart.plan")) == ["unguarded_optional"]
    assert faults(placeholders("chart.prize")) == ["unknown_path"]
    assert faults(placeholders("chart.title")) == ["not_a_picture"]
    assert faults(placeholders("chart.price", "chart.price")) == ["picture_twice"]
    assert "unprintable" in faults(placeholders(before="{{ chart.price }}"))


def test_the_checker_says_where_the_placeholder_stands_and_what_was_meant():
    (fault,) = check_template(placeholders("chart.prize"), ROOTS)
    assert (fault.where, fault.source, fault.suggestion) == ("正文第2段", "chart.prize", "是否指 chart.price")


def test_a_placeholder_in_a_header_or_in_a_loop_is_a_fault():
    document = Document()
    run = document.sections[0].header.paragraphs[0].add_run()
    run.add_picture(io.BytesIO(PNG))._inline.docPr.set("name", "chart.price")
    assert faults(saved(document)) == ["misplaced"]


def test_a_floating_placeholder_is_refused():
    source = placeholders("chart.price")
    body = members(source)["word/document.xml"].decode().replace("wp:inline", "wp:anchor").encode()
    out = io.BytesIO()
    with ZipFile(out, "w") as package:
        for name, data in {**members(source), "word/document.xml": body}.items():
            package.writestr(name, data)
    assert faults(out.getvalue()) == ["picture_unusable"]


def test_charts_are_among_what_a_template_reads():
    assert "chart.price" in reads(placeholders("chart.price"), ROOTS).printed


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(20)])
def test_a_picture_is_a_png(data: bytes):
    with pytest.raises(ValueError, match="PNG"):
        Picture(data)
