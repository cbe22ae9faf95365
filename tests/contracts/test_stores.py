"""The contract of every store: write-once bytes that come back unaltered or not at all."""

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError
from docgen.stores import ArchivalStore, open_store
from docgen.stores.s3 import S3Store


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArchivalStore:
    if request.param == "file":
        return open_store(f"file:{tmp_path / 'objects'}")
    return S3Store(request.getfixturevalue("s3_server").address(tmp_path / "copies"))


def test_kept_bytes_come_back_under_their_digest(store: ArchivalStore):
    digest = store.put("合同".encode())
    assert digest == hashlib.sha256("合同".encode()).hexdigest()
    assert store.get(digest) == "合同".encode()
    assert store.has(digest)


def test_keeping_the_same_bytes_twice_is_a_no_op(store: ArchivalStore):
    assert store.put(b"same") == store.put(b"same")


def test_empty_bytes_are_bytes_like_any_other(store: ArchivalStore):
    assert store.get(store.put(b"")) == b""


def test_unknown_digest_is_not_found(store: ArchivalStore):
    with pytest.raises(NotFoundError):
        store.get("0" * 64)
    assert not store.has("0" * 64)


def test_bytes_larger_than_a_part_survive(store: ArchivalStore):
    data = bytes(range(256)) * 40_000
    assert store.get(store.put(data)) == data


def test_writers_of_the_same_bytes_at_the_same_time_all_succeed(store: ArchivalStore):
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(store.put, [b"same"] * 24))
    assert {one.actual for one in store.holdings()} == digests


def test_holdings_name_every_object_with_the_digest_of_its_bytes(store: ArchivalStore):
    kept = {store.put(f"{number}".encode()) for number in range(5)}
    found = list(store.holdings())
    assert {one.expected for one in found} == {one.actual for one in found} == kept
    assert {one.size for one in found} == {1}


def test_removed_bytes_are_gone_and_can_be_removed_again(store: ArchivalStore):
    digest = store.put(b"disposed of")
    store.remove(digest)
    store.remove(digest)
    assert not store.has(digest)
    with pytest.raises(NotFoundError):
        store.get(digest)
    assert store.get(store.put(b"disposed of")) == b"disposed of"


def test_sweep_puts_only_old_objects_that_nobody_knows_into_quarantine(store: ArchivalStore):
    known, orphan = store.put(b"known"), store.put(b"orphan")
    future = datetime.now(UTC) + timedelta(hours=1)
    assert store.sweep({known}, datetime.now(UTC) - timedelta(hours=1)).quarantined == ()
    assert store.sweep({known}, future).quarantined == (orphan,)
    assert [one.expected for one in store.holdings()] == [known]
    assert store.sweep({known}, future).quarantined == ()
    assert not store.has(orphan)
    assert store.get(store.put(b"orphan")) == b"orphan"


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "G" * 64, "A" * 64, "0" * 63 + "/"])
def test_what_is_no_digest_is_refused(store: ArchivalStore, name: str):
    with pytest.raises(InputError):
        store.get(name)


def test_any_bytes_survive(store: ArchivalStore):
    @given(data=st.binary(max_size=2_000))
    def survives(data: bytes) -> None:
        assert store.get(store.put(data)) == data

    survives()


def test_unknown_scheme_is_refused_by_name():
    with pytest.raises(InputError, match="ftp"):
        open_store("ftp://example.com/x")


class TestFilesystem:
    def test_flipped_byte_is_noticed(self, tmp_path: Path):
        store = open_store(f"file:{tmp_path}")
        digest = store.put(b"contract")
        path = tmp_path / digest[:2] / digest
        path.chmod(0o644)
        path.write_bytes(b"contracT")
        with pytest.raises(IntegrityError):
            store.get(digest)

    def test_full_disk_leaves_nothing_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        store = open_store(f"file:{tmp_path}")

        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(BackendError, match="磁盘已满"):
            store.put(b"contract")
        monkeypatch.undo()
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        assert not store.has(hashlib.sha256(b"contract").hexdigest())

    def test_folder_that_cannot_be_made_is_an_error(self, tmp_path: Path):
        (tmp_path / "file").write_text("x")
        with pytest.raises(BackendError):
            open_store(f"file:{tmp_path / 'file' / 'objects'}")

    def test_kept_files_are_read_only(self, tmp_path: Path):
        digest = open_store(f"file:{tmp_path}").put(b"x")
        assert (tmp_path / digest[:2] / digest).stat().st_mode & 0o222 == 0

    def test_orphan_that_is_wanted_while_it_is_swept_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        store = open_store(f"file:{tmp_path}")
        digest = store.put(b"wanted again")
        path = tmp_path / digest[:2] / digest
        os.utime(path, (0, 0))
        moving = Path.rename

        def wanted_meanwhile(self: Path, target: Path) -> Path:
            monkeypatch.setattr(Path, "rename", moving)
            store.put(b"wanted again")
            return moving(self, target)

        monkeypatch.setattr(Path, "rename", wanted_meanwhile)
        assert store.sweep(set(), datetime.now(UTC) - timedelta(hours=1)).quarantined == ()
        assert store.has(digest)
