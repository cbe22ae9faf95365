"""`docgen precheck`: a contract that we did not write."""

import json
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import click

from docgen.clock import SystemClock
from docgen.errors import DocgenError, InputError
from docgen.precheck.source import ContractFile, open_contract
from rules.book import Rulebook
from rules.precheck import Precheck, precheck
from service import precheck_lines, wiring
from service.commands.options import as_of_option, moment, policy_option
from service.export import write_file
from service.precheck_json import as_json
from service.problems import REFUSED, exit_code, sentences
from service.settings import Settings

_file = click.Path(path_type=Path)
_Format = Literal["table", "json"]


class _FileFirst(click.Group):
    """A group whose first word may also be a file: `docgen precheck FILE` is `docgen precheck file FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["file", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_FileFirst)
def precheck_command() -> None:
    """预审他方拟定的合同（DOCX、有文字层的 PDF、TXT）：docgen precheck 文件"""


@precheck_command.command("file")
@click.argument("files", nargs=-1, required=True, type=_file, metavar="文件…")
@click.option("--case", "case_path", type=_file, help="案卷：与谈判结果逐项对照")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--text", "print_text", is_flag=True, help="只打印提取的文字（各处位置按它计算）")
@click.option("--marked", type=_file, help="另存带批注的副本（.docx）")
@click.option("--report", type=_file, help="另存对照页（.html）：左边正文，右边结果")
@click.option("--workers", type=click.IntRange(1, 64), help="多个文件时的进程数（默认每核一个）")
@policy_option
@as_of_option
@click.pass_obj
def file_command(
    settings: Settings,
    files: tuple[Path, ...],
    case_path: Path | None,
    form: _Format,
    print_text: bool,
    marked: Path | None,
    report: Path | None,
    workers: int | None,
    policy: Path | None,
    as_of: str | None,
) -> int:
    """预审合同。有须处理的结果时退出码为 3。"""
    at = moment(as_of) or SystemClock().now()
    if len(files) > 1:
        if print_text or marked or report or case_path:
            raise InputError("--text、--marked、--report、--case 只能用于一个文件", code="one_file")
        return _many(settings, files, form, workers, policy, at)
    contract = open_contract(files[0])
    if print_text:
        click.echo(contract.contract.text, nl=False)
        return 0
    case = wiring.case_file(case_path) if case_path else None
    book = wiring.rulebook(settings, policy)
    result = precheck(contract.contract, contract.name, book, at, case=case)
    if marked:
        _save_marked(contract, result, marked)
    if report:
        _save_page(settings, contract, result, report)
    if form == "json":
        click.echo(json.dumps(as_json(contract, result), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(precheck_lines.table(contract, result)))
    return REFUSED if result.alarming else 0


def _save_marked(contract: ContractFile, result: Precheck, target: Path) -> None:
    from service.report.marked import marked_copy  # noqa: PLC0415 - loads python-docx only when asked for

    if target.suffix.lower() != ".docx":
        raise InputError("带批注的副本只能存为 .docx", remedy="改用 .docx 后缀", code="report_format")
    write_file(target.parent, target.name, marked_copy(contract, result))
    click.echo(f"带批注的副本已写入 {target}", err=True)


def _save_page(settings: Settings, contract: ContractFile, result: Precheck, target: Path) -> None:
    from service.report.precheck_page import page  # noqa: PLC0415 - loads Jinja only when asked for

    if target.suffix.lower() != ".html":
        raise InputError("对照页只能存为 .html", remedy="改用 .html 后缀", code="report_format")
    ruled = wiring.text_decisions(settings, contract.sha256)
    write_file(target.parent, target.name, page(contract, result, ruled).encode())
    click.echo(f"对照页已写入 {target}", err=True)


def _many(
    settings: Settings, files: tuple[Path, ...], form: _Format, workers: int | None, policy: Path | None, at: datetime
) -> int:
    """Check many files, each process keeping one rulebook; files that cannot be read are told at the end."""
    pool = ProcessPoolExecutor(workers or os.cpu_count() or 1, get_context("spawn"))
    worst = 0
    objects: list[object] = []
    with pool:
        chunk = max(1, min(20, len(files) // 8))
        jobs = ((settings, path, policy, at) for path in files)
        for path, (code, line, found) in zip(files, pool.map(_one, jobs, chunksize=chunk), strict=True):
            worst = max(worst, code)
            if found is None:
                click.echo(f"{path.name}：{line}", err=True)
            elif form == "json":
                objects.append(found)
            else:
                click.echo(line)
    if form == "json":
        click.echo(json.dumps(objects, ensure_ascii=False, indent=2))
    return worst


@cache
def _book(settings: Settings, policy: Path | None) -> Rulebook:
    return wiring.rulebook(settings, policy)


def _one(job: tuple[Settings, Path, Path | None, datetime]) -> tuple[int, str, dict[str, object] | None]:
    """Check one file in a process of the pool; an unreadable file is an answer, not a failure of the batch."""
    settings, path, policy, at = job
    try:
        contract = open_contract(path)
        result = precheck(contract.contract, contract.name, _book(settings, policy), at)
    except DocgenError as error:
        return exit_code(error), "；".join(sentences(error, "zh")), None
    return (REFUSED if result.alarming else 0), precheck_lines.summary(contract, result), as_json(contract, result)


@precheck_command.command("decide")
@click.argument("file", type=_file, metavar="文件")
@click.argument("key", metavar="结果编号")
@click.option("--confirm/--reject", "confirmed", required=True, help="确认为问题，或判定不是问题")
@click.option("--reason", default="", help="理由")
@click.option("--by", help="判定人（默认为设置中的操作人）")
@click.option("--case", "case_path", type=_file, help="案卷（与预审时相同）")
@policy_option
@as_of_option
@click.pass_obj
def decide_command(
    settings: Settings,
    file: Path,
    key: str,
    confirmed: bool,
    reason: str,
    by: str | None,
    case_path: Path | None,
    policy: Path | None,
    as_of: str | None,
) -> int:
    """确认或否定一项预审结果；记下姓名和时间，再次预审时一并显示。"""
    contract = open_contract(file)
    case = wiring.case_file(case_path) if case_path else None
    at = moment(as_of) or SystemClock().now()
    result = precheck(contract.contract, contract.name, wiring.rulebook(settings, policy), at, case=case)
    ruling = wiring.decide_text_finding(
        settings, contract, result, key, confirmed=confirmed, reason=reason, by=by, case_no=case.case_no if case else ""
    )
    click.echo(precheck_lines.decided(ruling))
    return 0


@precheck_command.command("decisions")
@click.argument("file", type=_file, metavar="文件")
@click.pass_obj
def decisions_command(settings: Settings, file: Path) -> int:
    """列出对一份合同文本已作的判定。"""
    for ruling in wiring.text_decisions(settings, open_contract(file).sha256).values():
        click.echo(precheck_lines.decided(ruling))
    return 0


@precheck_command.command("diff")
@click.argument("old", type=_file, metavar="旧稿")
@click.argument("new", type=_file, metavar="新稿")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def diff_command(old: Path, new: Path, form: _Format) -> int:
    """比较两稿合同：按条列出移动、修改、增加、删除，重要的在前。有差异时退出码为 3。"""
    from docgen.precheck.versions import compare_versions  # noqa: PLC0415 - not needed for a check

    changes = compare_versions(open_contract(old).contract, open_contract(new).contract)
    if form == "json":
        click.echo(json.dumps([precheck_lines.change_json(change) for change in changes], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(precheck_lines.changes(changes)))
    return REFUSED if changes else 0
