"""A desk to fill forms at: the shipped catalogue, a fixed day, a fixed policy."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from docgen.case import CaseFile, load_case
from docgen.clock import SHANGHAI, WorkCalendar
from docgen.editions import Edition
from docgen.errors import Detail
from docgen.forms.calc import Figures
from docgen.forms.catalogue import Catalogue
from docgen.forms.context import Issuance, absent, build_context, editions
from docgen.forms.fill import RenderedForm, fill
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import Subject, subject
from docgen.masking import PiMode
from tests.samples import sample

TEMPLATES = Path(__file__).parents[2] / "templates_docx"
FIGURES = Figures(calendar=WorkCalendar(), gm_threshold=Decimal("500000.00"))


@cache
def catalogue() -> Catalogue:
    return Catalogue.open(TEMPLATES)


@cache
def case_of(name: str) -> CaseFile:
    return load_case(sample(name).case)


def issuance(edition: Edition, *, revision: int = 0, pi_mode: PiMode | None = None) -> Issuance:
    return Issuance(
        edition=edition,
        number="WS-2024-0012-01",
        revision=revision,
        issued_on=date(2024, 4, 16),
        as_of=datetime(2024, 12, 31, 18, tzinfo=SHANGHAI),
        pi_mode=pi_mode,
    )


def lacking(spec: FormSpec, case: CaseFile, about: Subject, edition: Edition) -> tuple[Detail, ...]:
    """Return what `edition` demands and the case does not have yet."""
    return absent(build_context(spec, case, about, issuance(edition), FIGURES), spec.demanded(edition))


def filled(
    form_id: str,
    case: CaseFile,
    key: str = "",
    *,
    edition: Edition | None = None,
    revision: int = 0,
    pi_mode: PiMode | None = None,
    forms: Catalogue | None = None,
) -> RenderedForm:
    form = (forms or catalogue()).get(form_id)
    about = subject(form.spec, case, key)
    edition = edition or editions(form.spec, case, about)[-1]
    context = build_context(form.spec, case, about, issuance(edition, revision=revision, pi_mode=pi_mode), FIGURES)
    return fill(form.spec, form.template, context, edition)
