"""The tables of the workspace and its archive: snapshots, documents, numbers, decisions, events, archive records.

Events, decisions and archive records are append-only (triggers of the migrations refuse change and removal). Instants
are kept in UTC, digests in lower-case hex, bytes in the store and never here.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from docgen.clock import SHANGHAI


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, stored in UTC (SQLite drops zones) and returned in Asia/Shanghai."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive instant; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Return the instant as local time."""
        return None if value is None else value.replace(tzinfo=UTC).astimezone(SHANGHAI)


WORDS = String(200).with_variant(Text(), "postgresql")
"""What people write: names, titles, numbers. SQLite holds any length; PostgreSQL would refuse what is longer."""


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {datetime: UtcInstant, date: Date, str: WORDS}  # noqa: RUF012 - SQLAlchemy's protocol


class CaseSnapshot(Base):
    """A case file as it was when something was done with it; the bytes lie in the store."""

    __tablename__ = "case_snapshot"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_no: Mapped[str] = mapped_column(String(16), index=True)
    title: Mapped[str] = mapped_column(Text)
    contract_no: Mapped[str | None] = mapped_column(index=True)
    order_nos: Mapped[list[str]] = mapped_column(JSON)
    stored_at: Mapped[datetime]


class OrderNumber(Base):
    """An order number that a case uses or has used."""

    __tablename__ = "order_number"

    number: Mapped[str] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(String(16), primary_key=True)


