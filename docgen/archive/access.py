"""The access log: who read what of the archive, when and how; never changed, never shortened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from docgen.archive.archive import Archive
from docgen.db.models import ArchiveAccess


@dataclass(frozen=True, slots=True)
class Access:
    """One act of reading."""

    at: datetime
    actor: str
    act: str
    target: str


def log(archive: Archive, targets: Sequence[str], *, act: str, by: str) -> None:
    """Record that `by` read the targets (archive numbers, or what was searched for)."""
    now = archive.clock.now()
    with archive.database.writing() as session:
        session.add_all(ArchiveAccess(at=now, actor=by, act=act, target=target) for target in targets)


def accesses(archive: Archive) -> tuple[Access, ...]:
    """Return the whole log in order."""
    with archive.database.reading() as session:
        rows = session.scalars(select(ArchiveAccess).order_by(ArchiveAccess.id))
        return tuple(Access(row.at, row.actor, row.act, row.target) for row in rows)
