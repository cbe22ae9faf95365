"""Opening the database: SQLite or PostgreSQL, durable on commit, brought to the newest schema.

There is one writer at a time, since the chain of events and numbers without gaps need an order: on SQLite the writer
takes the lock when it begins (`BEGIN IMMEDIATE`; a transaction that starts by reading and then writes would fail under
a second writer), on PostgreSQL it waits for an advisory lock. Readers see one consistent state and wait for nobody.
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
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from docgen.errors import BackendError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30
_WRITER = 0x616E6A75616E
"""Key of the advisory lock of PostgreSQL that a writer holds; each database has its own."""


class Database:
    """One database with the newest schema; hands out reading and writing sessions."""

    def __init__(self, url: str | URL) -> None:
        """Connect to `url` and upgrade the schema where it is behind.

        Raises:
            BackendError: the database cannot be reached (`database_failed`), its driver is not installed
                (`driver_missing`), it would lose what it acknowledged (`not_durable`), or its schema is newer than
                this program (`schema_too_new`).
        """
        self._engine = _engine(make_url(url))
        try:
            self.upgraded = self._upgrade()
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise database_failed(error) from error
        except BackendError:
            self._engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state and changes nothing."""
        try:
            with self._engine.connect() as connection, Session(connection) as session:
                yield session
        except SQLAlchemyError as error:
            raise database_failed(error) from error

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that holds the writer's lock; commit at the end, roll everything back on an error."""
        try:
            connection = self._engine.connect().execution_options(writes=True)
        except SQLAlchemyError as error:
            raise database_failed(error) from error
        with connection, Session(connection) as session:
            try:
                session.connection()  # begins, hence takes the lock
                yield session
                session.commit()
            except SQLAlchemyError as error:
                session.rollback()
                raise database_failed(error) from error
            except BaseException:
                session.rollback()
                raise

    def revision(self) -> str:
        """Return the number of the migration that the schema stands at."""
        with self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    def _upgrade(self) -> tuple[str, str] | None:
        """Run the migrations that are missing; return from and to which, None where the schema was the newest."""
        config = migrations()
        script = ScriptDirectory.from_config(config)
        head = script.get_current_head() or ""
        if self.revision() == head:  # without the writer's lock: opening waits for nobody
            return None
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            before = MigrationContext.configure(connection).get_current_revision() or ""
            if before == head:  # somebody else was faster
                return None
            if before and before not in {one.revision for one in script.walk_revisions()}:
                raise BackendError(
                    f"工作区数据库的结构（{before}）比本程序新",
                    remedy="安装与数据库相配的程序版本；没有改动任何记录",
                    code="schema_too_new",
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return before, head


def migrations() -> Config:
    """Return Alembic's configuration; the connection to migrate goes into `attributes["connection"]`."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def database_failed(error: Exception) -> BackendError:
    """Return the error a person can act on for a failure of the database."""
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    if isinstance(error, OperationalError) and not error.connection_invalidated and "connect" in reason:
        return BackendError(
            f"无法连接工作区数据库：{reason}",
            remedy="检查数据库是否在运行、地址和口令是否正确；没有写入任何记录",
            code="database_unreachable",
        )
    return BackendError(
        f"工作区数据库操作失败：{reason}",
        remedy="检查磁盘空间、目录权限以及是否有其他程序占用；本次操作没有写入任何记录",
        code="database_failed",
    )


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, json_serializer=partial(json.dumps, ensure_ascii=False, sort_keys=True))
    except ModuleNotFoundError as error:
        raise BackendError(
            f"没有安装数据库驱动{error.name}",
            remedy="安装带集群部件的版本：pip install 'anjuan[cluster]'",
            code="driver_missing",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Refuse a server that would lose what it acknowledged; never commit before the log is on the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('full_page_writes'), current_database()")
        if "off" in cursor.fetchone()[:2]:
            raise BackendError(
                "PostgreSQL 服务器关闭了 fsync 或 full_page_writes，断电时会丢失已确认的记录",
                remedy="在 postgresql.conf 中打开 fsync 和 full_page_writes 后重启服务器",
                code="not_durable",
            )
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", (f"{_BUSY_SECONDS}s",))
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_WRITER,))
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes", False))
