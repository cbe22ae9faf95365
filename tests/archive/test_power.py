"""Power cuts and full disks: what was acknowledged is there afterwards, and no case is half there.

The archive lies on an ext4 image. A power cut is a copy of the image at the moment the process is killed: what had not
reached the device is lost. Nothing else writes meanwhile, because the file system commits by itself only rarely.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docgen.archive import audit, records
from docgen.errors import BackendError
from tests.archive import shelf
from tests.archive.shelf import CLOCK
from tests.archive.test_crash import FORMS, archive_until_killed

CUTS = 50
PARTS = 5
IMAGE_BYTES = 64 * 1024 * 1024
ROOT_ONLY = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists() or shutil.which("mkfs.ext4") is None,
    reason="mounting an image takes root, /dev/loop and mkfs.ext4",
)
ENOUGH_PAGES = 400
"""Free pages of 4 KiB with which archiving the case below succeeds."""


def system(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    place.mkdir(exist_ok=True)
    system("mount", "-o", "loop,commit=300", image, place)
    try:
        yield place
    finally:
        system("umount", place)


def new_image(place: Path) -> Path:
    with place.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    system("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", place)
    return place


def cut(image: Path, copy: Path, folder: Path, first: int, going_on: tuple[int, float]) -> list[int]:
    """Archive some cases and go on for some time, cut the power, keep as `copy` what the device holds then.

    Returns what was acknowledged.
    """
    cases, seconds = going_on
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            archive_until_killed(folder, first, writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as said:
        acknowledged = [int(said.readline()) for _ in range(cases)]
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        shutil.copyfile(image, copy)
        return acknowledged + [int(line) for line in said.read().splitlines()]


def lost(folder: Path, acknowledged: list[int]) -> list[int]:
    """Return which acknowledged cases are not there; whatever is there has to be whole."""
    with shelf.archive_in(folder) as archive:
        found = records.records(archive)
    by_case: dict[str, int] = {}
    for one in found:
        by_case[one.case_no] = by_case.get(one.case_no, 0) + 1
    assert set(by_case.values()) <= {len(FORMS)}
    report = audit(folder, CLOCK)
    assert report.intact, report
    return [number for number in acknowledged if f"XS2024-{number:04d}" not in by_case]


@ROOT_ONLY
@pytest.mark.parametrize("part", range(PARTS))
def test_ten_power_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path, part: int):
    chosen = random.Random(300 + part)
    shelf.schedule(), shelf.catalogue(), shelf.case()  # loaded once, before the processes part
    image = new_image(tmp_path / "disk.img")
    with mounted(image, tmp_path / "disk") as disk:
        shelf.fill(disk / "ws", *FORMS, of=shelf.numbered_case(1))
        acknowledged = [1]
        for number in range(CUTS // PARTS):
            copy = tmp_path / "copy.img"
            going_on = chosen.randrange(2), chosen.uniform(0.0, 0.25)
            acknowledged += cut(image, copy, disk / "ws", 2 + number * 100, going_on)
            with mounted(copy, tmp_path / "after") as after:
                assert lost(after / "ws", acknowledged) == []
    assert len(acknowledged) > 1


@ROOT_ONLY
def test_power_cut_shows_what_was_never_made_durable(tmp_path: Path):
    """The test above can fail: bytes that were only written, not synced, are gone."""
    image = new_image(tmp_path / "disk.img")
    with mounted(image, tmp_path / "disk") as disk:
        (disk / "synced").write_bytes(b"x")
        system("sync", "-f", disk)
        (disk / "written").write_bytes(b"x")
        shutil.copyfile(image, tmp_path / "copy.img")
        with mounted(tmp_path / "copy.img", tmp_path / "after") as after:
            assert {path.name for path in after.iterdir()} == {"lost+found", "synced"}


@ROOT_ONLY
def test_disk_full_at_every_step_leaves_nothing_half_done(tmp_path: Path):
    shelf.keep(tmp_path / "issued", *(shelf.document(form, of=shelf.case()) for form in FORMS))
    disk = tmp_path / "disk"
    disk.mkdir()
    ended = []
    for free in [*range(12), *range(12, ENOUGH_PAGES, 12)]:
        system("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk)
        try:
            shutil.copytree(tmp_path / "issued", disk / "ws")
            left = os.statvfs(disk)
            (disk / "ballast").write_bytes(bytes((left.f_bavail - free) * left.f_bsize))
            try:
                shelf.archive_all(disk / "ws")
                ended.append(True)
            except BackendError:
                ended.append(False)
            (disk / "ballast").unlink()
            report = audit(disk / "ws", CLOCK)
            assert report.intact, (free, report)
            assert report.records in ({len(FORMS)} if ended[-1] else {0, len(FORMS)})
            assert len(shelf.archive_all(disk / "ws").records) == len(FORMS)
            assert audit(disk / "ws", CLOCK).records == len(FORMS)
        finally:
            system("umount", disk)
        if ended[-3:] == [True] * 3:
            break
    assert True in ended
    assert False in ended
