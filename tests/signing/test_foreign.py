"""Files that other programs signed, good and bad."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.fields import SigSeedSubFilter

from docgen.signing.authority import Certified
from docgen.signing.keys import KeySigner, builtin_trust
from docgen.signing.timestamps import BuiltinTimestamper
from docgen.signing.trust import certificate_of
from docgen.signing.verdict import Level, Status, Verdict
from docgen.signing.verify import verify
from tests.signing.rig import AnySigner, Key, certified, der, signed_anyhow
from tests.signing.tampering import annotated, appended, text_replaced
from tests.signing.test_verify import codes
from tests.signing.world import World

KEY = ec.generate_private_key(ec.SECP256R1())


def judged(pdf: bytes, world: World) -> Verdict:
    return verify(pdf, world.trust + builtin_trust(world.authority), clock=world.later(minutes=30).clock)


@pytest.mark.parametrize("subfilter", [SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED])
@pytest.mark.parametrize("key", [KEY, rsa.generate_private_key(65537, 2048)], ids=["P-256", "RSA-2048"])
def test_a_plain_signature_of_another_program_is_valid_while_its_certificate_is(
    issued: bytes, world: World, key: Key, subfilter: SigSeedSubFilter
) -> None:
    pdf = signed_anyhow(issued, AnySigner(key, certified(world, key), world), subfilter=subfilter)
    verdict = judged(pdf, world)
    assert verdict.status is Status.VALID, verdict.reasons
    assert not verdict.tight
    assert [(one.level, one.signed_at) for one in verdict.signatures] == [(Level.B, None)]


def test_a_time_stamp_of_another_program_proves_the_time(issued: bytes, world: World) -> None:
    signer = AnySigner(KEY, certified(world, KEY), world)
    verdict = judged(signed_anyhow(issued, signer, timestamper=world.timestamper), world)
    assert verdict.status is Status.VALID, verdict.reasons
    assert verdict.signatures[0].signed_at == world.clock.now()


@pytest.mark.parametrize("change", [annotated, text_replaced])
def test_a_change_after_a_signature_of_another_program_is_noticed(
    issued: bytes, world: World, change: Callable[[bytes], bytes]
) -> None:
    pdf = change(signed_anyhow(issued, AnySigner(KEY, certified(world, KEY), world)))
    assert "forbidden_change" in codes(judged(pdf, world))


def test_an_update_without_change_is_allowed_to_other_programs(issued: bytes, world: World) -> None:
    pdf = signed_anyhow(issued, AnySigner(KEY, certified(world, KEY), world))
    assert "content_appended" not in codes(judged(appended(pdf), world))


@pytest.mark.parametrize(
    ("begins", "code"),
    [(timedelta(days=-3), "certificate_expired"), (timedelta(days=3), "certificate_not_yet_valid")],
)
def test_a_certificate_out_of_its_time_is_named(issued: bytes, world: World, begins: timedelta, code: str) -> None:
    certificate = certified(world, KEY, begins=world.clock.now() + begins)
    verdict = judged(signed_anyhow(issued, AnySigner(KEY, certificate, world)), world)
    assert not verdict.valid
    assert codes(verdict) & {code, "certificate_expired"}


def test_a_certificate_for_encryption_does_not_sign(issued: bytes, world: World) -> None:
    certificate = certified(world, KEY, usages=("key_encipherment",))
    assert "certificate_purpose" in codes(judged(signed_anyhow(issued, AnySigner(KEY, certificate, world)), world))


def test_a_time_stamp_by_a_certificate_for_signing_counts_for_nothing(issued: bytes, world: World) -> None:
    unit = BuiltinTimestamper(world.authority, world.clock)
    false = Certified(KEY, certified(world, KEY))
    unit._certificate = certificate_of(der(false.certificate))
    unit._signer = KeySigner(false.key, unit._certificate, builtin_trust(world.authority))
    verdict = judged(signed_anyhow(issued, AnySigner(KEY, false.certificate, world), timestamper=unit), world)
    assert not verdict.valid
    assert "certificate_purpose" in codes(verdict)


@pytest.mark.parametrize(
    ("bits", "digest"), [(1024, "sha256"), (2048, "sha1"), (2048, "md5")], ids=["RSA-1024", "SHA-1", "MD5"]
)
def test_weak_keys_and_hashes_are_named(issued: bytes, world: World, bits: int, digest: str) -> None:
    key = rsa.generate_private_key(65537, bits)
    pdf = signed_anyhow(issued, AnySigner(key, certified(world, key), world), digest=digest)
    assert codes(judged(pdf, world)) == {"weak_algorithm"}
