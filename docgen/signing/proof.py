"""The proof of certificates that a PDF keeps in its document security store (DSS).

How to validate by it, and how it may change after a signature.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    PdfObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.diff_analysis.rules_api import Context, ReferenceUpdate, WhitelistRule
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

_LISTS: Final = ("/Certs", "/CRLs", "/OCSPs")
_Path: TypeAlias = tuple[str, ...]
_LISTS_OF_ONE: Final = ("/Cert", "/CRL", "/OCSP")


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

    def specification(self, trust: Trust, *, revocation: bool = True) -> SignatureValidationSpec:
        """Say how to validate by `trust` and this proof, offline.

        Where there is revocation information, every certificate needs some; else only those which name a source of it.
        Without `revocation` nothing of it is asked: what that accepts lacks nothing else.
        """
        rule = RevocationCheckingRule
        wanted = rule.CRL_OR_OCSP_REQUIRED if self.present or trust.crls else rule.CHECK_IF_DECLARED
        crls = [*(CRLContainer(one) for one in trust.crls), *self.crls]
        return SignatureValidationSpec(
            cert_validation_policy=trust.policy(wanted if revocation else rule.NO_CHECK),
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
        ocsps=tuple(one for answer in answers for one in OCSPContainer.load_multi(answer) if _is_usable(one)),
    )


def _is_usable(answer: OCSPContainer) -> bool:
    """Whether pyHanko can hold an answer against a certificate, as it does by SHA-1 or SHA-256 of its issuer only."""
    about = answer.extract_single_response()
    return about is not None and about["cert_id"]["hash_algorithm"]["algorithm"].native in {"sha1", "sha256"}


def _streams(references: Iterable[IndirectObject], purpose: DecodePurpose) -> Iterable[bytes]:
    return (
        reference.get_object().read_data(purpose)  # type: ignore[no-untyped-call]
        for reference in references
    )


class ProofRule(WhitelistRule):
    """Lets proof be added, sorted and replaced, as programs do; nothing of it is ever shown.

    pyHanko's rule is narrower: it refuses files in which the entries of single signatures (VRI) were written anew.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """Return what is explained by the store of `new`; raise `SuspiciousModification` where there is none left."""
        if "/DSS" in new.root:
            return list(_Walk(old, new).store())
        if "/DSS" in old.root:
            raise SuspiciousModification("the proof was taken away")
        return []


class _Walk:
    """Goes through a store and yields what may differ for it; what is used elsewhere, too, stays unexplained."""

    def __init__(self, old: HistoricalResolver, new: HistoricalResolver) -> None:
        self._old, self._new = old, new

    def store(self) -> Iterator[ReferenceUpdate]:
        path: _Path = ("/Root", "/DSS")
        store = yield from self._dictionary(self._new.root.raw_get("/DSS"), path)
        yield from self._lists(store, _LISTS, path)
        if "/VRI" not in store:
            return
        path = (*path, "/VRI")
        entries = yield from self._dictionary(store.raw_get("/VRI"), path)
        for key in entries:
            value = entries.raw_get(key)
            if not isinstance(value, NameObject):  # some programs give the entries a /Type
                entry = yield from self._dictionary(value, (*path, key))
                yield from self._lists(entry, _LISTS_OF_ONE, (*path, key))
                if "/TS" in entry and _is_stream(entry.raw_get("/TS")):
                    yield from self._added(entry.raw_get("/TS"))

    def _dictionary(self, value: PdfObject, path: _Path) -> Generator[ReferenceUpdate, None, DictionaryObject]:
        yield from self._container(value, path)
        found = value.get_object()  # type: ignore[no-untyped-call]
        if not isinstance(found, DictionaryObject) or isinstance(found, StreamObject):
            raise SuspiciousModification("what should be a dictionary of proof is none")
        return found

    def _lists(self, holder: DictionaryObject, keys: Iterable[str], path: _Path) -> Iterator[ReferenceUpdate]:
        for key in keys:
            if key not in holder:
                continue
            listed = holder.raw_get(key)
            yield from self._container(listed, (*path, key))
            found = listed.get_object()
            if not isinstance(found, ArrayObject) or not all(_is_stream(one) for one in found):
                raise SuspiciousModification("what should be a list of proof is none")
            yield from self._added(found)

    def _added(self, value: PdfObject) -> Iterator[ReferenceUpdate]:
        for one in self._new.collect_dependencies(value, since_revision=self._old.revision + 1):
            yield ReferenceUpdate(one)

    def _container(self, value: PdfObject, path: _Path) -> Iterator[ReferenceUpdate]:
        if not isinstance(value, IndirectObject):
            return
        reference: Reference = value.reference
        if self._old.is_ref_unassignable(reference):
            yield ReferenceUpdate(reference)
        else:
            yield ReferenceUpdate(reference, context_checked=Context.from_absolute(self._old, RawPdfPath(*path)))


def _is_stream(value: PdfObject) -> bool:
    return isinstance(value, IndirectObject) and isinstance(value.get_object(), StreamObject)  # type: ignore[no-untyped-call]
