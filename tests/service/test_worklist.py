"""`docgen worklist`: what is to be done, the overdue first, then what is due today, then the rest."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docgen.clock import SHANGHAI
from docgen.findings import CheckReport, Finding, ManualReference, Outcome, PackIdentity
from service.worklist import Task, Urgency, in_order, tasks
from tests.forms.desk import case_of
from tests.samples import sample
from tests.service.command import Run

NOON = datetime(2024, 4, 20, 12, tzinfo=SHANGHAI)


def finding(rule: str, outcome: Outcome, due_at: datetime | None, actual_at: datetime | None = None) -> Finding:
    return Finding(
        rule=rule,
        outcome=outcome,
        subject="甲",
        message="待办",
        manual=ManualReference(section="ours", quote="待办"),
        suggestion="去办",
        due_at=due_at,
        actual_at=actual_at,
    )


def listed(*findings: Finding, as_of: datetime = NOON) -> list[Task]:
    case = case_of("H01")
    report = CheckReport(
        case_no=case.case_no,
        as_of=as_of,
        pack=PackIdentity(version="1", sha256=""),
        policy_sha256="",
        case_sha256="",
        outcomes={},
        findings=findings,
    )
    return in_order(list(tasks(case, report)))


@pytest.mark.parametrize(
    ("due_at", "urgency"),
    [
        (NOON - timedelta(microseconds=1), Urgency.OVERDUE),
        (NOON, Urgency.TODAY),
        (datetime(2024, 4, 21, 0, 0, tzinfo=SHANGHAI), Urgency.TODAY),
        (datetime(2024, 4, 21, 0, 0, 1, tzinfo=SHANGHAI), Urgency.LATER),
        (None, Urgency.UNDATED),
    ],
)
def test_a_task_stands_by_its_deadline_and_the_end_of_the_day_is_still_today(due_at: datetime | None, urgency: Urgency):
    (task,) = listed(finding("A-01", Outcome.PENDING, due_at))
    assert task.urgency is urgency


def test_the_overdue_stand_first_and_the_longest_overdue_at_the_top():
    given = {"E-05": None, "D-04": 100, "C-03": 3, "B-02": -1, "A-01": -50}
    found = listed(
        *(
            finding(rule, Outcome.PENDING, None if hours is None else NOON + timedelta(hours=hours))
            for rule, hours in given.items()
        )
    )
    assert [task.rule for task in found] == ["A-01", "B-02", "C-03", "D-04", "E-05"]
    assert [task.standing for task in found] == ["超时50小时", "超时1小时", "剩余3小时", "剩余100小时", ""]


def test_a_missed_deadline_is_to_be_done_until_it_is_done():
    late = NOON - timedelta(hours=2)
    open_, done = finding("A-01", Outcome.FAIL, late), finding("B-02", Outcome.FAIL, late, NOON - timedelta(hours=1))
    assert [task.rule for task in listed(open_, done)] == ["A-01"]


@pytest.mark.parametrize("outcome", [Outcome.WARN, Outcome.INFO, Outcome.FAIL])
def test_what_is_not_open_is_not_to_be_done(outcome: Outcome):
    assert listed(finding("A-01", outcome, None)) == []


def test_the_table_counts_and_lists_what_is_open(docgen: Callable[..., Run]):
    run = docgen("worklist", sample("S02").case, "--as-of", "2024-04-20T10:00:00+08:00")
    assert run.code == 0
    first, overdue, rule, undated, *_ = run.out.splitlines()
    assert first == "已超时 1　今日到期 0　未到期 0　无期限 1"
    assert overdue.startswith("已超时　2024-04-10 24:00　超时")
    assert "OD-08" in rule
    assert undated.startswith("无期限")


def test_json_names_rule_and_deadline(docgen: Callable[..., Run]):
    run = docgen("worklist", sample("S02").case, "--as-of", "2024-04-20T10:00:00+08:00", "--format", "json")
    found = json.loads(run.out)
    assert [(one["rule"], one["urgency"], one["due_at"]) for one in found] == [
        ("OD-08", "overdue", "2024-04-11T00:00:00+08:00"),
        ("AS-01", "undated", None),
    ]


def test_the_spreadsheet_has_real_moments(docgen: Callable[..., Run], tmp_path: Path):
    target = tmp_path / "待办.xlsx"
    at = "2024-04-20T10:00:00+08:00"
    assert docgen("worklist", sample("S02").case, "--as-of", at, "--format", "xlsx", "--out", target).code == 0
    head, first, *_ = load_workbook(target).worksheets[0].iter_rows(values_only=True)
    assert head[:3] == ("状态", "到期时间", "剩余/超时")
    assert first[0] == "已超时"
    assert first[1] == datetime(2024, 4, 11, tzinfo=SHANGHAI).replace(tzinfo=None)


def test_a_spreadsheet_needs_a_file(docgen: Callable[..., Run]):
    run = docgen("worklist", sample("S02").case, "--format", "xlsx")
    assert run.code == 4
    assert "out_needed" in run.err


@pytest.mark.parametrize(("options", "code"), [((), 4), (("--skip-bad",), 0)])
def test_a_file_that_does_not_load_is_named_after_the_list_of_the_others(
    docgen: Callable[..., Run], options: tuple[str, ...], code: int
):
    run = docgen("worklist", sample("E02").case, sample("S02").case, *options)
    assert run.code == code
    assert "AS-01" in run.out
    assert str(sample("E02").case) in run.err
