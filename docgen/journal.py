"""The journal of a batch: a line for every case that is settled, so that a batch can go on after any end of it.

It lags behind the archive, never ahead of it: a case in the journal is archived, a case that is not may be, and doing
it again changes nothing. The last line may be torn by a crash and is then left out.
"""

import fcntl
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from docgen.batch import FAULTY, Item, Result, State
from docgen.errors import BackendError, IntegrityError, StateError, failure

FORMAT = "docgen-batch/1"


@dataclass(slots=True)
class Tally:
    """What became of the cases of a batch: how many by state, and those that were not archived, by name."""

    cases: Counter[State] = field(default_factory=Counter)
    documents: int = 0
    new: int = 0
    others: dict[str, Result] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Count a result; one of the same case before it counts no more."""
        if before := self.others.pop(result.name, None):
            self.cases[before.state] -= 1
            self.documents -= before.documents
        self.cases[result.state] += 1
        self.documents += result.documents
        self.new += result.new
        if result.state is not State.ARCHIVED:
            self.others[result.name] = result


class Journal:
    """An open journal; made by `opened`."""

    def __init__(self, file: IO[bytes], earlier: Iterable[Result] = ()) -> None:
        """Take the file, locked and at its end, and what it says already."""
        self._file = file
        self.tally = Tally()
        self._settled: set[tuple[str, str]] = set()
        for result in earlier:
            self.tally.add(result)
            if result.state not in FAULTY:
                self._settled.add((result.name, result.sha256))

    def settled(self, item: Item) -> bool:
        """Tell whether the very bytes of a case were archived or refused in an earlier run of this batch."""
        return (item.name, item.sha256) in self._settled

    def add(self, result: Result) -> None:
        """Write a result; raise `BackendError` where the disk does not take it.

        It survives the end of this process. That a power cut may take the last lines costs only their repetition.
        """
        try:
            self._file.write(_line(asdict(result)))
            self._file.flush()
        except OSError as error:
            raise _unwritable(error) from error
        self.tally.add(result)


@contextmanager
def opened(path: Path, order: Mapping[str, str], *, resume: bool) -> Iterator[Journal]:
    """Open the journal at `path` for what `order` describes, exclusively, and close it at the end.

    Raises:
        StateError: another batch uses it (`batch_running`), there is one already but not `resume` (`batch_exists`), or
            it was begun for something else (`batch_differs`).
        IntegrityError: it is no journal (`journal_damaged`).
        BackendError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise _unwritable(error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(
                "另一个批次正在使用此目录", remedy="等它结束，或用 --out 另指目录", code="batch_running"
            ) from error
        yield Journal(file, _begun(file, order, resume=resume))


def _begun(file: IO[bytes], order: Mapping[str, str], *, resume: bool) -> list[Result]:
    """Return what the journal says so far; write its head where it says nothing yet."""
    file.seek(0)
    lines = file.read().split(b"\n")
    whole, torn = lines[:-1], lines[-1]
    if torn:
        file.truncate(sum(len(line) + 1 for line in whole))
    if not whole:
        file.write(_line({"format": FORMAT, **order}))
        file.flush()
        return []
    if not resume:
        raise StateError("此目录中已有一个批次", remedy="用 --resume 继续，或用 --out 另指目录", code="batch_exists")
    try:
        head, *entries = map(json.loads, whole)
        if head != {"format": FORMAT, **order}:
            raise StateError(
                "此目录中的批次是为别的档案库、表单或规定开始的",
                remedy="用同样的参数继续，或用 --out 另指目录",
                code="batch_differs",
            )
        return [_result(entry) for entry in entries]
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(
            "批次日志已损坏", remedy="用 --out 另指目录，重做全部案卷", code="journal_damaged"
        ) from error


def _result(entry: Mapping[str, object]) -> Result:
    reasons = entry["reasons"]
    if not isinstance(reasons, list):
        raise TypeError("reasons are a list")
    return Result(**{**entry, "state": State(str(entry["state"])), "reasons": tuple(reasons)})  # type: ignore[arg-type]


def _line(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _unwritable(error: OSError) -> BackendError:
    return BackendError(
        f"无法写入批次日志：{failure(error)}",
        remedy="检查磁盘空间和目录权限，然后用 --resume 继续；已归档的不受影响",
        code="journal_failed",
    )
