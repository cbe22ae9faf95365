"""`docgen case`: scaffold a case file; record facts and the acts of named people in it."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from docgen.case import acts, case_sha256, json_schema, load_case
from docgen.case.editing import set_value
from docgen.case.enums import ApprovalRole, Choice, ConfirmMethod, Opinion
from docgen.case.scaffold import new_case_text
from docgen.clock import SystemClock
from docgen.derived import contract_content_sha256, stage
from docgen.errors import InputError, NotFoundError, StateError
from service.commands.options import moment
from service.export import write_file

_MAX_BYTES = 4 * 1024 * 1024

case_argument = click.argument("path", type=click.Path(path_type=Path), metavar="案卷")
at_option = click.option("--at", metavar="时间", help="发生时间（带时区，默认现在）")


_Member = TypeVar("_Member", bound=Choice)


def _member(kind: type[_Member], value: str) -> _Member:
    """Return the member that the command line already knows to be one."""
    return next(member for member in kind if member.value == value)


def _at(text: str | None) -> datetime:
    return moment(text, "--at") or SystemClock().now()


def _edit(path: Path, change: Callable[[str], str]) -> None:
    """Change the text of a case file in place: complete or not at all."""
    if not path.is_file():
        raise NotFoundError(f"没有案卷文件：{path.name}", code="case_missing")
    if path.stat().st_size > _MAX_BYTES:
        raise InputError("案卷文件超过 4 MB", code="too_large")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("案卷文件不是 UTF-8 文本", code="not_utf8") from error
    write_file(path.parent, path.name, change(text).encode())


@click.group()
def case() -> None:
    """新建案卷，登记事实与决定。"""


@case.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写入的文件")
@click.option("--case-no", default=None, help="案卷号，如 XS2026-0001（默认当年第一号）")
@click.option("--title", default="新建销售案卷", show_default=True, help="项目名称")
def new(out: Path, case_no: str | None, title: str) -> None:
    """写出一份带中文说明的空白案卷。"""
    if out.exists():
        raise StateError(f"{out.name} 已存在", remedy="换一个文件名；本命令不覆盖已有案卷", code="file_exists")
    number = case_no or f"XS{SystemClock().now().year}-0001"
    write_file(out.parent, out.name, new_case_text(number, title).encode())
    click.echo(f"已写入 {out}；填写“必填”各项后用 docgen check {out} 检查")


@case.command("set")
@case_argument
@click.argument("field", metavar="路径")
@click.argument("value", metavar="值")
def set_(path: Path, field: str, value: str) -> None:
    """把案卷中一个字段设为给定的值，其余文字不变。"""
    _edit(path, lambda text: set_value(text, field, value))
    click.echo(f"已设置 {field}")


@case.command()
@case_argument
@click.option("--no", "approval_no", required=True, help="审批单号")
@click.option("--by", required=True, help="提交人（人员编号）")
@at_option
def submit(path: Path, approval_no: str, by: str, at: str | None) -> None:
    """登记合同提交审批。"""
    _edit(path, lambda text: acts.submit(text, approval_no=approval_no, by=by, at=_at(at)))
    click.echo(f"已登记：{by} 提交审批 {approval_no}")


@case.command()
@case_argument
@click.option("--role", type=click.Choice([role.value for role in ApprovalRole]), required=True, help="审批角色")
@click.option("--by", required=True, help="审批人（人员编号）")
@click.option("--decision", type=click.Choice([one.value for one in Opinion]), default="pass", show_default=True)
@click.option("--comments", help="意见说明")
@at_option
def approve(path: Path, role: str, by: str, decision: str, comments: str | None, at: str | None) -> None:
    """登记一级审批意见，连同所审合同内容的摘要。"""

    def change(text: str) -> str:
        contract = load_case(text).contract
        return acts.approve(
            text,
            role=_member(ApprovalRole, role),
            by=by,
            at=_at(at),
            decision=_member(Opinion, decision),
            comments=comments,
            content_sha256=contract_content_sha256(contract) if contract else None,
        )

    _edit(path, change)
    click.echo(f"已登记：{_member(ApprovalRole, role).label} {by} {_member(Opinion, decision).label}")


@case.command()
@case_argument
@click.option("--proposal", "version", type=int, required=True, help="客户认可的方案版本号")
@at_option
def accept(path: Path, version: int, at: str | None) -> None:
    """登记客户认可的方案版本。"""
    _edit(path, lambda text: acts.accept_proposal(text, version=version, at=_at(at)))
    click.echo(f"已登记：客户认可方案 V{version}")


@case.command()
@case_argument
@click.option("--need", "need_no", help="需求编号")
@click.option("--change", "change_no", help="合同条款修改编号")
@click.option("--by", required=True, help="确认人（客户联系人编号）")
@click.option("--method", type=click.Choice([one.value for one in ConfirmMethod]), default="email", show_default=True)
@click.option("--evidence", help="确认凭据（邮件编号、扫描件、签名编号），确认需求时必填")
@at_option
def confirm(
    path: Path,
    need_no: str | None,
    change_no: str | None,
    by: str,
    method: str,
    evidence: str | None,
    at: str | None,
) -> None:
    """登记客户对需求或合同条款修改的确认。"""
    how = _member(ConfirmMethod, method)
    if need_no and not change_no:
        if not evidence:
            raise InputError("确认需求须有凭据", remedy="用 --evidence 给出邮件编号或扫描件", code="no_evidence")
        _edit(
            path,
            lambda text: acts.confirm_need(text, need_no=need_no, by=by, at=_at(at), method=how, evidence=evidence),
        )
    elif change_no and not need_no:
        _edit(path, lambda text: acts.confirm_change(text, change_no=change_no, by=by, at=_at(at), method=how))
    else:
        raise InputError("须在 --need 和 --change 中给出一个", code="which_confirmation")
    click.echo(f"已登记：{by} 确认 {need_no or change_no}")


@case.command()
def schema() -> None:
    """打印案卷的 JSON Schema。"""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@case.command()
@case_argument
def show(path: Path) -> None:
    """打印案卷的阶段与摘要。"""
    loaded = load_case(path)
    click.echo(f"{loaded.case_no} {loaded.title}\n阶段：{stage(loaded).label}\n摘要：{case_sha256(loaded)}")
