"""The documents for people: their commands are run, their links lead somewhere, their pictures are there."""

import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from docgen.errors import DeclarationError
from docgen.forms.catalogue import read_form
from docgen.forms.lint import form_reads
from rules.book import load_rulebook
from service import docs
from service.docs import forms, gallery
from service.docs.forms import shipped_forms
from service.docs.markdown import heading_link
from service.docs.pictures import form_pictures, shown
from service.docs.replay import Ran, Seen, replay
from service.docs.titles import about, title_at
from service.settings import ROOT

KEPT = ROOT / "docs"
GUIDES = (ROOT / "README.md", KEPT / "first-template.md")
WRITTEN = (*GUIDES, ROOT / "CONTRIBUTING.md", *sorted(KEPT.glob("*.md")))
_PATH_OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users|var)/")


@pytest.fixture(scope="module")
def forms_text() -> str:
    return forms.forms_text()


@pytest.fixture(scope="module")
def gallery_text() -> str:
    return gallery.gallery_text()


def _told(text: str, folder: Path) -> list[bool]:
    return [step.as_told for step in replay(text, folder) if isinstance(step, Ran)]


def _section(text: str, title: str) -> str:
    return text.partition(f"\n### {title}\n")[2].partition("\n### ")[0]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_of_a_guide_prints_what_the_guide_says(guide: Path, tmp_path: Path):
    text = guide.read_text(encoding="utf-8")
    steps = [step for step in replay(text, tmp_path) if isinstance(step, Ran)]
    assert len(steps) == text.count("\n$ ") > 10
    lies = [f"$ {step.command}\n{step.printed}" for step in steps if not step.as_told]
    assert not lies, "\n".join(lies)


class TestReplay:
    @pytest.mark.parametrize(
        ("expected", "as_told"),
        [
            ("甲\n乙\n", True),
            ("甲\n", False),
            ("甲\n乙\n丙\n", False),
            ("…\n乙\n", True),
            ("甲\n…\n", True),
            ("甲\n乙\n…\n", True),
            ("…甲\n乙…\n", True),
            ("…丙\n乙\n", False),
            ("..\n乙\n", False),
            ("", False),
        ],
    )
    def test_what_is_left_out_may_be_anything_and_nothing_else(self, tmp_path: Path, expected: str, as_told: bool):
        assert _told(f"```console\n$ printf '甲\\n乙\\n'\n{expected}```\n", tmp_path) == [as_told]

    def test_a_command_that_prints_nothing_is_told_without_lines(self, tmp_path: Path):
        assert _told("```console\n$ true\n$ echo $?\n0\n```\n", tmp_path) == [True, True]

    def test_a_command_goes_on_after_a_backslash(self, tmp_path: Path):
        assert _told("```console\n$ echo 甲 \\\n    乙 \\\n    丙\n甲 乙 丙\n```\n", tmp_path) == [True]

    def test_the_exit_code_and_the_errors_of_the_product_are_seen(self, tmp_path: Path):
        text = (
            "```console\n$ docgen check nowhere.yaml\n没有案卷文件：nowhere.yaml [case_missing]\n…\n$ echo $?\n4\n```\n"
        )
        assert _told(text, tmp_path) == [True, True]

    def test_settings_of_the_machine_are_not_seen_and_come_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("DOCGEN_POLICY", "nowhere.yaml")
        check = "```console\n$ docgen check samples/H01/case.yaml\nXS2024-0012 …\n…\n```\n"
        assert _told(check, tmp_path) == [True]
        own = "```console\n$ docgen check samples/H01/case.yaml\n没有公司规定文件…\n```\n"
        (tmp_path / "again").mkdir()
        assert _told(own.replace("$ ", "$ DOCGEN_POLICY=nowhere.yaml "), tmp_path / "again") == [True]

    def test_words_of_a_file_are_replaced_and_documents_shown_as_they_then_are(self, tmp_path: Path):
        text = (
            "<!-- 画 templates_docx/house.docx → a.png -->\n"
            "<!-- 改 templates_docx/house.docx：doc.header → doc.title -->\n"
            "<!-- 画 templates_docx/house.docx → b.png -->\n"
            "<!-- 改 samples/H01/case.yaml：示例科技 → 样品科技 -->\n"
        )
        before, after = (step for step in replay(text, tmp_path) if isinstance(step, Seen))
        assert (before.picture, after.picture) == ("a.png", "b.png")
        assert before.docx != after.docx
        assert "样品科技" in (tmp_path / "samples/H01/case.yaml").read_text(encoding="utf-8")
        assert "样品科技" not in (ROOT / "samples/H01/case.yaml").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", ["templates_docx/house.docx", "samples/H01/case.yaml"])
    def test_words_that_are_not_there_are_an_error(self, tmp_path: Path, name: str):
        with pytest.raises(DeclarationError) as missing:
            list(replay(f"<!-- 改 {name}：没有这句话 → 别的话 -->", tmp_path))
        assert missing.value.code == "guide_edit"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(path: Path):
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"(?<!`)\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for target in targets:
        name, _, anchor = target.partition("#")
        if name.startswith(("http://", "https://")):
            continue
        file = path.parent / name if name else path
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert f"#{anchor}" in {heading_link(heading) for heading in headings}, target


