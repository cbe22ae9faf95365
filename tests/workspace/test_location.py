"""Where a workspace lies: folders, files of folders, databases, and what is refused."""

from pathlib import Path

import pytest

from docgen.errors import InputError
from docgen.workspace import Location


@pytest.mark.parametrize("address", ["{}/ws", "file:{}/ws"])
def test_folder_holds_database_and_store(tmp_path: Path, address: str):
    location = Location.of(address.format(tmp_path))
    assert location.folder == tmp_path / "ws"
    assert location.database.database == str(tmp_path / "ws" / "workspace.db")
    assert location.store == f"file:{tmp_path / 'ws' / 'objects'}"


def test_folder_may_keep_its_bytes_elsewhere(tmp_path: Path):
    assert Location.of(tmp_path, "s3://bucket/prefix").store == "s3://bucket/prefix"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_database_needs_a_store_of_its_own(scheme: str):
    location = Location.of(f"{scheme}://anjuan:geheim@db.example.com:5433/anjuan", "file:/srv/objects")
    assert location.database.drivername == "postgresql+psycopg"
    assert (location.database.host, location.database.port, location.folder) == ("db.example.com", 5433, None)
    assert location.exists
    with pytest.raises(InputError, match="存放在哪里") as refusal:
        Location.of(f"{scheme}://anjuan:geheim@db.example.com/anjuan")
    assert refusal.value.code == "store_missing"


def test_password_is_not_shown():
    location = Location.of("postgresql://anjuan:geheim@db.example.com/anjuan", "file:/srv/objects")
    assert "geheim" not in repr(location)
    assert "geheim" not in str(location)


@pytest.mark.parametrize(
    "address", ["mysql://u:geheim@h/x", "http://h/geheim", "postgresql://u:geheim@h:port/x", "postgresql://[geheim/x"]
)
def test_what_is_no_address_is_refused_and_not_repeated(address: str):
    with pytest.raises(InputError) as refusal:
        Location.of(address, "file:/srv/objects")
    assert refusal.value.code == "unknown_workspace"
    assert "geheim" not in str(refusal.value)


def test_folder_with_a_colon_in_its_name_is_a_folder(tmp_path: Path):
    assert Location.of(f"{tmp_path}/a:b").folder == tmp_path / "a:b"
    assert Location.of("a:b").folder == Path("a:b")


def test_workspace_is_there_once_it_has_a_database(tmp_path: Path):
    location = Location.of(tmp_path / "ws")
    location.prepare()
    assert not location.exists
    (tmp_path / "ws" / "workspace.db").touch()
    assert location.exists


def test_what_needs_files_says_so_for_a_database():
    location = Location.of("postgresql://u@h/x", "file:/srv/objects")
    with pytest.raises(InputError, match="备份"):
        location.in_folder("备份")
