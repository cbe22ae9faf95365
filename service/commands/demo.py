"""`docgen demo`: the main job on the samples, with embedded defaults only and on the business clock of the samples."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from docgen.archive import export, ledger, verify_proof
from docgen.archive.backup import copy_archive
from docgen.archive.fixity import inspect
from docgen.case import CaseFile, load_case
from docgen.case.editing import replace as replace_value
from docgen.case.editing import set_value
from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.drafting import draft_contract, load_library
from docgen.editions import Edition
from docgen.errors import IntegrityError, NotFoundError
from docgen.findings import CheckReport, Outcome
from docgen.pipeline import Office, Wish, everything, issue, sign
from rules.book import Rulebook
from service import terminal, wiring
from service.archiving import archive_room
from service.commands.issue import exported, refusal_lines
from service.export import write_file
from service.report import about, report_docx, report_html
from service.settings import ROOT, Settings

BUSINESS_NOW = datetime(2024, 12, 31, 18, 0, tzinfo=SHANGHAI)
"""The day on which the demo always runs, so that it never ages."""

_SAMPLES = ROOT / "samples"
_COMPLETE = "H01"
_IN_PROGRESS = "S02"
_FAILING = ("F02_missing_clauses", "F04_poa_expired_and_over_limit")
_OPERATOR = "演示"

_LASTING = 3600
"""Days for which the certificates of the demo hold: long, so that every validator accepts today what it signed then."""

_COUNSEL = "郑法"
_APPROVER, _KEEPER = "S02", "S05"
"""Who of the complete case answers for the method of signing, who releases our seal, and who applies it."""

_AGREED = "S14_contract_in_approval"
_ON_DEMAND = "XS2024-0912"
"""Number of the copy of a case whose contract is drafted on demand; it belongs to no sample."""

_LIBRARY = ROOT / "rules" / "clauses" / "std-sale-v1.yaml"
_ANSWERS = {
    "sign_place": "浙江省杭州市",
    "payment_method": "银行转账",
    "acceptance_standard": "生产线单位产品能耗较基线降低30%",
    "warranty_months": "12",
    "late_penalty": "5",
    "confidentiality_years": "3",
}
"""What only people can say of the contract drafted on demand."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/demo"), show_default=True)
@click.pass_obj
def demo(settings: Settings, out: Path) -> int:
    """检查样例案卷，签发完整案卷的全部文书，拟定一份合同，归档并恢复，说明到哪里看结果。"""
    started = time.perf_counter()
    if not _SAMPLES.is_dir():
        raise NotFoundError("没有 samples 目录", remedy="在项目的源码目录中运行", code="no_samples")
    for part in ("workspace", "documents", "reports", "archive", "authority"):
        shutil.rmtree(out / part, ignore_errors=True)
    clock = FixedClock(BUSINESS_NOW)
    chosen = replace(
        settings,
        workspace=out / "workspace",
        operator=_OPERATOR,
        signer=f"builtin:{(out / 'authority').resolve()}?days={_LASTING}",
        timestamper="",
        trust=None,
        courier="",
        platform_declared_by=_COUNSEL,
    )
    book = wiring.rulebook(chosen, clock=clock)
    with wiring.office(chosen, clock=clock, workers=settings.workers) as office:
        case = _sample(_COMPLETE)
        wishes = everything(case, office.catalogue)
        if office.converter:
            office.converter.expect(len(wishes))
        for one in (_sample(_IN_PROGRESS), case):
            report = book.check(one)
            click.echo("\n".join(_reported(report, one, book, office, out / "reports")))
        _issued(case, wishes, office, out)
        _signed(case, office, chosen, out)
        click.echo("\n按谈判纪要和标准条款拟定合同，签发审批稿：")
        _issued(_drafted(out), (Wish("contract", edition=Edition.DRAFT),), office, out)
    click.echo("\n归档完整案卷，并证明档案可信：")
    _archived(_sample(_COMPLETE), chosen, clock, out / "archive")
    click.echo("\n不合格的案卷会被挡下，原因一次列全：")
    for name in _FAILING:
        outcomes = book.check(_sample(name)).outcomes
        click.echo(f"  {name}：{'、'.join(sorted(rule for rule in outcomes if outcomes[rule] is Outcome.FAIL))}")
    click.echo(f"\n结果在 {out}/documents、{out}/reports 与 {out}/archive，用时 {time.perf_counter() - started:.1f} 秒")
    return 0


def _sample(name: str) -> CaseFile:
    return wiring.case_file(_SAMPLES / name / "case.yaml")


