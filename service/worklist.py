"""What is to be done, over many cases: everything pending, and every deadline missed and not yet met."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum

from docgen.case import CaseFile
from docgen.case.values import SHANGHAI
from docgen.derived import deadline_status
from docgen.findings import CheckReport, Finding, Outcome
from docgen.forms.xlsx import Column, Kind, List


class Urgency(Enum):
    """How a task stands at the moment of the list, the most urgent first."""

    OVERDUE = "已超时"
    TODAY = "今日到期"
    LATER = "未到期"
    UNDATED = "无期限"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do in one case: the rule that asks for it, until when, and how that stands."""

    urgency: Urgency
    due_at: datetime | None
    standing: str
    case_no: str
    customer: str
    rule: str
    subject: str
    message: str
    suggestion: str


def tasks(case: CaseFile, report: CheckReport) -> Iterator[Task]:
    """Yield what is to be done in `case` at the moment of `report`."""
    for finding in report.findings:
        if _open(finding):
            yield _task(case, finding, report.as_of)


def in_order(found: list[Task]) -> list[Task]:
    """Return tasks by urgency, then the earliest deadline first, then by case and rule."""
    ranks = list(Urgency)
    last = datetime.max.replace(tzinfo=SHANGHAI)
    return sorted(
        found,
        key=lambda task: (ranks.index(task.urgency), task.due_at or last, task.case_no, task.rule, task.subject),
    )


def as_list(found: list[Task], as_of: str) -> List:
    """Return tasks as a sheet of a workbook."""
    columns = (
        Column("状态"),
        Column("到期时间", Kind.MOMENT),
        Column("剩余/超时"),
        Column("案卷号"),
        Column("客户"),
        Column("规则"),
        Column("对象"),
        Column("事项"),
        Column("建议"),
    )
    rows = [
        (
            task.urgency.value,
            task.due_at,
            task.standing,
            task.case_no,
            task.customer,
            task.rule,
            task.subject,
            task.message,
            task.suggestion,
        )
        for task in found
    ]
    return List("待办清单", f"待办清单　{as_of}", columns, rows)


def _open(finding: Finding) -> bool:
    missed = finding.outcome is Outcome.FAIL and finding.due_at is not None and finding.actual_at is None
    return missed or finding.outcome is Outcome.PENDING


def _task(case: CaseFile, finding: Finding, as_of: datetime) -> Task:
    due_at = finding.due_at
    return Task(
        urgency=_urgency(due_at, as_of),
        due_at=due_at,
        standing=deadline_status(due_at, None, as_of) if due_at else "",
        case_no=case.case_no,
        customer=case.customer.short_name or case.customer.name,
        rule=finding.rule,
        subject=finding.subject,
        message=finding.message,
        suggestion=finding.suggestion,
    )


def _urgency(due_at: datetime | None, as_of: datetime) -> Urgency:
    if due_at is None:
        return Urgency.UNDATED
    if due_at < as_of:
        return Urgency.OVERDUE
    local = as_of.astimezone(SHANGHAI)
    midnight = datetime.combine(local.date(), time.min, SHANGHAI) + timedelta(days=1)
    return Urgency.TODAY if due_at <= midnight else Urgency.LATER
