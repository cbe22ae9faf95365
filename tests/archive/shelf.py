"""A small archive for tests: one case with synthetic documents of real forms, on a fixed clock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from docgen.archive import Admission, Archive, Archived, Schedule, admit, archive_case, load_schedule, opened
from docgen.archive.admission import Grounds
from docgen.case import CaseFile, load_case
from docgen.case.values import SHANGHAI
from docgen.clock import Clock, FixedClock
from docgen.editions import Edition
from docgen.findings import CheckReport, Finding, ManualReference, Outcome, PackIdentity
from docgen.forms.catalogue import Catalogue
from docgen.forms.spec import FormSpec
from docgen.issue import Identity, IssuedDocument
from docgen.rulebook.guards import Action, Guard
from docgen.workspace import KeptDocument, Location, Ruling, Workspace
from docgen.workspace.workspace import Numbered
from tests.samples import sample

ROOT = Path(__file__).parents[2]
NOW = datetime(2024, 12, 31, 18, tzinfo=SHANGHAI)
CLOCK = FixedClock(NOW)
FORMS = ("first_contact_record", "needs_confirmation_list", "contract", "communication_outline")


@cache
def case() -> CaseFile:
    return load_case(sample("H01").case)


def numbered_case(number: int) -> CaseFile:
    return case().model_copy(update={"case_no": f"XS2024-{number:04d}"})


@cache
def catalogue() -> Catalogue:
    return Catalogue.open(ROOT / "templates_docx")


@cache
def schedule() -> Schedule:
    return load_schedule((ROOT / "rules" / "retention.yaml").read_bytes(), file="retention.yaml")


def docx(text: str) -> bytes:
    """Return a Word file that says `text`; the same bytes for the same text."""
    body = f"<w:document><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    stream = BytesIO()
    with ZipFile(stream, "w") as package:
        package.writestr(ZipInfo("word/document.xml"), body)
    return stream.getvalue()


def document(
    form: str, *, of: CaseFile, edition: str = "record", revision: int = 0, text: str = "", subject: str = ""
) -> IssuedDocument:
    number = f"{form}-{of.case_no}{subject}"
    return IssuedDocument(
        identity=Identity(of.case_no, form, subject, edition),
        doc_no=number,
        title=catalogue().get(form).spec.title,
        revision=revision,
        issued_on=date(2024, 12, 31),
        file_stem=f"{number}_R{revision}",
        template_sha256="d" * 64,
        docx=docx(text or f"{form} of {of.case_no}"),
        pdf=None,
    )


def report(*findings: Finding) -> CheckReport:
    pack = PackIdentity(version="1", sha256="a" * 64)
    return CheckReport(
        case_no=case().case_no,
        as_of=NOW,
        pack=pack,
        policy_sha256="b" * 64,
        case_sha256="c" * 64,
        outcomes={},
        findings=findings,
    )


def finding(rule: str) -> Finding:
    return Finding(
        rule=rule,
        outcome=Outcome.FAIL,
        subject="contract",
        message="不合格",
        manual=ManualReference(section="ours", quote=""),
        suggestion="补正",
    )


@dataclass(frozen=True)
class Rules:
    """Guards by form: the rule that stands before archiving it."""

    before: Mapping[str, str]

    def guards(self, spec: FormSpec, action: Action, edition: Edition) -> tuple[Guard, ...]:
        assert action is Action.ARCHIVE
        rule = self.before.get(spec.form_id)
        return (Guard(rule, action, spec.form_id),) if rule else ()


def grounds(*findings: Finding, before: Mapping[str, str] | None = None) -> Grounds:
    return Grounds(report(*findings), Rules(before or {}), frozenset(), catalogue())


def keep(
    folder: Location | Path, *made: IssuedDocument, of: CaseFile | None = None, clock: Clock = CLOCK
) -> tuple[KeptDocument, ...]:
    """Issue documents into the workspace in `folder`."""
    workspace = Workspace.open(folder, clock)
    try:
        numbered = [Numbered(one, workspace.number_state(one.identity).next_running) for one in made]
        return workspace.keep(of or case(), Ruling(report(), {"a.yaml": "rules: []"}), numbered, by="赵")
    finally:
        workspace.close()


def documents(folder: Location | Path, case_no: str) -> tuple[KeptDocument, ...]:
    workspace = Workspace.open(folder, CLOCK)
    try:
        return workspace.documents(case_no)
    finally:
        workspace.close()


def admission(folder: Location | Path, of: CaseFile | None = None) -> Admission:
    chosen = of or case()
    return admit(chosen, documents(folder, chosen.case_no), grounds())


def archive_all(folder: Location | Path, of: CaseFile | None = None, clock: Clock = CLOCK) -> Archived:
    """Archive whatever is final of one case in `folder`."""
    chosen = of or case()
    with opened(folder, clock) as archive:
        return archive_case(archive, chosen, admission(folder, chosen).admitted, schedule(), by="钱档")


def fill(folder: Location | Path, *forms: str, of: CaseFile | None = None, clock: Clock = CLOCK) -> Archived:
    """Issue `forms` (all of `FORMS`, if none is named) and archive them."""
    chosen = of or case()
    keep(folder, *(document(form, of=chosen) for form in forms or FORMS), of=chosen, clock=clock)
    return archive_all(folder, chosen, clock)


@contextmanager
def archive_in(folder: Location | Path, clock: Clock = CLOCK) -> Iterator[Archive]:
    with opened(folder, clock) as archive:
        yield archive
