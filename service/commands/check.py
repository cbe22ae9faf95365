"""`docgen check`: the rules over case files."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from docgen.case import CaseFile
from docgen.errors import InputError
from docgen.findings import CheckReport
from rules.book import Rulebook
from service import inputs, terminal
from service.commands.options import as_of_option, cases_argument, moment, policy_option
from service.explanation import explanation_lines
from service.export import write_file
from service.problems import REFUSED
from service.selection import case_paths, every_case
from service.settings import Settings

if TYPE_CHECKING:
    from service.report import Override


@click.command()
@cases_argument
@policy_option
@as_of_option
@click.option("--explain", metavar="规则编号", help="逐项说明一条规则：事实、来源、条件、手册原文、法条")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="另存检查报告（.docx、.pdf 或 .html），内部使用")
@click.pass_obj
def check(
    settings: Settings,
    cases: tuple[str, ...],
    policy: Path | None,
    as_of: str | None,
    explain: str | None,
    form: Literal["table", "json"],
    report: Path | None,
) -> int:
    """按手册规则检查案卷。有不通过时退出码为 3。"""
    rulebook = inputs.rulebook(settings, policy)
    loaded = every_case(case_paths(cases))
    at = moment(as_of)
    if explain:
        for case in loaded:
            _explain(rulebook, case, explain, at)
        return 0
    reports = [rulebook.check(case, at) for case in loaded]
    if form == "json":
        objects = [report.model_dump(mode="json") for report in reports]
        click.echo(json.dumps(objects if len(objects) > 1 else objects[0], ensure_ascii=False, indent=2))
    else:
        blocks = (terminal.report_lines(one, case.title) for one, case in zip(reports, loaded, strict=True))
        click.echo("\n\n".join("\n".join(block) for block in blocks))
    if report:
        _save(settings, rulebook, list(zip(reports, loaded, strict=True)), report)
    return REFUSED if any(one.failed for one in reports) else 0


def _explain(rulebook: Rulebook, case: CaseFile, rule: str, at: datetime | None) -> None:
    explanations = rulebook.explain(rule, case, at)
    click.echo(f"{case.case_no} {case.title}")
    if not explanations:
        click.echo(f"{rule}　不适用：案卷中没有这条规则判断的对象")
    for explanation in explanations:
        click.echo()
        click.echo("\n".join(explanation_lines(explanation)))


def _save(settings: Settings, rulebook: Rulebook, checked: list[tuple[CheckReport, CaseFile]], target: Path) -> None:
    from service.report import about, reports_docx, reports_html  # noqa: PLC0415 - as below

    reported = [(report, about(case, rulebook, report.as_of), _overrides(settings, case)) for report, case in checked]
    match target.suffix.lower():
        case ".html":
            data = reports_html(reported).encode()
        case ".docx":
            data = reports_docx(reported)
        case ".pdf":
            data = _pdf(settings, reports_docx(reported))
        case _:
            raise InputError("检查报告只能存为 .docx、.pdf 或 .html", remedy="改用其中一种后缀", code="report_format")
    write_file(target.parent, target.name, data)
    click.echo(f"检查报告（内部使用）已写入 {target}", err=True)


def _pdf(settings: Settings, docx: bytes) -> bytes:
    from docgen.convert import open_converter  # noqa: PLC0415 - as below

    converter = open_converter(settings.converter)
    try:
        return converter.convert(docx).data
    finally:
        converter.close()


def _overrides(settings: Settings, case: CaseFile) -> "tuple[Override, ...]":
    """Return the warnings set aside for a case in the workspace, if there is a workspace."""
    # Only a report in a file needs the database, Word and Jinja, which take longer to load than a check.
    from docgen.workspace.events import EventKind  # noqa: PLC0415
    from service import wiring  # noqa: PLC0415
    from service.report import Override  # noqa: PLC0415

    if not settings.location().exists:
        return ()
    with wiring.workspace(settings) as workspace:
        return tuple(
            Override(event.subject, event.actor, event.at, str(event.data["reason"]))
            for event in workspace.events(case.case_no)
            if event.kind == EventKind.RULE_OVERRIDDEN
        )
