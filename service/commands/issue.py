"""`docgen issue` and `docgen void`: documents out of a case, kept in the workspace and exported."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from docgen.case import CaseFile
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.catalogue import Catalogue
from docgen.forms.lists import lists
from docgen.forms.xlsx import workbook
from docgen.issue import Change
from docgen.pipeline import Office, Outcome, Refusal, Wish, everything, override
from docgen.pipeline import issue as issue_documents
from docgen.workspace import KeptDocument, Workspace
from service import terminal, wiring
from service.commands.options import as_of_option, moment, policy_option
from service.export import write_file, write_files
from service.problems import REFUSED
from service.settings import Settings

EDITION_LABELS = {Edition.DRAFT: "审批稿", Edition.SIGNING: "签署件", Edition.RECORD: "记录件"}
"""Printed name of each edition."""

_SHOWN_CHANGES = 20


@click.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="案卷")
@click.argument("forms", nargs=-1, metavar="[表单…]")
@click.option("--all", "all_forms", is_flag=True, help="签发案卷中有对象的全部表单")
@click.option("--subject", metavar="对象", help="只签发一个对象，如 PO20240418002/2")
@click.option("--edition", type=click.Choice(["draft", "signing", "record"]), help="版别（默认按案卷判断）")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="输出目录")
@policy_option
@as_of_option
@click.option("--pdf/--no-pdf", default=True, show_default=True, help="同时生成 PDF/A")
@click.option("--xlsx", is_flag=True, help="有清单的文书（如归档目录）另存一份电子表格")
@click.option(
    "--override", "overrides", multiple=True, metavar="规则编号", help="放行一项警告（须有 --by 和 --reason）"
)
@click.option("--by", help="操作人")
@click.option("--reason", help="放行理由")
@click.pass_obj
def issue(
    settings: Settings,
    path: Path,
    forms: tuple[str, ...],
    all_forms: bool,
    subject: str | None,
    edition: str | None,
    out: Path,
    policy: Path | None,
    as_of: str | None,
    pdf: bool,
    xlsx: bool,
    overrides: tuple[str, ...],
    by: str | None,
    reason: str | None,
) -> int:
    """签发文书：先检查，合格的编号、生成、留存并写入输出目录；不合格的列出全部原因。"""
    case = wiring.case_file(path)
    if all_forms == bool(forms):
        raise InputError("须指明表单，或用 --all 签发全部", remedy="表单编号见 docgen forms list", code="which_forms")
    if all_forms and subject:
        raise InputError("--subject 只用于指明的表单", remedy="去掉 --all，或去掉 --subject", code="which_subject")
    with wiring.office(settings, policy=policy, pdf=pdf, workers=settings.workers) as office:
        for rule in overrides:
            _override(office, case, rule, by, reason, moment(as_of))
        chosen = Edition(edition) if edition else None
        wanted = [Wish(form, subject, chosen) for form in forms]
        wishes = everything(case, office.catalogue, chosen) if all_forms else wanted
        outcome = issue_documents(case, wishes, office, by=wiring.operator(settings, by), as_of=moment(as_of))
        for line in exported(outcome, office.workspace, out, office.catalogue if xlsx else None):
            click.echo(line)
    for refusal in outcome.refused:
        click.echo("\n".join(refusal_lines(refusal)), err=True)
    return REFUSED if outcome.refused else 0


@click.command()
@click.argument("doc_no", metavar="文书编号")
@click.option("--reason", required=True, help="作废原因")
@click.option("--by", help="操作人")
@click.pass_obj
def void(settings: Settings, doc_no: str, reason: str, by: str | None) -> None:
    """作废一份已签发的文书；编号不再用于其他文书。"""
    with wiring.workspace(settings) as workspace:
        for document in workspace.void(doc_no, reason=reason, by=wiring.operator(settings, by)):
            edition = EDITION_LABELS[Edition(document.identity.edition)]
            click.echo(f"已作废 {document.doc_no} {document.title} {edition} R{document.revision}")


def exported(
    outcome: Outcome, workspace: Workspace, out: Path, spreadsheets_of: Catalogue | None = None
) -> Iterator[str]:
    """Write every document of an outcome into `out`; yield a line for each.

    With the forms in `spreadsheets_of`, the lists of a document are written as a spreadsheet, too.
    """
    for document in outcome.kept:
        stem = _export(document, workspace, out)
        if spreadsheets_of:
            form = spreadsheets_of.get(document.identity.form_id)
            if found := lists(form, workspace.content(document.docx_sha256)):
                write_file(out, f"{stem}.xlsx", workbook(found, made_on=document.issued_on))
        state = "已签发" if document.id in outcome.new else "无变化"
        pages = f"　{document.pages}页" if document.pages else ""
        edition = EDITION_LABELS[Edition(document.identity.edition)]
        yield f"{state}　{document.doc_no}　{document.title}（{edition}）R{document.revision}{pages}　{stem}"
        yield from _changed(outcome.changes.get(document.id, ()))


def _changed(found: tuple[Change, ...]) -> Iterator[str]:
    for change in found[:_SHOWN_CHANGES]:
        match change:
            case Change(before="", after=after):
                yield f"    新增　{after}"
            case Change(before=before, after=""):
                yield f"    删除　{before}"
            case Change(before=before, after=after):
                yield f"    修改　{before}　→　{after}"
    if len(found) > _SHOWN_CHANGES:
        yield f"    另有 {len(found) - _SHOWN_CHANGES} 处不同"


def refusal_lines(refusal: Refusal) -> Iterator[str]:
    """Yield why a document was not issued: every finding and every missing field."""
    subject = f" {refusal.subject}" if refusal.subject else ""
    yield f"未签发　《{refusal.spec.title}》{subject}（{EDITION_LABELS[refusal.edition]}）　[refused]"
    for finding in refusal.findings:
        yield from (f"  {line}" for line in terminal.finding_lines(finding))
    for detail in refusal.missing:
        yield f"  缺少　{detail.label}（{detail.path}）"
    for detail in refusal.unprintable:
        yield f"  无法印出　{'：'.join(filter(None, (detail.label, detail.message)))}"


def _export(document: KeptDocument, workspace: Workspace, out: Path) -> str:
    contents = {".docx": workspace.content(document.docx_sha256)}
    if document.pdf_sha256:
        contents[".pdf"] = workspace.content(document.pdf_sha256)
    stem = document.file_stem
    edition = Edition(document.identity.edition)
    if edition is Edition.DRAFT or any(_differs(out / f"{stem}{suffix}", data) for suffix, data in contents.items()):
        stem = f"{stem}（{EDITION_LABELS[edition]}）"  # another edition of the same number lies there: keep both
    write_files(out, {stem + suffix: data for suffix, data in contents.items()})
    return stem


def _differs(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() != data


def _override(
    office: Office, case: CaseFile, rule: str, by: str | None, reason: str | None, as_of: datetime | None
) -> None:
    if not by or not reason:
        raise InputError(
            "放行警告须由具名人员说明理由", remedy="同时给出 --by 和 --reason", code="override_needs_reason"
        )
    override(case, rule, office, by=by, reason=reason, as_of=as_of)
