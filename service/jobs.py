"""Long work in the background: asked for, done case by case, its progress kept so that any process can tell it.

What was interrupted is told as such; asking for it again does only what is left, since every act is a no-op once done.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from docgen.clock import Clock
from docgen.db.delivery import Job
from docgen.db.engine import Database
from docgen.errors import NotFoundError

WAITING, RUNNING, DONE, STOPPED = "waiting", "running", "done", "interrupted"
FINISHED = frozenset({DONE, STOPPED})
Result = Mapping[str, Any]
Step = Callable[[str], Result]


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job as it stands."""

    id: str
    kind: str
    account_id: int
    state: str
    done: int
    total: int
    results: Sequence[Result]
    created_at: datetime
    updated_at: datetime


class Jobs:
    """The jobs of a workspace; this process works on those that were asked of it, one after the other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database they lie in."""
        self._database, self._clock = database, clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="jobs")
        self._stopping = threading.Event()

    def begin(self, kind: str, account_id: int, items: Sequence[str], step: Step) -> KeptJob:
        """Ask for `step` to be done for every item; return the job at once."""
        now = self._clock.now()
        row = Job(
            id=str(uuid4()),
            kind=kind,
            account_id=account_id,
            state=WAITING,
            done=0,
            total=len(items),
            request={"items": list(items)},
            results=[],
            created_at=now,
            updated_at=now,
        )
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            kept = _kept(row)
        self._pool.submit(self._work, kept.id, tuple(items), step)
        return kept

    def get(self, job_id: str) -> KeptJob:
        """Return a job; raise `NotFoundError` where there is none."""
        with self._database.reading() as session:
            row = session.get(Job, job_id)
            if row is None:
                raise NotFoundError("没有这个任务", code="job_unknown")
            return _kept(row)

    def unfinished(self) -> int:
        """Return how many jobs are not finished."""
        with self._database.reading() as session:
            return len(session.scalars(select(Job.id).where(Job.state.in_((WAITING, RUNNING)))).all())

    def recover(self) -> None:
        """Mark what a process that ended left behind; for the start of a service that is the only one."""
        with self._database.writing() as session:
            left = update(Job).where(Job.state.in_((WAITING, RUNNING))).values(state=STOPPED)
            session.execute(left)

    def close(self) -> None:
        """Finish the item that is being worked on, and mark the rest as interrupted."""
        self._stopping.set()
        self._pool.shutdown(wait=True)

    def _work(self, job_id: str, items: Sequence[str], step: Step) -> None:
        for item in self._until_stopped(job_id, items):
            self._note(job_id, [step(item)], RUNNING)
        self._note(job_id, [], STOPPED if self._stopping.is_set() and self.get(job_id).done < len(items) else DONE)

    def _until_stopped(self, job_id: str, items: Sequence[str]) -> Iterator[str]:
        self._note(job_id, [], RUNNING)
        for item in items:
            if self._stopping.is_set():
                return
            yield item

    def _note(self, job_id: str, results: Sequence[Result], state: str) -> None:
        with self._database.writing() as session:
            row = session.get_one(Job, job_id)
            row.results = [*row.results, *map(dict, results)]
            row.done, row.state, row.updated_at = row.done + len(results), state, self._clock.now()


def _kept(row: Job) -> KeptJob:
    return KeptJob(
        id=row.id,
        kind=row.kind,
        account_id=row.account_id,
        state=row.state,
        done=row.done,
        total=row.total,
        results=tuple(row.results),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
