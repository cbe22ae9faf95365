"""What signing left of a document beside its issued files, as the log of events tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.db.models import Event
from docgen.workspace.events import EventKind


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file that signing left: `role` is signed (PDF), evidence (JSON) or certificate (PDF), `size` counts bytes."""

    role: str
    name: str
    media_type: str
    sha256: str
    size: int


def signed_files(session: Session, case_no: str) -> Mapping[str, tuple[SignedFile, ...]]:
    """Return what signing left of the documents of a case that all their signers have signed, by document id."""
    query = select(Event.data).where(Event.kind == EventKind.DOC_SIGNED, Event.case_no == case_no).order_by(Event.seq)
    return {data["document_id"]: tuple(SignedFile(**one) for one in data["files"]) for data in session.scalars(query)}
