"""Surroundings nobody prepared: other folders, full disks, two people at once, wrongly typed commands."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.desk import Desk
from tests.samples import sample

H01 = sample("H01").case


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "须给出下列命令之一"),
        (["chek"], "须给出下列命令之一"),
        (["check"], "缺少参数 案卷…"),
        (["check", "--polcy", "x"], "没有选项 --polcy"),
        (["check", "a.yaml", "--format", "xml"], "可选：table、json"),
        (["issue", "a.yaml", "contract"], "缺少选项 --out"),
        (["rules", "shw"], "须给出下列命令之一"),
    ],
)
def test_a_wrongly_typed_command_is_explained_in_chinese(desk: Desk, arguments: list[str], said: str) -> None:
    run = desk.run(*arguments)
    assert run.code == 4
    assert said in run.err
    assert "[usage]" in run.err


def test_every_unusable_case_file_is_named_with_all_its_faults(desk: Desk) -> None:
    broken = [sample(name).case for name in ("E01", "E03")]
    run = desk.run("check", H01, *broken, "没有.yaml")
    assert run.code == 4
    assert run.out == ""
    for words in (*map(str, broken), "first_contact.ended_at", "contract.totl", "没有.yaml"):
        assert words in run.err


def test_a_folder_stands_for_the_case_files_in_it(desk: Desk) -> None:
    run = desk.run("check", H01.parent, sample("S02").case)
    assert run.code == 0
    assert "XS2024-0012" in run.out
    assert "XS2024-0009" in run.out


def test_files_lie_in_folders_with_chinese_names_and_spaces_and_are_issued_once(desk: Desk) -> None:
    folder = desk.folder / "销售 案卷"
    folder.mkdir()
    (folder / "甲 乙.yaml").write_bytes(H01.read_bytes())
    (folder / "甲 乙.yaml").chmod(0o444)
    relative = Path("销售 案卷/甲 乙.yaml")
    assert "已签发" in desk.issue(relative, "contract").out
    assert "无变化" in desk.issue(relative, "contract").out
    assert len(desk.written()) == 2


def test_an_output_folder_that_is_a_file_is_named_as_the_reason(desk: Desk) -> None:
    desk.out.write_text("不是目录", encoding="utf-8")
    run = desk.issue(H01, "first_contact_record", "--no-pdf")
    assert run.code == 6
    assert "[export_failed]" in run.err
    assert run.err.isascii() is False
    assert "Not a directory" not in run.err


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a file system of this size; skip the test where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a full disk needs the right to mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_neither_half_a_file_nor_half_a_document(desk: Desk) -> None:
    with small_disk(desk.folder / "小盘", 64) as disk:
        desk.out = disk
        run = desk.issue(H01, "contract")
        assert run.code == 6
        assert "磁盘已满" in run.err
        assert desk.written() == []
    desk.out = desk.folder / "另一处"
    assert "无变化" in desk.issue(H01, "contract").out  # what was kept is exported when there is room
    assert len(desk.written()) == 2


def test_two_processes_that_issue_at_once_give_one_document(desk: Desk) -> None:
    command = [sys.executable, "-m", "service.cli", "--workspace", str(desk.folder / "工作区"), "issue", str(H01)]
    command += ["first_contact_record", "--no-pdf", "--out"]
    root = Path(__file__).parents[2]
    both = [
        subprocess.Popen([*command, str(desk.folder / name)], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in ("甲", "乙")
    ]
    said = [(process.communicate(timeout=60), process.returncode) for process in both]
    codes = {code for _, code in said}
    assert codes <= {0, 4}
    assert 0 in codes
    texts = ["".join(part.decode() for part in parts) for parts, _ in said]
    assert sum("已签发" in text for text in texts) == 1
    assert all("已签发" in text or "无变化" in text or "[changed_meanwhile]" in text for text in texts)


def test_checking_needs_no_name_of_the_user(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.delenv("DOCGEN_OPERATOR")
    monkeypatch.setattr("getpass.getuser", nobody)
    assert desk.run("check", H01).code == 0
    run = desk.issue(H01, "contract")
    assert run.code == 4
    assert "[no_operator]" in run.err
