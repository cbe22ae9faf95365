"""The append-only log of events, chained by hash (case_model.md section 11).

`hash = SHA256(prev_hash + canonical JSON of the event without its hash)`; the first event follows 64 zeros.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.db.models import Event

GENESIS = "0" * 64


class EventKind(StrEnum):
    """What the workspace records."""

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
    last = session.execute(select(Event.seq, Event.hash).order_by(Event.seq.desc()).limit(1)).first()
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    event = Event(
        seq=seq, at=at, kind=kind, case_no=case_no, subject=subject, actor=actor, data=dict(data), prev_hash=prev
    )
    event.hash = _digest(event)
    session.add(event)
    session.flush()
    return seq


def read(session: Session, case_no: str | None = None) -> tuple[KeptEvent, ...]:
    """Return the events in order, of one case or of all."""
    query = select(Event).order_by(Event.seq)
    if case_no is not None:
        query = query.where(Event.case_no == case_no)
    return tuple(
        KeptEvent(e.seq, e.at, e.kind, e.case_no, e.subject, e.actor, e.data, e.hash) for e in session.scalars(query)
    )


def verify(session: Session) -> ChainFault | None:
    """Recompute the whole chain; return the first fault, or None where the log is intact."""
    prev = GENESIS
    for expected, event in enumerate(session.scalars(select(Event).order_by(Event.seq)), start=1):
        if event.seq != expected:
            return ChainFault(expected, f"缺少第{expected}号事件")
        if event.prev_hash != prev or event.hash != _digest(event):
            return ChainFault(event.seq, f"第{event.seq}号事件的内容或哈希已被改动")
        prev = event.hash
    return None


def entry(event: Event) -> str:
    """Return the very text whose SHA-256 is the hash of the event: the hash before it and its canonical JSON."""
    body = {
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(),
        "kind": str(event.kind),
        "case_no": event.case_no,
        "subject": event.subject,
        "actor": event.actor,
        "data": event.data,
    }
    return event.prev_hash + json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(event: Event) -> str:
    return hashlib.sha256(entry(event).encode()).hexdigest()
