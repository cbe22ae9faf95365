"""Documents and their numbers in the workspace.

Laws: a number is never used for two subjects, running numbers have no gaps, a revision is one more than the one
before, and an issued document never changes (a missing PDF may be added once); an archived one is never void.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docgen.db.models import Document, DocumentNumber
from docgen.errors import NotFoundError, StateError
from docgen.issue import Identity, IssuedDocument

ISSUED, SUPERSEDED, VOID, ARCHIVED = "issued", "superseded", "void", "archived"
STANDING = frozenset({ISSUED, ARCHIVED})
"""States of a document that is in force."""


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document as the workspace knows it; the bytes are in the store."""

    id: str
    identity: Identity
    doc_no: str
    title: str
    revision: int
    state: str
    file_stem: str
    docx_sha256: str
    pdf_sha256: str | None
    pages: int | None
    issued_on: date
    issued_at: datetime
    issued_by: str
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class NumberState:
    """What is known about a subject's number: the one it has, or the running number that comes next."""

    doc_no: str | None
    next_running: int


def number_state(session: Session, identity: Identity) -> NumberState:
    """Return the number a subject has (none after it was void), and the next running number of its form."""
    mine = session.scalars(
        select(DocumentNumber)
        .where(
            DocumentNumber.case_no == identity.case_no,
            DocumentNumber.form_id == identity.form_id,
            DocumentNumber.subject == identity.subject,
        )
        .order_by(DocumentNumber.id.desc())
        .limit(1)
    ).first()
    return NumberState(mine.doc_no if mine else None, _highest(session, identity) + 1)


def latest(session: Session, identity: Identity) -> KeptDocument | None:
    """Return the newest revision of a document, whatever its state."""
    row = session.scalars(
        select(Document)
        .where(
            Document.case_no == identity.case_no,
            Document.form_id == identity.form_id,
            Document.subject == identity.subject,
            Document.edition == identity.edition,
        )
        .order_by(Document.number_id.desc(), Document.revision.desc())  # clocks may go back, numbers do not
        .limit(1)
    ).first()
    return _kept(row) if row else None


def add(  # noqa: PLR0913 - one row has this many parts
    session: Session,
    document: IssuedDocument,
    *,
    running: int,
    case_sha256: str,
    decision_id: int,
    at: datetime,
    by: str,
) -> KeptDocument:
    """Register a new revision inside the caller's writing transaction.

    Raises:
        StateError: another writer took the number or issued this revision in the meantime (code `changed_meanwhile`).
    """
    before = latest(session, document.identity)
    expected = before.revision + 1 if before and before.doc_no == document.doc_no else 0
    if document.revision != expected:
        raise _changed_meanwhile(document)
    row = Document(
        id=str(uuid4()),
        number_id=_number(session, document, running).id,
        doc_no=document.doc_no,
        form_id=document.identity.form_id,
        case_no=document.identity.case_no,
        subject=document.identity.subject,
        title=document.title,
        edition=document.identity.edition,
        revision=document.revision,
        state=ISSUED,
        file_stem=document.file_stem,
        template_sha256=document.template_sha256,
        case_sha256=case_sha256,
        decision_id=decision_id,
        docx_sha256=document.docx_sha256,
        pdf_sha256=document.pdf.sha256 if document.pdf else None,
        pages=document.pdf.pages if document.pdf else None,
        issued_on=document.issued_on,
        issued_at=at,
        issued_by=by,
        supersedes=before.id if before and before.state in STANDING else None,
    )
    if before and before.state == ISSUED:
        session.get_one(Document, before.id).state = SUPERSEDED
    session.add(row)
    session.flush()
    return _kept(row)


def add_pdf(session: Session, document_id: str, sha256: str, pages: int) -> KeptDocument:
    """Register the PDF of a document that was issued without one."""
    row = session.get_one(Document, document_id)
    if row.state == ARCHIVED:
        raise StateError(f"{row.doc_no}已归档，不能再改动", code="archived")
    if row.pdf_sha256 not in (None, sha256):
        raise StateError(f"{row.doc_no}已有另一份PDF", code="pdf_exists")
    row.pdf_sha256, row.pages = sha256, pages
    session.flush()
    return _kept(row)


def void(session: Session, doc_no: str, reason: str) -> tuple[KeptDocument, ...]:
    """Void every issued edition of the number; raise `NotFoundError` or `StateError` where there is none."""
    rows = session.scalars(select(Document).where(Document.doc_no == doc_no)).all()
    if not rows:
        raise NotFoundError(f"工作区中没有编号为{doc_no}的文书", code="document_unknown")
    if any(row.state == ARCHIVED for row in rows):
        raise StateError(f"编号为{doc_no}的文书已归档，不能作废", remedy="如有更正，签发新的修订版", code="archived")
    current = [row for row in rows if row.state == ISSUED]
    if not current:
        raise StateError(f"编号为{doc_no}的文书没有处于已签发状态的版本", code="not_issued")
    for row in current:
        row.state, row.void_reason = VOID, reason
    session.flush()
    return tuple(_kept(row) for row in current)


def of_case(session: Session, case_no: str) -> tuple[KeptDocument, ...]:
    """Return all documents of a case in the order of issue."""
    query = select(Document).where(Document.case_no == case_no).order_by(Document.issued_at, Document.doc_no)
    return tuple(_kept(row) for row in session.scalars(query))


def by_id(session: Session, document_id: str) -> KeptDocument:
    """Return one document by its id; raise `NotFoundError` where there is none."""
    row = session.get(Document, document_id)
    if row is None:
        raise NotFoundError("没有这份文书", remedy="核对文书的标识", code="document_unknown")
    return _kept(row)


def _number(session: Session, document: IssuedDocument, running: int) -> DocumentNumber:
    identity = document.identity
    row = session.scalars(
        select(DocumentNumber).where(
            DocumentNumber.case_no == identity.case_no,
            DocumentNumber.form_id == identity.form_id,
            DocumentNumber.doc_no == document.doc_no,
        )
    ).first()
    if row:
        if row.subject != identity.subject:
            raise StateError(
                f"编号{document.doc_no}已用于本案卷的另一份{document.title}",
                remedy="编号不得重复使用：请在案卷中改用新的编号",
                code="number_used",
            )
        return row
    if running != _highest(session, identity) + 1:
        raise _changed_meanwhile(document)
    row = DocumentNumber(
        case_no=identity.case_no,
        form_id=identity.form_id,
        subject=identity.subject,
        running=running,
        doc_no=document.doc_no,
    )
    session.add(row)
    session.flush()
    return row


def _highest(session: Session, identity: Identity) -> int:
    query = select(func.max(DocumentNumber.running)).where(
        DocumentNumber.case_no == identity.case_no, DocumentNumber.form_id == identity.form_id
    )
    return session.scalar(query) or 0


def _changed_meanwhile(document: IssuedDocument) -> StateError:
    return StateError(f"{document.title}在签发过程中已由他人签发", remedy="重新执行签发", code="changed_meanwhile")


def _kept(row: Document) -> KeptDocument:
    return KeptDocument(
        id=row.id,
        identity=Identity(row.case_no, row.form_id, row.subject, row.edition),
        doc_no=row.doc_no,
        title=row.title,
        revision=row.revision,
        state=row.state,
        file_stem=row.file_stem,
        docx_sha256=row.docx_sha256,
        pdf_sha256=row.pdf_sha256,
        pages=row.pages,
        issued_on=row.issued_on,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        void_reason=row.void_reason,
    )
