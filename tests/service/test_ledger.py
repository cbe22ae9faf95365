"""`docgen ledger` and the choice of case files: what is listed, what is left out and why, and what is written."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service.ledgers import Place, free_place, volume_suffixes
from service.selection import Selection, case_paths
from tests.forms.desk import catalogue
from tests.rules.patching import h01
from tests.samples import sample
from tests.service.command import Run

H01, S02 = sample("H01").case, sample("S02").case
AT = "2024-12-31T18:00:00+08:00"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / "cases" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_ledger_is_written_as_word_pdf_and_spreadsheet(docgen: Callable[..., Run], tmp_path: Path):
    run = docgen("ledger", "order_progress_table", H01, S02, "--out", tmp_path / "out", "--as-of", AT)
    assert (run.code, run.err) == (0, "")
    assert "GZ-20241231" in run.out
    stem = "GZ-20241231_订单进度跟踪表_2个案卷_R0"
    assert names(tmp_path / "out") == [f"{stem}.docx", f"{stem}.pdf", f"{stem}.xlsx"]
    book = load_workbook(BytesIO((tmp_path / "out" / f"{stem}.xlsx").read_bytes()))
    assert book.worksheets[0].max_row == 4


def test_a_second_ledger_of_the_day_gets_the_next_number_or_revision(docgen: Callable[..., Run], tmp_path: Path):
    for form_id in ("after_sales_record", "order_progress_table"):
        for _ in range(2):
            docgen("ledger", form_id, H01, "--out", tmp_path, "--as-of", AT, "--no-pdf")
    found = {name.removesuffix(".docx") for name in names(tmp_path) if name.endswith(".docx")}
    assert found == {
        "FW-20241231-001_售后服务记录_1个案卷_R0",
        "FW-20241231-002_售后服务记录_1个案卷_R0",
        "GZ-20241231_订单进度跟踪表_1个案卷_R0",
        "GZ-20241231_订单进度跟踪表_1个案卷_R1",
    }


def test_a_file_that_does_not_load_stops_the_ledger_and_is_named(docgen: Callable[..., Run], tmp_path: Path):
    bad = sample("E02").case
    run = docgen("ledger", "after_sales_record", bad, H01, "--out", tmp_path / "out", "--as-of", AT)
    assert run.code == 4
    assert str(bad) in run.err
    assert "need_type" in run.err
    assert names(tmp_path / "out") == []


def test_a_file_that_does_not_load_is_skipped_where_that_is_asked(docgen: Callable[..., Run], tmp_path: Path):
    bad = sample("E02").case
    run = docgen("ledger", "after_sales_record", bad, H01, "--out", tmp_path, "--as-of", AT, "--skip-bad", "--no-pdf")
    assert run.code == 0
    assert str(bad) in run.err
    assert len(names(tmp_path)) == 2


def test_a_case_that_the_rules_forbid_to_list_is_left_out_with_the_rule(docgen: Callable[..., Run], tmp_path: Path):
    unfinished = h01({"after_sales.tickets[0].outcome": None})
    path = written(tmp_path, "case.json", unfinished.model_dump_json(exclude_none=True))
    run = docgen("ledger", "after_sales_record", path, "--out", tmp_path / "out", "--as-of", AT)
    assert run.code == 3
    assert "AS-06" in run.err
    assert names(tmp_path / "out") == []


def test_a_ledger_of_an_earlier_day_lists_what_there_was_then(docgen: Callable[..., Run], tmp_path: Path):
    run = docgen(
        "ledger", "after_sales_record", H01, "--out", tmp_path, "--no-pdf", "--as-of", "2024-06-21T00:00:00+08:00"
    )
    assert (run.code, run.err) == (0, "")
    (path,) = tmp_path.glob("*.xlsx")
    assert load_workbook(path).worksheets[0].max_row == 2


def test_a_name_in_the_prose_of_a_masked_ledger_is_found(docgen: Callable[..., Run], tmp_path: Path):
    telling = h01({"after_sales.tickets[0].description": "张明反映系统无法登录"})
    path = written(tmp_path, "case.json", telling.model_dump_json(exclude_none=True))
    run = docgen("ledger", "after_sales_record", path, "--out", tmp_path / "out", "--as-of", AT)
    assert run.code == 3
    assert "GN-06" in run.err


def test_a_form_that_is_no_ledger_is_refused_with_those_that_are(docgen: Callable[..., Run], tmp_path: Path):
    run = docgen("ledger", "contract", H01, "--out", tmp_path)
    assert run.code == 4
    assert "not_a_ledger" in run.err
    assert "order_progress_table" in run.err


def test_a_folder_means_the_case_files_below_it_and_a_pattern_those_it_fits(tmp_path: Path):
    first, second = written(tmp_path, "a.yaml", "甲"), written(tmp_path, "b.yml", "乙")
    written(tmp_path, "notes.txt", "丙")
    written(tmp_path, "expected.json", "丁")
    folder = tmp_path / "cases"
    assert case_paths([str(tmp_path)]) == (first, second)
    assert case_paths([str(folder / "*.yml"), str(folder), str(second)]) == (second, first)
    assert case_paths([str(folder / "notes.txt")]) == (folder / "notes.txt",)


@pytest.mark.parametrize("name", ["empty", "empty/*.yaml"])
def test_a_folder_or_pattern_without_case_files_is_an_error(docgen: Callable[..., Run], tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    run = docgen("ledger", "after_sales_record", tmp_path / name, "--out", tmp_path / "out")
    assert run.code == 4
    assert "no_cases" in run.err


def test_a_case_in_two_files_is_read_once_and_the_other_file_named(tmp_path: Path):
    copy = written(tmp_path, "copy.yaml", H01.read_text(encoding="utf-8"))
    selection = Selection([H01, copy])
    assert [path for path, _ in selection] == [H01]
    (left,) = selection.left_out
    assert left.path == copy
    assert left.error is not None
    assert left.error.code == "case_twice"
    assert str(H01) in left.error.message


def test_a_place_is_the_first_number_without_files(tmp_path: Path):
    spec = catalogue().get("after_sales_record").spec
    on = date(2024, 12, 31)
    assert free_place(spec, on, tmp_path / "nowhere") == Place("FW-20241231-001", 0)
    for name in ("FW-20241231-001_x_R0.docx", "FW-20241231-002_x_R3_第02册.pdf", "FW-20241231-0031_x_R0.docx"):
        (tmp_path / name).touch()
    assert free_place(spec, on, tmp_path) == Place("FW-20241231-003", 0)


def test_volumes_are_told_apart_by_the_ends_of_their_names():
    assert volume_suffixes(1) == ("",)
    assert volume_suffixes(2) == ("_第01册", "_第02册")
