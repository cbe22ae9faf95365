"""The signing room: everything that signing needs, and the log of envelopes.

An event is appended only after the law of `docgen.envelope.state` accepted it. No link is ever returned to whoever
acts: links and codes leave through the courier only, after the transaction that made them is durable.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.case import CaseFile
from docgen.case.contract import Signature
from docgen.clock import Clock
from docgen.db.models import Document, Event
from docgen.envelope import access, authority
from docgen.envelope.authority import Grounds, Matter, SigningRules
from docgen.envelope.courier import Courier, Invitation
from docgen.envelope.definition import EnvelopeDocument, Practice, Signer
from docgen.envelope.state import Envelope, State, advance, fold
from docgen.errors import BackendError, NotFoundError
from docgen.forms.catalogue import Catalogue
from docgen.signing.keys import KeySource
from docgen.signing.timestamps import Timestamper
from docgen.signing.trust import Trust
from docgen.workspace import Workspace, events
from docgen.workspace.events import EventKind as Kind

SYSTEM = "system"
"""Who acts where nobody does: an expiry, a message that did not arrive."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The words a signer agrees to before signing, and their version."""

    version: str
    text: str

    @property
    def sha256(self) -> str:
        """Return the digest of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """What an act left: the envelope, and whom a message did not reach (to be reminded)."""

    envelope: Envelope
    undelivered: tuple[Signer, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """Messages to deliver once the transaction that made their links is durable."""

    items: list[tuple[Signer, Invitation]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A signature for a party on a document of an envelope (counted from 0), in the words of the case file."""

    document: int
    signature: Signature


