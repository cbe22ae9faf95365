"""What the ledger says must be there: rows as they were written, and objects with the records they belong to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from docgen.archive.ledger import SIGNED_PARTS
from docgen.archive.records import DESCRIPTION, KeptFile, columns, description_of
from docgen.db.models import ArchiveFile, ArchiveRecord, CaseSnapshot, Decision, Document, Event
from docgen.errors import IntegrityError, NotFoundError
from docgen.stores import Store
from docgen.workspace import decisions
from docgen.workspace.documents import ARCHIVED
from docgen.workspace.events import EventKind


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged item by name; `gone` where it is missing, else it is altered."""

    name: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Claims:
    """The objects that must be in the store, each with what it is, and the rows that contradict the ledger."""

    objects: dict[str, str] = field(default_factory=dict)
    damage: list[Damage] = field(default_factory=list)


def claims(session: Session, store: Store) -> Claims:
    """Compare all rows with the ledger, and collect the objects that have to be kept."""
    found = Claims()
    disposed = disposed_records(session)
    states = _workspace(session, found, disposed)
    for head in session.scalars(select(Event).where(Event.kind == EventKind.HEAD_SIGNED)):
        found.objects.update((head.data[part], f"树头{head.subject}的签名") for part in SIGNED_PARTS)
    records = {row.event_seq: row for row in session.execute(select(*ArchiveRecord.__table__.columns))}
    places = {row.archive_no: row.seq for row in records.values()}
    files: dict[int, list[Row[Any]]] = {}
    for file in session.execute(select(*ArchiveFile.__table__.columns).order_by(ArchiveFile.id)):
        files.setdefault(file.event_seq, []).append(file)
    kinds = (EventKind.DOC_ARCHIVED, EventKind.SCAN_ATTACHED)
    columns_read = (Event.seq, Event.kind, Event.subject, Event.at, Event.actor, Event.data)
    for event in session.execute(select(*columns_read).where(Event.kind.in_(kinds)).order_by(Event.seq)):
        here, record = files.pop(event.seq, []), records.pop(event.seq, None)
        name = f"{event.data['archive_no']} {event.subject}"
        found.damage.extend(_file_damage(event, here, name, places.get(event.data["archive_no"])))
        if event.kind == EventKind.DOC_ARCHIVED:
            found.damage.extend(_record_damage(store, event, record, name, states))
        for file in event.data["files"]:
            kept = event.data["archive_no"] not in disposed
            if file["role"] == DESCRIPTION:  # of an older record; else it stands in the row
                kept = record is not None and record.description is None
            if kept:
                found.objects[file["sha256"]] = f"{name}（{file['role']}）"
    found.damage.extend(
        [Damage(f"{row.archive_no} {row.doc_no}：台账中没有的档案记录", gone=False) for row in records.values()]
    )
    found.damage.extend(
        [Damage(f"{file.name}：台账中没有的文件登记", gone=False) for left in files.values() for file in left]
    )
    return found


def disposed_records(session: Session) -> frozenset[str]:
    """Return the archive numbers of the records that were disposed of."""
    query = select(Event.subject).where(Event.kind == EventKind.DISPOSAL_APPROVED)
    return frozenset(session.scalars(query))


