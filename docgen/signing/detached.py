"""Signatures over bytes that are no PDF, kept beside them: CMS with a time stamp of RFC 3161 over the same bytes.

Anyone checks both with OpenSSL (`openssl cms -verify`, `openssl ts -verify`); the time stamp proves that the signature
was made while its certificate, which may live for a day only, was good.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, pem, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms, validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError

from docgen.clock import Clock
from docgen.errors import InputError, IntegrityError, StateError
from docgen.signing.keys import Credential
from docgen.signing.timestamps import Timestamper
from docgen.signing.trust import Trust, read_trust

MAX_DETACHED: Final = 1_000_000  # bytes of a signature or a time stamp


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature (CMS, DER), a time stamp token (DER), and the certificates and revocation lists behind both (PEM)."""

    signature: bytes
    timestamp: bytes
    chain: bytes


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who signed, by the name in the certificate, and when at the latest, by the time stamp."""

    name: str
    organisation: str
    at: datetime


def sign_detached(data: bytes, credential: Credential, timestamper: Timestamper, clock: Clock) -> Detached:
    """Sign `data` and have it stamped.

    Raises:
        StateError: the key is spent (`key_spent`), or its certificate cannot sign (`certificate_refused`).
        BackendError: no time stamp could be had (`timestamp_failed`).
    """
    attributes = PdfCMSSignedAttributes(signing_time=clock.now())
    signer = credential.spend()
    try:
        signed = asyncio.run(signer.async_sign_general_data(data, "sha256", signed_attr_settings=attributes))
    except SigningError as error:
        raise StateError("证书不能用于签名", code="certificate_refused", remedy="更换证书后重新签名") from error
    token = asyncio.run(timestamper.async_timestamp(hashlib.sha256(data).digest(), "sha256"))
    return Detached(signed.dump(), token.dump(), _pem(credential.trust + timestamper.trust(), credential.certificate))


def verify_detached(data: bytes, detached: Detached, trust: Trust, clock: Clock) -> Vouched:
    """Verify signature and time stamp over `data` by the roots of `trust`; the chain kept with them only fills gaps.

    Raises:
        InputError: the parts cannot be read (`signature_unreadable`).
        IntegrityError: `data` is not what was signed, or the certificates lead to no root (`signature_invalid`).
    """
    if max(len(part) for part in (detached.signature, detached.timestamp)) > MAX_DETACHED:
        raise _unreadable()
    kept = read_trust(detached.chain)
    known = Trust(trust.roots, trust.others + kept.others, trust.crls + kept.crls)
    try:
        token = cms.ContentInfo.load(detached.timestamp, strict=True)["content"]
        signed = cms.ContentInfo.load(detached.signature, strict=True)["content"]
        at = _stamped_at(token)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable() from error
    try:
        return asyncio.run(_verified(data, signed, token, known, at, clock.now()))
    except (SignatureValidationError, PathBuildingError, PathValidationError, ValueError, TypeError, KeyError) as error:
        raise _invalid("无法验证") from error


async def _verified(  # noqa: PLR0913, PLR0917 - what a verification rests on
    data: bytes, signed: cms.SignedData, token: cms.SignedData, known: Trust, at: datetime, now: datetime
) -> Vouched:
    stamp = await validate_tst_signed_data(token, _context(known, now), lambda name: hashlib.new(name, data).digest())
    if not all(stamp[part] for part in ("intact", "valid")) or stamp.get("trust_problem_indic") is not None:
        raise _invalid("时间戳不是这份内容的，或出自不受信任的机构")
    status = await async_validate_detached_cms(data, signed, signer_validation_context=_context(known, at))
    if not (status.intact and status.valid and status.trusted):
        raise _invalid("签名不是这份内容的，或出自不受信任的机构")
    subject = status.signing_cert.subject.native
    return Vouched(str(subject.get("common_name", "")), str(subject.get("organization_name", "")), at)


def _context(trust: Trust, moment: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(trust.roots),
        other_certs=list(trust.others),
        crls=list(trust.crls),
        moment=moment,
        allow_fetching=False,
        revocation_mode="require" if trust.crls else "soft-fail",
    )


def _stamped_at(token: cms.SignedData) -> datetime:
    content = token["encap_content_info"]["content"].parsed
    if not isinstance(content, tsp.TSTInfo):
        raise TypeError(content)
    _ = algos.DigestAlgorithm.load(content["message_imprint"]["hash_algorithm"].dump()).native
    at = content["gen_time"].native
    if not isinstance(at, datetime):
        raise TypeError(at)
    return at


def _pem(trust: Trust, own: asn1_x509.Certificate) -> bytes:
    certificates = {one.dump(): None for one in (*trust.roots, *trust.others, own)}
    lists = {one.dump(): None for one in trust.crls}
    blocks = [pem.armor("CERTIFICATE", der) for der in certificates]
    return b"".join([*blocks, *(pem.armor("X509 CRL", der) for der in lists)])


def _unreadable() -> InputError:
    return InputError(
        "签名或时间戳无法读取", code="signature_unreadable", remedy="使用公布树头时写出的 .p7s、.tst 和 .pem 文件"
    )


def _invalid(why: str) -> IntegrityError:
    return IntegrityError(
        f"签名不成立：{why}", code="signature_invalid", remedy="不要依赖这份内容；核对信任的根证书，再运行 docgen audit"
    )
