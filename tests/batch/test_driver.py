"""The driver: every case is settled whatever happens to workers, within bounded memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docgen.batch import Crew, Item, Result, State, processes, run
from docgen.errors import BackendError
from tests.batch import works

THREADS = Crew(lambda: ThreadPoolExecutor(2), 2)


def names(results: Iterator[Result], state: State = State.ARCHIVED) -> list[str]:
    return sorted(one.name for one in results if one.state is state)


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 130])
@pytest.mark.parametrize("size", [1, 25])
def test_every_case_is_settled_once(count: int, size: int):
    items = works.items(count)
    assert names(run(iter(items), works.done, THREADS, size=size)) == sorted(item.name for item in items)


def test_cases_are_read_only_as_far_as_they_are_about_to_be_done():
    read = 0

    def counted() -> Iterator[Item]:
        nonlocal read
        for item in works.items(1000):
            read += 1
            yield item

    results = run(counted(), works.done, THREADS, size=10)
    settled = 0
    for _ in results:
        settled += 1
        assert read - settled <= 10 * 2 * (2 * THREADS.width)  # in flight, and answered but not yet asked for
    assert settled == 1000


def test_results_among_the_cases_pass_through_however_many_there_are():
    broken = [Result(f"bad-{number}", "", State.REFUSED) for number in range(100)]
    found = list(run(iter([*broken, *works.items(3)]), works.done, THREADS, size=10))
    assert names(iter(found), State.REFUSED) == sorted(one.name for one in broken)
    assert len(names(iter(found))) == 3


def test_case_at_which_the_program_fails_is_named_and_the_others_are_done():
    found = list(run(iter(works.items(40, works.POISON)), works.fails_on_poison, THREADS, size=10))
    (poisoned,) = [one for one in found if one.state is State.POISONED]
    assert poisoned.name == works.POISON
    assert "KeyError" in poisoned.reasons[0]
    assert len(found) == 41


def test_batch_stops_where_nothing_goes_any_more():
    found = []
    with pytest.raises(BackendError) as refusal:
        found.extend(run(iter(works.items(1000)), works.nothing_goes, THREADS, size=5))
    assert refusal.value.code == "batch_stopped"
    assert "磁盘已满" in refusal.value.message


def test_what_stops_every_case_is_raised_as_it_is():
    with pytest.raises(BackendError) as refusal:
        list(run(iter(works.items(100)), works.cannot_begin, THREADS, size=5))
    assert refusal.value.code == "database_unreachable"


def test_cancelled_batch_ends_what_it_began_and_begins_nothing():
    found: list[Result] = []
    results = run(iter(works.items(500)), works.slow, THREADS, size=2, cancelled=lambda: len(found) > 10)
    found.extend(results)
    assert 10 < len(found) <= 10 + 2 * (2 * THREADS.width + 1)


def test_tasks_are_small_where_cases_are_few():
    assert [Crew(THREADS.start, 2).task_size(cases) for cases in (0, 1, 200, 2_000, 10**6)] == [1, 1, 6, 25, 25]


class TestProcesses:
    def test_case_that_crashes_the_interpreter_is_named_and_the_others_are_done(self):
        with processes(2) as crew:
            found = list(run(iter(works.items(60, works.POISON)), works.aborts_on_poison, crew, size=5))
        assert names(iter(found), State.POISONED) == [works.POISON]
        assert len(names(iter(found))) == 60

    def test_worker_killed_once_costs_no_case(self, tmp_path: Path):
        with processes(2) as crew:
            found = list(run(iter(works.items(30, str(tmp_path / "mark"))), works.dies_once, crew, size=4))
        assert {one.state for one in found} == {State.ARCHIVED}
        assert len(found) == 31

    def test_workers_end_with_a_parent_that_was_killed(self, tmp_path: Path):
        code = (
            "import time; from pathlib import Path; from docgen.batch import *; from tests.batch import works\n"
            "if __name__ == '__main__':\n"
            "    with processes(2) as crew:\n"
            "        for _ in run(iter(works.items(10000)), works.slow, crew, size=1):\n"
            f"            Path({str(tmp_path / 'began')!r}).touch()\n"
        )
        script = tmp_path / "parent.py"
        script.write_text(code)
        root = Path(__file__).parents[2]
        parent = subprocess.Popen([sys.executable, script], env={**os.environ, "PYTHONPATH": str(root)})
        while not (tmp_path / "began").exists():
            assert parent.poll() is None
            time.sleep(0.05)
        children = [int(one) for one in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()]
        assert len(children) >= 2
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        until = time.monotonic() + 10
        while any(_runs(child) for child in children):
            assert time.monotonic() < until
            time.sleep(0.05)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
