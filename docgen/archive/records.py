"""Archive records as they are read: a row of the table with its files.

Records are found again by these tables; what they say is proved by the ledger (see `docgen.archive.assertions`).
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from docgen.archive.archive import Archive
from docgen.archive.metadata import Metadata
from docgen.case.enums import Medium, Retention
from docgen.db.models import ArchiveFile, ArchiveRecord, Event
from docgen.errors import IntegrityError, NotFoundError
from docgen.stores import Store
from docgen.workspace.events import EventKind

_MEDIA = {one.value: one for one in Medium}
_RETENTION = {one.value: one for one in Retention}
DESCRIPTION = "metadata"
"""Role of the file that holds a record's metadata."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a record; `role` is docx, pdf, signed, evidence, certificate, metadata or scan."""

    role: str
    name: str
    media_type: str
    medium: Medium
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """An archive record as it was made, with all files it has now."""

    archive_no: str
    case_no: str
    document_id: str
    doc_no: str
    title: str
    form_id: str
    edition: str
    revision: int
    stage: int
    customer: str
    amount_cents: int | None
    retention: Retention
    dated: date
    kept_until: date | None
    archived_at: datetime
    archived_by: str
    files: tuple[KeptFile, ...]
    confirmed: frozenset[str] = frozenset()
    """Digests of the scans that a second person held against the document (`docgen.archive.scans`)."""

    @property
    def medium(self) -> str:
        """Return what the record is on: 电子, or 电子+纸质 once a scan of the paper was confirmed."""
        media = {one.medium for one in self.files if one.medium is not Medium.PAPER or one.sha256 in self.confirmed}
        return "+".join(one.label for one in Medium if one in media)


def records(archive: Archive, case_no: str | None = None) -> tuple[KeptRecord, ...]:
    """Return the records of a case, or all, in the order of archiving."""
    query = select(ArchiveRecord)
    if case_no is not None:
        query = query.where(ArchiveRecord.case_no == case_no)
    with archive.database.reading() as session:
        return kept(session, query)


def numbered(archive: Archive, archive_no: str) -> tuple[KeptRecord, ...]:
    """Return the record of an archive number; nothing where there is none."""
    with archive.database.reading() as session:
        return kept(session, select(ArchiveRecord).where(ArchiveRecord.archive_no == archive_no))


def record(session: Session, archive_no: str) -> ArchiveRecord:
    """Return the row of an archive number; raise `NotFoundError` where there is none."""
    row = session.scalars(select(ArchiveRecord).where(ArchiveRecord.archive_no == archive_no)).first()
    if row is None:
        raise NotFoundError("没有这个档号的档案", remedy="档号见 docgen archive list", code="record_unknown")
    return row


def kept(session: Session, query: Select[ArchiveRecord]) -> tuple[KeptRecord, ...]:
    """Return the records that `query` selects, in the order of archiving, with their files."""
    rows = session.scalars(query.order_by(ArchiveRecord.seq)).all()
    files: dict[int, list[KeptFile]] = {row.seq: [] for row in rows}
    numbers = select(query.order_by(None).subquery().c.seq)
    of_rows = select(ArchiveFile).where(ArchiveFile.record_seq.in_(numbers)).order_by(ArchiveFile.id)
    for file in session.scalars(of_rows):
        files[file.record_seq].append(kept_file(file))
    confirmed = confirmed_scans(session, {row.case_no for row in rows})
    return tuple(_kept(row, files[row.seq], confirmed) for row in rows)


def confirmed_scans(session: Session, case_nos: Collection[str]) -> frozenset[str]:
    """Return the digests of the scans of some cases that were confirmed."""
    query = select(Event.data).where(Event.kind == EventKind.SCAN_CONFIRMED)
    if len(case_nos) == 1:
        query = query.where(Event.case_no == next(iter(case_nos)))
    return frozenset(sha256 for said in session.scalars(query) for sha256 in said["scans"])


def kept_file(row: ArchiveFile) -> KeptFile:
    """Return the file that a row registers."""
    return KeptFile(row.role, row.name, row.media_type, _MEDIA[row.medium], row.sha256, row.size)


def metadata_of(archive: Archive, record: KeptRecord) -> Metadata:
    """Return the metadata of a record; raise `IntegrityError` where they are not what the record says."""
    sha256 = next(file.sha256 for file in record.files if file.role == DESCRIPTION)
    query = select(ArchiveRecord.description).where(ArchiveRecord.archive_no == record.archive_no)
    with archive.database.reading() as session:
        text = session.scalar(query)
    return description_of(archive.store, record.archive_no, text, sha256)


def description_of(store: Store, archive_no: str, text: str | None, sha256: str) -> Metadata:
    """Return the metadata under a digest, from the `text` of the row or, of an older record (None), from the store.

    Raises:
        IntegrityError: they are not what was described.
        NotFoundError: the store has none.
    """
    data = store.get(sha256) if text is None else text.encode()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IntegrityError(f"{archive_no}的元数据已被改动", remedy="运行 docgen audit 查明", code="metadata_altered")
    return Metadata.model_validate_json(data)


def columns(metadata: Metadata, said: Mapping[str, Any], *, at: datetime, by: str) -> dict[str, Any]:
    """Return what the row of a record has to say, from its metadata and from its event in the ledger."""
    document = metadata.document
    return {
        "archive_no": said["archive_no"],
        "fonds": said["fonds"],
        "category": said["category"],
        "year": said["year"],
        "retention": said["retention"],
        "item_no": said["item_no"],
        "kept_until": date.fromisoformat(said["kept_until"]) if said["kept_until"] else None,
        "document_id": document.id,
        "case_no": metadata.case_no,
        "doc_no": document.doc_no,
        "title": document.title,
        "form_id": document.form_id,
        "edition": document.edition,
        "revision": document.revision,
        "stage": document.stage,
        "customer": metadata.customer,
        "amount_cents": metadata.amount_cents,
        "dated": document.dated,
        "archived_at": at,
        "archived_by": by,
    }


def _kept(row: ArchiveRecord, files: list[KeptFile], confirmed: frozenset[str]) -> KeptRecord:
    return KeptRecord(
        archive_no=row.archive_no,
        case_no=row.case_no,
        document_id=row.document_id,
        doc_no=row.doc_no,
        title=row.title,
        form_id=row.form_id,
        edition=row.edition,
        revision=row.revision,
        stage=row.stage,
        customer=row.customer,
        amount_cents=row.amount_cents,
        retention=_RETENTION[row.retention],
        dated=row.dated,
        kept_until=row.kept_until,
        archived_at=row.archived_at,
        archived_by=row.archived_by,
        files=tuple(files),
        confirmed=confirmed & {file.sha256 for file in files},
    )
