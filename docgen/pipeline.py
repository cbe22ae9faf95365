"""The straight line, read downwards: check a case, issue its documents.

`check` and `issue` are the verbs; what they need is passed in: the rulebook (policy lives above this package), the
catalogue of forms, the workspace and a converter. A refusal is a result; only what cannot be decided is an error.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from docgen.case import CaseFile
from docgen.desk import Desk, Office, Outcome, Refusal, Rulebook, Wish
from docgen.editions import Edition
from docgen.findings import CheckReport
from docgen.forms.catalogue import Catalogue
from docgen.forms.subjects import subjects

__all__ = ["Office", "Outcome", "Refusal", "Rulebook", "Wish", "check", "everything", "issue"]


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
    barred: dict[tuple[str, str, Edition], Refusal] = {}
    while True:  # what turns out to have no PDF gives its number back: the others are made anew without it
        desk = Desk(case, report, office)
        refused = [answer for job in jobs if (answer := barred.get(job.key) or desk.made(job))]
        if not (unconverted := desk.unconverted()):
            return replace(desk.keep(known, by), refused=tuple(refused))
        barred |= unconverted
