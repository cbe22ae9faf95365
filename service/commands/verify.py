"""`docgen verify`: the verdict on a signed PDF."""

from pathlib import Path
from typing import Literal

import click

from docgen.clock import SHANGHAI
from docgen.errors import InputError, IntegrityError
from docgen.signing.trust import Trust, read_trust
from docgen.signing.verdict import SignatureReport, Verdict, read_expectation
from docgen.signing.verify import MAX_PDF
from docgen.signing.verify import verify as judge
from service.problems import EXIT_CODES

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_file, metavar="FILE.pdf")
@click.option("--trust", type=_file, help="信任的根证书（PEM，可附中间证书和吊销列表）")
@click.option("--expect", type=_file, help="签署时留存的证据（JSON）：核对定稿和签名人")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def verify(file: Path, trust: Path | None, expect: Path | None, form: Literal["text", "json"]) -> int:
    """核验已签署的 PDF：谁在何时签署、能否证明、此后有无改动。有效时退出码为 0，否则为 7。"""
    known = read_trust(_read(trust)) if trust else Trust()
    evidence = read_expectation(_read(expect)) if expect else None
    verdict = judge(_read(file), known, evidence)
    click.echo(verdict.model_dump_json(indent=2) if form == "json" else "\n".join(_lines(verdict, trusted=bool(trust))))
    return 0 if verdict.valid else EXIT_CODES[IntegrityError]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_PDF + 1)
    except OSError as error:
        raise InputError("文件打不开", remedy="检查文件名和权限", code="file_unreadable") from error


def _lines(verdict: Verdict, *, trusted: bool) -> list[str]:
    lines = [f"结论：{verdict.status}"]
    lines += [f"  {_signature(report)}" for report in verdict.signatures]
    lines += [
        f"  原因：{reason.message}{f'（{reason.field}）' if reason.field else ''} [{reason.code}]"
        for reason in verdict.reasons
    ]
    if not trusted:
        lines.append("  提示：没有用 --trust 给出信任的根证书，任何签名都不能确认")
    return [*lines, f"文件 SHA-256：{verdict.sha256}"]


def _signature(report: SignatureReport) -> str:
    who = "　".join(part for part in (report.organisation, report.title, report.name) if part)
    when = f"{report.signed_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if report.signed_at else "时间未经证明"
    state = "有效" if report.holds else "未通过"
    return f"{state}　{who}　{when}　{report.level or '—'}　证书 {report.serial}（{report.field}）"
