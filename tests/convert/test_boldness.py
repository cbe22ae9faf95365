"""Whether any text of a Word file may be bold."""

import pytest

from docgen.convert.boldness import may_be_bold
from docgen.convert.package import Package, W

NS = f'xmlns:w="{W.strip("{}")}"'


def package(body: str, styles: str = "") -> Package:
    return Package(
        {
            "word/document.xml": f"<w:document {NS}><w:body>{body}</w:body></w:document>".encode(),
            "word/styles.xml": f"<w:styles {NS}>{styles}</w:styles>".encode(),
        }
    )


def style(name: str, inside: str = "", *, default: bool = False) -> str:
    marked = ' w:default="1"' if default else ""
    return f'<w:style w:type="paragraph" w:styleId="{name}"{marked}>{inside}</w:style>'


BOLD = "<w:rPr><w:b/></w:rPr>"
USE = '<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr></w:p>'


@pytest.mark.parametrize("mark", ["<w:b/>", '<w:b w:val="1"/>', '<w:b w:val="true"/>', "<w:bCs/>"])
def test_a_bold_run_is_bold(mark: str):
    assert may_be_bold(package(f"<w:p><w:r><w:rPr>{mark}</w:rPr></w:r></w:p>"))


@pytest.mark.parametrize("mark", ['<w:b w:val="0"/>', '<w:b w:val="false"/>', '<w:b w:val="off"/>', "<w:i/>"])
def test_boldness_switched_off_is_none(mark: str):
    assert not may_be_bold(package(f"<w:p><w:r><w:rPr>{mark}</w:rPr></w:r></w:p>"))


@pytest.mark.parametrize(
    "styles",
    [
        style("a", BOLD),
        style("a", '<w:basedOn w:val="b"/>') + style("b", BOLD),
        style("a", '<w:link w:val="b"/>') + style("b", BOLD),
        style("a", '<w:basedOn w:val="b"/>') + style("b", '<w:basedOn w:val="a"/>' + BOLD),
        style("z", BOLD, default=True),
        f"<w:docDefaults><w:rPrDefault>{BOLD}</w:rPrDefault></w:docDefaults>",
    ],
)
def test_a_style_in_use_makes_bold(styles: str):
    assert may_be_bold(package(USE, styles))


def test_a_bold_style_that_nobody_uses_does_not():
    assert not may_be_bold(package(USE, style("a") + style("heading", BOLD)))


def test_styles_that_build_on_each_other_in_a_circle_end():
    circle = style("a", '<w:basedOn w:val="b"/>') + style("b", '<w:basedOn w:val="a"/>')
    assert not may_be_bold(package(USE, circle))
