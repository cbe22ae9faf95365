"""The append-only log of events, chained by hash (case_model.md section 11).

`hash = SHA256(prev_hash + canonical JSON of the event without its hash)`; the first event follows 64 zeros.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from docgen.db.models import Event

GENESIS = "0" * 64
_AT_ONCE = 1000


class EventKind(StrEnum):
    """What the workspace records."""

    CASE_RECORDED = "case.recorded"
    DOC_ISSUED = "doc.issued"
    DOC_CONVERTED = "doc.converted"
    DOC_VOIDED = "doc.voided"
    RULE_OVERRIDDEN = "rule.overridden"
    DOC_ARCHIVED = "doc.archived"
    SCAN_ATTACHED = "scan.attached"
    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    DISPOSAL_PROPOSED = "disposal.proposed"
    DISPOSAL_APPROVED = "disposal.approved"
    HEAD_SIGNED = "head.signed"
    SCAN_CONFIRMED = "scan.confirmed"
    DOC_RENEWED = "doc.renewed"
    PERSON_PSEUDONYMISED = "person.pseudonymised"
    ARCHIVE_CHECKED = "archive.checked"
    TEXT_DECIDED = "text.decided"
    DOC_SIGNED = "doc.signed"
    ENVELOPE_SENT = "envelope.sent"
    ENVELOPE_LINKED = "envelope.link_issued"
    ENVELOPE_UNDELIVERED = "envelope.undelivered"
    ENVELOPE_OPENED = "envelope.link_opened"
    ENVELOPE_CODE_SENT = "envelope.code_sent"
    ENVELOPE_IDENTIFIED = "envelope.identified"
    ENVELOPE_VIEWED = "envelope.viewed"
    ENVELOPE_CONSENTED = "envelope.consented"
    ENVELOPE_RELEASED = "envelope.seal_released"
    ENVELOPE_SIGNED = "envelope.signed"
    ENVELOPE_DECLINED = "envelope.declined"
    ENVELOPE_DELEGATED = "envelope.delegated"
    ENVELOPE_REMINDED = "envelope.reminded"
    ENVELOPE_EXPIRED = "envelope.expired"
    ENVELOPE_VOIDED = "envelope.voided"
    ENVELOPE_COMPLETED = "envelope.completed"
    ENVELOPE_CERTIFIED = "envelope.certified"
    ENVELOPE_ACCESS_REFUSED = "envelope.access_refused"
    ENVELOPE_SIGNING_REFUSED = "envelope.signing_refused"


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """One event of the log."""

    seq: int
    at: datetime
    kind: str
    case_no: str
    subject: str
    actor: str
    data: Mapping[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened, not yet in the log."""

    kind: EventKind
    at: datetime
    case_no: str
    subject: str
    actor: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where the log is not what was written."""

    seq: int
    reason: str


def append(  # noqa: PLR0913 - one event has this many parts
    session: Session,
    kind: EventKind,
    *,
    at: datetime,
    case_no: str,
    subject: str,
    actor: str,
    data: Mapping[str, object],
) -> int:
    """Add one event at the end of the chain, inside the caller's writing transaction; return its place, from 1."""
    return append_all(session, [Occurrence(kind, at, case_no, subject, actor, data)])[0]


def append_all(session: Session, occurrences: Sequence[Occurrence]) -> range:
    """Add events at the end of the chain, inside the caller's writing transaction; return their places."""
    last = session.execute(select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)).first()
    seq, prev = (last.seq, last.hash) if last else (0, GENESIS)
    rows = []
    for place, one in enumerate(occurrences, start=seq + 1):
        digest = hashlib.sha256(_written(prev, place, one).encode()).hexdigest()
        rows.append({"seq": place, **_columns(one), "prev_hash": prev, "hash": digest})
        prev = digest
    if rows:
        session.execute(insert(Event), rows)
    return range(seq + 1, seq + 1 + len(rows))


def read(session: Session, case_no: str | None = None) -> tuple[KeptEvent, ...]:
    """Return the events in order, of one case or of all."""
    query = select(Event).order_by(Event.seq)
    if case_no is not None:
        query = query.where(Event.case_no == case_no)
    return tuple(
        KeptEvent(e.seq, e.at, e.kind, e.case_no, e.subject, e.actor, e.data, e.hash) for e in session.scalars(query)
    )


def of_subject(session: Session, subject: str) -> tuple[KeptEvent, ...]:
    """Return the events about one subject in order, such as those of an envelope."""
    query = select(Event).where(Event.subject == subject).order_by(Event.seq)
    return tuple(
        KeptEvent(e.seq, e.at, e.kind, e.case_no, e.subject, e.actor, e.data, e.hash) for e in session.scalars(query)
    )


def verify(session: Session) -> ChainFault | None:
    """Recompute the whole chain; return the first fault, or None where the log is intact."""
    prev = GENESIS
    rows = session.execute(select(*Event.__table__.columns).order_by(Event.seq).execution_options(yield_per=_AT_ONCE))
    for expected, event in enumerate(rows, start=1):
        if event.seq != expected:
            return ChainFault(expected, f"缺少第{expected}号事件")
        if event.prev_hash != prev or event.hash != _digest(event):
            return ChainFault(event.seq, f"第{event.seq}号事件的内容或哈希已被改动")
        prev = event.hash
    return None


def entry(event: Event | Row[Any]) -> str:
    """Return the very text whose SHA-256 is the hash of the event: the hash before it and its canonical JSON."""
    return _written(event.prev_hash, event.seq, event)


def _written(prev: str, seq: int, event: Event | Row[Any] | Occurrence) -> str:
    body = {"seq": seq, **_columns(event), "at": event.at.astimezone(UTC).isoformat()}
    return prev + json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _columns(event: Event | Row[Any] | Occurrence) -> dict[str, object]:
    return {
        "at": event.at,
        "kind": str(event.kind),
        "case_no": event.case_no,
        "subject": event.subject,
        "actor": event.actor,
        "data": event.data,
    }


def _digest(event: Event | Row[Any]) -> str:
    return hashlib.sha256(entry(event).encode()).hexdigest()
