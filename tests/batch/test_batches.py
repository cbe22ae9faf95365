"""Whole batches and their accidents: nothing acknowledged is lost, nothing is there twice, the chain holds."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest

from docgen.batch import Crew, Item, Result, State, processes, run
from docgen.errors import BackendError, InputError
from docgen.workspace import Location
from service import batching
from service.batching import Sources, take
from service.settings import Settings
from tests import postgresql
from tests.batch import hall

ALONE = Crew(lambda: ThreadPoolExecutor(1), 1)
"""One thread of this process: for what does not depend on processes."""


def by_state(results: Iterator[Result]) -> dict[State, list[str]]:
    found: dict[State, list[str]] = {}
    for one in results:
        found.setdefault(one.state, []).append(one.name)
    return found


def alone(chosen: Settings, items: list[Item]) -> Iterator[Result]:
    return run(iter(items), partial(take, hall.order(chosen)), ALONE, size=5)


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.02)


def test_batch_done_again_changes_nothing(location: Location):
    chosen = hall.settings(location)
    first = list(alone(chosen, hall.items(range(1, 5))))
    assert [(one.state, one.documents, one.new) for one in first] == [(State.ARCHIVED, 2, 2)] * 4
    again = list(alone(chosen, hall.items(range(1, 5))))
    assert [(one.state, one.documents, one.new) for one in again] == [(State.ARCHIVED, 2, 0)] * 4
    hall.nothing_lost_and_nothing_twice(chosen, range(1, 5))


def test_two_cases_with_one_contract_number_are_not_both_issued(tmp_path: Path):
    chosen = Settings(workspace=tmp_path / "ws", operator="王")
    twins = [Item("a", hall.case_text(1)), Item("b", hall.case_text(2).replace(b"YB-XS-2024-0002", b"YB-XS-2024-0001"))]
    order = hall.order(chosen)
    two = Crew(lambda: ThreadPoolExecutor(2), 2)
    order = type(order)(chosen, "王", ("contract",), pdf=False)
    found = list(run(iter(twins), partial(take, order), two, size=1))
    assert sorted(one.state for one in found) == [State.ARCHIVED, State.REFUSED]
    assert "CT-23" in next(one for one in found if one.state is State.REFUSED).reasons[0]


def test_crashing_case_and_killed_worker(tmp_path: Path):
    chosen = Settings(workspace=tmp_path / "ws", operator="王")
    numbers = range(1, 11)
    with processes(2) as crew:
        results = run(iter(hall.items(numbers, 9)), partial(hall.take_unless_poison, hall.order(chosen)), crew, size=2)
        found = [next(results)]
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        workers = [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        os.kill(workers[0], signal.SIGKILL)
        found += results
    states = by_state(iter(found))
    assert states[State.POISONED] == ["0009poison.yaml"]
    assert len(states[State.ARCHIVED]) == len(numbers) - 1
    hall.nothing_lost_and_nothing_twice(chosen, set(numbers) - {9})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False).returncode != 0:
        pytest.skip("a file system can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_full_disk_stops_the_batch_and_more_room_lets_it_go_on(small_disk: Path):
    chosen = Settings(workspace=small_disk / "ws", operator="王")
    numbers = range(1, 31)
    found: list[Result] = []
    with pytest.raises(BackendError) as refusal:
        found.extend(alone(chosen, hall.items(numbers)))
    assert refusal.value.code in {"batch_stopped", "database_failed"}
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    rest = by_state(alone(chosen, hall.items(numbers)))
    assert set(rest) == {State.ARCHIVED}
    hall.nothing_lost_and_nothing_twice(chosen, numbers)


def test_database_that_vanishes_stops_the_batch_until_it_is_back(
    on_postgresql: Location, postgresql_server: postgresql.Server
):
    chosen = hall.settings(on_postgresql)
    name = on_postgresql.database.database
    numbers = range(1, 16)
    results = alone(chosen, hall.items(numbers))
    assert next(results).state is State.ARCHIVED
    postgresql_server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    postgresql_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    with pytest.raises(BackendError) as refusal:
        list(results)
    assert refusal.value.code == "batch_stopped"
    postgresql_server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    batching._bench.cache_clear()  # going on is a new process
    assert set(by_state(alone(chosen, hall.items(numbers)))) == {State.ARCHIVED}
    hall.nothing_lost_and_nothing_twice(chosen, numbers)


def test_two_batches_over_the_same_cases_at_once(tmp_path: Path):
    chosen, numbers = Settings(workspace=tmp_path / "ws", operator="王"), range(1, 9)

    def batch(_: int) -> dict[State, list[str]]:
        with processes(1) as crew:
            return by_state(run(iter(hall.items(numbers)), partial(take, hall.order(chosen)), crew, size=3))

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(batch, range(2)))
    assert [{state: len(names) for state, names in one.items()} for one in both] == [{State.ARCHIVED: 8}] * 2
    hall.nothing_lost_and_nothing_twice(chosen, numbers)


def test_batch_that_was_interrupted_and_then_killed_goes_on(tmp_path: Path):
    cases, out, chosen = hall.written(tmp_path / "cases", range(1, 17)), tmp_path / "out", tmp_path / "ws"
    arguments = (cases, "--archive", chosen, "--out", out)
    process = hall.begun(*arguments)
    wait_for(lambda: hall.settled(out) >= 2, process)
    os.killpg(process.pid, signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert process.returncode == 130, said + err
    assert "Traceback" not in err
    assert "--resume" in said
    assert 2 <= hall.settled(out) < 16
    hall.nothing_lost_and_nothing_twice(Settings(workspace=chosen), _archived(out))
    before = hall.settled(out)
    process = hall.begun(*arguments, "--resume")
    wait_for(lambda: hall.settled(out) >= before + 2, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    process = hall.begun(*arguments, "--resume", "--format", "json")
    said, err = process.communicate(timeout=180)
    report = json.loads(said)
    assert (report["archived"], report["open"], process.returncode) == (16, 0, 0), err
    hall.nothing_lost_and_nothing_twice(Settings(workspace=chosen), range(1, 17))


def _archived(out: Path) -> list[int]:
    lines = (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    return [int(json.loads(line)["case_no"].rpartition("-")[2]) for line in lines]


class TestSources:
    def test_are_files_folders_and_archives_each_case_once(self, tmp_path: Path):
        folder = hall.written(tmp_path / "cases", [1, 2])
        with ZipFile(tmp_path / "more.zip", "w") as archive:
            archive.writestr("a/3.yaml", hall.case_text(3))
            archive.writestr("a/again.yaml", hall.case_text(1))
            archive.writestr("readme.txt", "no case")
        sources = Sources([str(folder), str(tmp_path / "more.zip")])
        found = list(sources)
        assert len(sources) == len(found) == 4
        (twice,) = [one for one in found if isinstance(one, Result)]
        assert twice.reasons == (f"案卷XS2024-0001已由{folder / '0001.yaml'}给出，每个案卷只给出一个案卷文件",)
        assert [one.name.rpartition("/")[2] for one in found if isinstance(one, Item)] == [
            "0001.yaml",
            "0002.yaml",
            "3.yaml",
        ]

    def test_that_vanish_before_they_are_read_are_told_and_the_others_read(self, tmp_path: Path):
        folder = hall.written(tmp_path / "cases", [1, 2])
        sources = Sources([str(folder)])
        (folder / "0001.yaml").unlink()
        gone, there = sources
        assert isinstance(gone, Result)
        assert gone.state is State.REFUSED
        assert isinstance(there, Item)

    def test_of_any_size_are_read_only_as_far_as_a_case_may_go(self, tmp_path: Path):
        with ZipFile(tmp_path / "bomb.zip", "w", compression=8) as archive:
            archive.writestr("big.yaml", b"a" * 50_000_000)
        (item,) = Sources([str(tmp_path / "bomb.zip")])
        assert isinstance(item, Item)
        assert len(item.data) < 20_000_000

    def test_archive_that_is_none_is_invalid_input(self, tmp_path: Path):
        (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 no archive")
        with pytest.raises(InputError) as refusal:
            Sources([str(tmp_path / "x.zip")])
        assert refusal.value.code == "bad_zip"
