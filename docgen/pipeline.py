"""The straight line, read downwards: check a case, issue its documents, send them to whoever signs them.

`check`, `issue` and `sign` are the verbs; what they need is passed in: the rulebook (policy lives above this package),
the catalogue of forms, the workspace and a converter. A refusal is a result; only what cannot be decided is an error.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from docgen.case import CaseFile
from docgen.desk import Desk, Office, Outcome, Refusal, Rulebook, Wish
from docgen.editions import Edition
from docgen.findings import CheckReport
from docgen.forms.catalogue import Catalogue
from docgen.forms.subjects import subjects

if TYPE_CHECKING:
    from docgen.envelope.authority import Refusal as SignerRefusal
    from docgen.envelope.plan import Choices
    from docgen.envelope.room import Sent, SigningRoom

__all__ = ["Office", "Outcome", "Refusal", "Rulebook", "Wish", "check", "everything", "issue", "sign"]


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
