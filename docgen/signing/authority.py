"""The built-in certification authority: its root stays offline, its issuing CA certifies one key per signature.

It is no licensed authority (电子签名法 16): what it certifies is marked 演示签名, or with the method that the parties
agreed on (电子签名法 13 last paragraph). A folder holds all of it but the key of the root:

    root.pem root.crl issuing.pem issuing.key tsa.pem tsa.key mark.txt revoked.txt

The root certifies the issuing CA and the time stamping unit, and its list lives as long as they do, so that a signed
file can be checked offline until it is stamped anew. The list of the issuing CA is made afresh for each signature.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from docgen.clock import Clock
from docgen.errors import DeclarationError, InputError, StateError
from docgen.signing.persist import append_line, write_new

DEMONSTRATION: Final = "演示签名"
AUTHORITY_LIFE: Final = timedelta(days=3650)
SIGNER_LIFE: Final = timedelta(days=1)  # ETSI EN 319 412-1 "short-term" certificates
MAX_NAME: Final = 64  # X.520 ub-common-name, ub-organization-name, ub-title

_BACKDATED: Final = timedelta(minutes=1)  # clocks of signer and time stamping unit may differ
_USAGES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)

Name: TypeAlias = tuple[tuple[ObjectIdentifier, str], ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: a person or seal by `name`, the company, and the title the person holds there."""

    name: str
    organisation: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Certified:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def establish(folder: Path, organisation: str, clock: Clock, *, passphrase: bytes, mark: str = DEMONSTRATION) -> bytes:
    """Found an authority in the empty `folder` and return the encrypted key of its root, to be kept offline (PEM).

    Args:
        folder: where the authority lives; created with access for its owner only.
        organisation: who runs it.
        clock: gives the beginning of its ten years.
        passphrase: encrypts the returned key.
        mark: what every certificate and appearance says of the method.

    Raises:
        InputError: a name is empty or too long (`name_length`), or the passphrase is empty.
        StateError: there is an authority already (`authority_exists`).
    """
    if not passphrase:
        raise InputError("根密钥必须用口令保护", code="passphrase_missing", remedy="给出口令，并与根密钥分开保管")
    now = clock.now()
    root = _root(organisation, now)
    issuing = _certified(_name(organisation, f"{organisation}签发机构"), root, now, AUTHORITY_LIFE, ca=True)
    tsa = _certified(
        _name(organisation, f"{organisation}时间戳"),
        root,
        now,
        AUTHORITY_LIFE,
        purpose=ExtendedKeyUsageOID.TIME_STAMPING,
    )
    _text(mark, "签名方式")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise StateError("这个文件夹不是空的，可能已有签发机构", code="authority_exists", remedy="换一个空文件夹")
    for name, one in (("issuing", issuing), ("tsa", tsa)):
        write_new(folder / f"{name}.key", _private(one.key, serialization.NoEncryption()))
        write_new(folder / f"{name}.pem", _public(one.certificate))
    write_new(folder / "root.pem", _public(root.certificate))
    write_new(folder / "root.crl", _crl(root, now, AUTHORITY_LIFE, {}))
    write_new(folder / "mark.txt", mark.encode())
    return _private(root.key, serialization.BestAvailableEncryption(passphrase))


