"""Archiving the documents of cases: each case wholly or not at all, many cases in one transaction.

The bytes of a document lie durably in the store since it was issued, and its metadata go into the row: archiving
writes rows only, so that the disk is waited for once in a transaction. Acknowledged means durable; archiving the same
document again is a no-op. Laws: archive numbers have no gaps, a record never changes, and a table says nothing that
the ledger does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from docgen.archive import ledger, textindex
from docgen.archive.admission import Admitted
from docgen.archive.archive import Archive
from docgen.archive.ledger import Head
from docgen.archive.preparing import Lot, Prepared, prepare
from docgen.archive.records import DESCRIPTION, KeptRecord, columns, kept
from docgen.archive.schedule import Schedule
from docgen.case import CaseFile
from docgen.case.enums import Retention
from docgen.db.models import ArchiveFile, ArchiveRecord, Document
from docgen.errors import DocgenError, IntegrityError, NotFoundError, StateError
from docgen.workspace import events
from docgen.workspace.documents import ARCHIVED, ISSUED
from docgen.workspace.events import EventKind, Occurrence


@dataclass(frozen=True, slots=True)
class Archived:
    """What an act of archiving left: the records of the documents, the numbers given now, and the tree head."""

    records: tuple[KeptRecord, ...]
    new: frozenset[str]
    head: Head


def archive_case(
    archive: Archive, case: CaseFile, admitted: Sequence[Admitted], schedule: Schedule, *, by: str
) -> Archived:
    """Archive the admitted documents of one case, all or none, in one transaction.

    Raises:
        IntegrityError: bytes in the store are not what was issued, or a record of other content is there already.
        StateError: a document cannot be used or is unsafe (`not_archivable`), or was void meanwhile.
    """
    (done,) = archive_cases(archive, [Lot(case, tuple(admitted))], schedule, by=by)
    if isinstance(done, DocgenError):
        raise done
    return done


def archive_cases(
    archive: Archive, lots: Sequence[Lot], schedule: Schedule, *, by: str
) -> tuple[Archived | DocgenError, ...]:
    """Archive many cases in one transaction; return for each what it left, or why nothing of it was archived.

    Raises:
        BackendError: the database or the store failed; nothing was archived.
    """
    with archive.database.reading() as session:
        ready = [_prepared(archive, session, lot) for lot in lots]
    ids = [one.document_id for lot in ready if not isinstance(lot, DocgenError) for one in lot]
    with archive.database.writing() as session:
        shelf = _Shelf(session, schedule, at=archive.clock.now(), by=by, ids=ids)
        outcomes = [lot if isinstance(lot, DocgenError) else shelf.take(lot) for lot in ready]
        head = shelf.register()
        found = kept(session, select(ArchiveRecord).where(ArchiveRecord.document_id.in_(ids)))
    wanted = [frozenset() if isinstance(lot, DocgenError) else {one.document_id for one in lot} for lot in ready]
    return tuple(
        new
        if isinstance(new, DocgenError)
        else Archived(tuple(record for record in found if record.document_id in mine), new, head)
        for new, mine in zip(outcomes, wanted, strict=True)
    )


def _prepared(archive: Archive, session: Session, lot: Lot) -> list[Prepared] | DocgenError:
    try:
        return prepare(session, archive.store, lot)
    except (IntegrityError, NotFoundError, StateError) as error:
        return error


class _Shelf:
    """The records that one transaction adds: a case is checked as a whole before anything of it counts."""

    def __init__(self, session: Session, schedule: Schedule, *, at: datetime, by: str, ids: Sequence[str]) -> None:
        self._session, self._schedule, self._at, self._by = session, schedule, at, by
        states = select(Document.id, Document.state).where(Document.id.in_(ids))
        self._states = {row.id: row.state for row in session.execute(states)}
        self._there = _registered(session, ids)
        self._items: dict[tuple[int, Retention], int] = {}
        self._added: list[tuple[Prepared, dict[str, Any]]] = []

    def take(self, lot: Sequence[Prepared]) -> frozenset[str] | DocgenError:
        """Add the documents of one case that are not there yet; return their numbers, or why none is added."""
        fresh = [one for one in lot if one.document_id not in self._there]
        for one in lot:
            if fault := self._fault(one):
                return fault
        said = [self._said(one) for one in fresh]
        self._added += zip(fresh, said, strict=True)
        self._there |= {
            one.document_id: (entry["archive_no"], _digests(one)) for one, entry in zip(fresh, said, strict=True)
        }
        return frozenset(entry["archive_no"] for entry in said)

    def register(self) -> Head:
        """Write what was added, and return the tree head over it."""
        session, at, by = self._session, self._at, self._by
        places = events.append_all(
            session,
            [
                Occurrence(EventKind.DOC_ARCHIVED, at, one.metadata.case_no, one.doc_no, by, said)
                for one, said in self._added
            ],
        )
        first = (session.scalar(select(func.max(ArchiveRecord.seq))) or 0) + 1
        rows = [
            {
                **columns(one.metadata, said, at=at, by=by),
                "seq": seq,
                "event_seq": place,
                "description": one.description,
            }
            for seq, (place, (one, said)) in enumerate(zip(places, self._added, strict=True), start=first)
        ]
        if rows:
            documents = [row["document_id"] for row in rows]
            session.execute(insert(ArchiveRecord), rows)
            session.execute(insert(ArchiveFile), list(self._files(rows)))
            session.execute(update(Document).where(Document.id.in_(documents)).values(state=ARCHIVED))
            texts = [one.text for one, _ in self._added]
            textindex.add(session, [(row["seq"], row["title"], text) for row, text in zip(rows, texts, strict=True)])
        return ledger.seal(session, at)

    def _files(self, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row, (one, _) in zip(rows, self._added, strict=True):
            for file in one.files:
                yield {"record_seq": row["seq"], "event_seq": row["event_seq"], **asdict(file)}

    def _fault(self, one: Prepared) -> DocgenError | None:
        if one.document_id in self._there:
            archive_no, digests = self._there[one.document_id]
            if digests == _digests(one):
                return None
            return IntegrityError(
                f"{archive_no}已归档，但内容与工作区中的文书不同",
                remedy="运行 docgen audit 查明",
                code="archived_differs",
            )
        if self._states.get(one.document_id) == ISSUED:
            return None
        return StateError(f"{one.doc_no}在归档过程中已被作废或替代", remedy="重新归档", code="changed_meanwhile")

    def _said(self, one: Prepared) -> dict[str, Any]:
        """Return what the ledger says of a new record, with the next archive number of its year and class."""
        dated = one.metadata.document.dated
        item = self._next_item(dated.year, one.retention)
        until = self._schedule.kept_until(dated, one.retention)
        return {
            "archive_no": self._schedule.archive_number(dated.year, one.retention, item),
            "fonds": self._schedule.fonds,
            "category": self._schedule.category,
            "year": dated.year,
            "retention": one.retention.value,
            "item_no": item,
            "kept_until": until.isoformat() if until else None,
            "document_id": one.document_id,
            "edition": one.metadata.document.edition,
            "revision": one.metadata.document.revision,
            "files": [asdict(file) for file in one.files],
        }

    def _next_item(self, year: int, retention: Retention) -> int:
        series = (year, retention)
        if series not in self._items:
            highest = select(func.max(ArchiveRecord.item_no)).where(
                ArchiveRecord.fonds == self._schedule.fonds,
                ArchiveRecord.category == self._schedule.category,
                ArchiveRecord.year == year,
                ArchiveRecord.retention == retention,
            )
            self._items[series] = self._session.scalar(highest) or 0
        self._items[series] += 1
        return self._items[series]


def _registered(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the archive number and the digests by role of those documents that are archived already."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    query = (
        select(ArchiveRecord.document_id, ArchiveRecord.archive_no, ArchiveFile.role, ArchiveFile.sha256)
        .outerjoin(ArchiveFile, ArchiveFile.event_seq == ArchiveRecord.event_seq)
        .where(ArchiveRecord.document_id.in_(ids))
    )
    for row in session.execute(query):
        digests = found.setdefault(row.document_id, (row.archive_no, {}))[1]
        if row.role not in (None, DESCRIPTION):
            digests[row.role] = row.sha256
    return found


def _digests(one: Prepared) -> dict[str, str]:
    return {file.role: file.sha256 for file in one.files if file.role != DESCRIPTION}
