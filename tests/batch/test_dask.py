"""The same driver on a Dask cluster of processes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dask as dask_settings
import pytest
from distributed import LocalCluster

from docgen.batch import State, dask, run
from service.batching import take
from service.settings import Settings
from tests.batch import hall, works


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with (
        dask_settings.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster.scheduler_address


def test_case_that_crashes_workers_is_named_and_the_others_are_done(address: str):
    with dask(address) as crew:
        assert crew.width == 2
        found = list(run(iter(works.items(12, works.POISON)), works.aborts_on_poison, crew, size=3))
    assert [one.name for one in found if one.state is State.POISONED] == [works.POISON]
    assert len(found) == 13


def test_worker_killed_once_costs_no_case(address: str, tmp_path: Path):
    with dask(address) as crew:
        found = list(run(iter(works.items(12, str(tmp_path / "mark"))), works.dies_once, crew, size=3))
    assert {one.state for one in found} == {State.ARCHIVED}
    assert len(found) == 13


def test_cases_are_archived_once(address: str, tmp_path: Path):
    chosen = Settings(workspace=tmp_path / "ws", operator="王")
    with dask(address) as crew:
        found = list(run(iter(hall.items(range(1, 9))), partial(take, hall.order(chosen)), crew, size=2))
    assert {one.state for one in found} == {State.ARCHIVED}, found
    hall.nothing_lost_and_nothing_twice(chosen, range(1, 9))
