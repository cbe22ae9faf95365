"""An archiving process that is killed at any moment: nothing acknowledged is lost, no case is half there."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from docgen.archive import audit, records
from tests.archive import shelf
from tests.archive.shelf import CLOCK

FORMS = ("contract", "first_contact_record")


def archive_until_killed(folder: Path, first: int, acknowledge: int) -> None:
    """Archive one case after the other, and write a line for each that is archived."""
    for number in range(first, 9999):
        shelf.fill(folder, *FORMS, of=shelf.numbered_case(number))
        os.write(acknowledge, f"{number}\n".encode())


def killed_once(folder: Path, first: int, seconds: float) -> list[int]:
    """Run the archiving in a process of its own, kill it after some time, and return what it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            archive_until_killed(folder, first, writing)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return [int(line) for line in said.read().splitlines()]


def survives(folder: Path, kills: int, seed: int) -> None:
    chosen = random.Random(seed)
    shelf.schedule(), shelf.catalogue(), shelf.case()  # loaded once, before the processes part
    shelf.fill(folder, *FORMS, of=shelf.numbered_case(1))
    acknowledged = [1]
    for kill in range(kills):
        acknowledged += killed_once(folder, 2 + kill * 100, chosen.uniform(0.0, 0.25))
    with shelf.archive_in(folder) as archive:
        found = records.records(archive)
    by_case: dict[str, list[str]] = {}
    for one in found:
        by_case.setdefault(one.case_no, []).append(one.archive_no)
    assert {f"XS2024-{number:04d}" for number in acknowledged} <= by_case.keys()
    assert {len(numbers) for numbers in by_case.values()} == {len(FORMS)}
    contracts = [one.archive_no for one in found if "D30" in one.archive_no]
    assert contracts == [f"0001-XS·2024-D30-{item:04d}" for item in range(1, len(contracts) + 1)]
    report = audit(folder, CLOCK)
    assert report.intact, report


@pytest.mark.parametrize("part", range(4))
def test_fifty_random_kills_lose_nothing(tmp_path: Path, part: int):
    survives(tmp_path / "ws", kills=50, seed=100 + part)
