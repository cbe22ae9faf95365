"""The evidence of a completed envelope, one bundle for each document: machine-readable, for verification and archive.

`sha256` and `signers` are what `docgen verify --expect` holds a file against; the rest is for people and courts: who
was invited how, proved who they were, saw and agreed to what, signed with which certificate on which authority.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from docgen.envelope.definition import Act, EnvelopeDocument, Person, Practice, Seat, Signer
from docgen.envelope.room import Consent
from docgen.envelope.state import Envelope
from docgen.signing.verdict import ExpectedSigner
from docgen.workspace import KeptEvent
from docgen.workspace.events import EventKind as Kind

FORMAT: Final = "anjuan-evidence/1"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Frozen):
    """One event of the envelope as the ledger has it; `hash` chains it to all before."""

    seq: int
    at: datetime
    kind: str
    actor: str
    data: Mapping[str, Any]
    hash: str


class SignerEvidence(_Frozen):
    """What is known of one signer: person, place, authority, certificates, and the steps up to the signature."""

    person: Person
    organisation: str
    seats: tuple[Seat, ...]
    approver: Person | None
    signed_at: datetime
    acts: tuple[Mapping[str, Any], ...]
    authority: tuple[Mapping[str, Any], ...]
    steps: tuple[Step, ...]


class Evidence(_Frozen):
    """The evidence about one document."""

    format: Literal["anjuan-evidence/1"] = FORMAT
    sha256: str
    signers: tuple[ExpectedSigner, ...]
    envelope_id: str
    case_no: str
    document: EnvelopeDocument
    practice: Practice
    consent_version: str
    consent_sha256: str
    consent_text: str
    sent_by: str
    sent_at: datetime
    completed_at: datetime
    people: tuple[SignerEvidence, ...]
    steps: tuple[Step, ...]

    def canonical(self) -> bytes:
        """Return the bytes that are kept."""
        return self.model_dump_json(indent=1).encode()


def evidence(envelope: Envelope, index: int, consent: Consent) -> Evidence:
    """Return the evidence about the document of this index in a completed envelope."""
    definition = envelope.definition
    people = tuple(_person(envelope, one) for one in envelope.signers)
    (completed,) = (one for one in envelope.events if one.kind == Kind.ENVELOPE_COMPLETED)
    return Evidence(
        sha256=envelope.current[index],
        signers=tuple(expected(envelope, index)),
        envelope_id=envelope.id,
        case_no=envelope.case_no,
        document=definition.documents[index],
        practice=definition.practice,
        consent_version=definition.consent_version,
        consent_sha256=definition.consent_sha256,
        consent_text=consent.text,
        sent_by=envelope.sent_by,
        sent_at=envelope.sent_at,
        completed_at=completed.at,
        people=people,
        steps=tuple(_step(one) for one in envelope.events if not one.data.get("signer")),
    )


def expected(envelope: Envelope, index: int) -> Iterator[ExpectedSigner]:
    """Yield the signatures of a document in their order: by the name in each certificate, and the certificate."""
    for event in envelope.events:
        if event.kind == Kind.ENVELOPE_SIGNED:
            for seat in seats_of(event):
                if seat["document"] == index:
                    for act in seat["acts"]:
                        yield ExpectedSigner(name=act["name"], certificate_sha256=act["certificate_sha256"])


def seats_of(event: KeptEvent) -> list[Mapping[str, Any]]:
    """Return what an event of signing says of each seat."""
    said: Any = event.data["seats"]
    return list(said)


def applied(signer: Signer) -> str:
    """Say what a signer put on the pages: a signature, a seal, or both."""
    acts = {act for seat in signer.seats for act in seat.acts}
    return "、".join(word for act, word in ((Act.SIGN, "签名"), (Act.SEAL, "用印")) if act in acts)


def _person(envelope: Envelope, signer: Signer) -> SignerEvidence:
    mine = [one for one in envelope.events if one.data.get("signer") == signer.key]
    (signed,) = (one for one in mine if one.kind == Kind.ENVELOPE_SIGNED)
    seats = seats_of(signed)
    return SignerEvidence(
        person=signer.person,
        organisation=signer.organisation,
        seats=signer.seats,
        approver=signer.approver,
        signed_at=signed.at,
        acts=tuple(act for seat in seats for act in seat["acts"]),
        authority=tuple(seat["authority"] for seat in seats),
        steps=tuple(_step(one) for one in mine),
    )


def _step(event: KeptEvent) -> Step:
    return Step(seq=event.seq, at=event.at, kind=event.kind, actor=event.actor, data=event.data, hash=event.hash)
