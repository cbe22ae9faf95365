"""Where a workspace lies: its database, and the store that keeps its bytes."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from docgen.errors import BackendError, InputError, failure

DATABASE_FILE = "workspace.db"
OBJECTS_FOLDER = "objects"
_ADDRESS = re.compile(r"file:|[A-Za-z][A-Za-z0-9+.-]*://")
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class Location:
    """A database and a store; `folder` is where both lie unless they have addresses of their own."""

    database: URL
    store: str
    folder: Path | None = None

    @classmethod
    def of(cls, address: str | Path, store: str = "") -> "Location":
        """Read the address of a workspace: a folder, `file:/folder`, or the URL of a PostgreSQL database.

        `store` is the URI of a store; a folder has one of its own, a database has none.

        Raises:
            InputError: the address is of another kind (`unknown_workspace`), or a database comes without a store
                (`store_missing`). The address is not repeated: it may hold a password.
        """
        if isinstance(address, Path) or not _ADDRESS.match(address):
            return cls._in_folder(Path(address), store)
        try:
            parts = urlsplit(address)
        except ValueError as error:
            raise _unknown() from error
        if parts.scheme == "file":
            return cls._in_folder(Path(unquote(parts.path)), store)
        if parts.scheme not in _POSTGRESQL:
            raise _unknown()
        if not store:
            raise InputError(
                "工作区在数据库中，但没有指明文件存放在哪里",
                remedy="用 DOCGEN_STORE 指明，例如 file:/srv/docgen/objects",
                code="store_missing",
            )
        try:
            return cls(make_url(address).set(drivername="postgresql+psycopg"), store)
        except (ArgumentError, ValueError) as error:
            raise _unknown() from error

    @property
    def exists(self) -> bool:
        """Whether there is a workspace already; of a server only opening it tells, so it counts as there."""
        return self.folder is None or (self.folder / DATABASE_FILE).is_file()

    def prepare(self) -> None:
        """Make the folder where it does not exist; raise `BackendError` where that fails."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BackendError(
                f"无法创建工作区目录：{failure(error)}", remedy="检查目录权限，或用 --workspace 指定其他目录"
            ) from error

    def in_folder(self, act: str) -> Path:
        """Return the folder, for an `act` that needs database and store to be files; raise `InputError` otherwise."""
        if self.folder is None:
            raise InputError(
                f"{act}只用于目录中的工作区",
                remedy="PostgreSQL 用 pg_dump、pg_restore，文件存储用其自身的复制",
                code="not_a_folder",
            )
        return self.folder

    @classmethod
    def _in_folder(cls, folder: Path, store: str) -> "Location":
        database = URL.create("sqlite", database=str((folder / DATABASE_FILE).resolve()))
        return cls(database, store or f"file:{(folder / OBJECTS_FOLDER).resolve()}", folder)


def _unknown() -> InputError:
    return InputError(
        "工作区地址的类型未知",
        remedy="可用：目录、file:/目录、postgresql://用户@主机/数据库",
        code="unknown_workspace",
    )
