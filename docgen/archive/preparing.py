"""Preparing a document for the archive: its bytes are re-hashed and opened, its metadata described, its text read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.archive.admission import Admitted
from docgen.archive.content import DOCX, JSON, PDF, SUFFIXES, examine
from docgen.archive.metadata import FileEntity, Metadata, describe
from docgen.archive.records import DESCRIPTION, KeptFile
from docgen.case import CaseFile
from docgen.case.enums import Medium, Retention
from docgen.db.models import Decision, Document
from docgen.errors import Detail, StateError
from docgen.forms.fill import text_of
from docgen.forms.spec import FormSpec
from docgen.stores import Store
from docgen.workspace.signed import SignedFile, signed_files


@dataclass(frozen=True, slots=True)
class Lot:
    """What is to be archived of one case."""

    case: CaseFile
    admitted: tuple[Admitted, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is ready to be registered; `description` is the canonical text of its metadata."""

    document_id: str
    doc_no: str
    retention: Retention
    metadata: Metadata
    description: str
    files: tuple[KeptFile, ...]
    text: str


def prepare(session: Session, store: Store, lot: Lot) -> list[Prepared]:
    """Read, examine and describe the documents of a lot.

    Raises:
        IntegrityError: bytes in the store are not what was issued.
        NotFoundError: bytes are not in the store.
        StateError: a document cannot be used or is unsafe (code `not_archivable`).
    """
    ids = [one.document.id for one in lot.admitted]
    rows = {row.id: row for row in session.scalars(select(Document).where(Document.id.in_(ids)))}
    of_rows = select(Decision).where(Decision.id.in_({row.decision_id for row in rows.values()}))
    decisions = {row.id: row for row in session.scalars(of_rows)}
    signed = signed_files(session, lot.case.case_no)
    return [
        _prepare(store, lot.case, rows[one], spec, decisions[rows[one].decision_id], signed.get(one, ()))
        for one, spec in ((admitted.document.id, admitted.spec) for admitted in lot.admitted)
    ]


def _prepare(  # noqa: PLR0913, PLR0917 - a document, and all that belongs to it
    store: Store,
    case: CaseFile,
    row: Document,
    spec: FormSpec,
    decision: Decision,
    signed: Sequence[SignedFile],
) -> Prepared:
    contents = {"docx": (DOCX, row.docx_sha256, store.get(row.docx_sha256))}
    if row.pdf_sha256:
        contents["pdf"] = (PDF, row.pdf_sha256, store.get(row.pdf_sha256))
    contents |= {one.role: (one.media_type, one.sha256, store.get(one.sha256)) for one in signed}
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
    metadata = describe(case, spec, row, decision, files)
    description = metadata.canonical()
    return Prepared(
        document_id=row.id,
        doc_no=row.doc_no,
        retention=spec.retention,
        metadata=metadata,
        description=description.decode(),
        files=_files(row, files, description, {one.role: one.name for one in signed}),
        text=text_of(contents["docx"][2]),
    )


def _files(
    row: Document, files: Sequence[FileEntity], description: bytes, names: Mapping[str, str]
) -> tuple[KeptFile, ...]:
    digest = hashlib.sha256(description).hexdigest()
    own = FileEntity(role=DESCRIPTION, sha256=digest, size=len(description), media_type=JSON)
    return tuple(
        KeptFile(
            role=file.role,
            name=names.get(file.role, row.file_stem + SUFFIXES[file.media_type]),
            media_type=file.media_type,
            medium=Medium.ELECTRONIC,
            sha256=file.sha256,
            size=file.size,
        )
        for file in (*files, own)
    )
