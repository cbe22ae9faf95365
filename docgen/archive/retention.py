"""Holds and disposal: nothing leaves the archive before its time, under a hold, or by the will of one person.

Both are told by the ledger alone: a hold stands until its release, a record is disposed of once its approval is in
the ledger. Disposal removes the document's bytes and scans; the record, its metadata and its digests stay (the
destruction register that 档案法 and DA/T 46 ask for).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.archive import ledger, textindex
from docgen.archive.archive import Archive
from docgen.archive.assertions import claims, disposed_records
from docgen.archive.ledger import Head
from docgen.archive.people import same_person
from docgen.archive.records import DESCRIPTION, KeptRecord, kept, record
from docgen.clock import day
from docgen.db.models import ArchiveFile, ArchiveRecord, Event
from docgen.errors import Detail, NotFoundError, StateError
from docgen.forms.fill import text_of
from docgen.workspace import events
from docgen.workspace.events import EventKind


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold on a whole case or on one record (`scope` is the case number or the archive number)."""

    id: int
    scope: str
    case_no: str
    reason: str
    placed_by: str
    placed_at: datetime


def place_hold(archive: Archive, scope: str, *, reason: str, by: str) -> Hold:
    """Keep a case or a record from disposal until the hold is released.

    Raises:
        NotFoundError: the archive has neither such a case nor such a record.
    """
    now = archive.clock.now()
    with archive.database.writing() as session:
        matches = (ArchiveRecord.archive_no == scope) | (ArchiveRecord.case_no == scope)
        row = session.scalars(select(ArchiveRecord).where(matches).limit(1)).first()
        if row is None:
            raise NotFoundError("档案库中没有这个案卷号或档号", remedy="见 docgen archive list", code="record_unknown")
        seq = events.append(
            session,
            EventKind.HOLD_PLACED,
            at=now,
            case_no=row.case_no,
            subject=scope,
            actor=by,
            data={"reason": reason},
        )
        ledger.seal(session, now)
        return Hold(seq, scope, row.case_no, reason, by, now)


def release_hold(archive: Archive, hold_id: int, *, reason: str, by: str) -> Hold:
    """Release a hold; raise `NotFoundError` where it does not stand."""
    now = archive.clock.now()
    with archive.database.writing() as session:
        hold = next((one for one in standing_holds(session) if one.id == hold_id), None)
        if hold is None:
            raise NotFoundError("没有这个生效中的保全", remedy="见 docgen archive hold", code="hold_unknown")
        events.append(
            session,
            EventKind.HOLD_RELEASED,
            at=now,
            case_no=hold.case_no,
            subject=hold.scope,
            actor=by,
            data={"hold": hold_id, "reason": reason},
        )
        ledger.seal(session, now)
    return hold


def standing_holds(session: Session) -> tuple[Hold, ...]:
    """Return the holds that were not released, in the order of placing."""
    kinds = (EventKind.HOLD_PLACED, EventKind.HOLD_RELEASED)
    standing: dict[int, Hold] = {}
    for event in session.scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.seq)):
        if event.kind == EventKind.HOLD_RELEASED:
            standing.pop(event.data["hold"], None)
        else:
            reason = event.data["reason"]
            standing[event.seq] = Hold(event.seq, event.subject, event.case_no, reason, event.actor, event.at)
    return tuple(standing.values())


