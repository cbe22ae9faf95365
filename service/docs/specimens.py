"""One filled example of every form: the first document that the samples let us issue, on the day of the demo."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from docgen.case import CaseFile, load_case
from docgen.clock import FixedClock
from docgen.convert import open_converter
from docgen.editions import Edition
from docgen.errors import StateError
from docgen.forms.catalogue import Form
from docgen.forms.context import Issuance
from docgen.forms.ledger import render_ledger
from docgen.forms.subjects import subjects
from docgen.numbering import document_number
from docgen.pipeline import Office, Wish, issue
from service import wiring
from service.commands.demo import BUSINESS_NOW
from service.samples import samples
from service.settings import ROOT, Settings

LEDGER_CASES = ("H01", "S02")
"""The samples that ledgers are about; for every other form these are tried first, in this order."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A form filled from a sample: the PDF, and the name of the sample."""

    form: Form
    pdf: bytes
    sample: str


def specimens(settings: Settings) -> Iterator[Specimen]:
    """Yield an example of every form, by stage.

    Raises:
        StateError: `no_specimen`, for a form that no sample has a document of.
    """
    converter = open_converter()
    try:
        with TemporaryDirectory() as folder:
            own = replace(settings, workspace=Path(folder), operator="样例")
            with wiring.office(own, pdf=False, clock=FixedClock(BUSINESS_NOW)) as office:
                for form in office.catalogue:
                    docx, sample = _ledger(form, office) if form.spec.is_ledger else _document(form, office)
                    yield Specimen(form, converter.convert(docx).data, sample)
    finally:
        converter.close()


def _document(form: Form, office: Office) -> tuple[bytes, str]:
    for name, case in _cases().items():
        for one in subjects(form.spec, case):
            kept = issue(case, [Wish(form.spec.form_id, one.key or None, early=True)], office, by="样例").kept
            if kept:
                return office.workspace.content(kept[0].docx_sha256), name
    raise StateError(f"没有样例能签发《{form.spec.title}》", code="no_specimen", remedy="补一个到此阶段的样例案卷")


def _ledger(form: Form, office: Office) -> tuple[bytes, str]:
    cases = _cases()
    today = BUSINESS_NOW.date()
    number = document_number(form.spec.number, n=1, on=today)
    issuance = Issuance(edition=Edition.SIGNING, number=number, revision=0, issued_on=today, as_of=BUSINESS_NOW)
    figures = office.rulebook.figures(today)
    filled = render_ledger(form, (cases[name] for name in LEDGER_CASES), issuance, figures)
    return filled.docx, "、".join(LEDGER_CASES)


@cache
def _cases() -> Mapping[str, CaseFile]:
    """Load the samples that are not there to be refused, those of `LEDGER_CASES` first."""
    found = {sample.name: sample for sample in samples(ROOT / "samples") if sample.expected.error is None}
    ordered = dict.fromkeys((*LEDGER_CASES, *found))
    return {name: load_case(found[name].case) for name in ordered}
