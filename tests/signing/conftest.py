import pytest

from tests.signing.world import World, contract, found, laid_out


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return found(tmp_path_factory.mktemp("signing") / "authority")


@pytest.fixture(scope="session")
def issued() -> bytes:
    return contract()


@pytest.fixture(scope="session")
def prepared(issued: bytes) -> bytes:
    return laid_out(issued)


@pytest.fixture(scope="session")
def signed(world: World, prepared: bytes) -> bytes:
    """The contract with one signature, at B-LTA."""
    return world.signed_by_person(prepared)


@pytest.fixture(scope="session")
def complete(world: World, signed: bytes) -> bytes:
    """The contract with signature and seal."""
    return world.later(minutes=5).sealed(signed)