def _reported(report: CheckReport, case: CaseFile, book: Rulebook, office: Office, folder: Path) -> Iterator[str]:
    """Write the check report of a case in every form; yield its summary."""
    lines = list(terminal.report_lines(report, case.title))
    background = about(case, book, report.as_of)
    files = {
        ".txt": ("\n".join(lines) + "\n").encode(),
        ".json": report.model_dump_json(indent=2).encode(),
        ".html": report_html(report, background).encode(),
        ".docx": report_docx(report, background),
    }
    if office.converter:
        files[".pdf"] = office.converter.convert(files[".docx"]).data
    for suffix, data in files.items():
        write_file(folder, case.case_no + suffix, data)
    yield from lines[:3]


def _issued(case: CaseFile, wishes: tuple[Wish, ...], office: Office, out: Path) -> None:
    outcome = issue(case, wishes, office, by=_OPERATOR)
    for line in exported(outcome, office.workspace, out / "documents" / case.case_no):
        click.echo(f"  {line}")
    for refusal in outcome.refused:
        click.echo("\n".join(f"  {line}" for line in refusal_lines(refusal)))


def _archived(case: CaseFile, settings: Settings, clock: FixedClock, out: Path) -> None:
    """Archive, audit, prove, export, back up and restore; raise `IntegrityError` where one of them does not hold."""
    with archive_room(settings, clock=clock) as room:
        admission, done = room.take(case, frozenset(), by=_OPERATOR)
        click.echo(f"  归档{len(done.records)}份；{len(admission.refused)}份尚不可归档（如待签署），留在工作区")
        if not inspect(room.archive).intact:
            raise IntegrityError("演示档案审计未通过", remedy="运行 docgen audit 查看详情", code="demo_damaged")
        click.echo("  审计：完好")
        proof = write_file(out, "proof.json", ledger.proof(room.archive, done.records[0].archive_no).to_json().encode())
        _checked(proof, str(done.head))
        click.echo(f"  证明：{done.records[0].archive_no}，独立脚本核对无误")
        top, files = export.case_folder(room.archive, case.case_no)
        paths = [write_file((out / top / name).parent, Path(name).name, data) for name, data in files]
        click.echo(f"  移交：{len(paths)}个文件，{out / top}")
    copy_archive(settings.location().in_folder("备份"), out / "backup", clock)
    restored = copy_archive(out / "backup", out / "restored", clock)
    if restored.root != done.head.root:
        raise IntegrityError("恢复后的树头与原来不同", remedy="运行 docgen audit 查看详情", code="demo_damaged")
    click.echo(f"  备份并恢复：树头相同，{done.head.root[:16]}…")


def _checked(proof: Path, head: str) -> None:
    """Check a proof with the script that is shipped, in a Python of its own."""
    command = [sys.executable, "-I", str(verify_proof.__file__), str(proof), head]
    if subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603 - our own script and files
        raise IntegrityError("证明未通过核对", remedy="运行 docgen audit 查看详情", code="demo_damaged")


def _signed(case: CaseFile, office: Office, settings: Settings, out: Path) -> None:
    """Have the contract signed by customer and company and sealed by two people, under an authority of the demo."""
    from service import signing  # noqa: PLC0415 - cryptography takes half a second to load

    click.echo("\n签署合同（内置签发机构，演示签名）：")
    signing.found_authority(out / "authority", "演示签名机构", office.workspace.clock)
    desk = signing.Desk(office, signing.signing_room(settings, office))
    people = signing.Choices(keeper=_KEEPER, approver=_APPROVER)
    sent = sign(case, (Wish("contract"),), office, desk.room, people, by=_OPERATOR)
    assert isinstance(sent, signing.Sent), "the sample's signers are entitled"
    done = signing.enact_all(desk.room, sent.envelope, case)
    assert isinstance(done, signing.Envelope), "the sample's signers are entitled"
    for one in done.signers:
        click.echo(f"  已签署　{one.label}　{one.person.name}")
    signed, evidence, certificate = signing.export(desk, done, out / "documents" / case.case_no)
    click.echo(f"  核验有效　{signed.name}\n  签署证明　{certificate.name}")
    click.echo(f"  再核验：docgen verify '{signed}' --trust {out}/authority/root.pem --expect '{evidence}'")


def _drafted(out: Path) -> CaseFile:
    """Draft the contract of a copy of a case that has agreed on its terms; keep the case file beside the document."""
    agreed = _sample(_AGREED)
    assert agreed.contract is not None
    case = agreed.model_copy(update={"case_no": _ON_DEMAND, "contract": None})
    made = draft_contract(
        case,
        load_library(_LIBRARY),
        drafted_ref=agreed.contract.drafted_ref,
        drafted_at=agreed.contract.drafted_at,
        answers=_ANSWERS,
    )
    text = (_SAMPLES / _AGREED / "case.yaml").read_text(encoding="utf-8")
    text = replace_value(set_value(text, "case_no", _ON_DEMAND), "contract", made.contract)
    write_file(out / "documents" / _ON_DEMAND, "case.yaml", text.encode())
    return load_case(text)
