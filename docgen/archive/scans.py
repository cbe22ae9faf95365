"""Scans of paper: added to a record after the fact, so that both media are tracked (CT-20, CT-21: 电子+纸质)."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select

from docgen.archive import ledger
from docgen.archive.archive import Archive
from docgen.archive.assertions import disposed_records
from docgen.archive.content import SUFFIXES, scan_type
from docgen.archive.ledger import Head
from docgen.archive.records import KeptFile, record
from docgen.case.enums import Medium
from docgen.db.models import ArchiveFile
from docgen.errors import InputError, StateError
from docgen.workspace import events
from docgen.workspace.events import EventKind

ROLE = "scan"


@dataclass(frozen=True, slots=True)
class Scan:
    """Scanned paper: the bytes, who scanned it and when."""

    data: bytes
    scanned_by: str
    scanned_at: datetime


def attach(archive: Archive, archive_no: str, scans: Sequence[Scan], *, by: str) -> Head:
    """Attach scans to a record, all or none; attaching the same scan again is a no-op.

    Raises:
        InputError: a scan is no complete PDF, TIFF or JPEG (`bad_scan`), or was made in the future.
        NotFoundError: there is no such record.
        StateError: the record was disposed of.
    """
    now = archive.clock.now()
    media = [scan_type(scan.data) for scan in scans]
    if any(scan.scanned_at > now for scan in scans):
        raise InputError("扫描时间晚于现在", remedy="更正扫描时间", code="future_scan")
    for scan in scans:
        archive.store.put(scan.data)
    with archive.database.writing() as session:
        row = record(session, archive_no)
        if archive_no in disposed_records(session):
            raise StateError(f"{archive_no}已销毁，不能再挂接扫描件", code="disposed")
        query = select(ArchiveFile.sha256).where(ArchiveFile.record_seq == row.seq, ArchiveFile.role == ROLE)
        there = set(session.scalars(query))
        for scan, media_type in zip(scans, media, strict=True):
            sha256 = hashlib.sha256(scan.data).hexdigest()
            if sha256 in there:
                continue
            there.add(sha256)
            name = f"{row.doc_no}_扫描件{len(there)}{SUFFIXES[media_type]}".replace("/", "-")
            file = KeptFile(ROLE, name, media_type, Medium.PAPER, sha256, len(scan.data))
            event_seq = events.append(
                session,
                EventKind.SCAN_ATTACHED,
                at=now,
                case_no=row.case_no,
                subject=row.doc_no,
                actor=by,
                data={
                    "archive_no": archive_no,
                    "scanned_by": scan.scanned_by,
                    "scanned_at": scan.scanned_at.isoformat(),
                    "files": [asdict(file)],
                },
            )
            session.add(ArchiveFile(record_seq=row.seq, event_seq=event_seq, **asdict(file)))
        return ledger.seal(session, now)
