"""`docgen demo`: the main job on the samples, with embedded defaults only and on the business clock of the samples."""

import shutil
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.errors import NotFoundError
from docgen.pipeline import everything, issue
from service import terminal, wiring
from service.commands.issue import exported, refusal_lines
from service.export import write_file
from service.settings import ROOT, Settings

BUSINESS_NOW = datetime(2024, 12, 31, 18, 0, tzinfo=SHANGHAI)
"""The day on which the demo always runs, so that it never ages."""

_CASES = ("H01", "S02")
_FAILING = ("F02_missing_clauses", "F04_poa_expired_and_over_limit")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/demo"), show_default=True)
@click.pass_obj
def demo(settings: Settings, out: Path) -> int:
    """检查样例案卷，签发其全部文书，并说明到哪里看结果。"""
    started = time.perf_counter()
    samples = ROOT / "samples"
    if not samples.is_dir():
        raise NotFoundError("没有 samples 目录", remedy="在项目的源码目录中运行", code="no_samples")
    for part in ("workspace", "documents", "reports"):
        shutil.rmtree(out / part, ignore_errors=True)
    clock = FixedClock(BUSINESS_NOW)
    chosen = replace(settings, workspace=out / "workspace", operator="演示")
    with wiring.office(chosen, clock=clock) as office:
        for name in _CASES:
            case = wiring.case_file(samples / name / "case.yaml")
            report = office.rulebook.check(case)
            lines = list(terminal.report_lines(report, case.title))
            write_file(out / "reports", f"{case.case_no}.txt", ("\n".join(lines) + "\n").encode())
            write_file(out / "reports", f"{case.case_no}.json", report.model_dump_json(indent=2).encode())
            click.echo("\n".join(lines[:3]))
            outcome = issue(case, everything(case, office.catalogue), office, by=chosen.operator)
            for line in exported(outcome, office.workspace, out / "documents" / case.case_no):
                click.echo(f"  {line}")
            for refusal in outcome.refused:
                click.echo("\n".join(f"  {line}" for line in refusal_lines(refusal)))
        click.echo("\n不合格的案卷会被挡下，原因一次列全：")
        for name in _FAILING:
            case = wiring.case_file(samples / name / "case.yaml")
            outcome = issue(case, [], office, by=chosen.operator)
            report = office.rulebook.check(case)
            fails = "、".join(sorted({finding.rule for finding in report.findings if finding.outcome == "fail"}))
            click.echo(f"  {name}：{fails}")
    click.echo(f"\n结果在 {out}/documents 与 {out}/reports，用时 {time.perf_counter() - started:.1f} 秒")
    return 0
