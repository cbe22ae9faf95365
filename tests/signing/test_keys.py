from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from docgen.errors import DeclarationError, InputError, StateError
from docgen.signing.authority import Authority, Identity, establish
from docgen.signing.keys import open_signer
from docgen.signing.trust import read_trust
from docgen.signing.verify import verify
from tests.signing.rig import certified
from tests.signing.world import CUSTOMER, PASSPHRASE, World


@pytest.mark.parametrize("query", ["days=0", "days=3651", "days=x", "days=", "years=1"])
def test_an_option_that_the_builtin_source_does_not_have_is_refused(world: World, query: str):
    with pytest.raises(DeclarationError):
        open_signer(f"builtin:{world.folder}?{query}", world.clock)


def test_certificates_hold_as_long_as_the_source_is_told(world: World):
    credential = open_signer(f"builtin:{world.folder}?days=30", world.clock).credential(CUSTOMER)
    validity = credential.certificate["tbs_certificate"]["validity"].native
    assert (validity["not_after"] - world.clock.now()).days == 30


def test_the_key_of_the_root_is_nowhere_in_the_folder(tmp_path: Path, world: World) -> None:
    root = establish(tmp_path / "new", "演示机构", world.clock, passphrase=PASSPHRASE)
    assert b"ENCRYPTED PRIVATE KEY" in root
    assert serialization.load_pem_private_key(root, PASSPHRASE).key_size == 384
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert "root.key" not in names
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "new").iterdir())


def test_an_authority_is_never_founded_over_another(world: World) -> None:
    with pytest.raises(StateError) as caught:
        establish(world.folder, "演示机构", world.clock, passphrase=PASSPHRASE)
    assert caught.value.code == "authority_exists"


def test_the_key_of_the_root_needs_a_passphrase(tmp_path: Path, world: World) -> None:
    with pytest.raises(InputError) as caught:
        establish(tmp_path / "new", "演示机构", world.clock, passphrase=b"")
    assert caught.value.code == "passphrase_missing"


def test_every_signer_gets_a_fresh_key_for_a_day_marked_as_demonstration(world: World) -> None:
    one, other = (world.authority.issue(CUSTOMER) for _ in range(2))
    assert one.key.public_key() != other.key.public_key()
    assert one.certificate.not_valid_after_utc - world.clock.now() == timedelta(days=1)
    assert "OU=演示签名" in one.certificate.subject.rfc4514_string()


@pytest.mark.parametrize(("length", "accepted"), [(0, False), (1, True), (64, True), (65, False)])
def test_names_fit_into_a_certificate(world: World, length: int, accepted: bool) -> None:
    if accepted:
        assert world.authority.issue(Identity("王" * length, "示例"))
        return
    with pytest.raises(InputError) as caught:
        world.authority.issue(Identity("王" * length, "示例"))
    assert caught.value.code == "name_length"


def test_a_folder_without_authority_is_refused(tmp_path: Path, world: World) -> None:
    with pytest.raises(DeclarationError) as caught:
        Authority(tmp_path, world.clock)
    assert caught.value.code == "authority_missing"


@pytest.mark.parametrize("uri", ["", "builtin:", "file:/etc/passwd", "/tmp/ca"])
def test_an_unknown_source_of_keys_is_refused(uri: str, world: World) -> None:
    with pytest.raises(DeclarationError) as caught:
        open_signer(uri, world.clock)
    assert caught.value.code == "signer_unknown"


def p12(world: World, folder: Path, bits: int = 2048) -> str:
    """Write a PKCS#12 file of an RSA key, and the lists that prove it; return its URI."""
    key = rsa.generate_private_key(65537, bits)
    chain = [world.authority.issuing, world.authority.root]
    data = pkcs12.serialize_key_and_certificates(
        b"k", key, certified(world, key), chain, serialization.BestAvailableEncryption(b"secret")
    )
    (folder / "k.p12").write_bytes(data)
    lists = [(world.folder / "root.crl").read_bytes(), world.authority.crl()]
    proof = b"".join(pem.armor("X509 CRL", one) for one in lists) + (world.folder / "root.pem").read_bytes()
    (folder / "proof.pem").write_bytes(proof)
    return f"pkcs12:{folder}/k.p12?proof={folder}/proof.pem"


def test_a_pkcs12_key_signs_for_the_person_it_names(prepared: bytes, world: World, tmp_path: Path) -> None:
    source = open_signer(p12(world, tmp_path), world.clock, passphrase=b"secret")
    pdf = world.signed_by_person(prepared, credential=source.credential(CUSTOMER))
    assert verify(pdf, world.trust, clock=world.clock).valid


def test_a_pkcs12_key_signs_for_nobody_else(world: World, tmp_path: Path) -> None:
    source = open_signer(p12(world, tmp_path), world.clock, passphrase=b"secret")
    with pytest.raises(InputError) as caught:
        source.credential(Identity("李四", "示例"))
    assert caught.value.code == "signer_mismatch"


@pytest.mark.parametrize(("passphrase", "bits", "code"), [
    (b"wrong", 2048, "pkcs12_unreadable"), (None, 2048, "pkcs12_unreadable"), (b"secret", 1024, "weak_key"),
])  # fmt: skip
def test_a_pkcs12_file_that_cannot_be_used_is_refused(
    world: World, tmp_path: Path, passphrase: bytes | None, bits: int, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        open_signer(p12(world, tmp_path, bits), world.clock, passphrase=passphrase)
    assert caught.value.code == code


def test_a_missing_pkcs12_file_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_signer(f"pkcs12:{tmp_path}/none.p12", world.clock)
    assert caught.value.code == "pkcs12_unreadable"


@pytest.mark.parametrize("data", [b"", b"no pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_trust_without_a_sound_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_trust(data)
    assert caught.value.code == "trust_unreadable"
