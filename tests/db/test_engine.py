"""SQLite and PostgreSQL alike: schema, values, durability, append-only tables, and writers that take turns."""

import multiprocessing
import sqlite3
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from docgen.case.values import SHANGHAI
from docgen.clock import FixedClock
from docgen.db.engine import Database, migrations
from docgen.db.models import ArchiveAccess, ArchiveRecord, Base, CaseSnapshot, Event, OrderNumber, TreeHead
from docgen.errors import BackendError
from docgen.workspace import Location, Workspace, events
from docgen.workspace.events import EventKind
from tests import postgresql

NOW = datetime(2024, 12, 31, 18, tzinfo=SHANGHAI)
APPEND_ONLY = ("event", "decision", "override", "archive_record", "archive_file", "tree_head", "archive_access")


@pytest.fixture
def database(location: Location):
    location.prepare()
    opened = Database(location.database)
    yield opened
    opened.close()


def test_schema_of_the_models_is_the_schema_of_the_migrations(database: Database, location: Location):
    engine = create_engine(location.database)
    options = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("archive_text")}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    engine.dispose()


def test_every_migration_can_be_taken_back_and_done_again(database: Database, location: Location):
    config = migrations()
    head = ScriptDirectory.from_config(config).get_current_head()
    engine = create_engine(location.database)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        left = {name for name in connection.dialect.get_table_names(connection) if not name.startswith("sqlite")}
        assert left == {"alembic_version"}
        command.upgrade(config, "head")
        assert MigrationContext.configure(connection).get_current_revision() == head
    engine.dispose()


def test_order_numbers_of_cases_kept_before_are_found(database: Database, location: Location):
    with database.writing() as session:
        for number, orders in ((1, ["PO-1", "PO-2"]), (2, ["PO-2"]), (3, [])):
            snapshot = {"sha256": f"{number}" * 64, "case_no": f"XS2024-{number:04d}", "title": "", "stored_at": NOW}
            session.add(CaseSnapshot(**snapshot, contract_no=None, order_nos=orders))
    config = migrations()
    engine = create_engine(location.database)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        command.upgrade(config, "head")
    with database.reading() as session:
        found = {(row.number, row.case_no) for row in session.scalars(select(OrderNumber))}
    assert found == {("PO-1", "XS2024-0001"), ("PO-2", "XS2024-0001"), ("PO-2", "XS2024-0002")}
    engine.dispose()


def test_opening_again_changes_nothing_and_the_first_opening_tells_what_it_did(tmp_path: Path):
    folder = Location.of(tmp_path)
    for upgraded in (True, False):
        database = Database(folder.database)
        assert bool(database.upgraded) is upgraded
        assert database.revision() == ScriptDirectory.from_config(migrations()).get_current_head()
        database.close()


def test_schema_newer_than_the_program_is_refused_and_stays(database: Database, location: Location):
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BackendError) as refusal:
        Database(location.database)
    assert refusal.value.code == "schema_too_new"
    assert database.revision() == "9999"


def test_values_come_back_as_they_were_given(database: Database):
    instant = datetime(2024, 12, 31, 23, 59, 59, 123456, tzinfo=SHANGHAI)
    said = {"金额": 9007199254740993, "嵌套": {"名": "“引号”\\ 和 𠮷"}, "空": None, "列": [1, "二"]}
    with database.writing() as session:
        session.add(
            Event(
                seq=1,
                at=instant,
                kind="x",
                case_no="XS",
                subject="甲方 𠮷野家",
                actor="张三",
                data=said,
                prev_hash="0" * 64,
                hash="1" * 64,
            )
        )
        session.add(TreeHead(size=1, root="2" * 64, peaks=["3" * 64], at=instant.astimezone(UTC)))
        session.add(ArchiveAccess(at=instant, actor="李" * 5_000, act="search", target="违约金"))
        session.add(
            CaseSnapshot(
                sha256="4" * 64, case_no="XS", title="题", contract_no=None, order_nos=["单"], stored_at=instant
            )
        )
    with database.reading() as session:
        event = session.get_one(Event, 1)
        assert (event.at, event.at.utcoffset()) == (instant, instant.utcoffset())
        assert (event.data, list(event.data)) == (said, sorted(said))
        assert event.subject == "甲方 𠮷野家"
        assert session.get_one(TreeHead, 1).at == instant
        assert session.scalars(select(ArchiveAccess.actor)).one() == "李" * 5_000
        assert session.get_one(CaseSnapshot, "4" * 64).order_nos == ["单"]
        stored = session.scalar(text("SELECT substr(CAST(at AS varchar), 1, 19) FROM event"))
    assert stored == "2024-12-31 15:59:59"  # UTC


