from collections.abc import Iterator
from pathlib import Path

import pytest

from docgen.envelope.state import Envelope
from tests.envelope.world import Scene, closed, copied, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contract")
    prepare(folder, "contract")
    return folder


@pytest.fixture
def scene(prepared: Path, tmp_path: Path) -> Iterator[Scene]:
    """A room of its own in which the contract of H01 was issued."""
    made = copied(prepared, tmp_path)
    yield made
    closed(made)


@pytest.fixture(scope="session")
def sent(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the contract was sent to its signers, and the envelope's id."""
    folder = tmp_path_factory.mktemp("sent")
    made = copied(prepared, folder)
    envelope = made.send()
    made.room.workspace.close()
    return folder, envelope.id


@pytest.fixture
def under_way(sent: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[Scene, Envelope]]:
    """A room of its own in which the contract was sent."""
    made = copied(sent[0], tmp_path)
    yield made, made.room.envelope(sent[1])
    closed(made)


@pytest.fixture(scope="session")
def complete(sent: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scene, Envelope]]:
    """A room in which everybody has signed; to be looked at only."""
    folder = tmp_path_factory.mktemp("complete")
    made = copied(sent[0], folder)
    envelope = made.sign_all(made.room.envelope(sent[1]))
    yield made, envelope
    closed(made)
