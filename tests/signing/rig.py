"""Signatures that our own code refuses to make, made with pyHanko directly: bad certificates, keys, algorithms."""

import io
from datetime import datetime, timedelta

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.signing.world import World

USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class AnySigner(Signer):
    """Signs with any key and hash."""

    def __init__(self, key: Key, certificate: x509.Certificate, world: World) -> None:
        store = SimpleCertificateStore()
        store.register_multiple([*(asn1.Certificate.load(der(one)) for one in (world.authority.issuing,))])
        own = asn1.Certificate.load(der(certificate))
        super().__init__(signing_cert=own, cert_registry=store, embed_roots=True)
        self.key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        digest = getattr(hashes, digest_algorithm.upper())()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), digest)
        return self.key.sign(data, ec.ECDSA(digest))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def certified(
    world: World,
    key: Key,
    *,
    begins: datetime | None = None,
    life: timedelta = timedelta(days=1),
    usages: tuple[str, ...] = ("digital_signature", "content_commitment"),
    list_at: str = "",
) -> x509.Certificate:
    """Let the issuing CA of `world` certify what it never would."""
    issuer = world.authority._issuing
    begins = begins or world.clock.now() - timedelta(minutes=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "王建国")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .add_extension(x509.KeyUsage(**{usage: usage in usages for usage in USAGES}), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
    if list_at:
        place = x509.DistributionPoint([x509.UniformResourceIdentifier(list_at)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([place]), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def signed_anyhow(
    pdf: bytes,
    signer: Signer,
    *,
    timestamper: TimeStamper | None = None,
    digest: str = "sha256",
    subfilter: SigSeedSubFilter = SigSeedSubFilter.PADES,
    strict: bool = True,
) -> bytes:
    """Sign `pdf` in a new invisible field, as any other program does: no proof kept, nothing checked."""
    meta = PdfSignatureMetadata(field_name="Signature1", md_algorithm=digest, subfilter=subfilter)
    target = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=strict)
    PdfSigner(meta, signer, timestamper=timestamper).sign_pdf(writer, output=target)
    return target.getvalue()