def due(archive: Archive, on: date) -> tuple[KeptRecord, ...]:
    """Return the records whose period is over on a day, that are under no hold and still there."""
    with archive.database.reading() as session:
        held = {hold.scope for hold in standing_holds(session)}
        gone = disposed_records(session)
        over = kept(session, select(ArchiveRecord).where(ArchiveRecord.kept_until <= on))
    return tuple(one for one in over if not {one.archive_no, one.case_no} & held and one.archive_no not in gone)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record that somebody proposed for disposal and nobody approved yet."""

    archive_no: str
    title: str
    reason: str
    proposed_by: str
    proposed_at: datetime


def proposals(archive: Archive) -> tuple[Proposal, ...]:
    """Return the proposals that wait for approval: the last one of each record, in the order of proposing."""
    proposed = (
        select(Event, ArchiveRecord.title)
        .join(ArchiveRecord, ArchiveRecord.archive_no == Event.subject)
        .where(Event.kind == EventKind.DISPOSAL_PROPOSED)
        .order_by(Event.seq)
    )
    with archive.database.reading() as session:
        gone = disposed_records(session)
        found = {
            event.subject: Proposal(event.subject, title, event.data["reason"], event.actor, event.at)
            for event, title in session.execute(proposed)
            if event.subject not in gone
        }
    return tuple(found.values())


def disposed(archive: Archive) -> frozenset[str]:
    """Return the archive numbers of the records that were disposed of."""
    with archive.database.reading() as session:
        return disposed_records(session)


def propose(archive: Archive, archive_nos: Sequence[str], *, reason: str, by: str) -> Head:
    """Propose records for disposal, all or none.

    Raises:
        NotFoundError: there is no such record.
        StateError: a period is not over, a hold stands, or it was disposed of (`not_disposable`, with all reasons).
    """
    now = archive.clock.now()
    with archive.database.writing() as session:
        rows = [record(session, number) for number in dict.fromkeys(archive_nos)]
        _refuse(session, rows, day(now))
        for row in rows:
            _say(session, EventKind.DISPOSAL_PROPOSED, row, at=now, by=by, data={"reason": reason})
        return ledger.seal(session, now)


def approve(archive: Archive, archive_nos: Sequence[str], *, by: str) -> Head:
    """Dispose of proposed records, all or none: a tombstone for each in the ledger, then their bytes are removed.

    Approving again what was disposed of finishes a removal that was interrupted.

    Raises:
        NotFoundError: there is no such record.
        StateError: not proposed, proposed by the same person, or no longer disposable (all reasons at once).
    """
    now = archive.clock.now()
    with archive.database.writing() as session:
        rows = [record(session, number) for number in dict.fromkeys(archive_nos)]
        gone = disposed_records(session)
        fresh = [row for row in rows if row.archive_no not in gone]
        _refuse(session, fresh, day(now), approver=by)
        for row in fresh:
            files = session.scalars(select(ArchiveFile).where(ArchiveFile.record_seq == row.seq)).all()
            removed = {file.sha256: file.role for file in files if file.role != DESCRIPTION}
            _unindex(archive, session, row, files)
            _say(session, EventKind.DISPOSAL_APPROVED, row, at=now, by=by, data={"removed": removed})
        head = ledger.seal(session, now)
        roles = ArchiveFile.role != DESCRIPTION
        named = select(ArchiveFile.sha256).where(ArchiveFile.record_seq.in_([row.seq for row in rows]), roles)
        unwanted = set(session.scalars(named)) - claims(session, archive.store).objects.keys()
    for sha256 in unwanted:  # after the commit: a tombstone without removal can be finished, the reverse is a loss
        archive.store.remove(sha256)
    return head


def _refuse(session: Session, rows: Sequence[ArchiveRecord], today: date, *, approver: str | None = None) -> None:
    faults = [
        Detail(row.archive_no, row.title, reason) for row in rows for reason in _reasons(session, row, today, approver)
    ]
    if faults:
        raise StateError("不能销毁", remedy="按所列原因逐项处理", details=faults, code="not_disposable")


def _reasons(session: Session, row: ArchiveRecord, today: date, approver: str | None) -> list[str]:
    reasons = []
    if row.kept_until is None:
        reasons.append("永久保管")
    elif today < row.kept_until:
        reasons.append(f"保管至{row.kept_until}，期限未满")
    reasons += [
        f"第{hold.id}号保全生效中" for hold in standing_holds(session) if hold.scope in (row.archive_no, row.case_no)
    ]
    if approver is None:
        return [*reasons, "已销毁"] if row.archive_no in disposed_records(session) else reasons
    query = select(Event.actor).where(
        Event.kind == EventKind.DISPOSAL_PROPOSED, Event.case_no == row.case_no, Event.subject == row.archive_no
    )
    proposers = {same_person(actor) for actor in session.scalars(query)}
    if not proposers:
        reasons.append("尚未有人提出销毁")
    elif proposers <= {same_person(approver)}:
        reasons.append("批准人不得是提出人")
    return reasons


def _say(  # noqa: PLR0913 - one event has this many parts
    session: Session, kind: EventKind, row: ArchiveRecord, *, at: datetime, by: str, data: dict[str, object]
) -> None:
    said = {"doc_no": row.doc_no, **data}
    events.append(session, kind, at=at, case_no=row.case_no, subject=row.archive_no, actor=by, data=said)


def _unindex(archive: Archive, session: Session, row: ArchiveRecord, files: Sequence[ArchiveFile]) -> None:
    docx = next(file.sha256 for file in files if file.role == "docx")
    textindex.remove(session, row.seq, row.title, text_of(archive.store.get(docx)))
