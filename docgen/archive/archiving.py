"""Archiving the documents of a case: all of them in one transaction, or none; acknowledged means durable.

Bytes lie durably in the store before the row that names them; archiving the same document again is a no-op. Laws:
archive numbers have no gaps, a record never changes, and a table says nothing that the ledger does not.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docgen.archive import ledger, textindex
from docgen.archive.admission import Admitted
from docgen.archive.archive import Archive
from docgen.archive.content import DOCX, JSON, PDF, SUFFIXES, examine
from docgen.archive.ledger import Head
from docgen.archive.metadata import FileEntity, Metadata, describe
from docgen.archive.records import DESCRIPTION, KeptFile, KeptRecord, columns, kept
from docgen.archive.schedule import Schedule
from docgen.case import CaseFile
from docgen.case.enums import Medium, Retention
from docgen.db.models import ArchiveFile, ArchiveRecord, Decision, Document
from docgen.errors import Detail, IntegrityError, StateError
from docgen.forms.fill import text_of
from docgen.forms.spec import FormSpec
from docgen.workspace import events
from docgen.workspace.documents import ARCHIVED, ISSUED
from docgen.workspace.events import EventKind

_WRITERS = 8
"""Files of one case that are made durable at the same time."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What an act of archiving left: the records of the documents, the numbers given now, and the tree head."""

    records: tuple[KeptRecord, ...]
    new: frozenset[str]
    head: Head


@dataclass(frozen=True, slots=True)
class _Prepared:
    document_id: str
    retention: Retention
    metadata: Metadata
    files: tuple[KeptFile, ...]
    text: str


def archive_case(
    archive: Archive, case: CaseFile, admitted: Sequence[Admitted], schedule: Schedule, *, by: str
) -> Archived:
    """Archive the admitted documents of one case, all or none, in one transaction.

    Raises:
        IntegrityError: bytes in the store are not what was issued, or a record of other content is there already.
        StateError: a document cannot be used or is unsafe (`not_archivable`), or was void meanwhile.
    """
    with archive.database.reading() as session:
        prepared = [_prepare(archive, session, case, one.spec, one.document.id) for one in admitted]
    with ThreadPoolExecutor(_WRITERS) as pool:  # waiting for the disk once for several files instead of for each
        list(pool.map(archive.store.put, [one.metadata.canonical() for one in prepared]))
    now = archive.clock.now()
    with archive.database.writing() as session:
        new = frozenset(_add(session, one, schedule, at=now, by=by) for one in prepared if not _is_there(session, one))
        head = ledger.seal(session, now)
        rows = select(ArchiveRecord).where(ArchiveRecord.document_id.in_([one.document_id for one in prepared]))
        return Archived(kept(session, rows), new, head)


def _prepare(archive: Archive, session: Session, case: CaseFile, spec: FormSpec, document_id: str) -> _Prepared:
    """Read and examine the bytes of a document, and describe it."""
    row = session.get_one(Document, document_id)
    contents = {"docx": (DOCX, row.docx_sha256, archive.store.get(row.docx_sha256))}
    if row.pdf_sha256:
        contents["pdf"] = (PDF, row.pdf_sha256, archive.store.get(row.pdf_sha256))
    faults = [
        Detail(f"{row.doc_no} {role}", fault.aspect, fault.message)
        for role, (media, _, data) in contents.items()
        for fault in examine(media, data)
    ]
    if faults:
        raise StateError(f"《{row.title}》不能归档", remedy="重新签发后再归档", details=faults, code="not_archivable")
    files = [
        FileEntity(role=role, sha256=sha256, size=len(data), media_type=media)
        for role, (media, sha256, data) in contents.items()
    ]
    metadata = describe(case, spec, row, session.get_one(Decision, row.decision_id), files)
    return _Prepared(document_id, spec.retention, metadata, _files(row, metadata), text_of(contents["docx"][2]))


def _files(row: Document, metadata: Metadata) -> tuple[KeptFile, ...]:
    described = metadata.canonical()
    own = FileEntity(
        role=DESCRIPTION, sha256=hashlib.sha256(described).hexdigest(), size=len(described), media_type=JSON
    )
    return tuple(
        KeptFile(
            role=file.role,
            name=row.file_stem + SUFFIXES[file.media_type],
            media_type=file.media_type,
            medium=Medium.ELECTRONIC,
            sha256=file.sha256,
            size=file.size,
        )
        for file in (*metadata.document.files, own)
    )


def _is_there(session: Session, one: _Prepared) -> bool:
    row = session.scalars(select(ArchiveRecord).where(ArchiveRecord.document_id == one.document_id)).first()
    if row is None:
        return False
    query = select(ArchiveFile.role, ArchiveFile.sha256).where(ArchiveFile.event_seq == row.event_seq)
    before = {role: sha256 for role, sha256 in session.execute(query) if role != DESCRIPTION}
    if before != {file.role: file.sha256 for file in one.files if file.role != DESCRIPTION}:
        raise IntegrityError(
            f"{row.archive_no}已归档，但内容与工作区中的文书不同",
            remedy="运行 docgen audit 查明",
            code="archived_differs",
        )
    return True


def _add(session: Session, one: _Prepared, schedule: Schedule, *, at: datetime, by: str) -> str:
    document = session.get_one(Document, one.document_id)
    if document.state != ISSUED:
        raise StateError(f"{document.doc_no}在归档过程中已被作废或替代", remedy="重新归档", code="changed_meanwhile")
    said = _numbered(session, one, schedule)
    event_seq = events.append(
        session,
        EventKind.DOC_ARCHIVED,
        at=at,
        case_no=one.metadata.case_no,
        subject=document.doc_no,
        actor=by,
        data=said,
    )
    row = ArchiveRecord(**columns(one.metadata, said, at=at, by=by), event_seq=event_seq)
    session.add(row)
    document.state = ARCHIVED
    session.flush()
    for file in one.files:
        session.add(ArchiveFile(record_seq=row.seq, event_seq=event_seq, **asdict(file)))
    session.flush()
    textindex.add(session, row.seq, row.title, one.text)
    return row.archive_no


def _numbered(session: Session, one: _Prepared, schedule: Schedule) -> dict[str, Any]:
    """Return what the ledger says of a new record, with the next archive number of its year and class."""
    dated = one.metadata.document.dated
    series = select(func.max(ArchiveRecord.item_no)).where(
        ArchiveRecord.fonds == schedule.fonds,
        ArchiveRecord.category == schedule.category,
        ArchiveRecord.year == dated.year,
        ArchiveRecord.retention == one.retention,
    )
    item = (session.scalar(series) or 0) + 1
    until = schedule.kept_until(dated, one.retention)
    return {
        "archive_no": schedule.archive_number(dated.year, one.retention, item),
        "fonds": schedule.fonds,
        "category": schedule.category,
        "year": dated.year,
        "retention": one.retention.value,
        "item_no": item,
        "kept_until": until.isoformat() if until else None,
        "document_id": one.document_id,
        "edition": one.metadata.document.edition,
        "revision": one.metadata.document.revision,
        "files": [asdict(file) for file in one.files],
    }
