"""`docgen contract`: the contract on demand."""

from pathlib import Path

import click

from docgen.case.editing import replace as replace_value
from docgen.case.enums import Role
from docgen.case.loader import load_text
from docgen.case.parties import Staff
from docgen.clock import SystemClock
from docgen.drafting import draft_contract, load_library
from docgen.errors import InputError
from service import wiring
from service.commands.options import moment
from service.export import write_file
from service.settings import ROOT


@click.group()
def contract() -> None:
    """按谈判纪要和标准条款拟定合同。"""


@contract.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="案卷")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写入的案卷文件（原案卷不变）")
@click.option("--by", "drafter", help="拟定人（人员编号；默认案卷中第一名销售人员）")
@click.option("--no", "contract_no", help="合同编号（默认按公司前缀和案卷号）")
@click.option("--set", "answers", multiple=True, metavar="名称=值", help="填写只有人能定的空项，可多次使用")
@click.option("--at", metavar="时间", help="拟定时间（带时区，默认现在）")
@click.option("--library", type=click.Path(path_type=Path), default=ROOT / "rules/clauses/std-sale-v1.yaml")
@click.option("--replace", is_flag=True, help="替换未签署的合同，版本号加一")
def draft(
    path: Path,
    out: Path,
    drafter: str | None,
    contract_no: str | None,
    answers: tuple[str, ...],
    at: str | None,
    library: Path,
    replace: bool,
) -> int:
    """把标准条款与最终纪要的议定条款合成案卷中的合同，并列出仍待填写的内容。"""
    case = wiring.case_file(path)
    made = draft_contract(
        case,
        load_library(library),
        drafted_ref=drafter or _first_sales_rep(case.staff),
        drafted_at=moment(at, "--at") or SystemClock().now(),
        contract_no=contract_no,
        answers=dict(_answer(one) for one in answers),
        replace=replace,
    )
    text = replace_value(path.read_bytes().decode("utf-8-sig"), "contract", made.contract)
    load_text(text)  # what is written can be read again: the drafter exists, the number is one
    write_file(out.parent, out.name, text.encode())
    click.echo(f"已拟定合同 {made.contract.contract_no}（版本{made.contract.version}），写入 {out}")
    for item in made.open_items:
        how = f"（--set {item.name}=…）" if item.name else f"（案卷 {item.path}）"
        click.echo(f"待填写　{item.label}：{item.question}{how}")
    for objection in made.objections:
        click.echo(f"无法通过　{objection.path}：{objection.message}")
    return 0


def _first_sales_rep(staff: tuple[Staff, ...]) -> str:
    for person in staff:
        if Role.SALES_REP in person.roles:
            return person.staff_id
    raise InputError("案卷中没有销售人员", remedy="用 --by 指明拟定人的人员编号", code="no_drafter")


def _answer(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals:
        raise InputError("--set 的写法为 名称=值", code="bad_answer")
    return name.strip(), value.strip()
