"""Keeping: holds, disposal, pseudonymising, renewal, clearing away."""

from datetime import timedelta

import click

from docgen.archive import retention, upkeep
from docgen.clock import day
from docgen.errors import InputError
from service import archive_lines, wiring
from service.archiving import archive_of
from service.commands.options import by_option
from service.settings import Settings


@click.command()
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


@click.command()
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


@click.command()
@click.option("--hours", type=click.IntRange(1), default=24, show_default=True, help="只清理早于这些小时的")
@click.pass_obj
def sweep(settings: Settings, hours: int) -> None:
    """清理中断的写入留下的临时文件，隔离无主文件。"""
    with archive_of(settings) as opened:
        swept = upkeep.sweep(opened, timedelta(hours=hours))
    click.echo(f"删除临时文件 {swept.temporaries} 个，隔离无主文件 {len(swept.quarantined)} 个")
    if swept.sent_again:
        click.echo(f"远端缺失、已由本机副本补传 {len(swept.sent_again)} 个")
