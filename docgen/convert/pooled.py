"""A converter that lets other processes draw while the caller goes on: drawing holds the interpreter's lock.

A few documents are drawn by the caller itself, since a process costs more to start than they do.
"""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property, partial
from multiprocessing import get_context
from typing import Final

from docgen.convert.port import Converter, Finish, Pdf
from docgen.errors import BackendError

ALONE: Final = 4
"""Documents that the caller draws itself, before any other process is started."""


class PooledConverter:
    """Converts in the caller's process, and what is begun beyond the first few in `workers` others."""

    def __init__(self, opened: Callable[[], Converter], workers: int) -> None:
        """Convert with what `opened` returns, which is called once in every process and so must be picklable."""
        self._opened = opened
        self._workers = workers
        self._begun = 0
        self._started = False

    def convert(self, docx: bytes) -> Pdf:
        """Convert the Word file `docx` now; see `Converter`."""
        return self._own.convert(docx)

    def expect(self, documents: int) -> None:
        """Start the processes for many `documents` now: they load while the caller is still filling the first ones."""
        if documents > ALONE and not self._started:
            for _ in range(self._workers):
                self._pool.submit(_ready)

    def begin(self, docx: bytes, then: Finish | None = None) -> Callable[[], Pdf]:
        """Begin to convert `docx`; see `Converter`."""
        self._begun += 1
        if self._begun <= ALONE:
            return self._own.begin(docx, then)
        try:
            return partial(self._finished, self._pool.submit(_convert, docx, then), docx, then)
        except BrokenProcessPool as error:
            raise _ended() from error

    def close(self) -> None:
        """End the processes; what was begun and not asked for is dropped."""
        if self._started:
            self._pool.shutdown(cancel_futures=True)
        self._own.close()

    def _finished(self, future: "Future[Pdf]", docx: bytes, then: Finish | None) -> Pdf:
        if future.cancel():  # no process has come to it yet: better to draw it here than to wait
            return self._own.begin(docx, then)()
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise _ended() from error

    @cached_property
    def _own(self) -> Converter:
        return self._opened()

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        self._started = True
        return ProcessPoolExecutor(self._workers, get_context("spawn"), initializer=_open, initargs=(self._opened,))


def _ended() -> BackendError:
    return BackendError("转换进程意外终止", code="conversion_failed", remedy="检查内存后重试，或改用 libreoffice: 转换")


_converters: list[Converter] = []
"""The one converter of a worker process."""


def _open(opened: Callable[[], Converter]) -> None:
    _converters.append(opened())


def _ready() -> None:
    """Do nothing, in a process that is started for it."""


def _convert(docx: bytes, then: Finish | None) -> Pdf:
    return _converters[0].begin(docx, then)()
