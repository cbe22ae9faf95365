"""The straight line, read downwards: check a case, issue its documents, have them signed, archive them, prove it all.

`check`, `issue`, `sign`, `archive`, `verify` and `audit` are the verbs; what they need is passed in: the rulebook
(policy lives above this package), the catalogue of forms, the workspace and a converter. A refusal is a result; only
what cannot be decided is an error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from docgen.case import CaseFile
from docgen.clock import Clock, SystemClock
from docgen.desk import Desk, Office, Outcome, Refusal, Rulebook, Wish
from docgen.editions import Edition
from docgen.errors import StateError
from docgen.findings import CheckReport
from docgen.findings import Outcome as Finding
from docgen.forms.catalogue import Catalogue
from docgen.forms.subjects import subjects

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.archive import Admission, Archive, Archived, AuditReport, Head, Schedule
    from docgen.envelope.authority import Refusal as SignerRefusal
    from docgen.envelope.plan import Choices
    from docgen.envelope.room import Sent, SigningRoom
    from docgen.signing.trust import Trust
    from docgen.signing.verdict import Expectation, Verdict
    from docgen.workspace.location import Location

__all__ = [
    "Office",
    "Outcome",
    "Refusal",
    "Rulebook",
    "Wish",
    "archive",
    "audit",
    "check",
    "everything",
    "issue",
    "override",
    "sign",
    "verify",
]


def check(case: CaseFile, rulebook: Rulebook, as_of: datetime | None = None) -> CheckReport:
    """Judge `case` by every rule, at `as_of`, else at the moment the case names, else now."""
    return rulebook.check(case, as_of)


def everything(case: CaseFile, catalogue: Catalogue, edition: Edition | None = None) -> tuple[Wish, ...]:
    """Wish for every form that has a subject in the case: in the fitting edition, or those that have the named one."""
    return tuple(
        Wish(form.spec.form_id, edition=edition, early=True)
        for form in catalogue
        if (edition is None or edition in form.spec.editions) and subjects(form.spec, case)
    )


def override(  # noqa: PLR0913 - whose warning, and in whose name
    case: CaseFile, rule: str, office: Office, *, by: str, reason: str, as_of: datetime | None = None
) -> None:
    """Set the warning of `rule` aside for `case`, in the name of `by`: it no longer keeps a document from being issued.

    Raises:
        StateError: `not_a_warning`; a failed rule cannot be set aside, and there is no setting aside beforehand.
    """
    known = office.workspace.known_numbers(case)
    if office.rulebook.check(case, as_of, known).outcomes.get(rule) is not Finding.WARN:
        raise StateError(
            f"只有警告可以放行，{rule} 现在不是警告", remedy="运行 docgen check 查看案卷的警告", code="not_a_warning"
        )
    office.workspace.override(case.case_no, rule, by=by, reason=reason)


def issue(case: CaseFile, wishes: Iterable[Wish], office: Office, *, by: str, as_of: datetime | None = None) -> Outcome:
    """Issue the wished documents of one case and keep them, all or none; list those that may not be issued.

    A document whose content did not change is not issued again; one that changed gets the next revision of its number.

    Raises:
        NotFoundError: a form or subject does not exist.
        StateError: the same documents were being issued by someone else (code `changed_meanwhile`).
    """
    known = office.workspace.known_numbers(case)
    report = office.rulebook.check(case, as_of, known)
    jobs = [job for wish in wishes for job in Desk(case, report, office).jobs(wish)]
    if office.converter:
        office.converter.expect(len(jobs))
    barred: dict[tuple[str, str, Edition], Refusal] = {}
    while True:  # what turns out to have no PDF gives its number back: the others are made anew without it
        desk = Desk(case, report, office)
        refused = [answer for job in jobs if (answer := barred.get(job.key) or desk.made(job))]
        if not (unconverted := desk.unconverted()):
            return replace(desk.keep(known, by), refused=tuple(refused))
        barred |= unconverted


def sign(  # noqa: PLR0913 - what, by whom, where
    case: CaseFile,
    wishes: Iterable[Wish],
    office: Office,
    room: "SigningRoom",
    choices: "Choices",
    *,
    by: str,
    until: datetime | None = None,
) -> "Sent | tuple[Refusal | SignerRefusal, ...]":
    """Send the signing editions of the wished documents to their signers in one envelope, issuing them where needed.

    What follows is up to the signers (`docgen.envelope.ceremony`); when all have signed, `docgen.envelope.completion`
    makes evidence and certificate.

    Raises:
        InputError, NotFoundError, StateError: as `issue` and `docgen.envelope.sending.send`.
    """
    from docgen.envelope import sending  # noqa: PLC0415 - cryptography takes half a second to load: only who signs waits

    signing = [replace(wish, edition=Edition.SIGNING) for wish in wishes]
    outcome = issue(case, signing, office, by=by, as_of=room.clock.now())
    if outcome.refused:
        return outcome.refused
    return sending.send(room, case, outcome.kept, choices, by=by, until=until)


def archive(  # noqa: PLR0913 - what, by which grounds, where to, by whom
    case: CaseFile,
    office: Office,
    into: "Archive",
    schedule: "Schedule",
    *,
    by: str,
    numbers: frozenset[str] = frozenset(),
) -> "tuple[Admission, Archived]":
    """Archive what may be archived of a case (of the documents with these `numbers`, else of all), in one transaction.

    What may not is in the admission, with all reasons; what already is there stays as it is.

    Raises:
        NotFoundError: `document_unknown`, a number is not among the documents of the case.
    """
    from docgen.archive import admit, archive_case  # noqa: PLC0415 - as above: readers of PDF and codes
    from docgen.archive.admission import Grounds  # noqa: PLC0415

    known = office.workspace.known_numbers(case)
    grounds = Grounds(
        office.rulebook.check(case, None, known),
        office.rulebook,
        office.workspace.overrides(case.case_no),
        office.catalogue,
        office.workspace.signed(case.case_no),
    )
    admission = admit(case, office.workspace.documents(case.case_no), grounds, numbers)
    return admission, archive_case(into, case, admission.admitted, schedule, by=by)


def verify(pdf: bytes, trust: "Trust", expect: "Expectation | None" = None, *, clock: Clock | None = None) -> "Verdict":
    """Judge the signatures of a PDF against what is on record; whatever is wrong with the file is in the verdict."""
    from docgen.signing import verify as signatures  # noqa: PLC0415 - as above

    return signatures.verify(pdf, trust, expect, clock=clock or SystemClock())


def audit(where: "Location | Path", published: "Sequence[Head]" = (), *, clock: Clock | None = None) -> "AuditReport":
    """Audit the archive of the workspace `where` it lies, also against heads that were `published` elsewhere.

    Raises:
        NotFoundError: there is no workspace.
        BackendError: the database is locked or cannot be opened.
    """
    from docgen.archive import fixity  # noqa: PLC0415 - as above

    return fixity.audit(where, clock or SystemClock(), published)
