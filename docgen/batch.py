"""Many cases over any `concurrent.futures.Executor`: processes of this machine by default, Dask beyond it.

What is done with a case must have its effect once however often it is done (issuing and archiving have): then a task
may be repeated after any accident. Laws: memory does not grow with the number of cases; a case that brings its process
down is named, and all others are done; every case of a task that was answered is in the answer.
"""

import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial
from hashlib import sha256
from multiprocessing import get_context, parent_process

from docgen.errors import BackendError, DocgenError

LARGEST_TASK = 25
"""Cases in one task: enough that handing it over costs nothing beside doing it."""

_TASKS_PER_WORKER = 16
_IN_FLIGHT_PER_WORKER = 2
_ATTEMPTS = 2
_HOPELESS = 10
_TICK_SECONDS = 0.2
_CONNECT_SECONDS = 15
_PATIENCE_SECONDS = 60


class State(StrEnum):
    """What became of a case."""

    ARCHIVED = "archived"
    REFUSED = "refused"
    FAILED = "failed"
    POISONED = "poisoned"


FAULTY = frozenset({State.FAILED, State.POISONED})
"""States for which the case is not to blame, or not alone: worth another attempt."""


@dataclass(frozen=True)
class Item:
    """A case to be done: where it came from, and the bytes of its file."""

    name: str
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case, with every reason; `documents` are archived now or before, `new` of them now."""

    name: str
    sha256: str
    state: State
    case_no: str = ""
    documents: int = 0
    new: int = 0
    reasons: tuple[str, ...] = ()


Task = tuple[Item, ...]
Work = Callable[[Task], Sequence[Result]]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who does the work: how an executor is made, how many tasks it does at a time, what tells that a worker died.

    `present` tells whether there is anybody at all; it is asked when nothing has come for long.
    """

    start: Callable[[], Executor]
    width: int
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)
    present: Callable[[], bool] = lambda: True

    def task_size(self, cases: int) -> int:
        """Return how many cases go into one task, so that all workers end at about the same time."""
        return max(1, min(LARGEST_TASK, cases // (self.width * _TASKS_PER_WORKER)))


@contextmanager
def processes(workers: int) -> Iterator[Crew]:
    """Work in processes of this machine, each started afresh (connections do not survive a fork)."""
    yield Crew(lambda: ProcessPoolExecutor(workers, get_context("spawn"), _prepare_process), workers)


@contextmanager
def dask(address: str) -> Iterator[Crew]:
    """Work on the cluster whose scheduler is at `address`.

    Raises:
        BackendError: it cannot be reached, has no workers, or `distributed` is not installed.
    """
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - only a cluster has it installed
    except ModuleNotFoundError as error:
        raise BackendError(
            "没有安装 Dask", remedy="安装带集群部件的版本：pip install 'anjuan[cluster]'", code="dask_not_installed"
        ) from error
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise BackendError(
            "无法连接 Dask 调度器", remedy="检查地址（如 dask:tcp://主机:8786）和调度器", code="dask_unreachable"
        ) from error
    with client:
        width = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
        if not width:
            raise BackendError("Dask 集群中没有工作进程", remedy="启动 dask worker 后重试", code="dask_no_workers")
        start: Callable[[], Executor] = partial(client.get_executor, pure=False)
        yield Crew(start, width, (BrokenExecutor, KilledWorker), lambda: bool(client.nthreads()))  # type: ignore[no-untyped-call]


def run(
    items: Iterable[Item | Result], work: Work, crew: Crew, *, size: int, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Result]:
    """Do `work` for all items in tasks of `size`, and yield what became of each, in no order.

    A result among the items passes through. Once `cancelled()` is true no further task is begun; those begun end.

    Raises:
        BackendError: the cluster was lost, or case after case fails for reasons outside the cases (`batch_stopped`).
        DocgenError: `work` cannot be done for any case, for instance since the workspace cannot be opened.
    """
    yield from _Run(iter(items), work, crew, size, cancelled).results()


@dataclass(slots=True)
class _Run:
    items: Iterator[Item | Result]
    work: Work
    crew: Crew
    size: int
    cancelled: Callable[[], bool]
    executor: Executor = field(init=False)
    live: dict[Future[Sequence[Result]], Task] = field(default_factory=dict)
    suspects: deque[Task] = field(default_factory=deque)
    attempts: Counter[str] = field(default_factory=Counter)
    ready: deque[Result] = field(default_factory=deque)
    failed_in_a_row: int = 0
    heard_at: float = field(default_factory=time.monotonic)
    ending: bool = False

    def results(self) -> Iterator[Result]:
        self.executor = self.crew.start()
        try:
            while True:
                self._submit()
                if not self.live and not self.ready:
                    return
                while self.ready:
                    yield self._counted(self.ready.popleft())
                if self.live:
                    self._wait()
        finally:
            for future in self.live:
                future.cancel()
            self.executor.shutdown(wait=True)

    def _wait(self) -> None:
        done, _ = wait(self.live, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
        if done:
            self.heard_at = time.monotonic()
        elif time.monotonic() - self.heard_at > _PATIENCE_SECONDS:
            if not self.crew.present():
                raise _lost()
            self.heard_at = time.monotonic()
        for future in done:
            if future in self.live:  # not given up with a broken pool
                self._take(future)

    def _submit(self) -> None:
        """Keep as many tasks in flight as there may be; one alone while there are suspects."""
        if self.cancelled():
            self._end()
        while not self.ending and len(self.live) < (1 if self.suspects else self.crew.width * _IN_FLIGHT_PER_WORKER):
            task = self.suspects.popleft() if self.suspects else self._next()
            if not task:
                return
            try:
                self.live[self.executor.submit(self.work, task)] = task
            except BrokenExecutor:  # found out before the futures were
                self.suspects.append(task)
                self._restart()

    def _next(self) -> Task:
        task: list[Item] = []
        for one in self.items:
            if isinstance(one, Result):
                self.ready.append(one)
            else:
                task.append(one)
            if self.size in (len(task), len(self.ready)):
                break
        return tuple(task)

    def _take(self, future: "Future[Sequence[Result]]") -> None:
        task = self.live.pop(future)
        try:
            self.ready.extend(future.result())
        except CancelledError as error:
            if not self.ending:
                raise _lost() from error
        except BrokenExecutor as error:
            self._broken(task, error)
        except DocgenError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a case does to the work, the other cases are done
            self._suspect(task, error)

    def _broken(self, task: Task, error: BaseException) -> None:
        """Begin anew; of the tasks in flight nobody knows which one it was, unless there was only one."""
        if self.live:
            self.suspects.append(task)
            self._restart()
        else:
            self._restart()
            self._suspect(task, error)

    def _restart(self) -> None:
        for future, task in self.live.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self.ready.extend(future.result())
            else:
                self.suspects.append(task)
        self.live.clear()
        self.executor.shutdown(wait=False)
        self.executor = self.crew.start()

    def _suspect(self, task: Task, error: BaseException) -> None:
        if len(task) > 1:
            self.suspects.extend((item,) for item in task)
            return
        (item,) = task
        self.attempts[item.name] += 1
        if self.attempts[item.name] < _ATTEMPTS:
            self.suspects.append(task)
            return
        died = isinstance(error, self.crew.deaths)
        reason = "处理它的进程崩溃" if died else f"处理它时程序出错（{type(error).__name__}）"
        said = f"{reason}，单独重试{_ATTEMPTS}次仍然如此；其余案卷不受影响"
        self.ready.append(Result(item.name, item.sha256, State.POISONED, reasons=(said,)))

    def _counted(self, result: Result) -> Result:
        """Stop where nothing but faults comes: going on would only produce more of them."""
        self.failed_in_a_row = self.failed_in_a_row + 1 if result.state in FAULTY else 0
        if self.failed_in_a_row >= _HOPELESS:
            raise BackendError(
                f"连续{_HOPELESS}个案卷因外部故障失败，批次已停止；最后的原因：{'；'.join(result.reasons)}",
                remedy="排除故障后用 --resume 继续；已归档的不受影响",
                code="batch_stopped",
            )
        return result

    def _end(self) -> None:
        if not self.ending:
            self.ending = True
            self.suspects.clear()
            for future in list(self.live):
                if future.cancel():
                    del self.live[future]


def _lost() -> BackendError:
    return BackendError("与 Dask 集群失去联系", remedy="恢复集群后用 --resume 继续", code="dask_lost")


def _prepare_process() -> None:
    """Leave Ctrl-C to the parent, which lets this process finish; end with the parent, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
