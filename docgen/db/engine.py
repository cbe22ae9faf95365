"""Opening the database: SQLite in WAL mode with full synchronisation, brought to the newest schema.

Writers take the lock when they begin (`BEGIN IMMEDIATE`): a transaction that starts by reading and then writes
would otherwise fail under a second writer.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from docgen.errors import BackendError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30


class Database:
    """One database with the newest schema; hands out reading and writing sessions."""

    def __init__(self, url: str) -> None:
        """Connect to `url` and upgrade the schema where it is behind; raise `BackendError` where that fails."""
        self._engine = _engine(url)
        try:
            self._upgrade()
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise database_failed(error) from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state and changes nothing."""
        with Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that holds the writer's lock; commit at the end, roll everything back on an error."""
        with self._engine.connect().execution_options(immediate=True) as connection, Session(connection) as session:
            try:
                yield session
                session.commit()
            except SQLAlchemyError as error:
                session.rollback()
                raise database_failed(error) from error
            except BaseException:
                session.rollback()
                raise

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    def _upgrade(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        head = ScriptDirectory.from_config(config).get_current_head()
        with self._engine.connect().execution_options(immediate=True) as connection, connection.begin():
            if MigrationContext.configure(connection).get_current_revision() == head:
                return
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def database_failed(error: Exception) -> BackendError:
    """Return the error a person can act on for a failure of the database."""
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return BackendError(
        f"工作区数据库操作失败：{reason}",
        remedy="检查磁盘空间、目录权限以及是否有其他程序占用；本次操作没有写入任何记录",
        code="database_failed",
    )


def _engine(url: str) -> Engine:
    engine = create_engine(url, json_serializer=partial(json.dumps, ensure_ascii=False, sort_keys=True))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
