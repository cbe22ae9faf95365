"""Where signing keys come from, each source named by a URI: `builtin:` certifies a fresh key, `pkcs12:` brings its own.

A source gives a `Credential`: the key, its certificate and what proves them, for one act of signing. A new source is
one class here and one line in `_SCHEMES`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from docgen.clock import Clock
from docgen.errors import DeclarationError, InputError, StateError
from docgen.signing.authority import Authority, Identity
from docgen.signing.trust import Trust, certificate_of, crl_of, read_trust

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
MAX_PKCS12: Final = 1_000_000  # bytes
MIN_RSA_BITS: Final = 2048
_DIGESTS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class KeySigner(Signer):
    """Signs with a key that stays loaded; pyHanko's own signer parses and checks the key for every signature."""

    def __init__(self, key: PrivateKey, certificate: asn1_x509.Certificate, trust: Trust) -> None:
        """Hold `key` with its `certificate` and the chain above it."""
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([*trust.others, *trust.roots])
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=True)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the raw signature over `data`."""
        digest = _DIGESTS[digest_algorithm]
        if isinstance(self._key, rsa.RSAPrivateKey):
            return bytes(self._key.key_size // 8) if dry_run else self._key.sign(data, padding.PKCS1v15(), digest)
        # The longest DER form of (r, s): two integers with sign byte and header, and the header of the sequence.
        return bytes(2 * (self._key.key_size // 8 + 4) + 3) if dry_run else self._key.sign(data, ec.ECDSA(digest))


class Credential:
    """A key for one act of signing: `spend` gives it out once and forgets it where it was made for that act only."""

    def __init__(self, key: PrivateKey, certificate: bytes, trust: Trust, *, mark: str, single_use: bool) -> None:
        """Hold `key` and its DER `certificate`; `trust` proves them, `mark` says what method of signing this is."""
        self._key: PrivateKey | None = key
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
        if isinstance(held.key, rsa.RSAPrivateKey) and held.key.key_size < MIN_RSA_BITS:
            raise InputError(f"RSA 密钥少于 {MIN_RSA_BITS} 位", code="weak_key", remedy="向发证机构换发证书")
        chain = b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in held.additional_certs)
        self._key, self._certificate = held.key, held.cert.certificate
        self._trust = proof + read_trust(chain) if chain else proof

    def credential(self, identity: Identity) -> Credential:
        """Return the key of the file if its certificate names `identity`.

        Raises:
            InputError: it names someone else (`signer_mismatch`).
        """
        certificate = Credential(self._key, _der(self._certificate), self._trust, mark="电子签名", single_use=False)
        if certificate.certificate.subject.native.get("common_name") != identity.name:
            raise InputError("证书不是这位签署人的", code="signer_mismatch", remedy="使用签署人本人的证书")
        return certificate


def builtin_trust(authority: Authority) -> Trust:
    """Return what proves the certificates of a built-in authority, as of now."""
    return Trust(
        roots=(certificate_of(_der(authority.root)),),
        others=(certificate_of(_der(authority.issuing)),),
        crls=(crl_of(authority.root_crl), crl_of(authority.crl())),
    )


def open_signer(uri: str, clock: Clock, *, passphrase: bytes | None = None) -> KeySource:
    """Open the key source `uri`: `builtin:FOLDER`, or `pkcs12:FILE?proof=PEM` (roots and revocation lists).

    Raises:
        DeclarationError: no such scheme (`signer_unknown`), or no authority in the folder.
        InputError: the file or its proof cannot be read.
    """
    parts = urlsplit(uri)
    if parts.scheme not in _SCHEMES or not parts.path:
        raise DeclarationError(
            "没有这种签名密钥来源",
            code="signer_unknown",
            remedy=f"可用的有 {'、'.join(f'{name}:' for name in _SCHEMES)}",
        )
    return _SCHEMES[parts.scheme](parts, clock, passphrase)


def _builtin(parts: SplitResult, clock: Clock, _: bytes | None) -> KeySource:
    return BuiltinKeys(Authority(Path(unquote(parts.path)), clock))


def _pkcs12(parts: SplitResult, _: Clock, passphrase: bytes | None) -> KeySource:
    proofs = parse_qs(parts.query).get("proof", [])
    try:
        data = Path(unquote(parts.path)).read_bytes()
        proof = sum((read_trust(Path(one).read_bytes()) for one in proofs), Trust())
    except OSError as error:
        raise _unreadable() from error
    return Pkcs12Keys(data, passphrase, proof)


_SCHEMES: Final[Mapping[str, Callable[[SplitResult, Clock, bytes | None], KeySource]]] = {
    "builtin": _builtin,
    "pkcs12": _pkcs12,
}


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _unreadable() -> InputError:
    return InputError("PKCS#12 证书文件打不开", code="pkcs12_unreadable", remedy="检查文件、口令和所附的证明文件")
