"""A hall of cases for tests: many cases made of one sample, and what has to hold of an archive of them."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from docgen.archive import audit, records
from docgen.batch import Item, Result, Task
from docgen.clock import SystemClock
from docgen.workspace import Location
from service.archiving import archive_of
from service.batching import BatchOrder, take
from service.settings import Settings
from tests.batch.works import POISON
from tests.samples import sample

FORMS = ("first_contact_record", "needs_confirmation_list")
"""Two forms of which the sample has final documents, one each."""
ROOT = Path(__file__).parents[2]


@cache
def _sample() -> str:
    return sample("H01").case.read_text(encoding="utf-8")


def case_text(number: int) -> bytes:
    """Return the sample under another number, with a contract and orders of its own."""
    text = _sample().replace("-2024-0012", f"-2024-{number:04d}").replace("XS2024-0012", f"XS2024-{number:04d}")
    return re.sub(r"(PO20240418)(\d{3})", partial(_order_no, number), text).encode()


def _order_no(number: int, found: re.Match[str]) -> str:
    return f"{found[1]}{(2 * number + int(found[2])) % 1000:03d}"


def items(numbers: Iterable[int], *poisoned: int) -> list[Item]:
    return [Item(f"{number:04d}{POISON if number in poisoned else ''}.yaml", case_text(number)) for number in numbers]


def written(folder: Path, numbers: Iterable[int]) -> Path:
    folder.mkdir()
    for item in items(numbers):
        (folder / item.name).write_bytes(item.data)
    return folder


def order(settings: Settings) -> BatchOrder:
    return BatchOrder(settings, "王归档", FORMS, pdf=False)


def settings(location: Location) -> Settings:
    address = location.folder or location.database.render_as_string(hide_password=False)
    return Settings(workspace=address, store=location.store, operator="王归档")


def take_unless_poison(order: BatchOrder, task: Task) -> tuple[Result, ...]:
    if any(POISON in item.name for item in task):
        os.abort()
    return take(order, task)


def nothing_lost_and_nothing_twice(chosen: Settings, numbers: Iterable[int]) -> None:
    """Hold an archive to what a batch of cases with these numbers must leave, however it came about."""
    with archive_of(chosen) as archive:
        found = records.records(archive)
    expected = Counter((f"XS2024-{number:04d}", form) for number in numbers for form in FORMS)
    assert Counter((one.case_no, one.form_id) for one in found) == expected
    assert {one.revision for one in found} == {0}
    series: dict[str, list[int]] = {}
    for one in found:
        series.setdefault(one.archive_no.rpartition("-")[0], []).append(int(one.archive_no.rpartition("-")[2]))
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in series.values())
    report = audit(chosen.location(), SystemClock())
    assert (report.intact, report.chain, report.records) == (True, "ok", sum(expected.values())), report


def command(*arguments: object, workers: int = 1) -> list[str]:
    """Return the command that runs `docgen batch` over these forms, as a process of its own."""
    options = ["--forms", ",".join(FORMS), "--no-pdf", "--by", "王归档", "--workers", str(workers)]
    return [sys.executable, "-m", "service.cli", "batch", *map(str, arguments), *options]


def begun(*arguments: object, workers: int = 1) -> "subprocess.Popen[str]":
    """Start `docgen batch` in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        command(*arguments, workers=workers),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def settled(out: Path) -> int:
    """Return how many lines the journal in `out` has after its head."""
    path = out / "journal.jsonl"
    return max(0, path.read_bytes().count(b"\n") - 1) if path.exists() else 0
