"""The archive of a workspace: its database, its store and the clock that witnesses every act.

What can be done with it are functions of the other modules of this package, each one transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docgen.clock import Clock
from docgen.db.engine import Database
from docgen.errors import NotFoundError
from docgen.stores import ArchivalStore, open_store
from docgen.workspace.location import Location


@dataclass(frozen=True, slots=True)
class Archive:
    """A database and a store that belong together."""

    database: Database
    store: ArchivalStore
    clock: Clock


@contextmanager
def opened(where: Location | Path, clock: Clock) -> Iterator[Archive]:
    """Open the archive of the workspace at a location or in a folder, and close it at the end.

    Raises:
        NotFoundError: there is no workspace (code `no_archive`).
        BackendError: it cannot be opened.
    """
    location = Location.of(where) if isinstance(where, Path) else where
    if not location.exists:
        raise NotFoundError("此处没有工作区或档案库", remedy="用 --workspace 指明工作区目录", code="no_archive")
    store = open_store(location.store)
    database = Database(location.database)
    try:
        yield Archive(database, store, clock)
    finally:
        database.close()