@pytest.mark.parametrize("path", [*WRITTEN, KEPT / "gallery.html"], ids=lambda path: path.name)
def test_no_document_names_a_place_of_a_machine(path: Path):
    assert not _PATH_OF_A_MACHINE.search(path.read_text(encoding="utf-8"))


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


class TestFormsBook:
    def test_every_form_stands_with_its_pages_its_quotation_and_its_signers(self, forms_text: str):
        for form in shipped_forms():
            spec, section = form.spec, _section(forms_text, form.spec.title)
            assert f"`{spec.form_id}`" in section
            assert spec.manual.quote in section
            assert all(f'src="{name}"' in section for name in shown(spec.form_id))
            assert all(signer.label in section for signer in spec.signers)
            assert f"| 保管 | {spec.retention.label} |" in section

    def test_every_field_that_a_form_demands_or_prints_is_named(self, forms_text: str):
        house = {"doc.header", "doc.revision", "doc.footer_label", "doc.number"}
        for form in shipped_forms():
            section = _section(forms_text, form.spec.title)
            for path in {*form_reads(form).printed, *form.spec.requires} - house:
                assert f"`{path}`" in section, (form.spec.form_id, path)

    def test_no_name_of_a_field_is_left_in_english(self, forms_text: str):
        rows = re.findall(r"^\| (.+?) \| `[^`]+` \| (?:印出|决定印法|—) \|", forms_text, re.MULTILINE)
        assert len(rows) > 500
        assert [name for name in rows if not re.search("[一-鿿]", name)] == []

    def test_the_guards_of_a_form_stand_with_the_titles_of_their_rules(self, forms_text: str):
        for rule in (rule for pack in load_rulebook().packs for rule in pack.rules):
            for guard in rule.guards:
                titles = [form.spec.title for form in shipped_forms() if form.spec.form_id == guard.form]
                for title in titles:
                    assert f"* [{rule.id}](rules.md{heading_link(f'{rule.id} {rule.title}')})" in _section(
                        forms_text, title
                    )

    def test_the_reach_of_a_guard_is_told_without_brackets_in_brackets(self, forms_text: str):
        assert "合同条款" in forms_text
        assert "（（" not in forms_text
        assert "最终审批权限（签署件起，待发生也不放行）" in _section(forms_text, "销售合同")
        assert "客户签字人有权限（客户方）" in _section(forms_text, "销售合同")

    def test_what_a_form_is_about_is_told_in_the_words_of_the_case(self):
        told = {form.spec.form_id: about(form.spec) for form in shipped_forms()}
        assert told["product_acceptance_sheet"] == "每个“订单 › 验收”一份"
        assert told["contract"] == "每个案卷一份"
        assert told["order_progress_table"] == "跨案卷台账，每个“订单”一行"

    def test_a_path_is_called_by_what_it_reaches_and_what_that_belongs_to(self):
        spec = next(form.spec for form in shipped_forms() if form.spec.form_id == "product_acceptance_sheet")
        assert title_at(spec, "acceptance.items[].name") == "验收明细 › 名称"
        assert title_at(spec, "customer.name") == "客户 › 客户名称(全称)"
        assert title_at(spec, "order.owner.name") == "负责人 › 姓名"
        assert title_at(spec, "contract") == "合同"
        assert title_at(spec, "unheard_of", "计数") == "计数"

    def test_values_of_a_ledger_and_of_the_document_itself_have_names(self):
        folder = next(form.folder for form in shipped_forms())
        printed = form_reads(read_form(folder, "order_progress_table"))
        assert printed.tested["rows"] == "台账的行"
        assert printed.printed["doc.as_of"] == "截至时间"