def test_naive_instant_is_refused(database: Database):
    with pytest.raises(BackendError), database.writing() as session:
        session.add(ArchiveAccess(at=NOW.replace(tzinfo=None), actor="a", act="b", target="c"))


def test_amounts_are_whole_cents_of_any_size(database: Database):
    columns = {column.name: column for column in ArchiveRecord.__table__.columns}
    largest = 2**63 - 1
    with database.reading() as session:
        kept = session.scalar(select(text("CAST(:n AS bigint)")).params(n=largest))
    assert kept == largest
    assert columns["amount_cents"].type.python_type is int


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_database_refuses_change_of_what_is_append_only(database: Database, location: Location, table: str, act: str):
    if location.folder:  # a trigger of SQLite is asked for each row only
        one_row(location.folder / "workspace.db", table)
    key = Base.metadata.tables[table].primary_key.columns.values()[0].name
    with pytest.raises(BackendError, match="append-only"), database.writing() as session:
        session.execute(text(act.format(table, key, key)))


def one_row(path: Path, table: str) -> None:
    """Put any row into a table of SQLite, whatever it refers to."""
    columns = [column.name for column in Base.metadata.tables[table].columns if not column.nullable]
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f'INSERT INTO "{table}" ({",".join(columns)}) VALUES ({",".join("1" * len(columns))})')
        raw.commit()


def test_postgresql_refuses_to_truncate_too(on_postgresql: Location):
    database = Database(on_postgresql.database)
    for table in APPEND_ONLY:
        with pytest.raises(BackendError, match="append-only"), database.writing() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
    database.close()


