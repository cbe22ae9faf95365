"""`docgen worklist`: what is to be done over many case files, the overdue first."""

import json
from datetime import datetime
from pathlib import Path

import click

from docgen.clock import SystemClock, day
from docgen.errors import InputError
from docgen.forms.filters import due
from docgen.forms.xlsx import workbook
from service import wiring
from service.commands.ledger import complaints
from service.commands.options import as_of_option, cases_argument, moment, policy_option, skip_bad_option
from service.export import write_file
from service.selection import Selection, case_paths
from service.settings import Settings
from service.worklist import Task, Urgency, as_list, in_order, tasks


@click.command()
@cases_argument
@policy_option
@as_of_option
@skip_bad_option
@click.option("--format", "form", type=click.Choice(["table", "json", "xlsx"]), default="table", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="写入的文件（xlsx 必须给出）")
@click.pass_obj
def worklist(
    settings: Settings,
    cases: tuple[str, ...],
    policy: Path | None,
    as_of: str | None,
    skip_bad: bool,
    form: str,
    out: Path | None,
) -> int:
    """列出全部待办：规则、到期时间、剩余或超时；已超时的在前。"""
    if form == "xlsx" and out is None:
        raise InputError("xlsx 须写入文件", remedy="用 --out 指明文件", code="out_needed")
    rulebook, at = wiring.rulebook(settings, policy), moment(as_of)
    selection = Selection(case_paths(cases))
    found = in_order([task for _, case in selection for task in tasks(case, rulebook.check(case, at))])
    _give(found, form, out, at)
    code = complaints(selection.left_out)
    return 0 if skip_bad else code


def _give(found: list[Task], form: str, out: Path | None, at: datetime | None) -> None:
    if form == "xlsx":
        assert out is not None
        when = at or SystemClock().now()
        stated = f"截至{when:%Y-%m-%d %H:%M}" if at else "截至各案卷的评估时点"
        write_file(out.parent, out.name, workbook([as_list(found, stated)], made_on=day(when)))
        return
    text = _json(found) if form == "json" else _table(found)
    if out is None:
        click.echo(text)
    else:
        write_file(out.parent, out.name, f"{text}\n".encode())


def _json(found: list[Task]) -> str:
    objects = [
        {
            "urgency": task.urgency.name.lower(),
            "due_at": task.due_at.isoformat() if task.due_at else None,
            "standing": task.standing,
            "case_no": task.case_no,
            "customer": task.customer,
            "rule": task.rule,
            "subject": task.subject,
            "message": task.message,
            "suggestion": task.suggestion,
        }
        for task in found
    ]
    return json.dumps(objects, ensure_ascii=False, indent=2)


def _table(found: list[Task]) -> str:
    lines = ["　".join(f"{urgency.value} {sum(task.urgency is urgency for task in found)}" for urgency in Urgency)]
    for task in found:
        when = due(task.due_at) if task.due_at else "—"
        lines.append(f"{task.urgency.value}　{when}　{task.standing or '—'}　{task.case_no} {task.customer}")
        lines.append(f"    {task.rule}　{task.message}　［{task.subject}］")
    return "\n".join(lines)
