"""Taking in: documents of a case, scans of paper, and the second look at a scan."""

from pathlib import Path

import click

from docgen.archive import scans
from service import archive_lines, wiring
from service.archiving import archive_of, archive_room
from service.commands.options import by_option, moment, policy_option
from service.problems import REFUSED
from service.settings import Settings


@click.command()
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


@click.command()
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
    click.echo(f"已挂接 {len(found)} 份扫描件，待另一人核对：docgen archive confirm {archive_no}\n树头 {head}")


@click.command()
@click.argument("archive_no", metavar="档号")
@click.option("--by-eye", metavar="原因", default="", help="纸质件没有页码二维码：人工逐页核对，说明原因")
@by_option
@click.pass_obj
def confirm(settings: Settings, archive_no: str, by_eye: str, by: str | None) -> None:
    """由第二人核对扫描件与签发的文书一致（页数、编号、每页二维码）；核对后纸质才算归档。"""
    with archive_of(settings) as opened:
        head = scans.confirm(opened, archive_no, by=wiring.operator(settings, by), by_eye=by_eye)
    click.echo(f"已核对　{archive_no}　电子+纸质\n树头 {head}")
