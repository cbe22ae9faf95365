"""Archiving, audit and search: rows per case against one commit per document, and how audit and search grow."""

import hashlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from docgen.archive import archive_case, audit, ledger
from docgen.archive.search import Query, search
from tests.archive import shelf

FORMS = (
    "contract",
    "first_contact_record",
    "needs_confirmation_list",
    "communication_outline",
    "proposal",
    "order_form",
)


def issued(folder: Path, cases: int) -> None:
    for number in range(1, cases + 1):
        one = shelf.numbered_case(number)
        made = (shelf.document(form, of=one, text=f"{form} {number} 违约金 " * 300) for form in FORMS)
        shelf.keep(folder, *made, of=one)


def archive(folder: Path, cases: int, *, one_by_one: bool) -> float:
    """Archive everything, by case or by document; return documents per second."""
    admissions = [shelf.admission(folder, shelf.numbered_case(number)) for number in range(1, cases + 1)]
    documents = sum(len(one.admitted) for one in admissions)
    with shelf.archive_in(folder) as opened:
        started = time.perf_counter()
        for one in admissions:
            parts = [[item] for item in one.admitted] if one_by_one else [one.admitted]
            for part in parts:
                archive_case(opened, one.case, part, shelf.schedule(), by="钱")
        return documents / (time.perf_counter() - started)


def run(cases: int = 100) -> str:
    """Return documents archived per second, and how long audit, search and a proof take; by the clock."""
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ws"
        issued(folder, cases)
        other = Path(shutil.copytree(folder, Path(name) / "other"))
        single = archive(other, cases, one_by_one=True)
        together = archive(folder, cases, one_by_one=False)
        lines.append(
            f"{cases} cases: {together:.0f} documents/s by case, {single:.0f}/s one by one: {together / single:.1f}x"
        )
        started = time.perf_counter()
        report = audit(folder, shelf.CLOCK)
        seconds = time.perf_counter() - started
        paths = [path for path in (folder / "objects").rglob("*") if path.is_file()]
        started = time.perf_counter()
        size = sum(len(data) for path in paths if hashlib.sha256(data := path.read_bytes()))
        plain = time.perf_counter() - started
        lines.append(
            f"audit: {report.records} records, {size / 1e6:.1f} MB in {seconds:.2f} s; sha256 alone {plain:.2f} s"
        )
        with shelf.archive_in(folder) as opened:
            for query in (Query(words="违约金"), Query(words="contract 违约金", stage=4)):
                started = time.perf_counter()
                hits = search(opened, query)
                lines.append(
                    f"search {query.words}: {len(hits)} hits in {(time.perf_counter() - started) * 1000:.1f} ms"
                )
            started = time.perf_counter()
            ledger.proof(opened, "0001-XS·2024-D30-0001")
            lines.append(
                f"proof in a ledger of {ledger.latest(opened).size}: {(time.perf_counter() - started) * 1000:.1f} ms"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    print(run(*map(int, sys.argv[1:2])))
