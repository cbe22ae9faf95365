"""`docgen ledger`: one document over many case files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from docgen.clock import SystemClock, day
from docgen.convert import open_converter
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.forms.catalogue import Form
from docgen.forms.context import Issuance
from docgen.forms.ledger import Ledger
from docgen.forms.lists import lists
from docgen.forms.xlsx import workbook
from service import terminal, wiring
from service.commands.options import cases_argument, moment, policy_option, skip_bad_option
from service.export import write_file
from service.ledgers import Admission, free_place, volume_suffixes
from service.problems import REFUSED, exit_code, sentences
from service.selection import LeftOut, Selection, case_paths
from service.settings import Settings


@click.command()
@click.argument("form_id", metavar="台账")
@cases_argument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="输出目录")
@click.option("--as-of", metavar="时间", help="统计截止时间，如 2024-12-31T18:00:00+08:00（默认现在）")
@skip_bad_option
@policy_option
@click.option("--pdf/--no-pdf", default=True, show_default=True, help="同时生成 PDF/A")
@click.pass_obj
def ledger(
    settings: Settings,
    form_id: str,
    cases: tuple[str, ...],
    out: Path,
    as_of: str | None,
    skip_bad: bool,
    policy: Path | None,
    pdf: bool,
) -> int:
    """由多个案卷（文件、目录、通配符）生成一份台账：DOCX、PDF 和 XLSX。"""
    form = _ledger_form(settings, form_id)
    at = moment(as_of) or SystemClock().now()
    place = free_place(form.spec, day(at), out)
    rules = wiring.IssuingRules(wiring.rulebook(settings, policy))
    issuance = Issuance(
        edition=Edition.SIGNING, number=place.number, revision=place.revision, issued_on=day(at), as_of=at
    )
    rendering, selection = Ledger(form, issuance, rules.figures(day(at))), Selection(case_paths(cases))
    admitted = Admission(form, rendering, selection, rules, issuance)
    volumes = [volume.docx for volume in rendering.volumes(admitted)]
    code = complaints(selection.left_out)
    if code and not skip_bad:
        click.echo("台账未生成；更正上列案卷，或用 --skip-bad 略过", err=True)
        return code
    stem = place.stem(form.spec.title, admitted.listed)
    write_file(out, f"{stem}.xlsx", _spreadsheet(form, place.number, volumes, at))
    for suffix, docx in zip(volume_suffixes(len(volumes)), volumes, strict=True):
        write_file(out, f"{stem}{suffix}.docx", docx)
    if pdf:
        for suffix, data in zip(volume_suffixes(len(volumes)), _printed(settings, volumes), strict=True):
            write_file(out, f"{stem}{suffix}.pdf", data)
    click.echo(f"已生成　{place.number}　{form.spec.title}　{admitted.listed}个案卷　{len(volumes)}册　{stem}")
    return 0


def complaints(left_out: list[LeftOut]) -> int:
    """Print why case files were left out; return the exit code that this is worth, zero if there are none."""
    code = 0
    for one in left_out:
        click.echo(f"未列入　{one.path}", err=True)
        lines = (
            sentences(one.error, "zh")
            if one.error
            else [line for f in one.findings for line in terminal.finding_lines(f)]
        )
        click.echo("\n".join(f"  {line}" for line in lines), err=True)
        code = max(code, exit_code(one.error) if one.error else REFUSED)
    return code


def _ledger_form(settings: Settings, form_id: str) -> Form:
    catalogue = wiring.catalogue(settings)
    form = catalogue.get(form_id)
    if form.spec.is_ledger:
        return form
    ledgers = "、".join(one.spec.form_id for one in catalogue if one.spec.is_ledger)
    raise InputError(
        f"《{form.spec.title}》不是台账",
        remedy=f"单个案卷的文书用 docgen issue；台账有：{ledgers}",
        code="not_a_ledger",
    )


def _spreadsheet(form: Form, number: str, volumes: list[bytes], at: datetime) -> bytes:
    """Return all volumes as one workbook."""
    heading = f"{form.spec.title}　编号：{number}"
    found = (replace(one, heading=heading) for docx in volumes for one in lists(form, docx))
    return workbook(found, made_on=day(at))


def _printed(settings: Settings, volumes: list[bytes]) -> Iterator[bytes]:
    converter = open_converter(settings.converter)
    try:
        for docx in volumes:
            yield converter.convert(docx).data
    finally:
        converter.close()
