"""The audit: every byte, every row and every entry of the ledger against each other, and the ledger against heads.

The tables are not believed: what must be there follows from the ledger, and the ledger from its own chain, from the
heads kept beside it, and from a head that was published elsewhere, which nobody here can change.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from docgen.archive import assertions, ledger
from docgen.archive.archive import Archive, opened
from docgen.archive.assertions import Damage
from docgen.archive.ledger import Head, signed_heads
from docgen.clock import Clock
from docgen.db.models import ArchiveRecord, Event, TreeHead
from docgen.errors import BackendError
from docgen.stores.holding import Holding
from docgen.workspace import events
from docgen.workspace.location import DATABASE_FILE, Location

_OPERATIONAL = frozenset(
    {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_PERM"}
)
_UNREADABLE = (SQLAlchemyError, CommandError, BackendError, ValueError, TypeError, LookupError, AttributeError)
"""What reading a damaged database raises: from the driver, the migrations, and values that are no values."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found; the lists name every damaged item, `chain` is "ok" or what is wrong with the ledger."""

    intact: bool
    records: int
    objects: int
    altered: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    chain: str
    root: str

    def to_json(self) -> str:
        """Return the report as interfaces.md pins it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def audit(where: Location | Path, clock: Clock, published: Sequence[Head] = ()) -> AuditReport:
    """Audit the archive of the workspace `where` it lies, also against heads that were `published` elsewhere.

    Raises:
        NotFoundError: there is no workspace.
        BackendError: the database is locked or cannot be opened.
    """
    try:
        with opened(where, clock) as archive:
            return inspect(archive, published)
    except _UNREADABLE as error:
        if _operational(error):
            raise
        name = f"{DATABASE_FILE}：数据库已损坏，无法读取"
        return AuditReport(False, 0, 0, (name,), (), (), "无法读取", "")


def inspect(archive: Archive, published: Sequence[Head] = ()) -> AuditReport:
    """Audit an open archive."""
    holdings = tuple(archive.store.holdings())
    with archive.database.reading() as session:
        chain, root = _ledger(session, published)
        claims = assertions.claims(session, archive.store)
        damage = [*_database(session), *claims.damage]
        count = len(session.scalars(select(ArchiveRecord.seq)).all())
    damage += _objects(holdings, claims.objects)
    foreign = [one.name for one in holdings if one.expected is None]
    orphans = [one.name for one in holdings if one.expected and one.expected not in claims.objects]
    # What an interrupted writer left is no damage: the object is what its name says, and nothing refers to it.
    return AuditReport(
        intact=chain == "ok" and not damage and not foreign,
        records=count,
        objects=len(holdings) - len(foreign),
        altered=tuple(one.name for one in damage if not one.gone),
        missing=tuple(one.name for one in damage if one.gone),
        unexpected=(*foreign, *orphans),
        chain=chain,
        root=root,
    )


def _ledger(session: Session, published: Sequence[Head]) -> tuple[str, str]:
    """Return what is wrong with the ledger ("ok" if nothing is), and the head over all of it."""
    fault = events.verify(session)
    kept = [Head(row.size, row.root) for row in session.scalars(select(TreeHead).order_by(TreeHead.size))]
    heads = [*kept, *signed_heads(session), *published]
    digests = iter(session.scalars(select(Event.hash).order_by(Event.seq)))
    try:
        roots, frontier = ledger.roots_at(digests, [head.size for head in heads])
    except ValueError:
        return (fault.reason if fault else "事件的哈希不可读"), ""
    root = frontier.root.hex()
    if fault:
        return fault.reason, root
    for head in heads:
        if roots.get(head.size) != head.root:
            where = "公布的" if head in published else "留存的"
            return f"与{where}树头{head.size}:{head.root[:16]}…不符：台账被截断或改写", root
    if frontier.size and not kept and session.scalars(select(ArchiveRecord.seq).limit(1)).first():
        return "缺少留存的树头", root
    return "ok", root


def _database(session: Session) -> Iterator[Damage]:
    if session.get_bind().dialect.name == "sqlite":
        for (said,) in session.execute(text("PRAGMA quick_check")):
            if said != "ok":
                yield Damage(f"{DATABASE_FILE}：{said}", gone=False)


def _objects(holdings: Sequence[Holding], wanted: dict[str, str]) -> Iterator[Damage]:
    there = {one.expected for one in holdings}
    for one in holdings:
        if one.expected and one.actual != one.expected:
            yield Damage(f"{one.name}：{wanted.get(one.expected, '无主文件')}", gone=False)
    for sha256, label in wanted.items():
        if sha256 not in there:
            yield Damage(f"{sha256}：{label}", gone=True)


def _operational(error: Exception) -> bool:
    """Tell whether a database could not be read for a reason of the moment, not for what is in it."""
    cause: BaseException | None = error
    while cause is not None:
        inner = getattr(cause, "orig", cause)
        if isinstance(inner, sqlite3.Error) and getattr(inner, "sqlite_errorname", "").startswith(tuple(_OPERATIONAL)):
            return True
        if isinstance(inner, OSError):
            return True
        if isinstance(cause, BackendError) and cause.code != "database_failed":
            return True
        if isinstance(cause, OperationalError) and not isinstance(inner, sqlite3.Error):
            return True
        cause = cause.__cause__
    return False