class TestWriters:
    @pytest.mark.parametrize(("database_kind", "writers"), [("sqlite", 2), ("postgresql", 8)])
    def test_writers_at_the_same_time_lose_nothing(
        self, request: pytest.FixtureRequest, tmp_path: Path, database_kind: str, writers: int
    ):
        location = (
            Location.of(tmp_path / "ws") if database_kind == "sqlite" else request.getfixturevalue("on_postgresql")
        )
        Workspace.open(location, FixedClock(NOW)).close()
        fork = multiprocessing.get_context("fork")  # nothing is open here; importing all anew would take longer
        processes = [fork.Process(target=write, args=(location, number)) for number in range(writers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0] * writers
        workspace = Workspace.open(location, FixedClock(NOW))
        found = workspace.events()
        assert [event.seq for event in found] == list(range(1, writers * 20 + 1))
        assert {(event.actor, event.subject) for event in found} == {
            (f"writer {writer}", f"R-{number}") for writer in range(writers) for number in range(20)
        }
        assert workspace.verify_events() is None
        workspace.close()

    def test_one_waits_for_the_other(self, database: Database, location: Location):
        entered, told = threading.Event(), []

        def second() -> None:
            other = Database(location.database)
            with other.writing() as session:
                entered.set()
                told.append(session.scalar(select(Event.seq)))
            other.close()

        with database.writing() as session:
            thread = threading.Thread(target=second)
            thread.start()
            assert not entered.wait(0.3)
            said(session, "s")
        thread.join(10)
        assert told == [1]

    def test_reader_sees_one_state_and_is_not_kept_waiting(self, database: Database):
        with database.reading() as reader:
            before = reader.scalars(select(Event.seq)).all()
            with database.writing() as session:
                said(session, "s")
            assert reader.scalars(select(Event.seq)).all() == before == []

    def test_nothing_of_a_failed_act_stays(self, database: Database):
        def fail() -> None:
            with database.writing() as session:
                said(session, "s")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with database.reading() as session:
            assert session.scalars(select(Event.seq)).all() == []


def said(session: Session, subject: str) -> None:
    """Append an event."""
    events.append(session, EventKind.RULE_OVERRIDDEN, at=NOW, case_no="XS", subject=subject, actor="a", data={})


def write(location: Location, number: int) -> None:
    """Do acts of one writer, in a process of its own."""
    workspace = Workspace.open(location, FixedClock(NOW))
    for act in range(20):
        workspace.override(f"XS2024-000{number}", f"R-{act}", by=f"writer {number}", reason="并发")
    workspace.close()


class TestFailures:
    def test_reading_session_cannot_write_on_postgresql(self, on_postgresql: Location):
        database = Database(on_postgresql.database)
        with pytest.raises(BackendError), database.reading() as session:
            session.execute(text("DELETE FROM case_snapshot"))
        database.close()

    def test_server_that_is_not_there_is_named_with_a_remedy(self, tmp_path: Path):
        location = Location.of(f"postgresql://u:geheim@/x?host={tmp_path}", f"file:{tmp_path / 'o'}")
        with pytest.raises(BackendError) as failure:
            Database(location.database)
        assert failure.value.code == "database_unreachable"
        assert failure.value.remedy
        assert "geheim" not in str(failure.value) + repr(location)

    def test_missing_driver_names_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(sys.modules, "psycopg", None)
        location = Location.of("postgresql://u@h/x", f"file:{tmp_path / 'o'}")
        with pytest.raises(BackendError, match="psycopg") as failure:
            Database(location.database)
        assert failure.value.code == "driver_missing"
        assert "anjuan[cluster]" in failure.value.remedy

    def test_server_that_would_lose_what_it_acknowledged_is_refused(self, tmp_path: Path):
        with postgresql.running(fsync="off") as server:
            location = Location.of(server.database(), f"file:{tmp_path / 'o'}")
            with pytest.raises(BackendError) as refusal:
                Database(location.database)
        assert refusal.value.code == "not_durable"

    def test_commit_waits_for_the_disk_even_where_the_server_would_not(
        self, postgresql_server: postgresql.Server, tmp_path: Path
    ):
        url = postgresql_server.database()
        postgresql_server.execute(f"ALTER DATABASE {postgresql.name_of(url)} SET synchronous_commit = off")
        database = Database(Location.of(url, f"file:{tmp_path / 'o'}").database)
        with database.writing() as session:
            assert session.scalar(text("SHOW synchronous_commit")) == "on"
        database.close()

    def test_trigger_of_sqlite_holds_for_other_programs_too(self, tmp_path: Path):
        location = Location.of(tmp_path)
        database = Database(location.database)
        with database.writing() as session:
            said(session, "s")
        database.close()
        raw = sqlite3.connect(str(location.database.database))
        with closing(raw), pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("DELETE FROM event")

    def test_closed_connection_is_an_error_and_not_a_loss(
        self, postgresql_server: postgresql.Server, on_postgresql: Location
    ):
        database = Database(on_postgresql.database)
        mine = f"datname = '{on_postgresql.database.database}'"

        def act() -> None:
            with database.writing() as session:
                said(session, "s")
                postgresql_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
                said(session, "t")

        with pytest.raises(BackendError) as failure:
            act()
        assert failure.value.code == "database_failed"
        with database.reading() as session:  # a new connection
            assert session.scalars(select(Event.seq)).all() == []
        database.close()