class CaseRevision(Base):
    """One revision of a case file that is worked on in the service; its text lies in the store.

    `present` marks the newest one of its case; `act` says what was done, for the history.
    """

    __tablename__ = "case_revision"

    case_no: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    present: Mapped[bool] = mapped_column(Boolean, index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    customer: Mapped[str] = mapped_column(Text)
    contract_no: Mapped[str | None]
    stage: Mapped[str] = mapped_column(String(32))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    act: Mapped[str]


class DocumentNumber(Base):
    """A number given to a document of a case, never used for another one.

    A subject keeps its number through all editions and revisions; only after it was void may it get another.
    """

    __tablename__ = "document_number"
    __table_args__ = (UniqueConstraint("case_no", "form_id", "doc_no"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_no: Mapped[str] = mapped_column(String(16))
    form_id: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str]
    running: Mapped[int]
    doc_no: Mapped[str]


class Document(Base):
    """An issued document: one revision of one edition."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("number_id", "edition", "revision"),
        CheckConstraint("revision >= 0", name="revision_not_negative"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("document_number.id"), index=True)
    doc_no: Mapped[str] = mapped_column(index=True)
    form_id: Mapped[str] = mapped_column(String(64))
    case_no: Mapped[str] = mapped_column(String(16), index=True)
    subject: Mapped[str]
    title: Mapped[str]
    edition: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    file_stem: Mapped[str]
    template_sha256: Mapped[str] = mapped_column(String(64))
    case_sha256: Mapped[str] = mapped_column(ForeignKey("case_snapshot.sha256"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    docx_sha256: Mapped[str] = mapped_column(String(64))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    pages: Mapped[int | None]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    supersedes: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    void_reason: Mapped[str | None] = mapped_column(Text)


class Decision(Base):
    """What the rules said when something was decided: enough to run the check again and get the same answer."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_no: Mapped[str] = mapped_column(String(16), index=True)
    case_sha256: Mapped[str] = mapped_column(ForeignKey("case_snapshot.sha256"))
    as_of: Mapped[datetime]
    decided_at: Mapped[datetime]
    pack_version: Mapped[str]
    pack_sha256: Mapped[str] = mapped_column(String(64))
    rules_sha256: Mapped[str] = mapped_column(String(64))
    policy_sha256: Mapped[str] = mapped_column(String(64))
    report_sha256: Mapped[str] = mapped_column(String(64))
    known: Mapped[dict[str, list[str]] | None] = mapped_column(JSON)


class Override(Base):
    """A warning that a named person set aside, with the reason."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    case_no: Mapped[str] = mapped_column(String(16), index=True)
    rule: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Event(Base):
    """Something the workspace did, chained to the event before it by hash (case_model.md section 11)."""

    __tablename__ = "event"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(64), index=True)
    case_no: Mapped[str] = mapped_column(String(16), index=True)
    subject: Mapped[str] = mapped_column(index=True)
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class ArchiveRecord(Base):
    """A document as it was archived; what may change later (attachments, holds, disposal) is told by the events.

    Every column is a projection of the metadata in the store and of the event `doc.archived`, so that an audit can
    tell a row that was edited. `amount_cents` is the tax-inclusive total of the contract; `kept_until` is the first
    day of possible disposal (None: never). `description` holds the metadata themselves, whose digest stands in the
    event (None: an older record, whose metadata lie in the store).
    """

    __tablename__ = "archive_record"
    __table_args__ = (
        UniqueConstraint("fonds", "category", "year", "retention", "item_no"),
        CheckConstraint("item_no > 0", name="item_no_positive"),
    )

    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    archive_no: Mapped[str] = mapped_column(unique=True)
    fonds: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(16))
    year: Mapped[int]
    retention: Mapped[str] = mapped_column(String(16))
    item_no: Mapped[int]
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), unique=True)
    event_seq: Mapped[int] = mapped_column(ForeignKey("event.seq"), unique=True)
    case_no: Mapped[str] = mapped_column(String(16), index=True)
    doc_no: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    form_id: Mapped[str] = mapped_column(String(64), index=True)
    edition: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    stage: Mapped[int]
    customer: Mapped[str] = mapped_column(index=True)
    amount_cents: Mapped[int | None] = mapped_column(BigInteger, index=True)
    dated: Mapped[date] = mapped_column(index=True)
    kept_until: Mapped[date | None]
    archived_at: Mapped[datetime]
    archived_by: Mapped[str]
    description: Mapped[str | None] = mapped_column(Text)


class ArchiveBody(Base):
    """The text of a record's document, deflated: for passages of hits, so that no document need be opened.

    Like the text index it is made from the document, and gone with it.
    """

    __tablename__ = "archive_body"

    record_seq: Mapped[int] = mapped_column(ForeignKey("archive_record.seq"), primary_key=True)
    deflated: Mapped[bytes] = mapped_column(LargeBinary)


class ArchiveFile(Base):
    """One file of an archive record: the document itself, or an attachment added later (`event_seq` says when)."""

    __tablename__ = "archive_file"
    __table_args__ = (UniqueConstraint("record_seq", "role", "sha256"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_seq: Mapped[int] = mapped_column(ForeignKey("archive_record.seq"))
    event_seq: Mapped[int] = mapped_column(ForeignKey("event.seq"))
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    media_type: Mapped[str]
    medium: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)


class TreeHead(Base):
    """The head of the Merkle tree over the first `size` events, with the right edge from which it grows on."""

    __tablename__ = "tree_head"

    size: Mapped[int] = mapped_column(Integer, primary_key=True)
    root: Mapped[str] = mapped_column(String(64))
    peaks: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime]
    signature: Mapped[str | None] = mapped_column(Text)


class ArchiveAccess(Base):
    """Who read what of the archive, when and how."""

    __tablename__ = "archive_access"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str] = mapped_column(String(32))
    target: Mapped[str] = mapped_column(Text)


class SigningAccess(Base):
    """A signer's way to an envelope: link, session and one-time code, of each only a digest.

    The one table of secrets, hence one that changes; what happens with it is told by events. `bound_to` is the digest
    of the documents, `closed_as` says why the way is closed.
    """

    __tablename__ = "signing_access"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    envelope_id: Mapped[str] = mapped_column(String(36), index=True)
    signer: Mapped[str] = mapped_column(String(64))
    bound_to: Mapped[str] = mapped_column(String(64))
    link_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    session_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    agent_sha256: Mapped[str | None] = mapped_column(String(64))
    code_hash: Mapped[str | None] = mapped_column(String(128))
    code_salt: Mapped[str | None] = mapped_column(String(32))
    code_sent_at: Mapped[datetime | None]
    codes_sent: Mapped[int]
    failures: Mapped[int]
    refusals: Mapped[int]
    identified_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[str | None] = mapped_column(String(16))
