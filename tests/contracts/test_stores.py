"""The contract of every store: write-once bytes that come back unaltered or not at all."""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError
from docgen.stores import Store, open_store

SCHEMES: dict[str, Callable[[Path], str]] = {"file": lambda folder: f"file:{folder / 'objects'}"}


@pytest.fixture(params=sorted(SCHEMES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store(SCHEMES[request.param](tmp_path))


def test_kept_bytes_come_back_under_their_digest(store: Store):
    digest = store.put("合同".encode())
    assert digest == hashlib.sha256("合同".encode()).hexdigest()
    assert store.get(digest) == "合同".encode()
    assert store.has(digest)


def test_keeping_the_same_bytes_twice_is_a_no_op(store: Store):
    assert store.put(b"same") == store.put(b"same")


def test_empty_bytes_are_bytes_like_any_other(store: Store):
    assert store.get(store.put(b"")) == b""


def test_unknown_digest_is_not_found(store: Store):
    with pytest.raises(NotFoundError):
        store.get("0" * 64)
    assert not store.has("0" * 64)


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "G" * 64, "A" * 64, "0" * 63 + "/"])
def test_what_is_no_digest_is_refused(store: Store, name: str):
    with pytest.raises(InputError):
        store.get(name)


def test_any_bytes_survive(store: Store):
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
