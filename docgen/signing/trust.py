"""What a verifier believes: root certificates, and the certificates and revocation lists it already holds."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import crl as asn1_crl
from asn1crypto import pem, x509
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager

from docgen.errors import InputError

MAX_PEM: Final = 4_000_000  # bytes
_BLOCK: Final = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trust:
    """Root certificates that count as true, further certificates to build chains of, and known revocation lists."""

    roots: tuple[x509.Certificate, ...] = ()
    others: tuple[x509.Certificate, ...] = ()
    crls: tuple[asn1_crl.CertificateList, ...] = ()

    def __add__(self, other: "Trust") -> "Trust":
        """Believe what either believes."""
        return Trust(self.roots + other.roots, self.others + other.others, self.crls + other.crls)

    def revoked(self, certificate: x509.Certificate, by: datetime) -> bool:
        """Whether one of the known lists says that `certificate` was revoked by then."""
        return any(
            entry["user_certificate"].native == certificate.serial_number and entry["revocation_date"].native <= by
            for one in self.crls
            if one.issuer == certificate.issuer
            for entry in one["tbs_cert_list"]["revoked_certificates"]
        )

    def policy(self, rule: RevocationCheckingRule) -> CertValidationPolicySpec:
        """Say how chains are built to these roots, revocation being checked by `rule` (ETSI TS 119 172)."""
        checking = RevocationCheckingPolicy(ee_certificate_rule=rule, intermediate_ca_cert_rule=rule)
        return CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=list(self.roots)),
            revinfo_policy=CertRevTrustPolicy(checking),
        )


def read_trust(data: bytes) -> Trust:
    """Read the certificates and revocation lists (`X509 CRL`) of a PEM file; what is self-issued is a root.

    That may be somebody's own certificate (digital IDs that programs make): who names it as trusted means just that.

    Raises:
        InputError: it is too large, holds no certificate, or one of its blocks is broken (`trust_unreadable`).
    """
    roots: list[x509.Certificate] = []
    others: list[x509.Certificate] = []
    crls: list[asn1_crl.CertificateList] = []
    try:
        for block in _BLOCK.finditer(data[: MAX_PEM + 1]):
            kind, _, der = pem.unarmor(block.group())
            if kind == "X509 CRL":
                crls.append(crl_of(der))
                continue
            certificate = certificate_of(der)
            (roots if certificate.issuer == certificate.subject else others).append(certificate)
    except ValueError as error:
        raise _unreadable("其中的证书或吊销列表已损坏") from error
    if len(data) > MAX_PEM or not (roots or others):
        raise _unreadable("其中没有证书" if len(data) <= MAX_PEM else "文件过大")
    return Trust(tuple(roots), tuple(others), tuple(crls))


def certificate_of(der: bytes) -> x509.Certificate:
    """Read one certificate completely, so that what is broken in it shows here; raises ValueError."""
    certificate = x509.Certificate.load(der, strict=True)
    _ = certificate.native
    return certificate


def crl_of(der: bytes) -> asn1_crl.CertificateList:
    """Read one revocation list completely; raises ValueError."""
    revocations = asn1_crl.CertificateList.load(der, strict=True)
    _ = revocations.native
    return revocations


def _unreadable(why: str) -> InputError:
    return InputError(
        f"信任证书文件不能使用：{why}", code="trust_unreadable", remedy="给出 PEM 格式的根证书，可附中间证书和吊销列表"
    )
