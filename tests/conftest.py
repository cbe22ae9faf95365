"""What every test may use: the marker `tool(name)` for tests that need a program of the system.

Generated tests try the same examples in every run, so that a failure belongs to the change; `DOCGEN_EXPLORE=1` looks
for new ones.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from docgen.db.engine import Database
from docgen.workspace import Location
from tests import postgresql

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("DOCGEN_EXPLORE") == "1" else "ci")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is not installed; fail it where `DOCGEN_REQUIRE_TOOLS=1` says that all must be."""
    for marker in item.iter_markers("tool"):
        (name,) = marker.args
        if shutil.which(name) is None:
            reason = f"the program {name} is not installed"
            if os.environ.get("DOCGEN_REQUIRE_TOOLS") == "1":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """Return a running server of PostgreSQL, one for each process that runs tests."""
    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the name of a database with all tables, to copy from."""
    url = postgresql_server.database()
    Database(Location.of(url, f"file:{tmp_path_factory.mktemp('store')}").database).close()
    return postgresql.name_of(url)


MakeLocation = Callable[[str, Path], Location]
"""Makes the place of an empty workspace on the kind of database named, with its files in a folder."""


@pytest.fixture(scope="session")
def make_location(request: pytest.FixtureRequest) -> MakeLocation:
    """Return what makes workspaces on SQLite or PostgreSQL; the server is started when it is first asked for."""

    def make(kind: str, folder: Path) -> Location:
        if kind == "sqlite":
            return Location.of(folder / "ws")
        server: postgresql.Server = request.getfixturevalue("postgresql_server")
        template: str = request.getfixturevalue("postgresql_template")
        return Location.of(server.database(template), f"file:{folder / 'objects'}")

    return make


@pytest.fixture
def on_postgresql(make_location: MakeLocation, tmp_path: Path) -> Location:
    """Return the place of an empty workspace in a database of its own, with its store in a folder."""
    return make_location("postgresql", tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, make_location: MakeLocation, tmp_path: Path) -> Location:
    """Return the place of an empty workspace, on each database in turn."""
    return make_location(request.param, tmp_path)
