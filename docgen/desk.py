"""The desk where documents of one case are made: judged, numbered, filled, converted, and kept all or none.

What it needs is passed in as an `Office`; a refusal is a result with every reason, never an error.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Protocol

from docgen.case import CaseFile
from docgen.convert import Converter, Pdf
from docgen.editions import Edition
from docgen.errors import Detail, DocgenError, InputError, NotFoundError, StateError
from docgen.findings import CheckReport, Finding
from docgen.forms.calc import Figures
from docgen.forms.catalogue import Catalogue, Form
from docgen.forms.context import Issuance, at, build_context, editions
from docgen.forms.fill import RenderedForm, fill, text_of
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import Subject, number_parts, subjects
from docgen.issue import Change, Identity, IssuedDocument, changes
from docgen.numbering import case_part, document_number, file_name
from docgen.pagecodes import with_codes
from docgen.rulebook.guards import Action, Guard, blocking
from docgen.workspace import KeptDocument, KnownNumbers, Ruling, Workspace
from docgen.workspace.documents import ARCHIVED, STANDING
from docgen.workspace.workspace import Numbered


class Rulebook(Protocol):
    """The company's rules and policy, as far as the line needs them."""

    def check(self, case: CaseFile, as_of: datetime | None = None, known: KnownNumbers | None = None) -> CheckReport:
        """Judge a case at a moment (`as_of` of the case, else now, where None)."""
        ...

    def guards(self, spec: FormSpec, action: Action, edition: Edition) -> tuple[Guard, ...]:
        """Return the guards before an action on an edition of a form."""
        ...

    def review(
        self, case: CaseFile, spec: FormSpec, form: RenderedForm, number: str, report: CheckReport
    ) -> CheckReport:
        """Judge the text of a filled form (GN-04, GN-06, GN-07, GN-09, CT-22) on the occasion of a `report`."""
        ...

    def figures(self, on: date) -> Figures:
        """Return what documents print of the policy in force on a day."""
        ...

    def ruling(self, report: CheckReport, known: KnownNumbers) -> Ruling:
        """Join a report with the exact rules and policy behind it, and with what was known of other cases."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: one form, all its subjects or one (`subject` is a key), in the fitting or a named edition.

    A form that is not issued before a day (`opens_on`) is wished for the subjects that are due; `early` says that none
    of them need be.
    """

    form_id: str
    subject: str | None = None
    edition: Edition | None = None
    early: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that may not be issued, with every reason at once.

    `unprintable` is what the case holds and no PDF can show, such as a character that no font has.
    """

    spec: FormSpec
    subject: str
    edition: Edition
    findings: tuple[Finding, ...] = ()
    missing: tuple[Detail, ...] = ()
    unprintable: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a wish list: documents, and refusals.

    `new` are the ids of those issued now; `changes` tells, by id, in what a new revision differs from the one before.
    """

    kept: tuple[KeptDocument, ...]
    new: frozenset[str]
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """Where documents are issued: rules, forms, the workspace and the converter (None: no PDF)."""

    rulebook: Rulebook
    catalogue: Catalogue
    workspace: Workspace
    converter: Converter | None


@dataclass(frozen=True, slots=True)
class Job:
    """One document to be made: a form, its subject and the edition."""

    form: Form
    subject: Subject
    edition: Edition

    @property
    def spec(self) -> FormSpec:
        """Return the declaration of the form."""
        return self.form.spec

    @property
    def key(self) -> tuple[str, str, Edition]:
        """Return what tells this document from all others of the case."""
        return self.spec.form_id, self.subject.key, self.edition


@dataclass(slots=True)
class _Made:
    """A document that was filled and numbered; its PDF may still be on the way."""

    job: Job
    document: IssuedDocument
    running: int
    pdf: Callable[[], Pdf] | None


