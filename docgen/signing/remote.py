"""Keys at a signing service (Cloud Signature Consortium API v2): only the hash leaves, only the signature comes back.

Three calls: `credentials/info` for the certificate, `credentials/authorize` for leave to sign one hash, and
`signatures/signHash`. The answer is held against the certificate before it is used (`KeySigner`).
"""

import hashlib
import json
from base64 import b64decode, b64encode
from typing import Annotated, Final, TypeVar

from asn1crypto import x509
from pydantic import BaseModel, Field, ValidationError

from docgen.errors import BackendError, DeclarationError, InputError
from docgen.signing.authority import Identity
from docgen.signing.keys import Credential, KeySource, Opening, held_credential
from docgen.signing.trust import Trust, certificate_of
from docgen.signing.wire import WireError, guarded, post

MAX_ANSWER: Final = 256_000  # bytes
_HASHES: Final = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}
_ALGORITHMS: Final = {
    ("rsa", "sha256"): "1.2.840.113549.1.1.11",
    ("rsa", "sha384"): "1.2.840.113549.1.1.12",
    ("ec", "sha256"): "1.2.840.10045.4.3.2",
    ("ec", "sha384"): "1.2.840.10045.4.3.3",
}
_Base64 = Annotated[str, Field(max_length=100_000, pattern=r"^[A-Za-z0-9+/=\s]+$")]
_Answer = TypeVar("_Answer", bound=BaseModel)


class _Certificates(BaseModel):
    certificates: list[_Base64] = Field(min_length=1, max_length=8)


class _Info(BaseModel):
    cert: _Certificates


class _Leave(BaseModel):
    sad: str = Field(alias="SAD", min_length=1, max_length=16_000)


class _Signatures(BaseModel):
    signatures: list[_Base64] = Field(min_length=1, max_length=1)


class CscService:
    """One credential of a signing service."""

    def __init__(self, url: str, credential: str, token: str, pin: str) -> None:
        """Speak to the API at `url` as the holder of `token`, for `credential`, which `pin` unlocks."""
        self._url, self._credential, self._token, self._pin = url.rstrip("/"), credential, token, pin

    def certificates(self) -> list[bytes]:
        """Return the certificate of the credential and those above it (DER)."""
        found = self._call("credentials/info", _Info, certificates="chain", certInfo=False, authInfo=False)
        return [b64decode(one) for one in found.cert.certificates]

    def sign(self, hashed: bytes, digest: str, kind: str) -> bytes:
        """Return the signature over the hash."""
        what = {"hashes": [b64encode(hashed).decode()], "hashAlgorithmOID": _HASHES[digest]}
        proof = [{"id": "PIN", "value": self._pin}] if self._pin else []
        leave = self._call("credentials/authorize", _Leave, numSignatures=1, authData=proof, **what)
        algorithm = _ALGORITHMS[kind, digest]
        found = self._call("signatures/signHash", _Signatures, SAD=leave.sad, signAlgo=algorithm, **what)
        return b64decode(found.signatures[0])

    def _call(self, method: str, answer: type[_Answer], **content: object) -> _Answer:
        body = json.dumps({"credentialID": self._credential, **content}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            return answer.model_validate_json(post(f"{self._url}/{method}", body, headers, limit=MAX_ANSWER))
        except WireError as error:
            raise _failed(str(error)) from error
        except ValidationError as error:
            raise _failed("服务的答复不合规范") from error


class _RemoteKey:
    def __init__(self, service: CscService, certificate: x509.Certificate) -> None:
        self._service, self._kind = service, certificate.public_key.algorithm

    def sign(self, data: bytes, digest: str) -> bytes:
        """Let the service sign the hash of `data`."""
        return self._service.sign(hashlib.new(digest, data).digest(), digest, self._kind)


class CscKeys:
    """The key of a signing service; it signs for whom its certificate names only."""

    def __init__(self, service: CscService, proof: Trust) -> None:
        """Ask `service` for the certificate; `proof` adds roots and revocation lists."""
        try:
            own, *above = [certificate_of(one) for one in service.certificates()]
        except ValueError as error:
            raise _failed("服务给出的证书无法识别") from error
        self._certificate = own
        self._key = _RemoteKey(service, own)
        self._trust = proof + Trust(others=tuple(one for one in above if one.issuer != one.subject))

    def credential(self, identity: Identity) -> Credential:
        """Return the key if its certificate names `identity`; raise `InputError` (`signer_mismatch`)."""
        return held_credential(identity, self._key, self._certificate.dump(), self._trust)


def open_csc(opening: Opening) -> KeySource:
    """Open `csc:https://HOST/csc/v2?credential=ID`.

    Raises:
        DeclarationError: the service may not be reached (`service_forbidden`), or no credential is named
            (`signer_incomplete`).
        InputError: there is no access token (`token_missing`).
        BackendError: the service does not answer as it should (`signer_failed`).
    """
    parts = guarded(opening.uri.removeprefix("csc:"), opening.hosts)
    credential = opening.query.get("credential", [""])[0]
    if not credential:
        raise DeclarationError(
            "签名服务的地址不完整", code="signer_incomplete", remedy="写成 csc:https://主机/csc/v2?credential=编号"
        )
    token, _, pin = (opening.secret or b"").decode().partition("\n")
    if not token:
        raise InputError("没有给出签名服务的访问令牌", code="token_missing", remedy="给出令牌后重试")
    url = parts._replace(query="").geturl()
    return CscKeys(CscService(url, credential, token, pin.strip()), opening.proof())


def _failed(why: str) -> BackendError:
    return BackendError(f"签名服务没有完成签名：{why}", code="signer_failed", remedy="检查签名服务的地址、令牌和凭据")