@dataclass(frozen=True, slots=True)
class SigningRoom:
    """Where envelopes are sent and signed: workspace, rules, forms, keys, time stamps, courier, consent, roots."""

    workspace: Workspace
    rules: SigningRules
    catalogue: Catalogue
    keys: KeySource
    timestamper: Timestamper
    courier: Courier
    practice: Practice
    consent: Consent
    trust: Trust

    @property
    def clock(self) -> Clock:
        """The clock of every act."""
        return self.workspace.clock

    def envelope(self, envelope_id: str) -> Envelope:
        """Return an envelope as its events tell, after recording that it has expired where it has.

        Raises:
            NotFoundError: there is none of this id (`envelope_unknown`).
        """
        with self.workspace.database.reading() as session:
            envelope = read(session, envelope_id)
        if envelope.state is not State.SENT or self.clock.now() < envelope.definition.expires_at:
            return envelope
        with self.workspace.database.writing() as session:
            envelope = read(session, envelope_id)
            if envelope.state is State.SENT:
                envelope = self.note(session, envelope, Kind.ENVELOPE_EXPIRED, actor=SYSTEM)
                access.close(session, envelope_id, [one.key for one in envelope.signers], self.clock.now())
            return envelope

    def envelopes(self, case_no: str) -> tuple[Envelope, ...]:
        """Return the envelopes of a case in the order of sending."""
        with self.workspace.database.reading() as session:
            found = of_case(session, case_no)
        return tuple(self.envelope(one) for one in found)

    def note(  # noqa: PLR0913 - one event has this many parts
        self,
        session: Session,
        envelope: Envelope,
        kind: Kind,
        *,
        actor: str,
        signer: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> Envelope:
        """Append an event if it can happen now, and return the envelope after it; raise `StateError` otherwise."""
        now = self.clock.now()
        said = {**({"signer": signer} if signer else {}), **(data or {})}
        after = advance(envelope, kind, now, signer, said)
        append(session, envelope, kind, at=now, actor=actor, data=said)
        return after

    def invite(  # noqa: PLR0913 - whom, to what, on whose behalf
        self, session: Session, envelope: Envelope, signers: Iterable[Signer], post: Post, *, by: str, reminder: bool
    ) -> None:
        """Make a link for each of `signers` and put its message into `post`."""
        definition = envelope.definition
        bound_to = access.digest_of(definition)
        titles = tuple(f"《{document.title}》{document.doc_no}" for document in definition.documents)
        for one in signers:
            channel, _ = self.courier.channels(one.person)
            token = access.issue(
                session, envelope.id, one.key, bound_to, at=self.clock.now(), until=definition.expires_at
            )
            data = {"channel": channel, "to": authority.named(one.person), "documents_sha256": bound_to}
            self.note(session, envelope, Kind.ENVELOPE_LINKED, actor=by, signer=one.key, data=data)
            message = Invitation(envelope.id, one.key, titles, envelope.sent_by, token, definition.expires_at, reminder)
            post.items.append((one, message))

    def deliver(self, envelope_id: str, post: Post) -> Sent:
        """Deliver what a transaction left; what does not arrive is recorded and returned, never lost in silence."""
        failed: list[Signer] = []
        for signer, message in post.items:
            try:
                self.courier.invite(signer.person, message)
            except BackendError as error:
                failed.append(signer)
                with self.workspace.database.writing() as session:
                    data = {"signer": signer.key, "code": error.code}
                    self.log(session, read(session, envelope_id), Kind.ENVELOPE_UNDELIVERED, actor=SYSTEM, data=data)
        return Sent(self.envelope(envelope_id), tuple(failed))

    def log(self, session: Session, envelope: Envelope, kind: Kind, *, actor: str, data: Mapping[str, Any]) -> None:
        """Append what is recorded whatever the state: a refusal, a message that did not arrive."""
        append(session, envelope, kind, at=self.clock.now(), actor=actor, data=data)

    def grounds(self, case: CaseFile) -> Grounds:
        """Return by what signing is judged now."""
        known = self.workspace.known_numbers(case)
        return Grounds(self.rules, self.clock.now(), known, self.workspace.overrides(case.case_no))

    def matter(
        self, case: CaseFile, documents: Sequence[EnvelopeDocument], index: int, so_far: Sequence[Made]
    ) -> Matter:
        """Return what is signed at the document of this index, for the rules."""
        document = documents[index]
        spec = self.catalogue.get(document.form_id).spec
        with self.workspace.database.reading() as session:
            docx = self.workspace.store.get(session.get_one(Document, document.document_id).docx_sha256)
        mine = tuple(one.signature for one in so_far if one.document == index)
        return Matter(case, spec, document, docx, mine, frozenset(one.party for one in spec.signers))


def made(envelope: Envelope) -> tuple[Made, ...]:
    """Return the signatures for parties that were made under an envelope."""
    acts: list[Mapping[str, Any]] = []
    for event in envelope.events:
        if event.kind == Kind.ENVELOPE_SIGNED:
            acts += cast("list[Mapping[str, Any]]", event.data["seats"])  # written by `docgen.envelope.signature`
    return tuple(Made(one["document"], Signature.model_validate(one["signature"])) for one in acts if one["signature"])


def read(session: Session, envelope_id: str) -> Envelope:
    """Return an envelope as its events tell; raise `NotFoundError` (`envelope_unknown`)."""
    found = events.of_subject(session, envelope_id[:36])
    if not found or found[0].kind != Kind.ENVELOPE_SENT:
        raise NotFoundError("没有这次签署", code="envelope_unknown", remedy="签署编号见 docgen sign status")
    return fold(found)


def of_case(session: Session, case_no: str) -> tuple[str, ...]:
    """Return the ids of the envelopes of a case in the order of sending."""
    query = select(Event.subject).where(Event.kind == Kind.ENVELOPE_SENT, Event.case_no == case_no).order_by(Event.seq)
    return tuple(session.scalars(query))


def append(  # noqa: PLR0913 - one event has this many parts
    session: Session, envelope: Envelope, kind: Kind, *, at: datetime, actor: str, data: Mapping[str, Any]
) -> None:
    """Append an event of an envelope to the log."""
    events.append(session, kind, at=at, case_no=envelope.case_no, subject=envelope.id, actor=actor, data=data)
