"""The proof of certificates that a PDF keeps in its document security store (DSS), and how to validate by it."""

from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.policy_decl import RevocationCheckingRule
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from docgen.signing.trust import Trust


@dataclass(frozen=True, slots=True)
class Proof:
    """Certificates and revocation information kept in a file."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[CRLContainer, ...] = ()
    ocsps: tuple[OCSPContainer, ...] = ()

    @property
    def present(self) -> bool:
        """Whether there is any revocation information."""
        return bool(self.crls or self.ocsps)

    def specification(self, trust: Trust) -> SignatureValidationSpec:
        """Say how to validate by `trust` and this proof, offline.

        Where there is revocation information, every certificate needs some; else only those which name a source of it.
        """
        rule = RevocationCheckingRule
        crls = [*(CRLContainer(one) for one in trust.crls), *self.crls]
        return SignatureValidationSpec(
            cert_validation_policy=trust.policy(
                rule.CRL_OR_OCSP_REQUIRED if self.present or trust.crls else rule.CHECK_IF_DECLARED
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=LocalKnowledge(
                known_certs=list(
                    {one.dump(): one for one in (*trust.roots, *trust.others, *self.certificates)}.values()
                ),
                known_crls=list(
                    {one.crl_data.dump(): one for one in crls}.values()
                ),  # each is tried on each certificate
                known_ocsps=list(self.ocsps),
            ),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}),
        )


def proof_of(reader: PdfFileReader) -> Proof:
    """Read the document security store of a file; raises what the parsers raise if it is broken."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Proof()
    answers = (ocsp.OCSPResponse.load(data) for data in _streams(store.ocsps, DecodePurpose.OCSP_RESPONSE))
    return Proof(
        certificates=tuple(store.load_certs()),
        crls=tuple(CRLContainer(crl.CertificateList.load(data)) for data in _streams(store.crls, DecodePurpose.CRL)),
        ocsps=tuple(one for answer in answers for one in OCSPContainer.load_multi(answer)),
    )


def _streams(references: Iterable[IndirectObject], purpose: DecodePurpose) -> Iterable[bytes]:
    return (
        reference.get_object().read_data(purpose)  # type: ignore[no-untyped-call]
        for reference in references
    )
