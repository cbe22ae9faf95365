"""Which cases a ledger lists, and under which number and file name it goes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from docgen.case import CaseFile
from docgen.editions import Edition
from docgen.errors import InputError
from docgen.findings import Finding
from docgen.forms.catalogue import Form
from docgen.forms.context import Issuance
from docgen.forms.ledger import Ledger
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import rows
from docgen.numbering import document_number, file_name, placeholders
from docgen.rulebook.guards import Action, blocking
from service.selection import LeftOut, Selection
from service.wiring import IssuingRules

_REVISION = re.compile(r"_R(\d+)(?:_第\d+册)?\.[a-z]+$")


@dataclass(slots=True)
class Admission:
    """The cases of a selection that may stand in a ledger, one by one; the others are left out with every reason.

    A case is tried alone first: its own rows must be complete, and must pass the guards of the form. It is judged at
    its own moment, for the moment of a ledger only says which rows it has.
    """

    form: Form
    ledger: Ledger
    selection: Selection
    rules: IssuingRules
    issuance: Issuance
    listed: int = 0

    def __iter__(self) -> Iterator[CaseFile]:
        """Yield the cases that have rows and may be listed."""
        for path, case in self.selection:
            if next(rows(self.form.spec, case), None) is None:
                continue
            try:
                stopped = self._stopped(case)
            except InputError as error:
                self.selection.left_out.append(LeftOut(path, error))
                continue
            if stopped:
                self.selection.left_out.append(LeftOut(path, findings=stopped))
                continue
            self.listed += 1
            yield case

    def _stopped(self, case: CaseFile) -> tuple[Finding, ...]:
        spec = self.form.spec
        guards = self.rules.guards(spec, Action.ISSUE, Edition.SIGNING)
        alone = self.ledger.render([case])
        report = self.rules.check(case)
        review = self.rules.review(case, spec, alone, self.issuance.number, report)
        return blocking(report, guards, "") + blocking(review, guards, "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger is filed: its number and revision, and the beginning of its file names."""

    number: str
    revision: int

    def stem(self, title: str, cases: int) -> str:
        """Return the file name without suffix."""
        return file_name(self.number, title, f"{cases}个案卷", self.revision, "")


def volume_suffixes(volumes: int) -> tuple[str, ...]:
    """Return what the file name of each volume ends in: nothing for a single one, else `_第01册` and so on."""
    return ("",) if volumes == 1 else tuple(f"_第{volume:02d}册" for volume in range(1, volumes + 1))


def free_place(spec: FormSpec, on: date, folder: Path) -> Place:
    """Return the first number of `spec` on a day that no file in `folder` has; its next revision, if it has but one."""
    running = placeholders(spec.number) & {"n", "nn", "nnn", "nnnn"}
    for number in (document_number(spec.number, n=n, on=on) for n in count(1)):
        taken = _revisions(number, folder)
        if not taken:
            return Place(number, 0)
        if not running:
            return Place(number, max(taken) + 1)
    raise AssertionError("numbers do not end")


def _revisions(number: str, folder: Path) -> list[int]:
    prefix = file_name(number, "", "", 0, "").removesuffix("___R0")
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return [int(found[1]) for name in names if name.startswith(f"{prefix}_") and (found := _REVISION.search(name))]
