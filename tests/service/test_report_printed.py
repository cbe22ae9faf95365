"""Check reports as files: Word, HTML and PDF hold every text, and nothing that a case says can break out."""

import io
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import etree

from docgen.clock import SystemClock
from docgen.convert import open_converter
from docgen.findings import Outcome
from docgen.workspace import Workspace
from service.cli import main
from service.report import Override, report_docx, report_html, reports_docx, reports_html
from tests.samples import Kind, sample, samples
from tests.service.reporting import days, finding, reported, with_findings

HOSTILE = "<script>alert(1)</script> & {{ 7*7 }} {% raw %} </w:t> \"'\n第二行" + "长" * 500
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _word(docx: bytes) -> str:
    """All text of a Word file, a line per paragraph, breaks as new lines."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        parts = [name for name in package.namelist() if re.fullmatch(r"word/(document|header\d|footer\d)\.xml", name)]
        roots = [etree.fromstring(package.read(name)) for name in parts]
    lines = []
    for paragraph in (each for root in roots for each in root.iter(f"{W}p")):
        pieces = [node.text or "" if node.tag == f"{W}t" else "\n" for node in paragraph.iter(f"{W}t", f"{W}br")]
        lines.append("".join(pieces))
    return "\n".join(lines)


class _Page(HTMLParser):
    """Text and elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def _html(page: str) -> str:
    return _Page(page).text


@pytest.mark.parametrize("text_of", [lambda *one: _word(report_docx(*one)), lambda *one: _html(report_html(*one))])
@pytest.mark.parametrize("name", [each.name for each in samples(Kind.FAILING)][:12])
def test_every_message_is_printed_and_the_paper_is_marked_internal(name: str, text_of: Callable[..., str]):
    report, about = reported(name)
    text = text_of(report, about)
    assert report.findings
    for one in report.findings:
        assert one.message in text
        assert one.suggestion in text
        assert one.manual.quote in text
    assert "内部使用" in text
    assert "None" not in text
    assert not re.search(r"\{[{%]|[}%]\}", text)


@pytest.mark.parametrize("printed", [reports_docx, reports_html])
def test_the_same_reports_give_the_same_file(printed: Callable[..., bytes | str]):
    several = [(*reported("F01"), ()), (*reported("S02"), ())]
    assert printed(several) == printed(several)


def test_word_holds_hostile_texts_as_texts():
    report, about = reported("S02")
    text = _word(report_docx(with_findings(report, finding(Outcome.FAIL, message=HOSTILE)), about))
    assert HOSTILE in text


def test_html_holds_hostile_texts_as_texts_and_runs_nothing():
    report, about = reported("S02")
    override = Override("OD-12", "<u>赵</u>", report.as_of, "<img src=x onerror=alert(1)>")
    page = _Page(report_html(with_findings(report, finding(Outcome.WARN, message=HOSTILE)), about, [override]))
    assert HOSTILE in page.text
    assert "<u>赵</u>" in page.text
    assert not {"script", "img", "u", "iframe", "link", "object"} & set(page.tags)
    assert page.links == []


def test_html_loads_nothing_and_says_so():
    page = report_html(*reported("F01"))
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|url\(|@import", page)


def test_passes_are_folded_in_html_and_listed_in_word():
    report, about = reported("H01")
    page = _Page(report_html(report, about))
    assert page.tags.count("details") == 2
    for text in (page.text, _word(report_docx(report, about))):
        assert "CT-09" in text
        assert "最终审批权限" in text


def test_deadlines_are_drawn_in_html_and_in_word():
    report, about = reported("S02")
    dated = with_findings(report, *(finding(due_at=report.as_of + days(count)) for count in (1, 10, 100)))
    assert _Page(report_html(dated, about)).tags.count("svg") == 3
    with zipfile.ZipFile(io.BytesIO(report_docx(dated, about))) as package:
        body = package.read("word/document.xml").decode()
    assert body.count('w:fill="404040"') == 3
    assert "2024-04-06 18:00" in _word(report_docx(dated, about))


def test_several_cases_stand_in_one_file_each_on_its_own_page():
    several = [(*reported(name), ()) for name in ("F01", "S02", "H01")]
    page = reports_html(several)
    assert re.findall(r'<article id="case-(\d)">', page) == ["1", "2", "3"]
    assert page.count('href="#case-') == 3
    docx = reports_docx(several)
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        assert package.read("word/document.xml").count(b"<w:pageBreakBefore/>") == 2
    assert "XS2024-0009" in _word(docx)


def test_two_hundred_findings_are_printed():
    report, about = reported("S02")
    many = with_findings(report, *(finding(Outcome.FAIL, message=f"第{number}处不符") for number in range(200)))
    for text in (_word(report_docx(many, about)), _html(report_html(many, about))):
        assert "不通过（200项）" in text
        assert "第199处不符" in text


def test_the_word_file_becomes_a_pdf_that_holds_all_its_text():
    report, about = reported("F01")
    dated = with_findings(report, finding(due_at=report.as_of + days(3)), finding(Outcome.WARN))
    converter = open_converter()
    try:
        assert converter.convert(report_docx(dated, about)).pages >= 2
    finally:
        converter.close()


class TestCheckCommand:
    @pytest.fixture(autouse=True)
    def _own_workspace(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DOCGEN_WORKSPACE", str(tmp_path / "ws"))

    @pytest.mark.parametrize(("suffix", "magic"), [("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")])
    def test_the_report_is_saved_in_the_form_of_its_name(self, suffix: str, magic: bytes, tmp_path: Path):
        target = tmp_path / "报告" / f"检查报告.{suffix}"
        assert main(["check", str(sample("F21").case), "--report", str(target)]) == 3
        assert target.read_bytes().startswith(magic)
        assert [path.name for path in target.parent.iterdir()] == [target.name]

    def test_another_form_is_refused_by_name(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        assert main(["check", str(sample("H01").case), "--report", str(tmp_path / "x.odt")]) == 4
        assert "[report_format]" in capsys.readouterr().err
        assert list(tmp_path.glob("x.*")) == []

    def test_several_cases_go_into_one_file(self, tmp_path: Path):
        target = tmp_path / "all.html"
        main(["check", str(sample("F21").case), str(sample("S02").case), "--report", str(target)])
        assert {"XS2024-0012", "XS2024-0009"} <= set(re.findall(r"XS\d{4}-\d{4}", target.read_text(encoding="utf-8")))

    def test_overrides_of_the_workspace_are_printed(self, tmp_path: Path):
        workspace = Workspace.open(tmp_path / "ws", SystemClock())
        workspace.override("XS2024-0012", "OD-11", by="李主管", reason="客户已书面同意")
        workspace.close()
        target = tmp_path / "r.html"
        main(["check", str(sample("F01").case), "--report", str(target)])
        assert re.search(r"李主管于[-\d: ]+放行：客户已书面同意", target.read_text(encoding="utf-8"))

    def test_a_check_makes_no_workspace(self, tmp_path: Path):
        main(["check", str(sample("H01").case), "--report", str(tmp_path / "r.html")])
        assert not (tmp_path / "ws").exists()
