"""Proving: proofs of records, signed tree heads, the four checks."""

from pathlib import Path

import click

from docgen.archive import access, heads
from docgen.archive.checks import four_checks
from service import wiring
from service.archiving import archive_of
from service.commands.audit import DAMAGED
from service.commands.options import by_option, format_option
from service.export import write_files
from service.settings import Settings
from service.vouching import head_signer


@click.command()
@click.argument("archive_no", metavar="档号")
@click.option("--out", type=click.Path(path_type=Path), help="写成文件（默认输出到屏幕）")
@by_option
@click.pass_obj
def proof(settings: Settings, archive_no: str, out: Path | None, by: str | None) -> None:
    """给出一件档案在台账中的证明，任何人可用 verify_proof.py 验证；有签名树头的，一并写出。"""
    with archive_of(settings) as opened:
        found, signed = heads.proof_under_signed_head(opened, archive_no)
        access.log(opened, [archive_no], act="proof", by=wiring.operator(settings, by))
    if out is None:
        click.echo(found.to_json(), nl=False)
        return
    files = {out.name: found.to_json().encode(), **dict(signed.files(out.stem) if signed else ())}
    for path in write_files(out.parent, files):
        click.echo(f"已写出 {path}")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="写出签名树头的目录")
@click.option("--organisation", metavar="单位", help="证书上的单位（默认取最近案卷的我方）")
@click.option("--again", is_flag=True, help="没有新的事件也重新签名，用于证书或算法到期之前")
@by_option
@click.pass_obj
def publish(settings: Settings, out: Path, organisation: str | None, again: bool, by: str | None) -> None:
    """对最新的树头签名并加盖时间戳，写出四个文件，任何人可用 openssl 验证；请另处保管。"""
    operator = wiring.operator(settings, by)
    with archive_of(settings) as opened:
        signer = head_signer(settings, opened, operator, organisation)
        signed = heads.publish(opened, signer, by=operator, again=again)
    for path in write_files(out, dict(signed.files(f"树头{signed.head.size}"))):
        click.echo(f"已写出 {path}")
    click.echo(f"树头 {signed.head}")


@click.command()
@format_option
@click.pass_obj
def check(settings: Settings, form: str) -> int:
    """四性检测：真实性、完整性、可用性、安全性。"""
    with archive_of(settings) as opened:
        result = four_checks(opened)
    click.echo(result.to_json() if form == "json" else "\n".join(result.lines()))
    return 0 if result.passed else DAMAGED
