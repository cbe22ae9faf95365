"""Declarations that may change while the service runs: loaded anew when their files change, refused whole if wrong."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from docgen.errors import DeclarationError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Files = Sequence[tuple[str, bytes]]
"""Names and contents of files."""

_Print = tuple[tuple[str, int, int, int], ...]


class Declared(Protocol[T_co]):
    """What some files declare."""

    @property
    def content(self) -> Files:
        """The names and contents of the files in force."""
        ...

    @property
    def refused(self) -> DeclarationError | None:
        """Why newer files are not in force, None if they are."""
        ...

    def current(self) -> T_co:
        """Give what is in force."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed(Generic[T]):
    """What some files declared once, whatever lies on the disk now."""

    value: T
    content: Files
    refused: None = None

    def current(self) -> T:
        """Give what was declared."""
        return self.value


class Watched(Generic[T]):
    """What some files declare; while a changed version of them is wrong, the one before stays in force."""

    def __init__(self, files: Callable[[], Sequence[Path]], load: Callable[[Files], T]) -> None:
        """Load what `files` hold now.

        Raises:
            DeclarationError: The files are wrong, and there is nothing before them.
        """
        self._files = files
        self._load = load
        self._lock = threading.Lock()
        self._refused: DeclarationError | None = None
        self._print = self._fingerprint()
        self._content = self._read()
        self._value = load(self._content)

    @property
    def refused(self) -> DeclarationError | None:
        """Why the present files are not in force, None if they are."""
        return self._refused

    def current(self) -> T:
        """Give what is in force, after a look at whether the files have changed."""
        with self._lock:
            try:
                found = self._fingerprint()
                if found != self._print:
                    self._print = found
                    content = self._read()
                    self._value, self._content, self._refused = self._load(content), content, None
            except DeclarationError as error:
                self._refused = error
            return self._value

    @property
    def content(self) -> Files:
        """The names and contents of the files in force, so that a decision can be repeated with them."""
        return self._content

    def _fingerprint(self) -> _Print:
        try:
            return tuple(
                (path.name, state.st_mtime_ns, state.st_size, state.st_ino)
                for path in self._files()
                for state in [path.stat()]
            )
        except OSError as error:
            raise _unreadable(error) from None

    def _read(self) -> Files:
        try:
            return [(path.name, path.read_bytes()) for path in self._files()]
        except OSError as error:
            raise _unreadable(error) from None


def _unreadable(error: OSError) -> DeclarationError:
    name = Path(str(error.filename)).name
    return DeclarationError(f"无法读取{name}", remedy="检查文件是否存在、是否允许读取", code="declaration_unreadable")
