"""`docgen audit`: every byte, row and entry of an archive checked; exit 7 where anything is not as recorded."""

from pathlib import Path

import click

from docgen.archive import AuditReport, Head, audit, read_head
from docgen.clock import SystemClock
from docgen.workspace.location import Location
from service.commands.options import format_option
from service.settings import Settings
from service.wording import instant

DAMAGED = 7
"""Exit code of an audit that found damage (interfaces.md)."""


@click.command("audit")
@click.argument("uri", metavar="地址|目录")
@click.option("--head", "heads", multiple=True, metavar="个数:树根|.head文件", help="曾公布的树头，可多次给出")
@click.option("--trust", type=click.Path(path_type=Path), help="信任的根证书（PEM），用于验证签名树头")
@format_option
@click.pass_obj
def audit_command(settings: Settings, uri: str, heads: tuple[str, ...], trust: Path | None, form: str) -> int:
    """审计档案库：重算每个文件的摘要、台账的哈希链和默克尔树，逐行核对登记。

    --head 可给出 个数:树根，或公布时写出的 .head 文件（旁边须有 .p7s、.tst、.pem，并给出 --trust）。
    """
    published = [_published(head, trust or settings.trust) for head in heads]
    report = audit(_location(settings, uri), SystemClock(), [head for head, _ in published])
    if form == "json":
        click.echo(report.to_json())
    else:
        click.echo("\n".join([*audit_lines(report), *(line for _, line in published if line)]))
    return 0 if report.intact else DAMAGED


def _published(given: str, trust: Path | None) -> tuple[Head, str]:
    """Read a published head, as text or as a signed file, and say who vouches for it."""
    if not given.endswith(".head"):
        return read_head(given), ""
    from docgen.archive.heads import read_published  # noqa: PLC0415 - signing loads much, and most audits need none
    from service.vouching import roots  # noqa: PLC0415

    head, vouched = read_published(Path(given), roots(trust), SystemClock())
    return head, f"公布的树头 {head.size} 由{vouched.organisation}{vouched.name}签名，时间戳 {instant(vouched.at)}"


def _location(settings: Settings, uri: str) -> Location:
    """Return where the archive lies; the store of the settings belongs to a database, a folder has its own."""
    location = Location.of(uri, settings.store)
    return location if location.folder is None else Location.of(uri)


def audit_lines(report: AuditReport) -> list[str]:
    """Return an audit report for people."""
    lines = ["完好" if report.intact else "不完好：与登记不符"]
    lines.append(
        f"档案 {report.records} 件　文件 {report.objects} 个　台账 {'完好' if report.chain == 'ok' else report.chain}"
    )
    lines.append(f"树根 {report.root}")
    for title, names in (("被改动", report.altered), ("缺失", report.missing), ("来历不明", report.unexpected)):
        lines += [f"{title}　{name}" for name in names]
    return lines