def _workspace(session: Session, found: Claims, disposed: frozenset[str]) -> dict[str, str]:
    """Claim what the workspace itself keeps: snapshots, decisions, documents; return the state of each document."""
    for snapshot in session.execute(select(CaseSnapshot.sha256, CaseSnapshot.case_no)):
        found.objects[snapshot.sha256] = f"案卷{snapshot.case_no}的快照"
    for recorded in session.execute(select(Event.case_no, Event.data).where(Event.kind == EventKind.CASE_RECORDED)):
        found.objects[recorded.data["sha256"]] = f"案卷{recorded.case_no}第{recorded.data['revision']}版"
    seals = {}
    for decision in session.execute(select(*Decision.__table__.columns)):
        found.objects[decision.rules_sha256] = f"第{decision.id}号裁定的规则"
        found.objects[decision.report_sha256] = f"第{decision.id}号裁定的报告"
        seals[decision.id] = decisions.seal(decision)
    gone = select(ArchiveRecord.document_id).where(ArchiveRecord.archive_no.in_(disposed))
    removed = frozenset(session.scalars(gone))
    columns_read = (Event.case_no, Event.subject, Event.data)
    issued = {
        (event.case_no, event.subject, event.data["form"], event.data["edition"], event.data["revision"]): event.data
        for event in session.execute(select(*columns_read).where(Event.kind == EventKind.DOC_ISSUED))
    }
    states = {}
    for row in session.execute(select(*Document.__table__.columns)):
        states[row.id] = row.state
        said = issued.pop((row.case_no, row.doc_no, row.form_id, row.edition, row.revision), None)
        if said is None or not _agrees(row, said, seals.get(row.decision_id)):
            found.damage.append(Damage(f"{row.doc_no} {row.title}：文书登记与台账不符", gone=False))
        if row.id not in removed:
            found.objects[row.docx_sha256] = f"{row.doc_no} {row.title}（docx）"
            if row.pdf_sha256:
                found.objects[row.pdf_sha256] = f"{row.doc_no} {row.title}（pdf）"
    found.damage.extend([Damage(f"{key[1]}：文书登记已不存在", gone=True) for key in issued])
    _signing(session, found, removed)
    for key, said in issued.items():  # what a lost row named is still evidence
        found.objects.update((said[kind], key[1]) for kind in ("docx_sha256", "pdf_sha256") if said[kind])
    return states


def _signing(session: Session, found: Claims, removed: frozenset[str]) -> None:
    """Claim what envelopes keep: prepared, signed and proving files, but not of envelopes whose documents are gone."""
    gone: set[str] = set()
    query = select(Event.subject, Event.kind, Event.data).where(Event.kind.like("envelope.%")).order_by(Event.seq)
    for event in session.execute(query):
        if event.kind == EventKind.ENVELOPE_SENT:
            documents = {one["document_id"] for one in event.data["definition"]["documents"]}
            if documents <= removed:
                gone.add(event.subject)
        if event.subject not in gone:
            found.objects.update(event.data.get("objects", {}))


def _agrees(row: Row[Any], said: Mapping[str, Any], seal: str | None) -> bool:
    sealed = said.get(decisions.SEAL) in (None, seal)
    return bool(sealed and said["docx_sha256"] == row.docx_sha256 and said["pdf_sha256"] in ("", row.pdf_sha256))


def _record_damage(
    store: Store, event: Row[Any], row: Row[Any] | None, name: str, states: Mapping[str, str]
) -> Iterator[Damage]:
    if row is None:
        yield Damage(f"{name}：档案记录已不存在", gone=True)
        return
    try:
        metadata = description_of(store, row.archive_no, row.description, _described_as(event))
    except (NotFoundError, ValidationError):
        return  # the object itself is reported
    except IntegrityError:
        if row.description is not None:
            yield Damage(f"{name}：档案记录的元数据被改动", gone=False)
        return
    expected = columns(metadata, event.data, at=event.at, by=event.actor)
    wrong = [column for column, value in expected.items() if getattr(row, column) != value]
    if wrong:
        yield Damage(f"{name}：档案记录的{'、'.join(wrong)}被改动", gone=False)
    if states.get(row.document_id) != ARCHIVED:
        yield Damage(f"{name}：文书的状态被改动", gone=False)


def _file_damage(event: Row[Any], files: list[Row[Any]], name: str, place: int | None) -> Iterator[Damage]:
    said = {file["role"]: file for file in event.data["files"]}
    for file in files:
        if said.pop(file.role, None) != _registered(file) or file.record_seq != place:
            yield Damage(f"{name}（{file.role}）：文件登记被改动", gone=False)
    for role in said:
        yield Damage(f"{name}（{role}）：文件登记已不存在", gone=True)


def _registered(file: Row[Any]) -> dict[str, object]:
    """Return what a row says of a file, as the ledger says it."""
    return {name: getattr(file, name) for name in KeptFile.__dataclass_fields__}


def _described_as(event: Row[Any]) -> str:
    return next(str(file["sha256"]) for file in event.data["files"] if file["role"] == DESCRIPTION)
