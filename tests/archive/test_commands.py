"""The commands: exit codes, refusals with their reasons, reports for people and for machines."""

import json
from pathlib import Path

import pytest

from service.cli import main
from tests.archive import shelf

NUMBER = "0001-XS·2024-D30-0001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shelf.fill(tmp_path / "ws", "contract")
    return tmp_path / "ws"


def run(folder: Path, *arguments: object) -> int:
    return main(["--workspace", str(folder), *map(str, arguments)])


def test_audit_of_a_clean_archive_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(folder, "audit", folder, "--format", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["intact"], report["records"], report["chain"]) == (True, 1, "ok")
    assert run(folder, "audit", f"file:{folder}", "--head", f"2:{report['root']}") == 0


def test_audit_of_a_damaged_archive_ends_with_7_and_names_the_item(folder: Path, capsys: pytest.CaptureFixture[str]):
    path = next(path for path in (folder / "objects").rglob("*") if path.is_file())
    path.unlink()
    assert run(folder, "audit", folder) == 7
    assert path.name in capsys.readouterr().out


def test_audit_against_another_head_ends_with_7(folder: Path):
    assert run(folder, "audit", folder, "--head", "1:" + "0" * 64) == 7


@pytest.mark.parametrize("arguments", [("audit", "nowhere"), ("audit", "s3://x"), ("audit", ".", "--head", "x")])
def test_what_cannot_be_audited_is_invalid_input(folder: Path, arguments: tuple[str, ...]):
    assert run(folder, *arguments) == 4


def test_unsigned_documents_are_refused_with_3_and_all_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shelf.keep(
        tmp_path / "ws",
        shelf.document("first_contact_record", of=shelf.case()),
        shelf.document("needs_confirmation_list", of=shelf.case(), edition="signing"),
    )
    assert run(tmp_path / "ws", "archive", "add", shelf.case().case_no, "--by", "钱") == 3
    said = capsys.readouterr()
    assert "已归档　0001-XS·2024-" in said.out
    assert "树头 " in said.out
    assert "尚未签署" in said.err
    assert run(tmp_path / "ws", "archive", "add", shelf.ROOT / "samples" / "H01" / "case.yaml") == 3
    assert "早已归档" in capsys.readouterr().out


def test_list_search_proof_and_check(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(folder, "archive", "list", "--format", "json") == 0
    assert [one["archive_no"] for one in json.loads(capsys.readouterr().out)] == [NUMBER]
    assert run(folder, "archive", "search", "contract", "--min", "1", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert run(folder, "archive", "proof", NUMBER) == 0
    assert json.loads(capsys.readouterr().out)["record"] == NUMBER
    assert run(folder, "archive", "check") == 0
    assert run(folder, "archive", "search", "--min", "x") == 4
    assert run(folder, "archive", "proof", "x") == 4


@pytest.mark.parametrize("form", ["folder", "zip", "bag"])
def test_export_in_each_form(folder: Path, tmp_path: Path, form: str):
    assert run(folder, "archive", "export", shelf.case().case_no, "--out", tmp_path / "out", "--as", form) == 0
    assert any((tmp_path / "out").iterdir())


def test_hold_and_disposal(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(folder, "archive", "hold", NUMBER) == 4
    assert run(folder, "archive", "hold", NUMBER, "--reason", "诉讼", "--by", "法务") == 0
    assert run(folder, "archive", "hold") == 0
    assert "诉讼" in capsys.readouterr().out
    assert run(folder, "archive", "dispose") == 0
    assert run(folder, "archive", "dispose", NUMBER) == 4
    assert run(folder, "archive", "dispose", NUMBER, "--reason", "到期", "--by", "甲") == 4
    assert "保全生效中" in capsys.readouterr().err


def test_scan_backup_restore_and_sweep(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8\xff\xe0 scan \xff\xd9")
    scanned = ("--scanned-by", "孙", "--scanned-at", "2025-01-02T09:00:00+08:00")
    assert run(folder, "archive", "scan", NUMBER, tmp_path / "scan.jpg", *scanned) == 0
    assert run(folder, "archive", "backup", "--out", tmp_path / "backup") == 0
    first = capsys.readouterr().out.splitlines()[-1]
    assert run(tmp_path / "restored", "archive", "restore", tmp_path / "backup") == 0
    assert capsys.readouterr().out.splitlines()[-1] == first
    assert run(folder, "archive", "sweep") == 0
    assert run(folder, "archive", "restore", tmp_path / "backup") == 4
