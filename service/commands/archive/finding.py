"""Finding: lists, searches, and who looked."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import click

from docgen.archive import access, records
from docgen.archive.search import LIMIT, Query
from docgen.archive.search import search as search_archive
from docgen.errors import InputError
from docgen.money import cents
from service import archive_lines, wiring
from service.archiving import archive_of
from service.commands.options import by_option, format_option
from service.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("list")
@click.argument("case_no", required=False, metavar="[案卷号]")
@format_option
@click.pass_obj
def list_records(settings: Settings, case_no: str | None, form: str) -> None:
    """列出档案。"""
    with archive_of(settings) as opened:
        found = records.records(opened, case_no)
    if form == "json":
        click.echo(archive_lines.records_json(found))
    else:
        click.echo("\n".join([*map(archive_lines.record_line, found), f"共 {len(found)} 件"]))


@click.command()
@click.argument("words", nargs=-1, metavar="[词…]")
@click.option("--customer", default="", help="客户名称的一部分")
@click.option("--number", default="", help="文书编号、案卷号或档号的一部分")
@click.option("--form-id", default="", metavar="表单", help="表单编号")
@click.option("--stage", type=click.IntRange(1, 6), help="阶段")
@click.option("--min", "least", metavar="元", help="合同金额下限")
@click.option("--max", "most", metavar="元", help="合同金额上限")
@click.option("--since", type=_DAY, metavar="日期", help="文书日期起")
@click.option("--until", type=_DAY, metavar="日期", help="文书日期止")
@click.option("--held/--not-held", default=None, help="只找保全中的，或未保全的")
@click.option("--limit", type=click.IntRange(1, 1000), default=LIMIT, show_default=True, help="最多条数")
@format_option
@by_option
@click.pass_obj
def search(
    settings: Settings,
    words: tuple[str, ...],
    customer: str,
    number: str,
    form_id: str,
    stage: int | None,
    least: str | None,
    most: str | None,
    since: datetime | None,
    until: datetime | None,
    held: bool | None,
    limit: int,
    form: str,
    by: str | None,
) -> None:
    """检索档案的正文和登记项；检索留痕。"""
    query = Query(
        words=" ".join(words),
        customer=customer,
        number=number,
        form_id=form_id,
        stage=stage,
        at_least=_cents(least),
        at_most=_cents(most),
        since=_date(since),
        until=_date(until),
        held=held,
        limit=limit,
    )
    with archive_of(settings) as opened:
        hits = search_archive(opened, query)
        access.log(opened, [hit.record.archive_no for hit in hits], act="search", by=wiring.operator(settings, by))
    if form == "json":
        click.echo(archive_lines.hits_json(hits))
    else:
        click.echo("\n".join([*(line for hit in hits for line in archive_lines.hit_lines(hit)), f"共 {len(hits)} 件"]))


def _cents(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return cents(Decimal(text))
    except (InvalidOperation, ValueError) as error:
        raise InputError("金额应为数字，单位元", remedy="例如 500000.00", code="bad_amount") from error


def _date(at: datetime | None) -> date | None:
    return at.date() if at else None
