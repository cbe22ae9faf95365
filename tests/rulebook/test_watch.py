import os
from pathlib import Path

import pytest

from docgen.errors import DeclarationError
from docgen.rulebook.watch import Files, Watched


def joined(files: Files) -> str:
    text = "+".join(content.decode() for _, content in files)
    if "bad" in text:
        raise DeclarationError("坏", code="bad_rulebook")
    return text


def write(path: Path, text: str) -> None:
    path.write_text(text)
    stamp = path.stat()
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1_000_000))


def test_changed_added_and_removed_files_are_taken_at_the_next_look(tmp_path: Path):
    (tmp_path / "a").write_text("1")
    watched = Watched(lambda: sorted(tmp_path.iterdir()), joined)
    assert watched.current() == "1"
    write(tmp_path / "a", "2")
    assert watched.current() == "2"
    (tmp_path / "b").write_text("3")
    assert watched.current() == "2+3"
    (tmp_path / "a").unlink()
    assert watched.current() == "3"


def test_unchanged_files_are_loaded_once(tmp_path: Path):
    (tmp_path / "a").write_text("1")
    loaded: list[str] = []

    def load(files: Files) -> str:
        loaded.append(joined(files))
        return loaded[-1]

    watched = Watched(lambda: [tmp_path / "a"], load)
    assert [watched.current() for _ in range(5)] == ["1"] * 5
    assert loaded == ["1"]


def test_a_bad_version_is_refused_whole_and_the_one_before_stays(tmp_path: Path):
    (tmp_path / "a").write_text("1")
    watched = Watched(lambda: [tmp_path / "a"], joined)
    write(tmp_path / "a", "bad")
    assert watched.current() == "1"
    assert watched.refused is not None
    assert watched.refused.code == "bad_rulebook"
    write(tmp_path / "a", "good")
    assert watched.current() == "good"
    assert watched.refused is None


def test_a_file_that_disappears_leaves_what_it_declared(tmp_path: Path):
    (tmp_path / "a").write_text("1")
    watched = Watched(lambda: [tmp_path / "a"], joined)
    (tmp_path / "a").unlink()
    assert watched.current() == "1"
    assert watched.refused is not None
    assert "a" in watched.refused.message
    assert str(tmp_path) not in watched.refused.message
    (tmp_path / "a").write_text("2")
    assert (watched.current(), watched.refused) == ("2", None)


def test_without_a_version_before_it_a_bad_one_is_an_error(tmp_path: Path):
    (tmp_path / "a").write_text("bad")
    with pytest.raises(DeclarationError, match="坏"):
        Watched(lambda: [tmp_path / "a"], joined)
    with pytest.raises(DeclarationError, match="无法读取"):
        Watched(lambda: [tmp_path / "none"], joined)
