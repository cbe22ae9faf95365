"""Files that strangers send, read in a process of its own with limits: what it takes down is not the service."""

import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from docgen.errors import InputError

SECONDS = 60
"""Longest time one file may take."""
MEMORY = 2 * 1024**3
"""Most address space of the process, in bytes."""
_FILES_PER_PROCESS = 50

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Reader:
    """One process that reads files; it is started when first needed and replaced when it dies."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def read(self, act: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what `act` (a function of a module) returns in the other process, or raise what it raises.

        Raises:
            InputError: the file took too long, too much memory, or the process down (`not_readable`).
        """
        pool = self._running()
        try:
            return pool.submit(act, *args, **kwargs).result(timeout=SECONDS)
        except (BrokenProcessPool, MemoryError, TooLong) as error:
            self._discard(pool)
            raise InputError(
                "文件无法在限定的时间和内存内读取", remedy="确认文件完好、未加密且不过大", code="not_readable"
            ) from error

    def close(self) -> None:
        """End the process."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(cancel_futures=True)

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_limit,
                    max_tasks_per_child=_FILES_PER_PROCESS,
                )
            return self._pool

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - the pool cannot end what hangs
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
