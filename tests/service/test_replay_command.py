"""`docgen rules decisions` and `docgen rules replay`: decisions of a workspace listed and repeated."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from service.settings import ROOT
from tests.samples import sample
from tests.service.command import Run

H01 = sample("H01").case


@pytest.fixture
def issued(docgen: Callable[..., Run], tmp_path: Path) -> Path:
    """Issue a document of H01 and one of S02; return the database of the workspace."""
    for name, options in (("H01", ("--policy", _policy(tmp_path))), ("S02", ())):
        path = sample(name).case
        run = docgen("issue", path, "first_contact_record", "--no-pdf", "--out", tmp_path / "out", *options)
        assert run.code == 0
    return tmp_path / "ws" / "workspace.db"


def _policy(folder: Path) -> Path:
    path = folder / "policy.yaml"
    shipped = (ROOT / "rules" / "policy.yaml").read_text(encoding="utf-8")
    path.write_text(shipped.replace("500000.00", "680000.00"), encoding="utf-8")
    return path


def _rewritten(database: Path, table: str, change: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"DROP TRIGGER {table}_no_update")
        connection.execute(f"UPDATE {table} SET {change}")


def test_decisions_are_listed_with_case_moment_and_rules(docgen: Callable[..., Run], issued: Path):
    assert issued.is_file()
    run = docgen("rules", "decisions")
    first, second = run.out.splitlines()
    assert first.startswith("1　XS2024-0012　评估时点 2024-12-31 18:00　决定于 ")
    assert second.startswith("2　")
    assert docgen("rules", "decisions", "--case", "XS2024-0012").out.splitlines() == [first]


def test_replay_of_everything_agrees_though_the_policy_file_is_gone(
    docgen: Callable[..., Run], issued: Path, tmp_path: Path
):
    assert issued.is_file()
    (tmp_path / "policy.yaml").unlink()
    run = docgen("rules", "replay")
    assert run.code == 0
    assert [line.rpartition("　")[2] for line in run.out.splitlines()] == ["一致", "一致", "2项决定，2项一致"]


def test_replay_of_chosen_decisions(docgen: Callable[..., Run], issued: Path):
    assert issued.is_file()
    assert docgen("rules", "replay", "2").out.splitlines()[-1] == "1项决定，1项一致"
    assert docgen("rules", "replay", "--case", "XS2024-0012").out.startswith("1　")
    unknown = docgen("rules", "replay", "2", "9")
    assert (unknown.code, "没有决定9" in unknown.err) == (4, True)


def test_empty_workspace_has_nothing_to_replay(docgen: Callable[..., Run]):
    assert docgen("rules", "replay").out == "0项决定，0项一致\n"


def test_altered_decision_does_not_hide_the_others(docgen: Callable[..., Run], issued: Path):
    _rewritten(issued, "decision", "pack_version = '9' WHERE id = 1")
    run = docgen("rules", "replay")
    assert run.code == 7
    first, second, total = run.out.splitlines()
    assert "已被改动" in first
    assert "[decision_altered]" in first
    assert second.endswith("一致")
    assert total == "2项决定，1项一致"


def test_altered_log_of_events_vouches_for_nothing(docgen: Callable[..., Run], issued: Path):
    _rewritten(issued, "event", "actor = '钱' WHERE seq = 1")
    run = docgen("rules", "replay")
    assert (run.code, run.out) == (7, "")
    assert "[events_altered]" in run.err


def test_another_answer_is_told_rule_by_rule(docgen: Callable[..., Run], issued: Path, monkeypatch: pytest.MonkeyPatch):
    assert issued.is_file()
    # The program of later years counts hours otherwise: every duration is a day longer.
    from docgen.clock import minutes  # noqa: PLC0415 - the original, before it is replaced

    monkeypatch.setattr("rules.facts.first_contact.minutes", lambda start, end: minutes(start, end) + 1440)
    run = docgen("rules", "replay", "1")
    assert run.code == 7
    assert "不一致" in run.out
    assert "CD-08　当时：没有这项结果（通过）" in run.out
    assert "CD-08　重放：不通过" in run.out


def test_rules_that_the_present_program_cannot_read_are_reported(
    docgen: Callable[..., Run], issued: Path, monkeypatch: pytest.MonkeyPatch
):
    assert issued.is_file()
    from rules.facts import ASPECTS  # noqa: PLC0415 - the original, before it is replaced

    monkeypatch.setattr("rules.book.ASPECTS", tuple(one for one in ASPECTS if one.aspect != "first_contact"))
    run = docgen("rules", "replay", "1")
    assert run.code == 5
    assert "无法重放" in run.out
    assert "first_contact" in run.out
