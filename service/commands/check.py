"""`docgen check`: the rules over case files."""

import json
from pathlib import Path
from typing import Literal

import click

from docgen.findings import CheckReport
from service import terminal, wiring
from service.commands.options import as_of_option, moment, policy_option
from service.problems import REFUSED
from service.settings import Settings


@click.command()
@click.argument("cases", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="案卷…")
@policy_option
@as_of_option
@click.option("--explain", metavar="规则编号", help="逐项说明一条规则：事实、来源、条件、手册原文、法条")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="另存检查报告（.docx、.pdf 或 .html），内部使用")
@click.pass_obj
def check(
    settings: Settings,
    cases: tuple[Path, ...],
    policy: Path | None,
    as_of: str | None,
    explain: str | None,
    form: Literal["table", "json"],
    report: Path | None,
) -> int:
    """按手册规则检查案卷。有不通过时退出码为 3。"""
    rulebook = wiring.rulebook(settings, policy)
    loaded = [wiring.case_file(path) for path in cases]
    at = moment(as_of)
    if explain:
        for case in loaded:
            click.echo("\n".join(rulebook.explain(case, explain, at)))
        return 0
    reports = [rulebook.check(case, at) for case in loaded]
    if form == "json":
        objects = [report.model_dump(mode="json") for report in reports]
        click.echo(json.dumps(objects if len(objects) > 1 else objects[0], ensure_ascii=False, indent=2))
    else:
        blocks = (terminal.report_lines(one, case.title) for one, case in zip(reports, loaded, strict=True))
        click.echo("\n\n".join("\n".join(block) for block in blocks))
    if report:
        _save(settings, list(zip(reports, [case.title for case in loaded], strict=True)), report)
    return REFUSED if any(one.failed for one in reports) else 0


def _save(settings: Settings, reports: list[tuple[CheckReport, str]], target: Path) -> None:
    raise NotImplementedError
