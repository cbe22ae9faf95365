"""`docgen archive`: put documents in, find them, prove them, take them out, keep them, and let them go in time."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from docgen.archive import access, export, ledger, records, retention, scans, upkeep
from docgen.archive.backup import copy_archive
from docgen.archive.checks import four_checks
from docgen.archive.search import LIMIT, Query
from docgen.archive.search import search as search_archive
from docgen.clock import SystemClock, day
from docgen.errors import InputError
from docgen.money import cents
from service import archive_lines, wiring
from service.archiving import archive_of, archive_room
from service.commands.audit import DAMAGED
from service.commands.options import moment, policy_option
from service.export import write_file
from service.problems import REFUSED
from service.settings import Settings

by_option = click.option("--by", metavar="姓名", help="操作人（默认取 DOCGEN_OPERATOR）")
format_option = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def archive() -> None:
    """档案：归档、检索、证明、导出、保全、销毁、备份与恢复。"""


@archive.command()
@click.argument("cases", nargs=-1, required=True, metavar="案卷文件|案卷号…")
@click.option("--doc", "wanted", multiple=True, metavar="文书编号", help="只归档这些文书")
@policy_option
@by_option
@click.pass_obj
def add(
    settings: Settings, cases: tuple[str, ...], wanted: tuple[str, ...], policy: Path | None, by: str | None
) -> int:
    """把案卷中已定稿的文书归档；不能归档的列出全部原因。"""
    refused = False
    with archive_room(settings, policy) as room:
        for given in cases:
            admission, archived = room.take(room.case(given), frozenset(wanted), by=wiring.operator(settings, by))
            for record in archived.records:
                state = "已归档" if record.archive_no in archived.new else "早已归档"
                click.echo(f"{state}　{archive_lines.record_line(record)}")
            for refusal in admission.refused:
                click.echo("\n".join(archive_lines.refusal_lines(refusal)), err=True)
            refused = refused or bool(admission.refused)
            click.echo(f"树头 {archived.head}")
    return REFUSED if refused else 0


@archive.command()
@click.argument("archive_no", metavar="档号")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--scanned-by", required=True, metavar="姓名", help="扫描人")
@click.option("--scanned-at", required=True, metavar="时间", help="扫描时间，如 2024-12-31T18:00:00+08:00")
@by_option
@click.pass_obj
def scan(
    settings: Settings, archive_no: str, files: tuple[Path, ...], scanned_by: str, scanned_at: str, by: str | None
) -> None:
    """为一件档案挂接纸质原件的扫描件（PDF、TIFF、JPEG）。"""
    at = moment(scanned_at)
    assert at is not None
    found = [scans.Scan(path.read_bytes(), scanned_by, at) for path in files]
    with archive_of(settings) as opened:
        head = scans.attach(opened, archive_no, found, by=wiring.operator(settings, by))
    click.echo(f"已挂接 {len(found)} 份扫描件\n树头 {head}")


@archive.command("list")
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


@archive.command()
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


@archive.command()
@click.argument("archive_no", metavar="档号")
@click.option("--out", type=click.Path(path_type=Path), help="写成文件（默认输出到屏幕）")
@by_option
@click.pass_obj
def proof(settings: Settings, archive_no: str, out: Path | None, by: str | None) -> None:
    """给出一件档案在台账中的证明，任何人可用 verify_proof.py 验证。"""
    with archive_of(settings) as opened:
        text = ledger.proof(opened, archive_no).to_json()
        access.log(opened, [archive_no], act="proof", by=wiring.operator(settings, by))
    if out is None:
        click.echo(text, nl=False)
    else:
        write_file(out.parent, out.name, text.encode())
        click.echo(f"证明 {out}")


@archive.command("export")
@click.argument("case_no", metavar="案卷号")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="输出目录")
@click.option("--as", "form", type=click.Choice(["folder", "zip", "bag"]), default="folder", show_default=True)
@by_option
@click.pass_obj
def export_case(settings: Settings, case_no: str, out: Path, form: str, by: str | None) -> None:
    """导出一个案卷：文件夹、压缩包或 BagIt 包。"""
    clock = SystemClock()
    with archive_of(settings) as opened:
        top, files = export.case_folder(opened, case_no)
        if form == "zip":
            target = write_file(out, f"{top}.zip", export.zipped(files, top))
        else:
            supplier = upkeep.newest_case(opened, case_no).supplier.name
            bag = export.bagged(files, source=supplier, on=day(clock.now()), case_no=case_no)
            target = _write_folder(out / top, bag if form == "bag" else files)
        numbers = [record.archive_no for record in records.records(opened, case_no)]
        access.log(opened, numbers, act="export", by=wiring.operator(settings, by))
    click.echo(f"已导出 {target}")


@archive.command()
@click.argument("scope", required=False, metavar="[案卷号|档号]")
@click.option("--release", type=int, metavar="编号", help="解除这一号保全")
@click.option("--reason", metavar="原因", help="原因")
@by_option
@click.pass_obj
def hold(settings: Settings, scope: str | None, release: int | None, reason: str | None, by: str | None) -> None:
    """法定保全：不带参数列出生效中的保全；给出案卷号或档号设立；--release 解除。"""
    if (scope or release is not None) and not reason:
        raise InputError("设立或解除保全须说明原因", remedy="给出 --reason", code="reason_missing")
    operator = wiring.operator(settings, by)
    with archive_of(settings) as opened:
        if release is not None:
            done = retention.release_hold(opened, release, reason=reason or "", by=operator)
            click.echo(f"已解除　{archive_lines.hold_line(done)}")
        elif scope:
            done = retention.place_hold(opened, scope, reason=reason or "", by=operator)
            click.echo(f"已设立　{archive_lines.hold_line(done)}")
        else:
            with opened.database.reading() as session:
                standing = retention.standing_holds(session)
            click.echo("\n".join([*map(archive_lines.hold_line, standing), f"共 {len(standing)} 项"]))


@archive.command()
@click.argument("archive_nos", nargs=-1, metavar="[档号…]")
@click.option("--approve", is_flag=True, help="批准他人提出的销毁")
@click.option("--reason", metavar="原因", help="提出销毁的原因")
@by_option
@click.pass_obj
def dispose(
    settings: Settings, archive_nos: tuple[str, ...], approve: bool, reason: str | None, by: str | None
) -> None:
    """销毁：不带参数列出到期档案；给出档号提出销毁；由另一人 --approve 批准。"""
    operator = wiring.operator(settings, by)
    with archive_of(settings) as opened:
        if not archive_nos:
            found = retention.due(opened, day(opened.clock.now()))
            click.echo("\n".join([*map(archive_lines.record_line, found), f"到期 {len(found)} 件"]))
        elif approve:
            click.echo(f"已销毁 {len(archive_nos)} 件\n树头 {retention.approve(opened, archive_nos, by=operator)}")
        elif reason:
            head = retention.propose(opened, archive_nos, reason=reason, by=operator)
            click.echo(f"已提出销毁 {len(archive_nos)} 件，待另一人批准\n树头 {head}")
        else:
            raise InputError("提出销毁须说明原因", remedy="给出 --reason", code="reason_missing")


@archive.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="备份到这个空目录")
@click.pass_obj
def backup(settings: Settings, out: Path) -> None:
    """把整个档案库备份到空目录，并审计副本。"""
    report = copy_archive(settings.workspace, out, SystemClock())
    click.echo(f"已备份 {report.records} 件、{report.objects} 个文件到 {out}，副本审计完好\n树根 {report.root}")


@archive.command()
@click.argument("source", type=click.Path(path_type=Path), metavar="备份目录")
@click.pass_obj
def restore(settings: Settings, source: Path) -> None:
    """从备份恢复到空的工作区（--workspace），并审计恢复的结果。"""
    report = copy_archive(source, settings.workspace, SystemClock())
    click.echo(f"已恢复 {report.records} 件、{report.objects} 个文件，审计完好\n树根 {report.root}")


@archive.command()
@format_option
@click.pass_obj
def check(settings: Settings, form: str) -> int:
    """四性检测：真实性、完整性、可用性、安全性。"""
    with archive_of(settings) as opened:
        result = four_checks(opened)
    click.echo(result.to_json() if form == "json" else "\n".join(result.lines()))
    return 0 if result.passed else DAMAGED


@archive.command()
@click.option("--hours", type=click.IntRange(1), default=24, show_default=True, help="只清理早于这些小时的")
@click.pass_obj
def sweep(settings: Settings, hours: int) -> None:
    """清理中断的写入留下的临时文件，隔离无主文件。"""
    with archive_of(settings) as opened:
        swept = upkeep.sweep(opened, timedelta(hours=hours))
    click.echo(f"删除临时文件 {swept.temporaries} 个，隔离无主文件 {len(swept.quarantined)} 个")


def _write_folder(top: Path, files: export.Files) -> Path:
    if top.exists():
        raise InputError("输出目录中已有这个案卷", remedy="换一个输出目录", code="target_exists")
    for path, data in files:
        place = top / path
        write_file(place.parent, place.name, data)
    return top


def _cents(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return cents(Decimal(text))
    except (InvalidOperation, ValueError) as error:
        raise InputError("金额应为数字，单位元", remedy="例如 500000.00", code="bad_amount") from error


def _date(at: datetime | None) -> date | None:
    return at.date() if at else None
