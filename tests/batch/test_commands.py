"""`docgen batch`: exit codes, and reports for people and machines that echo nothing dangerous."""

import json
from pathlib import Path

import pytest

from docgen.batch import Result, State
from docgen.journal import Tally
from service import batch_report
from service.cli import main
from tests.batch import hall


def batch(tmp_path: Path, *arguments: object) -> int:
    options = ["--archive", tmp_path / "ws", "--out", tmp_path / "out", "--no-pdf", "--by", "王", "--workers", 1]
    return main(["batch", *map(str, arguments), *map(str, options)])


def test_refused_cases_are_told_with_their_reasons_and_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = hall.written(tmp_path / "cases", [1])
    (folder / "bad <b>.yaml").write_text("case_no: XS2024-0777\ntitle: 1\n")
    assert batch(tmp_path, folder, "--forms", "first_contact_record,communication_outline", "--format", "json") == 3
    report = json.loads(capsys.readouterr().out)
    assert {one["case_no"]: one["state"] for one in report["others"]} == {"": "refused", "XS2024-0001": "refused"}
    assert any("尚未签署" in reason for one in report["others"] for reason in one["reasons"])
    page = (tmp_path / "out" / batch_report.PAGE).read_text(encoding="utf-8")
    assert "bad &lt;b&gt;.yaml" in page
    assert "bad <b>" not in page


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere",),
        (".", "--executor", "celery"),
        (".", "--executor", "dask:"),
        (".", "--forms", "no_such_form"),
        (".", "--as-of", "yesterday"),
    ],
)
def test_what_cannot_be_begun_is_invalid_input(
    tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(hall.written(tmp_path / "cases", [1]))
    assert batch(tmp_path, *arguments) == 4


def test_cluster_that_is_not_there_is_a_fault_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("docgen.batch._CONNECT_SECONDS", 1)
    folder = hall.written(tmp_path / "cases", [1])
    assert batch(tmp_path, folder, "--executor", "dask:tcp://127.0.0.1:9") == 6


def test_report_shows_the_worst_first_and_what_is_still_open(tmp_path: Path):
    tally = Tally()
    for name, state in (("c", State.REFUSED), ("a", State.POISONED), ("b", State.FAILED), ("d", State.ARCHIVED)):
        tally.add(Result(name, "", state, reasons=("理由",)))
    done = batch_report.Done(tally, 6, 1.0, interrupted=True)
    assert [one.name for one in done.others] == ["a", "b", "c"]
    lines = list(batch_report.lines(done, tmp_path))
    assert "未处理 2" in lines[0]
    assert "--resume" in lines[-1]
    assert batch_report.as_json(done)["open"] == 2