class TestPictures:
    def test_every_form_has_its_pages_and_they_are_small(self):
        assert docs.missing_pictures(KEPT) == ()
        files = list(KEPT.glob("images/**/*.png"))
        assert {path.name for path in files} >= {f"{form.spec.form_id}-1.png" for form in shipped_forms()}
        assert max(path.stat().st_size for path in files) <= 60 * 1024
        assert sum(path.stat().st_size for path in files) <= 4 * 1024 * 1024

    def test_a_page_is_drawn_from_a_sample_the_same_every_time(self):
        drawn = []
        for _ in range(2):
            pages = form_pictures()
            drawn.append(next(pages))
            pages.close()
        assert drawn[0] == drawn[1]
        name, png = drawn[0]
        assert (KEPT / name).is_file()
        assert 880 < Image.open(BytesIO(png)).width < 1400

    def test_a_picture_that_is_not_there_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(docs, "DOCUMENTS", {"a.md": lambda: "![图](images/a.png)\n"})
        docs.write(tmp_path)
        with pytest.raises(DeclarationError) as missing:
            docs.check(tmp_path)
        assert [detail.path for detail in missing.value.details] == [f"{tmp_path.name}/images/a.png"]

    def test_drawing_writes_what_is_shown_and_removes_pages_no_longer_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(docs, "form_pictures", lambda: iter([("images/forms/a-1.png", b"1")]))
        monkeypatch.setattr(docs, "guide_pictures", lambda _: iter([("images/guide/g.png", b"2")]))
        gone = tmp_path / "images" / "forms" / "a-2.png"
        gone.parent.mkdir(parents=True)
        gone.write_bytes(b"old")
        docs.draw(tmp_path)
        assert sorted(path.name for path in tmp_path.rglob("*.png")) == ["a-1.png", "g.png"]
        assert (tmp_path / "images/forms/a-1.png").read_bytes() == b"1"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.identifiers: list[str] = []
        self.alternatives: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.links += [found[name] or "" for name in ("href", "src") if name in found]
        self.identifiers += [found["id"] or ""] if "id" in found else []
        self.alternatives += [found.get("alt")] if tag == "img" else []


class TestGallery:
    def test_every_form_has_a_card_with_its_first_page(self, gallery_text: str):
        page = _Page()
        page.feed(gallery_text)
        for form in shipped_forms():
            assert form.spec.form_id in page.identifiers
            assert form.spec.title in gallery_text
            assert shown(form.spec.form_id)[0] in page.links
        assert page.tags.count("article") == len(shipped_forms())
        assert all(page.alternatives)

    def test_it_needs_no_script_and_loads_nothing_from_elsewhere(self, gallery_text: str):
        page = _Page()
        page.feed(gallery_text)
        assert "script" not in page.tags
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.identifiers
            else:
                assert (KEPT / link).is_file(), link
