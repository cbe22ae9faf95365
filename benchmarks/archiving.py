"""Archiving against the naive "one fsync and commit per document"; audit against sha256; search by size."""

import hashlib
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import filled
from docgen.archive import audit
from docgen.archive.archiving import Lot, archive_cases
from docgen.archive.search import Query, search
from docgen.workspace import Location, Workspace
from tests import postgresql
from tests.archive import shelf

FORMS = (
    "contract",
    "first_contact_record",
    "needs_confirmation_list",
    "communication_outline",
    "proposal",
    "order_form",
)
GROUP = 50


def said(form: str, number: int) -> str:
    """Return what a document says: some 800 characters, and what makes it one of its own."""
    return f"{form} {number} {filled.words_of(number)}"


def issued(where: Location, cases: int) -> float:
    """Issue the documents of `cases` cases; return seconds."""
    made = [
        (one, [shelf.document(form, of=one, text=said(form, number)) for form in FORMS])
        for number, one in ((number, shelf.numbered_case(number)) for number in range(1, cases + 1))
    ]
    started = time.perf_counter()
    for one, documents in made:
        shelf.keep(where, *documents, of=one)
    return time.perf_counter() - started


def naive(folder: Path, blobs: list[bytes]) -> float:
    """Keep each document by itself: file, fsync, folder, row, commit; return documents per second."""
    folder.mkdir()
    database = sqlite3.connect(folder / "naive.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE document (sha256 TEXT PRIMARY KEY, size INTEGER)")
    started = time.perf_counter()
    for blob in blobs:
        digest = hashlib.sha256(blob).hexdigest()
        with (folder / digest).open("wb") as file:
            file.write(blob)
            file.flush()
            os.fsync(file.fileno())
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        database.execute("INSERT INTO document VALUES (?, ?)", (digest, len(blob)))
    database.close()
    return len(blobs) / (time.perf_counter() - started)


def run(cases: int = 100) -> str:
    """Return documents per second against the naive way, the audit's speed, and search latency."""
    lines = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server = stack.enter_context(postgresql.running())
        blobs = [shelf.docx(said(form, number)) for number in range(1, cases + 1) for form in FORMS]
        slow = naive(folder / "naive", blobs)
        lines.append(f"naive: {slow:.0f} documents/s")
        places = {
            "SQLite": Location.of(folder / "ws"),
            "PostgreSQL (in memory)": Location.of(server.database(), f"file:{folder / 'objects'}"),
        }
        for kind, where in places.items():
            lines += _measured(kind, where, cases, slow)
    return "\n".join(lines)


def _measured(kind: str, where: Location, cases: int, slow: float) -> list[str]:
    Workspace.open(where, shelf.CLOCK).close()
    keeping = issued(where, cases)
    lots = [Lot(one, shelf.admission(where, one).admitted) for one in map(shelf.numbered_case, range(1, cases + 1))]
    count = sum(len(lot.admitted) for lot in lots)
    with shelf.archive_in(where) as opened:
        started = time.perf_counter()
        for start in range(0, cases, GROUP):
            archive_cases(opened, lots[start : start + GROUP], shelf.schedule(), by="钱")
        archiving = time.perf_counter() - started
        started = time.perf_counter()
        search(opened, Query(words="违约金"))
        searching = time.perf_counter() - started
    started = time.perf_counter()
    report = audit(where, shelf.CLOCK)
    auditing = time.perf_counter() - started
    assert report.intact
    root = Path(where.store.removeprefix("file:"))
    paths = [path for path in root.rglob("*") if path.is_file()]
    started = time.perf_counter()
    size = sum(len(data) for path in paths if hashlib.sha256(data := path.read_bytes()))
    plain = time.perf_counter() - started
    return [
        (
            f"{kind}: archiving {count / archiving:.0f} documents/s, {count / archiving / slow:.1f}x; "
            f"issuing and archiving {count / (keeping + archiving):.0f}/s, {count / (keeping + archiving) / slow:.1f}x"
        ),
        (
            f"{kind}: audit of {report.records} records, {size / 1e6:.1f} MB in {auditing:.2f} s; sha256 {plain:.2f} s "
            f"({auditing / plain:.1f}x); search 违约金 {searching * 1000:.1f} ms"
        ),
    ]


if __name__ == "__main__":
    print(run(*map(int, sys.argv[1:2])))
