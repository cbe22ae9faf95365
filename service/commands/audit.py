"""`docgen audit`: every byte, row and entry of an archive checked; exit 7 where anything is not as recorded."""

import click

from docgen.archive import AuditReport, audit, folder_of, read_head
from docgen.clock import SystemClock

DAMAGED = 7
"""Exit code of an audit that found damage (interfaces.md)."""


@click.command("audit")
@click.argument("uri", metavar="地址|目录")
@click.option("--head", "heads", multiple=True, metavar="个数:树根", help="曾公布的树头，可多次给出")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def audit_command(uri: str, heads: tuple[str, ...], form: str) -> int:
    """审计档案库：重算每个文件的摘要、台账的哈希链和默克尔树，逐行核对登记。"""
    report = audit(folder_of(uri), SystemClock(), [read_head(head) for head in heads])
    click.echo(report.to_json() if form == "json" else "\n".join(audit_lines(report)))
    return 0 if report.intact else DAMAGED


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
