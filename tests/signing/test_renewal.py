"""A file outlives its certificates by being stamped anew in time."""

from datetime import timedelta
from pathlib import Path

import pytest

from docgen.convert.pdfa import unmet_demands
from docgen.errors import InputError, StateError
from docgen.signing.renewal import expires_at, renew
from docgen.signing.verdict import Level
from docgen.signing.verify import verify
from tests.signing import tampering
from tests.signing.world import World, found


@pytest.fixture(scope="module")
def successor(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The authority that stamps when the first one nears its end."""
    return found(tmp_path_factory.mktemp("successor") / "authority", world.later(days=3600).clock, "后继机构")


@pytest.fixture(scope="module")
def renewed(complete: bytes, world: World, successor: World) -> bytes:
    return renew(complete, successor.timestamper, world.trust, successor.later(hours=1).clock)


def test_a_renewed_file_is_valid_after_the_first_authority_has_expired(
    complete: bytes, renewed: bytes, world: World, successor: World
) -> None:
    assert renewed.startswith(complete)
    assert list(unmet_demands(renewed)) == []
    late = world.later(days=3700).clock
    trust = world.trust + successor.trust
    assert not verify(complete, trust, clock=late).valid
    verdict = verify(renewed, trust, clock=late)
    assert verdict.valid, verdict.reasons
    assert verdict.tight
    assert [one.level for one in verdict.signatures] == [Level.LTA, Level.LTA]
    assert not verify(renewed, successor.trust, clock=late).valid, "the signers were certified by the first"


def test_the_end_of_the_newest_time_stamp_is_known(
    issued: bytes, complete: bytes, renewed: bytes, world: World, successor: World
) -> None:
    assert expires_at(issued) is None
    assert expires_at(complete) == world.clock.now() + timedelta(days=3650)
    assert expires_at(renewed) == successor.clock.now() + timedelta(days=3650)


def test_a_renewed_file_can_be_renewed_again(renewed: bytes, world: World, successor: World) -> None:
    trust = world.trust + successor.trust
    clock = successor.later(days=1).clock
    again = renew(renewed, successor.later(days=1).timestamper, trust, clock)
    assert verify(again, trust, clock=clock).valid


@pytest.mark.parametrize("change", [tampering.content_flipped, tampering.annotated, tampering.appended])
def test_an_altered_file_is_not_renewed(complete: bytes, world: World, change: object) -> None:
    with pytest.raises(StateError) as caught:
        renew(change(complete), world.timestamper, world.trust, world.later(hours=1).clock)
    assert caught.value.code == "renewal_too_late"


def test_a_file_is_not_renewed_after_its_time_stamp_has_expired(complete: bytes, world: World, tmp_path: Path) -> None:
    late = world.later(days=3700)
    successor = found(tmp_path / "late", late.clock)
    with pytest.raises(StateError) as caught:
        renew(complete, successor.timestamper, world.trust, late.clock)
    assert caught.value.code == "renewal_too_late"


def test_what_is_no_pdf_cannot_be_renewed(world: World) -> None:
    with pytest.raises(InputError) as caught:
        renew(b"no pdf", world.timestamper, world.trust, world.clock)
    assert caught.value.code == "pdf_unreadable"
