"""Scans of paper: added to a record after the fact, so that both media are tracked (CT-20, CT-21: 电子+纸质).

Paper counts only after a second person confirmed that scan and issued document agree. What can be compared is compared
by machine (`docgen.archive.paper`); paper without page codes, such as the customer's own, is compared by eye.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.archive import ledger
from docgen.archive.archive import Archive
from docgen.archive.assertions import disposed_records
from docgen.archive.content import SUFFIXES, scan_type
from docgen.archive.ledger import Head
from docgen.archive.paper import Issued, codes_of, disagreements
from docgen.archive.people import same_person
from docgen.archive.records import KeptFile, confirmed_scans, kept_file, record
from docgen.case.enums import Medium
from docgen.db.models import ArchiveFile, ArchiveRecord, Document, Event
from docgen.editions import Edition
from docgen.errors import Detail, InputError, StateError
from docgen.workspace import events
from docgen.workspace.documents import STANDING
from docgen.workspace.events import EventKind

ROLE = "scan"
_EDITIONS = {Edition.SIGNING: "签署件", Edition.RECORD: "记录件"}


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


def confirm(archive: Archive, archive_no: str, *, by: str, by_eye: str = "") -> Head:
    """Confirm as a second person that the scans of a record, not confirmed yet, agree with the document as issued.

    `by_eye` is the reason why the codes cannot be read; the page count has to agree even then.

    Raises:
        NotFoundError: there is no such record.
        StateError: there is nothing to confirm (`nothing_to_confirm`), `by` scanned or attached it (`same_person`), or
            it disagrees (`scan_disagrees`, with all reasons).
    """
    now = archive.clock.now()
    with archive.database.reading() as session:
        row = record(session, archive_no)
        waiting, witnesses = _waiting(session, row)
        issued = _issued(session, row)
    if not waiting:
        raise StateError(f"{archive_no}没有待核对的扫描件", remedy="先挂接扫描件", code="nothing_to_confirm")
    if same_person(by) in witnesses:
        raise StateError("核对人不得是扫描人或挂接人", remedy="由另一人核对", code="same_person")
    pages = codes_of([(file.media_type, archive.store.get(file.sha256)) for file in waiting])
    reasons = list(_by_eye(len(pages), issued) if by_eye else disagreements(pages, issued))
    if reasons:
        details = [Detail(archive_no, row.title, reason) for reason in reasons]
        raise StateError(
            "扫描件与签发的文书不符", remedy="重新扫描，或查明纸质件", details=details, code="scan_disagrees"
        )
    said = {"archive_no": archive_no, "scans": [file.sha256 for file in waiting], "pages": len(pages)}
    said |= {"method": "eye", "reason": by_eye} if by_eye else {"method": "codes"}
    with archive.database.writing() as session:
        row = record(session, archive_no)
        if _waiting(session, row)[0] != waiting:
            raise StateError("核对过程中扫描件有变动", remedy="重新核对", code="changed_meanwhile")
        events.append(
            session,
            EventKind.SCAN_CONFIRMED,
            at=now,
            case_no=row.case_no,
            subject=row.doc_no,
            actor=by,
            data=said,
        )
        return ledger.seal(session, now)


def _waiting(session: Session, row: ArchiveRecord) -> tuple[list[KeptFile], frozenset[str]]:
    """Return the scans of a record that nobody confirmed, and who scanned or attached them."""
    query = select(ArchiveFile).where(ArchiveFile.record_seq == row.seq, ArchiveFile.role == ROLE)
    done = confirmed_scans(session, [row.case_no])
    files = [file for file in session.scalars(query.order_by(ArchiveFile.id)) if file.sha256 not in done]
    acts = [session.get_one(Event, file.event_seq) for file in files]
    people = {name for act in acts for name in (act.actor, act.data["scanned_by"])}
    return [kept_file(file) for file in files], frozenset(map(same_person, people))


def _issued(session: Session, row: ArchiveRecord) -> list[Issued]:
    """Return the editions in force under the number of a record that people may have printed and signed."""
    query = select(Document).where(
        Document.doc_no == row.doc_no,
        Document.case_no == row.case_no,
        Document.edition.in_(list(_EDITIONS)),
        Document.state.in_(STANDING),
    )
    return [
        Issued(one.doc_no, one.revision, _EDITIONS[Edition(one.edition)], one.docx_sha256, one.pages)
        for one in session.scalars(query)
    ]


def _by_eye(pages: int, issued: Sequence[Issued]) -> Iterator[str]:
    known = {one.pages for one in issued if one.pages is not None}
    if known and pages not in known:
        yield f"扫描件{pages}页，签发的文书{'或'.join(map(str, sorted(known)))}页"
