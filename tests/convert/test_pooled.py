"""A converter of several processes gives what one gives, and fails as one does."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from docgen.convert import Converter, open_converter
from docgen.convert.pooled import ALONE, PooledConverter
from docgen.errors import BackendError, DeclarationError, InputError
from tests.convert.documents import saying


@pytest.fixture
def pooled() -> Iterator[PooledConverter]:
    converter = open_converter("rdocx:", workers=2)
    assert isinstance(converter, PooledConverter)
    yield converter
    converter.close()


def test_documents_begun_together_become_what_each_becomes_alone(pooled: Converter):
    documents = [saying(f"第{number}份") for number in range(ALONE + 6)]
    begun = [pooled.begin(document) for document in documents]
    alone = open_converter()
    assert [one() for one in begun] == [alone.convert(document) for document in documents]


def test_bad_document_is_refused_as_the_caller_would_refuse_it(pooled: Converter):
    begun = [pooled.begin(saying("好")) for _ in range(ALONE)] + [pooled.begin(b"no Word file") for _ in range(6)]
    for one in begun[:ALONE]:
        one()
    with pytest.raises(InputError) as alone:
        pooled.convert(b"no Word file")
    for one in begun[ALONE:]:
        with pytest.raises(InputError) as caught:
            one()
        assert (caught.value.code, caught.value.message) == (alone.value.code, alone.value.message)


def test_few_documents_start_no_process(pooled: PooledConverter):
    begun = [pooled.begin(saying("少")) for _ in range(ALONE)]
    assert {one().pages for one in begun} == {1}
    assert "_pool" not in vars(pooled)


def test_killed_process_is_an_error_that_says_so(pooled: PooledConverter):
    begun = [pooled.begin(saying("先")) for _ in range(ALONE + 1)]
    begun[-1]()
    for process in list(pooled._pool._processes):
        os.kill(process, signal.SIGKILL)
    with pytest.raises(BackendError) as caught:
        _until_it_fails(pooled)
    assert caught.value.code == "conversion_failed"


def _until_it_fails(pooled: PooledConverter) -> None:
    for _ in range(100):
        pooled.begin(saying("后"))()


def test_what_nobody_asks_for_is_dropped_at_the_end(pooled: PooledConverter):
    begun = [pooled.begin(saying(f"第{number}份")) for number in range(ALONE + 20)]
    processes = list(pooled._pool._processes.values())
    begun[ALONE]()
    pooled.close()
    assert processes
    assert not any(process.is_alive() for process in processes)
    with pytest.raises(CancelledError):
        begun[-1].args[0].result(timeout=0)


def test_libreoffice_stays_one_process():
    with pytest.raises(DeclarationError):
        open_converter("libreoffice:?nonsense=1", workers=2)


def test_processes_are_started_before_the_documents_that_are_expected(pooled: PooledConverter):
    pooled.expect(ALONE)
    assert "_pool" not in vars(pooled)
    pooled.expect(ALONE + 1)
    assert pooled._pool._processes
    begun = [pooled.begin(saying("多")) for _ in range(ALONE + 2)]
    assert {one().pages for one in begun} == {1}