class Authority:
    """The issuing CA of a folder, at work: issues, revokes, lists."""

    def __init__(self, folder: Path, clock: Clock, *, validity: timedelta = SIGNER_LIFE) -> None:
        """Open the authority of `folder`, whose certificates for signers hold for `validity`.

        Raises:
            DeclarationError: the folder holds no complete authority (`authority_missing`).
        """
        self._folder, self._clock, self._validity = folder, clock, validity
        try:
            self.root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
            self.root_crl = (folder / "root.crl").read_bytes()
            self.mark = (folder / "mark.txt").read_text(encoding="utf-8")
            self._issuing, self.tsa = self._load("issuing"), self._load("tsa")
        except (OSError, ValueError) as error:
            raise DeclarationError(
                "文件夹中没有完整的签发机构", code="authority_missing", remedy="先建立签发机构，或检查文件夹和权限"
            ) from error

    @property
    def issuing(self) -> x509.Certificate:
        """The certificate of the issuing CA."""
        return self._issuing.certificate

    def issue(self, identity: Identity) -> Certified:
        """Certify a fresh P-256 key for `identity`; nothing of it is kept here.

        Raises:
            InputError: a name is empty or too long for a certificate (`name_length`).
        """
        subject = _name(identity.organisation, identity.name, unit=self.mark, title=identity.title)
        return _certified(subject, self._issuing, self._clock.now(), self._validity)

    def revoke(self, serial: int) -> None:
        """Revoke the certificate of `serial` from now on, durably."""
        append_line(self._folder / "revoked.txt", f"{serial:x} {self._clock.now().isoformat()}")

    def crl(self) -> bytes:
        """Return the list of revoked certificates of the issuing CA as of now (DER)."""
        # It has to end before the certificates of its day do: validation in the past goes back to where the list was
        # still fresh, and the certificate must have been valid there.
        return _crl(self._issuing, self._clock.now(), self._validity / 2, self._revoked())

    def _revoked(self) -> dict[int, datetime]:
        path = self._folder / "revoked.txt"
        if not path.exists():
            return {}
        revoked: dict[int, datetime] = {}
        for line in path.read_text(encoding="ascii").splitlines():
            serial, at = line.split(" ")
            revoked.setdefault(int(serial, 16), datetime.fromisoformat(at))
        return revoked

    def _load(self, name: str) -> Certified:
        key = serialization.load_pem_private_key((self._folder / f"{name}.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(name)  # noqa: TRY004 - a broken file like any other
        return Certified(key, x509.load_pem_x509_certificate((self._folder / f"{name}.pem").read_bytes()))


def _root(organisation: str, now: datetime) -> Certified:
    key = ec.generate_private_key(ec.SECP384R1())
    name = _name(organisation, f"{organisation}根机构")
    return Certified(
        key,
        _builder(name, _x509_name(name), key.public_key(), key.public_key(), now, AUTHORITY_LIFE, 1).sign(
            key, hashes.SHA384()
        ),
    )


def _certified(  # noqa: PLR0913 - the parts of a certificate
    subject: Name,
    issuer: Certified,
    now: datetime,
    life: timedelta,
    *,
    ca: bool = False,
    purpose: ObjectIdentifier | None = None,
) -> Certified:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(
        subject,
        _subject(issuer.certificate),
        key.public_key(),
        issuer.key.public_key(),
        now,
        life,
        0 if ca else None,
    )
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return Certified(key, builder.sign(issuer.key, hashes.SHA256()))


def _builder(  # noqa: PLR0913, PLR0917 - the parts of a certificate
    subject: Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
    path_length: int | None,
) -> x509.CertificateBuilder:
    ca = path_length is not None
    allowed = {"key_cert_sign", "crl_sign"} if ca else {"digital_signature", "content_commitment"}
    return (
        x509.CertificateBuilder()
        .subject_name(_x509_name(subject))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(x509.KeyUsage(**{usage: usage in allowed for usage in _USAGES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _crl(issuer: Certified, now: datetime, life: timedelta, revoked: dict[int, datetime]) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_subject(issuer.certificate))
        .last_update(now)
        .next_update(now + life)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    for serial, at in revoked.items():
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _name(organisation: str, common: str, *, unit: str = "", title: str = "") -> Name:
    parts = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, _text(organisation, "单位名称"))]
    parts += [(NameOID.ORGANIZATIONAL_UNIT_NAME, _text(unit, "签名方式"))] if unit else []
    parts += [(NameOID.TITLE, _text(title, "职务"))] if title else []
    return (*parts, (NameOID.COMMON_NAME, _text(common, "名称")))


def _x509_name(name: Name) -> x509.Name:
    with _lengths_in_characters():
        return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in name])


def _subject(certificate: x509.Certificate) -> x509.Name:
    with _lengths_in_characters():
        return certificate.subject


@contextmanager
def _lengths_in_characters() -> Iterator[None]:
    """Quieten cryptography, which counts bytes where X.520 counts characters: 22 汉字 were too long for it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)
        yield


def _text(value: str, label: str) -> str:
    if not 0 < len(value) <= MAX_NAME or not value.isprintable():
        raise InputError(f"{label}须为 1 至 {MAX_NAME} 个可显示的字符", code="name_length", remedy="更正后再签署")
    return value


def _private(key: ec.EllipticCurvePrivateKey, encryption: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
