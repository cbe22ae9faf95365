"""The journal of a batch: what is in it is not done again, whatever ended the batch before."""

from pathlib import Path

import pytest

from docgen import journal
from docgen.batch import Item, Result, State
from docgen.errors import IntegrityError, StateError

ORDER = {"archive": "a", "forms": "contract"}
ITEM = Item("a.yaml", b"case")


def result(state: State = State.ARCHIVED, item: Item = ITEM, documents: int = 1) -> Result:
    return Result(item.name, item.sha256, state, "XS2024-0001", documents, documents, ("理由",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "journal.jsonl"


def written(path: Path, *results: Result, resume: bool = False) -> None:
    with journal.opened(path, ORDER, resume=resume) as kept:
        for one in results:
            kept.add(one)


@pytest.mark.parametrize(
    ("state", "settled"),
    [(State.ARCHIVED, True), (State.REFUSED, True), (State.FAILED, False), (State.POISONED, False)],
)
def test_only_what_failed_for_reasons_outside_the_case_is_done_again(path: Path, state: State, settled: bool):
    written(path, result(state))
    with journal.opened(path, ORDER, resume=True) as kept:
        assert kept.settled(ITEM) is settled
        assert kept.tally.cases[state] == 1


def test_file_that_was_corrected_is_done_again(path: Path):
    written(path, result(State.REFUSED))
    with journal.opened(path, ORDER, resume=True) as kept:
        assert not kept.settled(Item("a.yaml", b"corrected"))


def test_case_counts_as_what_became_of_it_last(path: Path):
    written(path, result(State.FAILED, documents=0))
    written(path, result(documents=3), resume=True)
    with journal.opened(path, ORDER, resume=True) as kept:
        assert (kept.tally.cases.total(), kept.tally.documents, kept.tally.others) == (1, 3, {})


@pytest.mark.parametrize("lost", [1, 2, 40])
def test_line_torn_by_a_crash_is_left_out_and_the_next_one_is_whole(path: Path, lost: int):
    other = Item("b.yaml", b"other")
    written(path, result(), result(item=other))
    path.write_bytes(path.read_bytes()[:-lost])
    with journal.opened(path, ORDER, resume=True) as kept:
        assert (kept.settled(ITEM), kept.settled(other)) == (True, False)
        kept.add(result(item=other))
    with journal.opened(path, ORDER, resume=True) as kept:
        assert kept.settled(other)


def test_journal_torn_in_its_head_begins_anew(path: Path):
    written(path)
    path.write_bytes(path.read_bytes()[:-5])
    written(path, result(), resume=True)
    with journal.opened(path, ORDER, resume=True) as kept:
        assert kept.settled(ITEM)


def test_journal_is_not_written_on_unasked(path: Path):
    written(path, result())
    with pytest.raises(StateError) as refusal:
        written(path, result())
    assert refusal.value.code == "batch_exists"


def test_journal_of_another_batch_is_refused(path: Path):
    written(path, result())
    with pytest.raises(StateError) as refusal, journal.opened(path, {**ORDER, "forms": "order_form"}, resume=True):
        pass
    assert refusal.value.code == "batch_differs"


def test_two_batches_do_not_share_a_journal(path: Path):
    with journal.opened(path, ORDER, resume=False), pytest.raises(StateError) as refusal:
        written(path, resume=True)
    assert refusal.value.code == "batch_running"


@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b'{"name": 1}', b"\xff"])
def test_damaged_journal_is_named(path: Path, line: bytes):
    written(path, result())
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(IntegrityError) as refusal:
        written(path, resume=True)
    assert refusal.value.code == "journal_damaged"
