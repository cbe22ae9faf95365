"""What tests have workers do: functions of a module, so that processes and clusters find them."""

import os
import signal
import time
from pathlib import Path

from docgen.batch import Item, Result, State, Task
from docgen.errors import BackendError

POISON = "poison"


def items(count: int, *names: str) -> list[Item]:
    return [Item(name, name.encode()) for name in (*names, *(f"case-{number}" for number in range(count)))]


def done(task: Task) -> tuple[Result, ...]:
    return tuple(Result(item.name, item.sha256, State.ARCHIVED) for item in task)


def slow(task: Task) -> tuple[Result, ...]:
    time.sleep(0.05 * len(task))
    return done(task)


def fails_on_poison(task: Task) -> tuple[Result, ...]:
    if any(item.name == POISON for item in task):
        raise KeyError("what no one thought of")
    return done(task)


def aborts_on_poison(task: Task) -> tuple[Result, ...]:
    if any(item.name == POISON for item in task):
        os.abort()
    return done(task)


def dies_once(task: Task) -> tuple[Result, ...]:
    """Kill the own process the first time that a file named in the task is not there."""
    for item in task:
        if item.name.startswith("/") and not Path(item.name).exists():
            Path(item.name).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return done(task)


def nothing_goes(task: Task) -> tuple[Result, ...]:
    return tuple(Result(item.name, item.sha256, State.FAILED, reasons=("磁盘已满",)) for item in task)


def cannot_begin(_task: Task) -> tuple[Result, ...]:
    raise BackendError("无法连接", remedy="连接", code="database_unreachable")
