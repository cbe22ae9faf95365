"""One contract for every source of keys, each against the real thing: SoftHSM2, a file, and services by HTTP."""

import json
import subprocess
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import pkcs12

from docgen.clock import SystemClock
from docgen.errors import BackendError, DocgenError, InputError
from docgen.signing.authority import Identity
from docgen.signing.keys import KeySource, open_signer
from docgen.signing.verify import verify
from tests.signing.independent import independent_verdicts
from tests.signing.rig import Key, certified, der
from tests.signing.world import CUSTOMER, World, found

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
KEYS: dict[str, Key] = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ec": ec.generate_private_key(ec.SECP256R1()),
}


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An authority of today: other validators judge by the clock of the machine."""
    return found(tmp_path_factory.mktemp("sources") / "authority", SystemClock())


@pytest.fixture(scope="module")
def proof(today: World) -> Path:
    lists = [(today.folder / "root.crl").read_bytes(), today.authority.crl()]
    certificates = [(today.folder / name).read_bytes() for name in ("root.pem", "issuing.pem")]
    path = today.folder.parent / "proof.pem"
    path.write_bytes(b"".join([*(pem.armor("X509 CRL", one) for one in lists), *certificates]))
    return path


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory, today: World) -> Iterator[str]:
    """A token of SoftHSM2 with both keys and their certificates."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        slot = ["softhsm2-util", "--init-token", "--free", "--label", "signers", "--pin", "1234", "--so-pin", "9999"]
        subprocess.run(slot, check=True, capture_output=True)
        library = pkcs11.lib(LIBRARY)
        library.reinitialize()
        for label, key in KEYS.items():
            data = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            (folder / "key.pem").write_bytes(data)
            held = ["softhsm2-util", "--import", folder / "key.pem", "--token", "signers", "--label", label]
            subprocess.run(
                [*held, "--id", "0a" if label == "rsa" else "0b", "--pin", "1234"], check=True, capture_output=True
            )
            with library.get_token(token_label="signers").open(user_pin="1234", rw=True) as session:
                session.create_object({
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.SUBJECT: CUSTOMER.name.encode(),
                    pkcs11.Attribute.VALUE: der(certified(today, key)),
                })  # fmt: skip
        yield f"pkcs11:token=signers;object={{}}?module-path={LIBRARY}"


Answers = dict[str, Callable[[dict[str, object]], object]]


def signing_service(today: World, key: Key) -> Answers:
    """Answer as a service that keeps `key`, and signs once for each leave."""
    leaves: dict[str, object] = {}
    issuing = today.authority.issuing

    def info(asked: dict[str, object]) -> object:
        assert asked["credentialID"] == "wang"
        return {"cert": {"certificates": [b64encode(der(one)).decode() for one in (certified(today, key), issuing)]}}

    def authorize(asked: dict[str, object]) -> object:
        if asked["authData"] != [{"id": "PIN", "value": "4321"}]:
            return None
        leaves[f"leave {len(leaves)}"] = asked["hashes"]
        return {"SAD": list(leaves)[-1]}

    def sign_hash(asked: dict[str, object]) -> object:
        if leaves.pop(str(asked["SAD"]), None) != asked["hashes"]:
            return None
        (hashed,) = (b64decode(one) for one in asked["hashes"])
        digest = Prehashed(hashes.SHA256())
        if isinstance(key, rsa.RSAPrivateKey):
            assert asked["signAlgo"] == "1.2.840.113549.1.1.11"
            signature = key.sign(hashed, padding.PKCS1v15(), digest)
        else:
            signature = key.sign(hashed, ec.ECDSA(digest))
        return {"signatures": [b64encode(signature).decode()]}

    return {"credentials/info": info, "credentials/authorize": authorize, "signatures/signHash": sign_hash}


