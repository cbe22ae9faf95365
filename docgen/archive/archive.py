"""The archive of a workspace: its database, its store and the clock that witnesses every act.

What can be done with it are functions of the other modules of this package, each one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from docgen.clock import Clock
from docgen.db.engine import Database
from docgen.errors import InputError, NotFoundError
from docgen.stores import ArchivalStore, open_store

DATABASE_FILE = "workspace.db"
OBJECTS_FOLDER = "objects"


@dataclass(frozen=True, slots=True)
class Archive:
    """A database and a store that belong together."""

    database: Database
    store: ArchivalStore
    clock: Clock


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[Archive]:
    """Open the archive of the workspace in `folder`, and close it at the end.

    Raises:
        NotFoundError: there is no workspace (code `no_archive`).
        BackendError: it cannot be opened.
    """
    if not (folder / DATABASE_FILE).is_file():
        raise NotFoundError("此处没有工作区或档案库", remedy="用 --workspace 指明工作区目录", code="no_archive")
    database = Database(f"sqlite:///{(folder / DATABASE_FILE).resolve()}")
    try:
        yield Archive(database, open_store(f"file:{(folder / OBJECTS_FOLDER).resolve()}"), clock)
    finally:
        database.close()


def folder_of(uri: str) -> Path:
    """Return the folder that `uri` names, a path or `file:/path`; raise `InputError` for another scheme."""
    parts = urlsplit(uri)
    if parts.scheme not in {"", "file"}:
        raise InputError("档案库地址的类型未知", remedy="可用：目录，或 file:/目录", code="unknown_archive")
    return Path(unquote(parts.path)) if parts.scheme else Path(uri)
