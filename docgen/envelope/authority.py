"""Whether somebody may sign now: the rules judge the case as it would be the moment after.

No rule stands here. The signatures made under the envelope, and the one about to be made, take the place of those that
the case declares for the same document; then everything that stands before signing is asked, and what stands before
issuing again (approvals complete and bound to this version and text), as of this moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from docgen.case import CaseFile
from docgen.case.contract import EsignEvidence, Signature
from docgen.case.enums import Party, SealKind, SignMethod
from docgen.case.values import Entity
from docgen.editions import Edition
from docgen.envelope.definition import Act, EnvelopeDocument, Person, Practice, Seat, Signer
from docgen.findings import CheckReport, Finding
from docgen.forms.fill import RenderedForm, text_of
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import subject as subject_of
from docgen.rulebook.guards import Action, Guard, blocking
from docgen.workspace import KnownNumbers

_ALGORITHM = "ECDSA-P256/SHA-256"


class SigningRules(Protocol):
    """The company's rules, as far as signing needs them."""

    def check(self, case: CaseFile, as_of: datetime | None = None, known: KnownNumbers | None = None) -> CheckReport:
        """Judge a case at a moment, with the numbers that other cases use."""
        ...

    def guards(self, spec: FormSpec, action: Action, edition: Edition) -> tuple[Guard, ...]:
        """Return the guards before an action on an edition of a form."""
        ...

    def review(  # noqa: PLR0913 - a text, and everything it is judged by
        self,
        case: CaseFile,
        spec: FormSpec,
        form: RenderedForm,
        number: str,
        report: CheckReport,
        *,
        esign: bool,
    ) -> CheckReport:
        """Judge the text of a document that is to be signed electronically (`esign`, CT-22)."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """A signature that may not be given, with every finding that stops it: rule, fact, remedy."""

    signer: Signer
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Certified:
    """The certificate that a signature will be made with; None of it is known when an envelope is sent."""

    serial: str
    valid_from: datetime
    valid_to: datetime
    algorithm: str = _ALGORITHM


@dataclass(frozen=True, slots=True)
class Matter:
    """What is signed: the document with its form and text, the case as it is now, and what was signed already.

    `made` are the signatures under this envelope on this document, `parties` those that sign in it.
    """

    case: CaseFile
    spec: FormSpec
    document: EnvelopeDocument
    docx: bytes
    made: tuple[Signature, ...]
    parties: frozenset[Party]


@dataclass(frozen=True, slots=True)
class Grounds:
    """By what is judged: rules, moment, numbers of other cases, warnings set aside."""

    rules: SigningRules
    at: datetime
    known: KnownNumbers
    overrides: frozenset[str]


def signature_of(  # noqa: PLR0913, PLR0917 - the parts of a signature
    seat: Seat,
    signer: Signer,
    document: EnvelopeDocument,
    practice: Practice,
    certified: Certified | None,
    at: datetime,
) -> Signature:
    """Return a signature at `at` in the words of the case file; without a certificate, one that would be in order."""
    proof = certified or Certified("-", at, at + timedelta(days=1))
    person = signer.person
    return Signature(
        party=seat.party,
        signer_kind=seat.kind,
        signer_ref=person.ref,
        signer_name=person.name,
        auth_no=seat.auth_no,
        method=SignMethod.ESIGN,
        signed_at=at,
        seal_kind=seat.seal.kind if seat.seal else SealKind.NONE,
        seal_owner_name=seat.seal.owner if seat.seal else None,
        esign=EsignEvidence(
            platform=practice.platform,
            platform_compliant=practice.compliant,
            cert_serial=proof.serial,
            cert_subject=signer.organisation,
            cert_valid_from=proof.valid_from,
            cert_valid_to=proof.valid_to,
            algorithm=proof.algorithm,
            document_sha256=document.pdf_sha256,
        ),
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say before a seat is taken: all that stops it, and the report behind it."""

    findings: tuple[Finding, ...]
    report: CheckReport


def judged(matter: Matter, seat: Seat, signature: Signature | None, grounds: Grounds) -> Judgement:
    """Judge whether `seat` may be taken; `signature` is None for the keeper of a seal."""
    about = subject_of(matter.spec, matter.case, matter.document.subject)
    made = (*matter.made, signature) if signature else matter.made
    case = _signed(matter.case, about.path, made, matter.parties)
    report = grounds.rules.check(case, grounds.at, grounds.known)
    guards = [
        guard
        for action in (Action.SIGN, Action.ISSUE)
        for guard in grounds.rules.guards(matter.spec, action, Edition.SIGNING)
        if guard.party in {None, seat.party.value}
    ]
    form = RenderedForm(matter.spec.form_id, Edition.SIGNING, matter.docx, text_of(matter.docx))
    review = grounds.rules.review(case, matter.spec, form, matter.document.doc_no, report, esign=True)
    found = blocking(report, guards, about.path, grounds.overrides) + blocking(review, guards, "", grounds.overrides)
    return Judgement(tuple({one.model_dump_json(): one for one in found}.values()), report)


def basis(matter: Matter, seat: Seat) -> dict[str, Any]:
    """Return on what authority a seat is taken, for the record: capacity, authorization, approvals of this content."""
    contract = matter.case.contract if matter.document.content_sha256 else None
    names = {one.staff_id: one.name for one in matter.case.staff}
    steps = contract.approval.steps if contract and contract.approval else ()
    return {
        "kind": seat.kind.value,
        "auth_no": seat.auth_no,
        "approvals": [
            {
                "role": step.role.value,
                "by": names.get(step.approver_ref, step.approver_ref),
                "at": step.decided_at.isoformat(),
                "version": step.contract_version,
            }
            for step in steps
            if contract and step.contract_version == contract.version
        ],
    }


def takes(seat: Seat) -> bool:
    """Tell whether the seat is a person's signature for a party; a seal alone, or an internal one, is none."""
    return Act.SIGN in seat.acts and seat.party is not Party.INTERNAL


def named(person: Person) -> str:
    """Return how an event names a person: the id, else the name."""
    return person.ref or person.name


def _signed(case: CaseFile, path: str, made: Sequence[Signature], parties: frozenset[Party]) -> CaseFile:
    """Return the case with the signatures of the envelope in place of those it declares for the same parties."""
    return cast("CaseFile", _replaced(case, path.split(".") if path else [], made, parties))


def _replaced(owner: Entity, steps: list[str], made: Sequence[Signature], parties: frozenset[Party]) -> Entity:
    if not steps:
        declared = getattr(owner, "signatures", None)
        if declared is None:
            return owner
        others = tuple(one for one in declared if one.party not in parties)
        return owner.model_copy(update={"signatures": (*others, *made)})
    step, *rest = steps
    name, bracket, index = step.partition("[")
    value: Any = getattr(owner, name)
    if not bracket:
        return owner.model_copy(update={name: _replaced(value, rest, made, parties)})
    place = int(index.removesuffix("]"))
    inner = _replaced(value[place], rest, made, parties)
    return owner.model_copy(update={name: (*value[:place], inner, *value[place + 1 :])})
