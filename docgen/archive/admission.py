"""What may enter the archive: documents that are final and before which no guard stands; all reasons at once.

Final is a record edition, a signing edition that all have signed, and a form that nobody signs. A draft, or a signing
edition that waits for its signatures, is not; it is left aside in silence only where the final edition of the same
number is there.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from docgen.case import CaseFile
from docgen.editions import Edition
from docgen.errors import NotFoundError
from docgen.findings import CheckReport, Finding
from docgen.forms.catalogue import Catalogue
from docgen.forms.context import awaited
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import Subject, subjects
from docgen.rulebook.guards import Action, Guard, blocking
from docgen.workspace import KeptDocument
from docgen.workspace.documents import STANDING


class ArchiveRules(Protocol):
    """The rules as far as archiving needs them."""

    def guards(self, spec: FormSpec, action: Action, edition: Edition) -> tuple[Guard, ...]:
        """Return the guards before an action on an edition of a form."""
        ...


@dataclass(frozen=True, slots=True)
class Admitted:
    """A document that may be archived, with its form."""

    document: KeptDocument
    spec: FormSpec


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that may not be archived, with every reason: what it lacks, and the findings that stop it."""

    document: KeptDocument
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """The documents of one case, sorted into those that may be archived and those that may not."""

    case: CaseFile
    admitted: tuple[Admitted, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what admission is judged: the report of the case, the rules, the warnings set aside, and the forms.

    `signed` are the ids of the documents that all their signers have signed.
    """

    report: CheckReport
    rules: ArchiveRules
    overrides: frozenset[str]
    catalogue: Catalogue
    signed: Collection[str] = frozenset()


def admit(
    case: CaseFile, documents: Sequence[KeptDocument], grounds: Grounds, wanted: frozenset[str] = frozenset()
) -> Admission:
    """Sort the documents of `case`; with `wanted` numbers only those, and then a document out of force is refused too.

    Raises:
        NotFoundError: a wanted number is not among the documents.
    """
    if unknown := sorted(wanted - {one.doc_no for one in documents}):
        raise NotFoundError(
            f"案卷{case.case_no}没有编号为{'、'.join(unknown)}的文书", remedy="先签发该文书", code="document_unknown"
        )
    specs = {one.identity.form_id: grounds.catalogue.get(one.identity.form_id).spec for one in documents}
    candidates = [one for one in documents if one.doc_no in wanted or (not wanted and one.state in STANDING)]
    final = {one.doc_no for one in candidates if _is_final(one, specs[one.identity.form_id], grounds)}
    admitted, refused = [], []
    for one in candidates:
        spec = specs[one.identity.form_id]
        lacks = _lacks(one, spec, case, grounds)
        if lacks and one.doc_no in final and not _is_final(one, spec, grounds):
            continue  # a draft or an earlier revision beside the final document
        stopped = _stopped(one, spec, case, grounds)
        if lacks or stopped:
            refused.append(Refused(one, lacks, stopped))
        else:
            admitted.append(Admitted(one, spec))
    return Admission(case, tuple(admitted), tuple(refused))


_OUT_OF_FORCE: Mapping[str, str] = {"void": "已作废", "superseded": "已被新的修订版替代"}


def _is_final(document: KeptDocument, spec: FormSpec, grounds: Grounds) -> bool:
    return document.state in STANDING and _unfinished(document, spec, grounds) is None


def _lacks(document: KeptDocument, spec: FormSpec, case: CaseFile, grounds: Grounds) -> tuple[str, ...]:
    found = (_OUT_OF_FORCE.get(document.state), _unfinished(document, spec, grounds), _too_early(document, spec, case))
    return tuple(reason for reason in found if reason)


def _too_early(document: KeptDocument, spec: FormSpec, case: CaseFile) -> str | None:
    """Say what the document waits for, such as the round of acceptance after a rectification."""
    missing = [detail.label for one in _subject(document, spec, case) for detail in awaited(spec, case, one)]
    return f"归档前尚待：{'、'.join(missing)}" if missing else None


def _subject(document: KeptDocument, spec: FormSpec, case: CaseFile) -> tuple[Subject, ...]:
    """Return the subject the document is about; none where the case no longer has it."""
    return tuple(one for one in subjects(spec, case) if one.key == document.identity.subject)


def _unfinished(document: KeptDocument, spec: FormSpec, grounds: Grounds) -> str | None:
    match Edition(document.identity.edition):
        case Edition.RECORD:
            return None
        case Edition.DRAFT:
            return "审批稿不归档，待签发定稿"
        case _ if document.id in grounds.signed:
            return None
        case _:
            required = [signer.label for signer in spec.signers if not signer.optional]
            return f"签署件尚未签署：{'、'.join(required)}" if required else None


def _stopped(document: KeptDocument, spec: FormSpec, case: CaseFile, grounds: Grounds) -> tuple[Finding, ...]:
    path = next((one.path for one in _subject(document, spec, case)), "")
    guards = grounds.rules.guards(spec, Action.ARCHIVE, Edition(document.identity.edition))
    return blocking(grounds.report, guards, path, grounds.overrides)
