"""Case files that are worked on in the service: every revision is kept, and nobody overwrites what they have not seen.

The text of a revision lies in the store as its author wrote it; the event names its digest, so that the log vouches
for it. Law: a revision is one more than the one before, and was made from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from docgen.case import CaseFile
from docgen.case.loader import load_text
from docgen.clock import Clock
from docgen.db.engine import Database
from docgen.db.models import CaseRevision
from docgen.derived.stage import CaseStage, stage
from docgen.errors import InputError, NotFoundError, StateError
from docgen.stores import Store
from docgen.workspace import events
from docgen.workspace.events import EventKind


@dataclass(frozen=True, slots=True)
class KeptCase:
    """One revision of a case file, counted from 1; the text lies in the store under `sha256`."""

    case_no: str
    revision: int
    sha256: str
    title: str
    customer: str
    stage: CaseStage
    recorded_at: datetime
    recorded_by: str
    act: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the cases that were looked for, and how many there are in all."""

    cases: tuple[KeptCase, ...]
    total: int


class Casebook:
    """The case files of a workspace."""

    def __init__(self, database: Database, store: Store, clock: Clock) -> None:
        """Join the parts; `clock` gives the witnessed time of every revision."""
        self._database, self._store, self._clock = database, store, clock

    def record(self, text: str, *, by: str, after: int, act: str) -> KeptCase:
        """Keep `text` as the revision that follows revision `after` (0: the case is new); `act` says what was done.

        Text that says nothing new is no new revision.

        Raises:
            InputError: the text is no valid case.
            StateError: the case is there already (`case_exists`), or somebody else was faster (`edited_meanwhile`).
            NotFoundError: there is no such case to follow.
        """
        case = load_text(text)
        sha256 = self._store.put(text.encode())
        now = self._clock.now()
        with self._database.writing() as session:
            last = _last(session, case.case_no)
            _expect(case.case_no, last, after)
            if last is not None and last.sha256 == sha256:
                return _kept(last)
            if last is not None:
                last.present = False
            row = _row(case, sha256, revision=after + 1, at=now, by=by, act=act)
            session.add(row)
            session.flush()
            events.append(
                session,
                EventKind.CASE_RECORDED,
                at=now,
                case_no=case.case_no,
                subject=case.case_no,
                actor=by,
                data={"revision": row.revision, "sha256": sha256, "act": act},
            )
            return _kept(row)

    def present(self, case_no: str) -> KeptCase:
        """Return the newest revision; raise `NotFoundError` (`case_unknown`) where there is no such case."""
        with self._database.reading() as session:
            return _kept(_there(_last(session, case_no)))

    def revisions(self, case_no: str) -> tuple[KeptCase, ...]:
        """Return every revision, the newest first; raise `NotFoundError` where there is no such case."""
        query = select(CaseRevision).where(CaseRevision.case_no == case_no).order_by(CaseRevision.revision.desc())
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            _there(rows[0] if rows else None)
            return tuple(_kept(row) for row in rows)

    def text(self, kept: KeptCase) -> str:
        """Return the text of a revision as its author wrote it."""
        return self._store.get(kept.sha256).decode()

    def find(self, words: str = "", stages: Sequence[CaseStage] = (), *, limit: int = 50, offset: int = 0) -> Page:
        """Return the cases whose number, title, customer or contract number holds every word; last touched first."""
        query = select(CaseRevision).where(CaseRevision.present)
        for word in words.split():
            places = (CaseRevision.case_no, CaseRevision.title, CaseRevision.customer, CaseRevision.contract_no)
            query = query.where(or_(*(place.contains(word, autoescape=True) for place in places)))
        if stages:
            query = query.where(CaseRevision.stage.in_([one.value for one in stages]))
        order = (CaseRevision.recorded_at.desc(), CaseRevision.case_no)
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            rows = session.scalars(query.order_by(*order).limit(limit).offset(offset))
            return Page(tuple(_kept(row) for row in rows), total)


def _last(session: Session, case_no: str) -> CaseRevision | None:
    query = select(CaseRevision).where(CaseRevision.case_no == case_no, CaseRevision.present)
    return session.scalars(query).first()


def _there(row: CaseRevision | None) -> CaseRevision:
    if row is None:
        raise NotFoundError("没有这个案卷", remedy="核对案卷号，或先新建案卷", code="case_unknown")
    return row


def _expect(case_no: str, last: CaseRevision | None, after: int) -> None:
    if after < 0:
        raise InputError("修订号不能为负", code="bad_revision")
    if after == 0 and last is not None:
        raise StateError(
            f"案卷{case_no}已存在，现为第{last.revision}版",
            remedy="读取后在其基础上修改",
            code="case_exists",
            state=last.stage,
        )
    if after > 0 and (there := _there(last)).revision != after:
        raise StateError(
            f"案卷{case_no}已由他人改为第{there.revision}版，您的修改基于第{after}版，未写入",
            remedy="读取最新一版，把修改合并进去后重新提交；您的内容没有丢失",
            code="edited_meanwhile",
            state=there.stage,
        )


def _row(  # noqa: PLR0913 - one row has this many parts
    case: CaseFile, sha256: str, *, revision: int, at: datetime, by: str, act: str
) -> CaseRevision:
    return CaseRevision(
        case_no=case.case_no,
        revision=revision,
        present=True,
        sha256=sha256,
        title=case.title,
        customer=case.customer.name,
        contract_no=case.contract.contract_no if case.contract else None,
        stage=stage(case).value,
        recorded_at=at,
        recorded_by=by,
        act=act,
    )


def _kept(row: CaseRevision) -> KeptCase:
    return KeptCase(
        case_no=row.case_no,
        revision=row.revision,
        sha256=row.sha256,
        title=row.title,
        customer=row.customer,
        stage=next(one for one in CaseStage if one.value == row.stage),
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        act=row.act,
    )
