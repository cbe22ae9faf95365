"""`docgen forms` on a company's own folder: what is wrong is said, what stands before a form is shown."""

from pathlib import Path

import pytest

from service.cli import main
from service.settings import ROOT

HOUSE = ROOT / "templates_docx" / "house.docx"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "house.docx").write_bytes(HOUSE.read_bytes())
    columns = "order.lines:name,quantity"
    made = ["forms", "new", "delivery_note", "--title", "送货单", "--one-per", "orders[]", "--rows", columns]
    assert main([*made, "--templates", str(tmp_path)]) == 0
    return tmp_path


def _guarded(folder: Path, guards: str) -> None:
    path = folder / "delivery_note.toml"
    text = path.read_text(encoding="utf-8").replace("retention =", f"guards = {guards}\nretention =")
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("guards", "fault"),
    [
        ('{ issue = ["OD-80"] }', "guards.issue：没有编号为 OD-80 的规则（是否指 OD-20）"),
        ('{ archive = ["ZZ-99!"] }', "guards.archive：没有编号为 ZZ-99 的规则（规则编号见 docgen rules list）"),
    ],
)
def test_a_guard_by_a_rule_that_no_pack_has_is_a_fault(
    folder: Path, capsys: pytest.CaptureFixture[str], guards: str, fault: str
):
    _guarded(folder, guards)
    assert main(["forms", "lint", "--templates", str(folder)]) == 5
    assert capsys.readouterr().err == f"delivery_note.toml {fault}\n"


def test_a_guard_by_a_rule_there_is_lints_clean(folder: Path):
    _guarded(folder, '{ issue = ["OD-08"], sign = ["CT-15@signing#customer:a,b!"] }')
    assert main(["forms", "lint", "--templates", str(folder)]) == 0


def test_a_declaration_that_cannot_be_read_is_named_once(folder: Path, capsys: pytest.CaptureFixture[str]):
    _guarded(folder, '{ issue = ["no rule"] }')
    assert main(["forms", "lint", "--templates", str(folder)]) == 5
    assert capsys.readouterr().err.count("delivery_note.toml") == 1


def test_what_stands_before_a_form_of_the_company_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    _guarded(folder, '{ issue = ["OD-08"] }')
    monkeypatch.setenv("DOCGEN_TEMPLATES", str(folder))
    capsys.readouterr()
    assert main(["forms", "show", "delivery_note"]) == 0
    shown = capsys.readouterr().out
    assert "OD-08" in next(line for line in shown.splitlines() if line.startswith("关卡　签发前"))
    assert "依据　本系统规则“送货单”" in shown
    assert "个人信息 脱敏" in shown
    assert "版别 签署件" in shown
