"""Upkeep: clearing away what interrupted writers left, and finding a case again from what was issued."""

from datetime import timedelta

from sqlalchemy import select

from docgen.archive.archive import Archive
from docgen.archive.assertions import claims
from docgen.case import CaseFile, load_case
from docgen.db.models import Decision
from docgen.errors import IntegrityError, NotFoundError
from docgen.stores.holding import Swept
from docgen.workspace import events

GRACE = timedelta(hours=24)
"""How long a writer may take between keeping bytes and registering them."""


def sweep(archive: Archive, grace: timedelta = GRACE) -> Swept:
    """Remove temporaries and move objects that nothing refers to into quarantine, where older than `grace`.

    Raises:
        IntegrityError: the ledger, which says what must be kept, is itself damaged.
    """
    before = archive.clock.now() - grace
    with archive.database.writing() as session:  # holds the writer's lock, so that nothing is registered meanwhile
        if fault := events.verify(session):
            raise IntegrityError(fault.reason, remedy="先运行 docgen audit 查明", code="ledger_damaged")
        return archive.store.sweep(claims(session, archive.store).objects, before)


def newest_case(archive: Archive, case_no: str | None = None) -> CaseFile:
    """Return a case (the one that was touched last, where no number is given) as it was last issued from.

    Raises:
        NotFoundError: nothing was issued of it (`case_unknown`).
    """
    query = select(Decision.case_sha256).order_by(Decision.id.desc())  # clocks may go back, numbers do not
    if case_no is not None:
        query = query.where(Decision.case_no == case_no)
    with archive.database.reading() as session:
        sha256 = session.scalars(query.limit(1)).first()
    if sha256 is None:
        raise NotFoundError("工作区中没有这个案卷", remedy="给出案卷文件，或先签发文书", code="case_unknown")
    return load_case(archive.store.get(sha256))