@contextmanager
def serving(answers: Answers) -> Iterator[str]:
    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            allowed = self.headers["Authorization"] == "Bearer token"
            said = answers[self.path.removeprefix("/csc/v2/")](asked) if allowed else None
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(200 if said is not None else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"csc:http://127.0.0.1:{server.server_port}/csc/v2?credential=wang"
        finally:
            server.shutdown()
            thread.join()


def pkcs12_of(key: Key, today: World, folder: Path) -> str:
    data = pkcs12.serialize_key_and_certificates(
        b"k", key, certified(today, key), None, serialization.BestAvailableEncryption(b"secret")
    )
    (folder / "k.p12").write_bytes(data)
    return f"pkcs12:{folder}/k.p12"


@contextmanager
def opened(  # noqa: PLR0917 - fixtures
    kind: str, name: str, token: str, today: World, proof: Path, folder: Path
) -> Iterator[KeySource]:
    clock = today.clock
    if kind == "builtin":
        yield open_signer(f"builtin:{today.folder}", clock)
    elif kind == "pkcs12":
        yield open_signer(f"{pkcs12_of(KEYS[name], today, folder)}?proof={proof}", clock, passphrase=b"secret")
    elif kind == "pkcs11":
        yield open_signer(f"{token.format(name)}&proof={proof}", clock, passphrase=b"1234")
    else:
        with serving(signing_service(today, KEYS[name])) as uri:
            yield open_signer(f"{uri}&proof={proof}", clock, passphrase=b"token\n4321")


SOURCES = [("builtin", "ec"), *((kind, name) for kind in ("pkcs12", "pkcs11", "csc") for name in KEYS)]


@pytest.mark.tool("softhsm2-util")
@pytest.mark.tool("pdfsig")
@pytest.mark.tool("certutil")
@pytest.mark.tool("openssl")
@pytest.mark.parametrize(("kind", "name"), SOURCES, ids=[f"{kind} {name}" for kind, name in SOURCES])
def test_a_signature_from_any_source_is_valid_for_us_and_for_others(  # noqa: PLR0917 - fixtures
    kind: str, name: str, token: str, today: World, proof: Path, prepared: bytes, tmp_path: Path
) -> None:
    with opened(kind, name, token, today, proof, tmp_path) as source:
        credential = source.credential(CUSTOMER)
        pdf = today.signed_by_person(prepared, credential=credential)
        stranger, code = ("李四", "signer_mismatch") if kind != "builtin" else ("", "name_length")
        with pytest.raises(InputError) as caught:
            source.credential(Identity(stranger, CUSTOMER.organisation))
        assert caught.value.code == code
    verdict = verify(pdf, today.trust, clock=today.clock)
    assert verdict.valid, verdict.reasons
    assert verdict.signatures[0].serial == credential.serial
    assert independent_verdicts(pdf, today.folder, tmp_path) == {"pdfsig": True, "openssl": True, "qpdf": True}


def refused(uri: str, today: World, secret: bytes | None = None, hosts: frozenset[str] = frozenset()) -> str:
    with pytest.raises(DocgenError) as caught:
        open_signer(uri, today.clock, passphrase=secret, hosts=hosts)
    return caught.value.code


@pytest.mark.tool("softhsm2-util")
def test_a_token_that_cannot_be_used_is_refused(token: str, today: World) -> None:
    assert refused(token.format("rsa"), today, b"0000") == "signer_failed"
    assert refused(token.format("rsa"), today) == "pin_missing"
    assert refused(token.format("none"), today, b"1234") == "pkcs11_object"
    assert refused("pkcs11:token=none;object=rsa?module-path=" + LIBRARY, today, b"1234") == "signer_failed"
    assert refused("pkcs11:token=signers?module-path=" + LIBRARY, today, b"1234") == "signer_incomplete"
    assert refused("pkcs11:token=signers;object=rsa?module-path=/none.so", today, b"1234") == "signer_failed"


@pytest.mark.parametrize(
    "url",
    ["http://sign.example.cn/csc/v2", "https://other.example.cn/csc/v2", "http://169.254.169.254/csc/v2",
     "http://localhost.example.cn/", "https://sign.example.cn@evil.example.cn/", "file:///etc/passwd",
     "https://u:p@sign.example.cn/"],
)  # fmt: skip
def test_a_signing_service_the_operator_did_not_name_is_never_called(url: str, today: World) -> None:
    hosts = frozenset({"sign.example.cn"})
    assert refused(f"csc:{url}?credential=wang", today, b"token", hosts) == "service_forbidden"


def spoilt(today: World, method: str, answer: object) -> Answers:
    return {**signing_service(today, KEYS["ec"]), method: lambda _: answer}


FOREIGN = b64encode(KEYS["ec"].sign(b"another text", ec.ECDSA(hashes.SHA256()))).decode()


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("credentials/info", {"cert": {"certificates": []}}),
        ("credentials/info", {"cert": {"certificates": ["AAAA"]}}),
        ("credentials/info", b"x" * 300_000),
        ("credentials/authorize", None),
        ("credentials/authorize", {}),
        ("signatures/signHash", {"signatures": ["AAAA"]}),
        ("signatures/signHash", {"signatures": [FOREIGN]}),
        ("signatures/signHash", {"signatures": [FOREIGN, FOREIGN]}),
        ("signatures/signHash", b"["),
    ],
)
def test_an_answer_that_is_wrong_makes_no_signature(
    method: str, answer: object, today: World, proof: Path, prepared: bytes
) -> None:
    with serving(spoilt(today, method, answer)) as uri, pytest.raises(BackendError) as caught:  # noqa: PT012
        source = open_signer(f"{uri}&proof={proof}", today.clock, passphrase=b"token\n4321")
        today.signed_by_person(prepared, credential=source.credential(CUSTOMER))
    assert caught.value.code == "signer_failed"


def test_a_service_needs_its_token_pin_and_credential(today: World, proof: Path, prepared: bytes) -> None:
    with serving(signing_service(today, KEYS["ec"])) as uri:
        assert refused(uri, today) == "token_missing"
        assert refused(uri.split("?")[0], today, b"token") == "signer_incomplete"
        assert refused(uri, today, b"stolen") == "signer_failed"
        source = open_signer(f"{uri}&proof={proof}", today.clock, passphrase=b"token\n0000")
        with pytest.raises(BackendError) as caught:
            today.signed_by_person(prepared, credential=source.credential(CUSTOMER))
    assert caught.value.code == "signer_failed"


def test_a_company_certificate_signs_for_its_seal_and_for_no_person(today: World, tmp_path: Path) -> None:
    source = open_signer(pkcs12_of(KEYS["ec"], today, tmp_path), today.clock, passphrase=b"secret")
    assert source.credential(Identity(f"{CUSTOMER.name}合同专用章", CUSTOMER.name))
    with pytest.raises(InputError):
        source.credential(Identity(f"{CUSTOMER.name}之子", CUSTOMER.name, "总经理"))


def test_an_unreachable_proof_is_named(today: World, tmp_path: Path) -> None:
    uri = f"{pkcs12_of(KEYS['ec'], today, tmp_path)}?proof={tmp_path}/none.pem"
    with pytest.raises(InputError) as caught:
        open_signer(uri, today.clock, passphrase=b"secret")
    assert caught.value.code == "trust_unreadable"
