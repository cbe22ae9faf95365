"""Where signing keys come from, each source named by a URI: a fresh key, a file, hardware, a service (`open_signer`).

A source gives a `Credential`: the key, its certificate and what proves them, for one act of signing. A new source is
one class and one line in `_SCHEMES`.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from docgen.clock import Clock
from docgen.errors import BackendError, DeclarationError, InputError, StateError
from docgen.signing.authority import AUTHORITY_LIFE, SIGNER_LIFE, Authority, Identity
from docgen.signing.trust import Trust, certificate_of, crl_of, read_trust

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
MAX_PKCS12: Final = 1_000_000  # bytes
MIN_RSA_BITS: Final = 2048
_DIGESTS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class DistantKey(Protocol):
    """A private key that is not in this process: in hardware, or at a service."""

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the signature over `data` by `digest` (`sha256`, …): PKCS#1 v1.5, or ECDSA in DER.

        Raises `BackendError` (`signer_failed`).
        """
        ...


class KeySigner(Signer):
    """Signs with a key that stays loaded; pyHanko's own signer parses and checks the key for every signature."""

    def __init__(self, key: PrivateKey | DistantKey, certificate: asn1_x509.Certificate, trust: Trust) -> None:
        """Hold `key` with its `certificate` and the chain above it."""
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([*trust.others, *trust.roots])
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=True)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the raw signature over `data`."""
        digest = _DIGESTS[digest_algorithm]
        if dry_run:
            return bytes(_longest(_public_key(self.signing_cert)))
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), digest)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(digest))
        signature = await asyncio.to_thread(self._key.sign, data, digest_algorithm)
        _check(_public_key(self.signing_cert), signature, data, digest)
        return signature


def _public_key(certificate: asn1_x509.Certificate | None) -> PublicKey:
    key = serialization.load_der_public_key(certificate.public_key.dump()) if certificate else None
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise InputError("证书的密钥种类不受支持", code="key_kind", remedy="使用 RSA 或 P-256 等 ECDSA 证书")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise InputError(f"RSA 密钥少于 {MIN_RSA_BITS} 位", code="weak_key", remedy="向发证机构换发证书")
    return key


def _longest(key: PublicKey) -> int:
    """Return the length in bytes of the longest signature of `key`."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size // 8
    # The longest DER form of (r, s): two integers with sign byte and header, and the header of the sequence.
    return 2 * (key.key_size // 8 + 4) + 3


def _check(key: PublicKey, signature: bytes, data: bytes, digest: hashes.HashAlgorithm) -> None:
    """Hold what came from outside against the certificate before it goes into a file."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), digest)
        else:
            key.verify(signature, data, ec.ECDSA(digest))
    except InvalidSignature as error:
        raise BackendError(
            "返回的签名与证书不符，未签名", code="signer_failed", remedy="检查签名服务或密码设备中的密钥与证书"
        ) from error


class Credential:
    """A key for one act of signing: `spend` gives it out once and forgets it where it was made for that act only."""

    def __init__(
        self, key: PrivateKey | DistantKey, certificate: bytes, trust: Trust, *, mark: str, single_use: bool
    ) -> None:
        """Hold `key` and its DER `certificate`; `trust` proves them, `mark` says what method of signing this is."""
        self._key: PrivateKey | DistantKey | None = key
        self._single_use = single_use
        self.certificate = certificate_of(certificate)
        self.trust = trust
        self.mark = mark

    @property
    def serial(self) -> str:
        """The serial number of the certificate, in upper-case hexadecimal digits."""
        return f"{self.certificate.serial_number:X}"

    def spend(self) -> KeySigner:
        """Return the signer of this credential.

        Raises:
            StateError: the key was made for one signature, and that was made (`key_spent`).
        """
        if self._key is None:
            raise StateError("这把密钥已经用过并销毁", code="key_spent", remedy="为新的签名重新取得密钥和证书")
        key = self._key
        if self._single_use:
            self._key = None
        return KeySigner(key, self.certificate, self.trust)


class KeySource(Protocol):
    """Gives the key of a signer."""

    def credential(self, identity: Identity) -> Credential:
        """Return the key of `identity`; raise `InputError` if this source has none for it."""
        ...


class BuiltinKeys:
    """Fresh keys, certified by the built-in authority for one signature each."""

    def __init__(self, authority: Authority) -> None:
        """Let `authority` certify."""
        self._authority = authority

    def credential(self, identity: Identity) -> Credential:
        """Make and certify a key for `identity`, with the revocation lists of this moment."""
        certified = self._authority.issue(identity)
        return Credential(
            certified.key,
            _der(certified.certificate),
            builtin_trust(self._authority),
            mark=self._authority.mark,
            single_use=True,
        )


class Pkcs12Keys:
    """The key of a PKCS#12 file, issued by an authority outside; it signs for the person its certificate names only."""

    def __init__(self, data: bytes, passphrase: bytes | None, proof: Trust) -> None:
        """Open the file `data`; `proof` adds revocation lists, and certificates the file lacks.

        Raises:
            InputError: it cannot be opened (`pkcs12_unreadable`), or holds a weak key (`weak_key`).
        """
        try:
            held = pkcs12.load_pkcs12(data[:MAX_PKCS12], passphrase)
        except (ValueError, TypeError) as error:
            raise _unreadable() from error
        if held.cert is None or not isinstance(held.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise _unreadable()
        _public_key(certificate_of(_der(held.cert.certificate)))
        chain = b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in held.additional_certs)
        self._key, self._certificate = held.key, held.cert.certificate
        self._trust = proof + read_trust(chain) if chain else proof

    def credential(self, identity: Identity) -> Credential:
        """Return the key of the file if its certificate names `identity`.

        Raises:
            InputError: it names someone else (`signer_mismatch`).
        """
        return held_credential(identity, self._key, _der(self._certificate), self._trust)


def held_credential(identity: Identity, key: PrivateKey | DistantKey, certificate: bytes, trust: Trust) -> Credential:
    """Return a credential of a lasting `key` if its DER `certificate` names `identity`.

    A certificate of a company names the company, whatever seal it is used for.

    Raises:
        InputError: it names someone else (`signer_mismatch`), or its key is weak or of another kind.
    """
    credential = Credential(key, certificate, trust, mark="电子签名", single_use=False)
    _public_key(credential.certificate)
    is_seal = identity.name.startswith(identity.organisation) and not identity.title
    named = credential.certificate.subject.native.get("common_name")
    if named not in {identity.name, *([identity.organisation] if is_seal else [])}:
        raise InputError("证书不是这位签署人的", code="signer_mismatch", remedy="使用签署人本人的证书")
    return credential


def builtin_trust(authority: Authority) -> Trust:
    """Return what proves the certificates of a built-in authority, as of now."""
    return Trust(
        roots=(certificate_of(_der(authority.root)),),
        others=(certificate_of(_der(authority.issuing)),),
        crls=(crl_of(authority.root_crl), crl_of(authority.crl())),
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """What a source is opened with: its URI, our clock, its secret, and the hosts the operator lets us reach."""

    uri: str
    clock: Clock
    secret: bytes | None
    hosts: Collection[str]

    @property
    def parts(self) -> SplitResult:
        """The URI in parts."""
        return urlsplit(self.uri)

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The parameters of the URI."""
        return parse_qs(self.parts.query)

    def proof(self) -> Trust:
        """Read the PEM files named by `proof`; raise `InputError` (`trust_unreadable`)."""
        try:
            return sum((read_trust(Path(one).read_bytes()) for one in self.query.get("proof", [])), Trust())
        except OSError as error:
            raise InputError(
                "签名密钥所附的证明文件打不开", code="trust_unreadable", remedy="检查 proof= 所写的文件名和权限"
            ) from error


def open_signer(
    uri: str, clock: Clock, *, passphrase: bytes | None = None, hosts: Collection[str] = frozenset()
) -> KeySource:
    """Open the key source `uri`.

    `builtin:FOLDER`
        the built-in authority; `?days=N` lets certificates hold for more than their one day.
    `pkcs12:FILE`
        a file; `passphrase` opens it.
    `pkcs11:token=NAME;object=LABEL?module-path=LIBRARY`
        a key in hardware (RFC 7512); `passphrase` is its PIN. Needs the extra `hsm`.
    `csc:https://HOST/csc/v2?credential=ID`
        a signing service (Cloud Signature Consortium API v2); `passphrase` is the access token and, on a second line,
        the PIN of the credential. HOST must be one of `hosts`; services on this machine may use http.

    The last three take `proof=FILE.pem` (roots and revocation lists), more than once where needed.

    Raises:
        DeclarationError: no such scheme (`signer_unknown`), no authority in the folder, an extra is not installed, or
            the service may not be reached (`service_forbidden`).
        InputError: the file or its proof cannot be read.
        BackendError: hardware or service do not answer as they should (`signer_failed`).
    """
    opening = Opening(uri, clock, passphrase, hosts)
    if opening.parts.scheme not in _SCHEMES or not opening.parts.path:
        raise DeclarationError(
            "没有这种签名密钥来源",
            code="signer_unknown",
            remedy=f"可用的有 {'、'.join(f'{name}:' for name in _SCHEMES)}",
        )
    return _SCHEMES[opening.parts.scheme](opening)


def _builtin(opening: Opening) -> KeySource:
    given = parse_qs(opening.parts.query, keep_blank_values=True)
    (days,) = given.pop("days", [str(SIGNER_LIFE.days)])
    if given or not days.isascii() or not days.isdigit() or not 1 <= int(days) <= AUTHORITY_LIFE.days:
        raise DeclarationError(
            "内置签名密钥来源的选项无效",
            code="signer_unknown",
            remedy=f"可用的选项：days=1至{AUTHORITY_LIFE.days}（签名证书的有效天数）",
        )
    folder = Path(unquote(opening.parts.path))
    return BuiltinKeys(Authority(folder, opening.clock, validity=timedelta(days=int(days))))


def _pkcs12(opening: Opening) -> KeySource:
    try:
        data = Path(unquote(opening.parts.path)).read_bytes()
    except OSError as error:
        raise _unreadable() from error
    return Pkcs12Keys(data, opening.secret, opening.proof())


def _pkcs11(opening: Opening) -> KeySource:
    from docgen.signing.hardware import open_pkcs11  # noqa: PLC0415 - builds on this module

    return open_pkcs11(opening)


def _csc(opening: Opening) -> KeySource:
    from docgen.signing.remote import open_csc  # noqa: PLC0415 - builds on this module

    return open_csc(opening)


_SCHEMES: Final[Mapping[str, Callable[[Opening], KeySource]]] = {
    "builtin": _builtin,
    "pkcs12": _pkcs12,
    "pkcs11": _pkcs11,
    "csc": _csc,
}


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _unreadable() -> InputError:
    return InputError("PKCS#12 证书文件打不开", code="pkcs12_unreadable", remedy="检查文件、口令和所附的证明文件")
