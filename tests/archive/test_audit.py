"""The audit: whatever is changed in an archive is named, and a clean archive is intact."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from docgen.archive import AuditReport, Head, audit, ledger, read_head
from docgen.archive.checks import four_checks
from docgen.archive.merkle import leaf_hash
from docgen.archive.upkeep import sweep
from docgen.clock import SystemClock
from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError
from tests.archive import shelf
from tests.archive.shelf import CLOCK

DATABASE = "workspace.db"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "ws"
    shelf.fill(folder, "contract", "first_contact_record", "needs_confirmation_list")
    return folder


@pytest.fixture(scope="module")
def head(original: Path) -> Head:
    with shelf.archive_in(original) as archive:
        return ledger.latest(archive)


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "ws"))


@contextmanager
def tampering(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as someone would who is not hindered by triggers."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("PRAGMA foreign_keys = OFF")
        yield database
        database.commit()


def audited(folder: Path, *published: Head) -> AuditReport:
    return audit(folder, CLOCK, published)


def objects(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "objects").rglob("*") if path.is_file())


def test_clean_archive_is_intact(folder: Path, head: Head):
    report = audited(folder, head)
    assert report.intact
    assert (report.records, report.objects, report.chain, report.root) == (3, len(objects(folder)), "ok", head.root)


def test_report_has_the_pinned_keys(folder: Path):
    assert list(json.loads(audited(folder).to_json())) == [
        "intact",
        "records",
        "objects",
        "altered",
        "missing",
        "unexpected",
        "chain",
        "root",
    ]


def test_every_flipped_byte_of_a_record_makes_the_store_name_it(folder: Path):
    with shelf.archive_in(folder) as archive:
        (path,) = [one for one in objects(folder) if one.stat().st_size < 300][:1]
        for other in objects(folder):
            if other != path:
                other.unlink()  # hashing the others again would only take time
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        for place in range(len(data)):
            data[place] ^= 1 << (place % 8)
            path.write_bytes(data)
            assert [one.name for one in archive.store.holdings() if one.actual != one.expected] == [
                str(path.relative_to(folder / "objects"))
            ]
            data[place] ^= 1 << (place % 8)


@pytest.mark.parametrize("number", range(12))
def test_flipped_byte_makes_the_audit_name_object_and_document(folder: Path, number: int):
    path = objects(folder)[number % len(objects(folder))]
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[number * 7 % len(data)] ^= 0x20
    path.write_bytes(data)
    report = audited(folder)
    assert not report.intact
    assert any(path.name in name for name in report.altered)


def test_no_flipped_byte_of_the_database_changes_unnoticed_what_the_archive_says(folder: Path):
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    said = dump(folder)
    data = (folder / DATABASE).read_bytes()
    chosen = random.Random(7)
    for place in [*range(0, 100, 17), *(chosen.randrange(len(data)) for _ in range(40))]:
        damaged = bytearray(data)
        damaged[place] ^= 1 << chosen.randrange(8)
        for name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (folder / name).unlink(missing_ok=True)
        (folder / DATABASE).write_bytes(damaged)
        try:
            intact = audited(folder).intact
        except BackendError:
            continue
        assert not intact or dump(folder) == said, place


def dump(folder: Path) -> dict[str, list[object]]:
    tables = ("archive_record", "archive_file", "event", "tree_head", "document_number")
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        return {table: database.execute(f"SELECT * FROM {table} NOT INDEXED").fetchall() for table in tables[:4]}


def test_missing_object_is_named(folder: Path):
    path = objects(folder)[0]
    path.unlink()
    report = audited(folder)
    assert not report.intact
    assert any(path.name in name for name in report.missing)


def test_file_swapped_for_another_valid_one_is_named(folder: Path):
    first, second = objects(folder)[:2]
    first.chmod(0o644)
    first.write_bytes(second.read_bytes())
    report = audited(folder)
    assert [first.name in name for name in report.altered] == [True]


def test_foreign_file_is_unexpected(folder: Path):
    (folder / "objects" / "ab").mkdir(exist_ok=True)
    (folder / "objects" / "ab" / "stray.docx").write_bytes(b"x")
    (folder / "objects" / "tmp" / "note.txt").write_bytes(b"x")
    report = audited(folder)
    assert not report.intact
    assert set(report.unexpected) == {"ab/stray.docx", "tmp/note.txt"}


def test_object_under_a_false_folder_is_unexpected(folder: Path):
    path = objects(folder)[0]
    other = "00" if path.name[:2] != "00" else "01"
    shutil.copy(path, folder / "objects" / other / path.name)
    assert audited(folder).unexpected == (f"{other}/{path.name}",)


def test_symbolic_link_is_no_object(folder: Path, tmp_path: Path):
    path = objects(folder)[0]
    shutil.move(path, tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert not audited(folder).intact


def test_left_over_of_an_interrupted_writer_is_listed_but_no_damage(folder: Path):
    with shelf.archive_in(folder) as archive:
        digest = archive.store.put(b"left over")
    report = audited(folder)
    assert report.intact
    assert report.unexpected == (f"{digest[:2]}/{digest}",)


EDITS = {
    "row deleted": "DELETE FROM archive_record WHERE seq = 2",
    "title edited": "UPDATE archive_record SET title = 'x' WHERE seq = 2",
    "period shortened": "UPDATE archive_record SET kept_until = '2020-01-01' WHERE seq = 2",
    "customer edited": "UPDATE archive_record SET customer = 'x' WHERE seq = 2",
    "amount edited": "UPDATE archive_record SET amount_cents = 1 WHERE seq = 2",
    "metadata edited": "UPDATE archive_record SET description = '{}' WHERE seq = 2",
    "metadata removed": "UPDATE archive_record SET description = NULL WHERE seq = 2",
    "number edited": "UPDATE archive_record SET archive_no = 'x' WHERE seq = 2",
    "files moved": "UPDATE archive_file SET record_seq = 1 WHERE record_seq = 2",
    "record moved": "UPDATE archive_record SET seq = 100 WHERE seq = 2",
    "file row deleted": "DELETE FROM archive_file WHERE id = 2",
    "file row edited": "UPDATE archive_file SET sha256 = '" + "0" * 64 + "' WHERE id = 2",
    "file type edited": "UPDATE archive_file SET media_type = 'x' WHERE id = 2",
    "document deleted": "DELETE FROM document WHERE rowid = 1",
    "document edited": "UPDATE document SET docx_sha256 = '" + "0" * 64 + "' WHERE rowid = 1",
    "state edited": "UPDATE document SET state = 'void' WHERE rowid = 1",
    "event edited": "UPDATE event SET actor = 'x' WHERE seq = 5",
    "event deleted": "DELETE FROM event WHERE seq = 5",
    "last event deleted": "DELETE FROM event WHERE seq = 6",
    "tree head deleted": "DELETE FROM tree_head",
    "tree head edited": "UPDATE tree_head SET root = '" + "0" * 64 + "'",
}


@pytest.mark.parametrize("name", EDITS)
def test_tampering_with_rows_is_found(folder: Path, name: str):
    with tampering(folder) as database:
        assert database.execute(EDITS[name]).rowcount > 0
    report = audited(folder)
    assert not report.intact
    assert report.altered or report.missing or report.chain != "ok"


def test_record_that_the_ledger_does_not_know_is_found(folder: Path):
    with tampering(folder) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(archive_record)")]
        row = dict(zip(columns, database.execute("SELECT * FROM archive_record").fetchone(), strict=True))
        row |= {"seq": 9, "archive_no": "0001-XS·2024-D30-0009", "item_no": 9, "event_seq": 1, "document_id": "x"}
        database.execute(f"INSERT INTO archive_record VALUES ({','.join('?' * len(row))})", list(row.values()))
    assert any("0009" in name for name in audited(folder).altered)


def test_reordered_events_are_found(folder: Path):
    with tampering(folder) as database:
        for old, new in ((4, 99), (5, 4), (99, 5)):
            database.execute("UPDATE event SET seq = ? WHERE seq = ?", (new, old))
    assert audited(folder).chain != "ok"


def rechained(database: sqlite3.Connection) -> None:
    """Make chain and tree heads fit whatever the events say now: what an insider can do who has all of the disk."""
    from docgen.archive.merkle import Frontier  # noqa: PLC0415 - only here

    prev, frontier = "0" * 64, Frontier()
    query = "SELECT seq, at, kind, case_no, subject, actor, data FROM event ORDER BY seq"
    for seq, at, *rest in database.execute(query).fetchall():
        names = ("kind", "case_no", "subject", "actor")
        moment = at.replace(" ", "T").removesuffix(".000000") + "+00:00"
        body = {"seq": seq, "at": moment, **dict(zip(names, rest, strict=False)), "data": json.loads(rest[4])}
        entry = prev + json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(entry.encode()).hexdigest()
        database.execute("UPDATE event SET prev_hash = ?, hash = ? WHERE seq = ?", (prev, digest, seq))
        prev = digest
        frontier.add(leaf_hash(bytes.fromhex(digest)))
    database.execute("DELETE FROM tree_head")
    peaks = json.dumps([peak.hex() for peak in frontier.peaks])
    database.execute(
        "INSERT INTO tree_head VALUES (?, ?, ?, '2024-12-31 10:00:00', NULL)",
        (frontier.size, frontier.root.hex(), peaks),
    )


def truncated(database: sqlite3.Connection) -> None:
    """Remove the last record from everything."""
    database.execute("DELETE FROM event WHERE seq = 6")
    document = database.execute("SELECT document_id FROM archive_record WHERE seq = 3").fetchone()
    database.execute("DELETE FROM archive_file WHERE record_seq = 3")
    database.execute("DELETE FROM archive_record WHERE seq = 3")
    database.execute("UPDATE document SET state = 'issued' WHERE id = ?", document)


def rewritten(database: sqlite3.Connection) -> None:
    database.execute("UPDATE event SET actor = '他人' WHERE seq = 6")
    database.execute("UPDATE archive_record SET archived_by = '他人' WHERE event_seq = 6")


@pytest.mark.parametrize("change", [truncated, rewritten])
def test_ledger_made_anew_is_caught_by_the_published_head_alone(
    folder: Path, head: Head, change: Callable[[sqlite3.Connection], None]
):
    with tampering(folder) as database:
        change(database)
        rechained(database)
    assert audited(folder).intact  # nothing within the archive tells
    report = audited(folder, head)
    assert not report.intact
    assert "公布的树头" in report.chain


def test_archive_that_grew_still_fits_an_earlier_head(folder: Path, head: Head):
    shelf.fill(folder, "contract", of=shelf.numbered_case(13))
    assert audited(folder, head).intact


def test_database_that_is_none_is_damage_not_a_failure(folder: Path):
    for name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / DATABASE).write_bytes(b"nonsense" * 1000)
    report = audited(folder)
    assert not report.intact
    assert report.altered[0].startswith(DATABASE)


def test_folder_without_archive_is_not_found(tmp_path: Path):
    with pytest.raises(NotFoundError):
        audited(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "5", "x:y", "5:" + "g" * 64, "-1:" + "0" * 64, "05:" + "0" * 64])
def test_what_is_no_head_is_refused(text: str):
    with pytest.raises(InputError):
        read_head(text)


class TestSweep:
    def test_old_left_overs_go_and_everything_else_stays(self, folder: Path):
        with shelf.archive_in(folder, SystemClock()) as archive:
            digest = archive.store.put(b"left over")
            temporary = folder / "objects" / "tmp" / ("a" * 32)
            temporary.write_bytes(b"half")
            assert sweep(archive, timedelta(hours=1)).quarantined == ()
            for path in (folder / "objects" / digest[:2] / digest, temporary):
                os.utime(path, (0, 0))
            swept = sweep(archive, timedelta(hours=1))
        assert (swept.temporaries, swept.quarantined) == (1, (digest,))
        assert (folder / "objects" / "quarantine" / digest).read_bytes() == b"left over"
        assert audited(folder).intact
        assert audited(folder).unexpected == ()

    def test_left_over_that_is_wanted_again_stays(self, folder: Path):
        with shelf.archive_in(folder, SystemClock()) as archive:
            digest = archive.store.put(b"left over")
            os.utime(folder / "objects" / digest[:2] / digest, (0, 0))
            archive.store.put(b"left over")
            assert sweep(archive, timedelta(hours=1)).quarantined == ()

    def test_nothing_is_swept_by_a_damaged_ledger(self, folder: Path):
        with tampering(folder) as database:
            database.execute("UPDATE event SET actor = 'x' WHERE seq = 5")
        with shelf.archive_in(folder, SystemClock()) as archive, pytest.raises(IntegrityError):
            sweep(archive)


class TestFourChecks:
    def test_clean_archive_passes_all(self, folder: Path):
        with shelf.archive_in(folder) as archive:
            result = four_checks(archive)
        assert result.passed
        assert {check.aspect for check in result.checks} == {"真实性", "完整性", "可用性", "安全性"}

    def test_missing_object_fails_completeness_and_use(self, folder: Path):
        with shelf.archive_in(folder) as archive:
            (folder / "objects").joinpath(*_place(archive)).unlink()
            result = four_checks(archive)
        assert {check.aspect for check in result.checks if check.faults} == {"完整性", "可用性"}
        assert "不合格" in next(result.lines())


def _place(archive: object) -> tuple[str, str]:
    from docgen.archive import records  # noqa: PLC0415 - only here

    digest = records.records(archive)[0].files[0].sha256
    return digest[:2], digest