class Desk:
    """One issue of documents of one case under one report."""

    def __init__(self, case: CaseFile, report: CheckReport, office: Office) -> None:
        self._case = case
        self._report = report
        self._office = office
        self._overrides = office.workspace.overrides(case.case_no)
        self._issued_on = report.as_of.date()
        self._running: Counter[str] = Counter()
        self._fresh: list[_Made] = []
        self._unchanged: list[KeptDocument] = []
        self._changes: dict[tuple[str, str], tuple[Change, ...]] = {}

    def jobs(self, wish: Wish) -> Iterator[Job]:
        """Yield a job for each subject of the wish."""
        form = self._office.catalogue.get(wish.form_id)
        found = subjects(form.spec, self._case)
        chosen = [one for one in found if wish.subject in (None, one.key, one.path)]
        if not chosen:
            keys = "、".join(one.key for one in found if one.key) or "无"
            raise NotFoundError(
                f"《{form.spec.title}》在案卷{self._case.case_no}中没有可签发的对象",
                code="no_subject",
                remedy=f"可选对象：{keys}",
            )
        wanted = [Job(form, one, wish.edition or editions(form.spec, self._case, one)[-1]) for one in chosen]
        due = [job for job in wanted if (opens_on := self._opens_on(job)) is None or opens_on <= self._issued_on]
        if not due and not wish.early:
            raise StateError(
                f"《{form.spec.title}》在案卷{self._case.case_no}中尚未到可签发的日期",
                code="not_due",
                remedy="待到期后签发：" + "、".join(f"{job.subject.key} {self._opens_on(job)}起" for job in wanted),
            )
        yield from due

    def _opens_on(self, job: Job) -> date | None:
        """Return the day before which the document is not issued; None where there is none, or not yet."""
        if job.spec.opens_on is None or job.edition is Edition.RECORD:
            return None
        found = at(self._context(job, "", 0, self._issued_on), job.spec.opens_on)
        return found if isinstance(found, date) else None

    def made(self, job: Job) -> Refusal | None:
        """Make the document of a job; return the refusal where it may not be issued."""
        guards = self._guards(job.spec, job.edition)
        stopped = blocking(self._report, guards, job.subject.path, self._overrides)
        try:
            number, running, before = self._numbered(job)
            revision = before.revision + 1 if before else 0
            rendered = self._rendered(job, number, revision, self._issued_on)
        except InputError as error:
            if error.code != "missing_fields":
                raise
            return Refusal(job.spec, job.subject.key, job.edition, stopped, error.details)
        review = self._office.rulebook.review(self._case, job.spec, rendered, number, self._report)
        stopped += blocking(review, guards, "", self._overrides)
        if stopped:
            return Refusal(job.spec, job.subject.key, job.edition, stopped)
        try:
            if before and before.state in STANDING and self._same(job, before):
                self._unchanged.append(self._completed(job, before))
            else:
                self._take(job, number, running, revision, rendered)
                if before:
                    self._note_changes(job, number, before, rendered)
        except InputError as error:
            return _unprintable(job, error)
        return None

    def unconverted(self) -> dict[tuple[str, str, Edition], Refusal]:
        """Wait for the PDF of every document made; return the refusals of those that cannot have one, by `Job.key`."""
        refused = {}
        for made in self._fresh:
            if made.pdf is None:
                continue
            try:
                made.document = replace(made.document, pdf=_named(made.job, made.pdf))
            except InputError as error:
                refused[made.job.key] = _unprintable(made.job, error)
            made.pdf = None
        return refused

    def keep(self, known: KnownNumbers, by: str) -> Outcome:
        """Keep what was made, all or none; tell of all documents, issued now or before."""
        fresh: tuple[KeptDocument, ...] = ()
        if self._fresh:
            ruling = self._office.rulebook.ruling(self._report, known)
            numbered = [Numbered(made.document, made.running) for made in self._fresh]
            fresh = self._office.workspace.keep(self._case, ruling, numbered, by=by)
        revised = {one.id: self._changes.get((one.doc_no, one.identity.edition), ()) for one in fresh}
        return Outcome(
            kept=(*self._unchanged, *fresh),
            new=frozenset(revised),
            changes={document: changed for document, changed in revised.items() if changed},
        )

    def _guards(self, spec: FormSpec, edition: Edition) -> tuple[Guard, ...]:
        """Return what stands before issue; the record edition prints signatures, so it answers for them too."""
        guards = self._office.rulebook.guards(spec, Action.ISSUE, edition)
        if edition is Edition.RECORD:
            guards += self._office.rulebook.guards(spec, Action.SIGN, edition)
        return guards

    def _identity(self, job: Job) -> Identity:
        return Identity(self._case.case_no, job.spec.form_id, job.subject.key, job.edition.value)

    def _numbered(self, job: Job) -> tuple[str, int, KeptDocument | None]:
        """Return number, running number and the revision before this one."""
        workspace, identity = self._office.workspace, self._identity(job)
        state = workspace.number_state(identity)
        before = workspace.latest(identity)
        declared = self._declared(job)
        running = state.next_running + self._running[job.spec.form_id]
        if declared is None:
            return state.doc_no or self._next_number(job, running), running, before
        if before and before.state in STANDING and before.doc_no != declared:
            raise StateError(
                f"《{job.spec.title}》已以编号{before.doc_no}签发，案卷中的编号现为{declared}",
                remedy=f"先作废原文书：docgen void {before.doc_no} --reason 原因",
                code="number_changed",
            )
        return declared, running, before if before and before.doc_no == declared else None

    def _next_number(self, job: Job, running: int) -> str:
        parts = {**number_parts(job.subject), "case": case_part(self._case.case_no)}
        return document_number(job.spec.number, n=running, on=self._issued_on, **parts)

    def _declared(self, job: Job) -> str | None:
        """Return the number that the case file itself gives the document; None where we give it."""
        if job.spec.number_from is None:
            return None
        # None too where the case has not got that far: what is missing is named when the form is filled.
        found = at(self._context(job, "", 0, self._issued_on), job.spec.number_from)
        return str(found) if found else None

    def _rendered(self, job: Job, number: str, revision: int, issued_on: date) -> RenderedForm:
        context = self._context(job, number, revision, issued_on)
        return fill(job.spec, job.form.template, context, job.edition)

    def _context(self, job: Job, number: str, revision: int, issued_on: date) -> Mapping[str, object]:
        issuance = Issuance(
            edition=job.edition, number=number, revision=revision, issued_on=issued_on, as_of=self._report.as_of
        )
        figures = self._office.rulebook.figures(issued_on)
        return build_context(job.spec, self._case, job.subject, issuance, figures)

    def _same(self, job: Job, before: KeptDocument) -> bool:
        """Tell whether issuing again would give the very bytes that were issued before."""
        again = self._rendered(job, before.doc_no, before.revision, before.issued_on)
        return again.sha256 == before.docx_sha256

    def _begun(self, job: Job, docx: bytes, number: str, revision: int) -> Callable[[], Pdf] | None:
        """Begin the PDF of a document, where PDF is wanted; with page codes where people will sign."""
        if self._office.converter is None:
            return None
        if job.edition is Edition.DRAFT or not job.spec.signers:
            return self._office.converter.begin(docx)
        sha256 = hashlib.sha256(docx).hexdigest()
        coded = partial(with_codes, doc_no=number, revision=revision, sha256=sha256)
        return self._office.converter.begin(docx, coded)

    def _take(self, job: Job, number: str, running: int, revision: int, rendered: RenderedForm) -> None:
        customer = self._case.customer
        document = IssuedDocument(
            identity=self._identity(job),
            doc_no=number,
            title=job.spec.title,
            revision=revision,
            issued_on=self._issued_on,
            file_stem=file_name(number, job.spec.title, customer.short_name or customer.name, revision, ""),
            template_sha256=job.form.sha256,
            docx=rendered.docx,
            pdf=None,
        )
        self._running[job.spec.form_id] += 1
        self._fresh.append(_Made(job, document, running, self._begun(job, rendered.docx, number, revision)))

    def _note_changes(self, job: Job, number: str, before: KeptDocument, rendered: RenderedForm) -> None:
        earlier = text_of(self._office.workspace.content(before.docx_sha256))
        self._changes[number, job.edition.value] = changes(earlier, rendered.text)

    def _completed(self, job: Job, before: KeptDocument) -> KeptDocument:
        """Add the PDF to a document that was issued without one."""
        if before.pdf_sha256 or before.state == ARCHIVED:
            return before
        docx = self._office.workspace.content(before.docx_sha256)
        begun = self._begun(job, docx, before.doc_no, before.revision)
        if begun is None:
            return before
        return self._office.workspace.keep_pdf(before, _named(job, begun), by=before.issued_by)


def _named(job: Job, begun: Callable[[], Pdf]) -> Pdf:
    """Return the PDF that was begun; an error says which document it was."""
    try:
        return begun()
    except DocgenError as error:
        error.message = f"《{job.spec.title}》{job.subject.key}：{error.message}"
        raise


def _unprintable(job: Job, error: InputError) -> Refusal:
    reasons = error.details or (Detail("", "", error.message),)
    return Refusal(job.spec, job.subject.key, job.edition, unprintable=reasons)
