"""Batches: cases per second on one and two workers, what they need of CPU and memory, and what Dask costs more."""

import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from distributed import LocalCluster

from benchmarks.memory import resident
from docgen import batch as driver
from docgen.batch import Crew, Item, State, dask, processes
from service.batching import BatchOrder, take
from service.settings import Settings
from tests.batch import hall, works

FORMS = (
    "contract",
    "contract_approval_form",
    "first_contact_record",
    "needs_confirmation_list",
    "negotiation_minutes",
    "proposal_review_form",
)
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Pace:
    """How a batch went: cases per second after the start, CPU seconds a case, resident MiB early and late."""

    per_second: float
    cpu: float
    parent: tuple[float, float]
    workers: tuple[float, float]


def archived(cases: int, workers: int, *, pdf: bool) -> Pace:
    """Archive cases with six documents in a new workspace; the first fifth, in which workers start, is not timed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder) / "ws", operator="王")
        order = replace(BatchOrder(settings, "王", FORMS), pdf=pdf)
        before = _cpu()
        with processes(workers) as crew:
            items = (hall.items([number])[0] for number in range(1, cases + 1))
            results = driver.run(items, partial(take, order), crew, size=crew.task_size(cases))
            start, early, began, late = cases // 5, (0.0, 0.0), 0.0, (0.0, 0.0)
            for number, result in enumerate(results, start=1):
                assert result.state is State.ARCHIVED, result
                if number == start:
                    began, early = time.perf_counter(), (resident(), _workers())
                if number == cases - 1:
                    late = resident(), _workers()
            seconds = time.perf_counter() - began
        return Pace((cases - start) / seconds, (_cpu() - before) / cases, (early[0], late[0]), (early[1], late[1]))


def handed_over(crew: Crew, cases: int) -> tuple[float, float]:
    """Return seconds by the clock and CPU milliseconds of this process that handing over one case costs."""
    data = hall.case_text(1)
    list(driver.run(iter([Item("first", data)]), works.done, crew, size=1))
    started, used = time.perf_counter(), time.process_time()
    done = sum(1 for _ in driver.run(_same(cases, data), works.done, crew, size=25))
    assert done == cases
    return (time.perf_counter() - started) / cases * 1000, (time.process_time() - used) / cases * 1000


def run_dask(cases: int) -> Iterable[str]:
    with processes(2) as crew:
        wall, cpu = handed_over(crew, cases)
    yield f"process pool: {wall:.2f} ms a case by the clock, {cpu:.2f} ms CPU of the parent"
    with (
        LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
        dask(cluster.scheduler_address) as crew,
    ):
        wall, cpu = handed_over(crew, cases)
    yield f"Dask:         {wall:.2f} ms a case by the clock, {cpu:.2f} ms CPU of parent and scheduler"


def batch_table(cases: int, *, pdf: bool) -> Iterator[str]:
    one, two = archived(cases, 1, pdf=pdf), archived(cases, 2, pdf=pdf)
    kind = "with PDF" if pdf else "DOCX only"
    yield f"{cases} cases, six documents, {kind}"
    for workers, pace in ((1, one), (2, two)):
        yield (
            f"  {workers} workers: {pace.per_second:6.2f} cases/s, {pace.cpu * 1000:5.0f} ms CPU a case; resident MiB: "
            f"parent {pace.parent[0]:.0f} to {pace.parent[1]:.0f}, "
            f"workers {pace.workers[0]:.0f} to {pace.workers[1]:.0f}"
        )
    by_clock, by_cpu = two.per_second / one.per_second / 2, one.cpu / two.cpu
    yield f"  efficiency on two workers: {by_clock:.2f} by the clock, {by_cpu:.2f} by CPU"


def run(cases: int = 2_000, printed: int = 200, handed: int = 5_000) -> str:
    """Return the tables: batches without and with PDF, and what handing over a case costs."""
    lines = [*batch_table(cases, pdf=False), *batch_table(printed, pdf=True)]
    lines.append(f"handing over a case of {len(hall.case_text(1))} bytes, 25 a task, nothing done with it")
    return "\n".join([*lines, *run_dask(handed)])


def _same(cases: int, data: bytes) -> Iterator[Item]:
    return (Item(str(number), data) for number in range(cases))


def _workers() -> float:
    """Return the resident memory of the largest worker in MiB."""
    children = [one for task in Path("/proc/self/task").glob("*/children") for one in task.read_text().split()]
    return max(int(Path(f"/proc/{one}/statm").read_text().split()[1]) * _PAGE / 2**20 for one in children)


def _cpu() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    print(run(*map(int, sys.argv[1:])))
