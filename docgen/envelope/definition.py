"""What an envelope is: documents, signers and their places, the method, the consent, the day until which it stands.

All of it stands in the first event of the envelope, so nothing about it can be changed later unseen.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from docgen.case.enums import Party, SealKind, SignerKind, SignLevel

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Act(StrEnum):
    """What is put on the page."""

    SIGN = "sign"
    SEAL = "seal"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Frozen):
    """Somebody of the case; `ref` is the id of the staff or contact, None for a legal representative who is neither."""

    name: str
    title: str = ""
    ref: str | None = None
    email: str | None = None
    phone: str | None = None

    def is_same(self, other: "Person") -> bool:
        """Tell whether both are the same person."""
        return self.ref == other.ref if self.ref and other.ref else self.name == other.name


class SealUse(_Frozen):
    """A seal that is to be on the page: its kind, the name on it, and our own number of it."""

    kind: SealKind
    owner: str
    seal_id: str | None = None


class Seat(_Frozen):
    """One place to sign of one document (`document` counts from 0), and in what capacity it is taken.

    `seal` is the seal that the page will bear there, whoever applies it: the signer where `acts` says so, else the
    keeper of it at the end.
    """

    document: int
    place: str
    label: str
    party: Party
    level: SignLevel
    acts: tuple[Act, ...]
    kind: SignerKind
    auth_no: str | None = None
    seal: SealUse | None = None

    def field(self, act: Act) -> str:
        """Return the name of the signature field of an act."""
        return f"{self.place}-{act}"


class Signer(_Frozen):
    """A person with all places to sign in one turn; `approver` releases the seal that this person keeps."""

    key: str
    turn: int
    person: Person
    organisation: str
    seats: tuple[Seat, ...]
    approver: Person | None = None

    @property
    def label(self) -> str:
        """Return as what this person signs."""
        return "、".join(dict.fromkeys(seat.label for seat in self.seats))


class EnvelopeDocument(_Frozen):
    """A document in the envelope: as issued (`pdf_sha256`), and as sent, with its empty signature fields."""

    document_id: str
    doc_no: str
    title: str
    form_id: str
    subject: str
    pages: int
    file_stem: str
    pdf_sha256: Sha256
    prepared_sha256: Sha256
    content_sha256: Sha256 | None = None
    """Digest of the contract's content that was approved (`calc.contract_content_sha256`); None for other forms."""


class Practice(_Frozen):
    """By what method is signed: the platform, and whether a named person declared that it complies (电子签名法13)."""

    platform: str
    compliant: bool
    declared_by: str = ""


class Definition(_Frozen):
    """What an envelope is: documents, signers, who sends it, the method, the consent, and until when it stands.

    `organisation` is the company on whose behalf it is sent.
    """

    documents: tuple[EnvelopeDocument, ...] = Field(min_length=1, max_length=20)
    signers: tuple[Signer, ...] = Field(min_length=1, max_length=40)
    organisation: str
    practice: Practice
    consent_version: str
    consent_sha256: Sha256
    expires_at: datetime
