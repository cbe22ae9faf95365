"""Judge a signed PDF: who signed, whether it can be proven, and whether anything was changed since.

Offline and by policy, because no single validator notices everything: every signature passes ETSI EN 319 102-1 (with
the proof kept in the file), its time stamps too, each range of bytes is whole, changes since are signatures only. A
file that declares itself tight (ours do, inside the signed part), or is held against its record, must end with a
document time stamp over all of it. Files of other signers need neither.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from docgen.clock import Clock, SystemClock
from docgen.signing.changes import Changes, Since
from docgen.signing.pades import APPLICATION
from docgen.signing.proof import proof_of
from docgen.signing.ranges import range_end, range_reasons
from docgen.signing.reading import Reader, contradictory_after
from docgen.signing.trust import Trust
from docgen.signing.verdict import Expectation, Level, Reason, SignatureReport, Verdict, judged
from docgen.signing.wording import SUPPORTED, ades_reason, algorithm_unsupported

MAX_PDF: Final = 100_000_000  # bytes
MAX_SIGNATURES: Final = 64
_PRESENT: Final = SystemClock()
_AGED: Final = frozenset({"certificate_expired", "certificate_unproven", "revocation_stale", "time_unproven"})


@dataclass(frozen=True, slots=True)
class _Examined:
    """A signature or document time stamp, what speaks against it, and whether it is proven by itself."""

    signature: EmbeddedPdfSignature
    reasons: tuple[Reason, ...]
    status: StandardCMSSignatureStatus | None = None


def verify(pdf: bytes, trust: Trust, expect: Expectation | None = None, *, clock: Clock = _PRESENT) -> Verdict:
    """Judge the signatures of `pdf` by `trust`, and against what is on record (`expect`), as of the present of `clock`.

    Nothing is fetched. Whatever is wrong with the file is a reason of the verdict, never an exception.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    if len(pdf) > MAX_PDF:
        reason = Reason(code="too_large", message="文件过大，未检查", undecided=True)
        return judged(digest, tight=False, signatures=(), reasons=(reason,))
    try:
        reader = Reader(pdf)
        if reader.encrypted and reader.decrypt("").status is AuthStatus.FAILED:
            closed = Reason(code="encrypted", message="文件已加密，打开须用密码，无法检查", undecided=True)
            return _broken(digest, expect, closed)
        _ = reader.root["/Pages"]
    except Exception:  # noqa: BLE001 - a parser of hostile files fails in any way; each is a verdict, none a validity
        return _broken(digest, expect, _reason("pdf_unreadable", "文件不是完整的 PDF，或结构不符合标准"))
    try:
        return _Verification(pdf, reader, trust, clock).judge(digest, expect)
    except Exception:  # noqa: BLE001 - as above
        return _broken(digest, expect, _reason("signature_malformed", "文件中签名的格式不符合标准"))


class _Verification:
    def __init__(self, pdf: bytes, reader: Reader, trust: Trust, clock: Clock) -> None:
        self._pdf, self._reader, self._trust = pdf, reader, trust
        now = clock.now()
        self._timing = _as_of(now)
        self._embedded = list(reader.embedded_signatures)
        first = min((one.signed_revision for one in self._embedded), default=0)
        if reader.xrefs.hybrid_xrefs_present and not contradictory_after(reader, first):
            reader.strict = False  # its tables were read strictly; pyHanko would refuse the file outright
        self._stamps = [one for one in self._embedded if _is_stamp(one)]
        proof = proof_of(reader)
        self._times: dict[int, datetime] = {}
        self._changes = Changes(reader, self._embedded)
        self._has_proof, self._spec = proof.present, proof.specification(trust)
        self._unrevoked = proof.specification(trust, revocation=False)

    def judge(self, digest: str, expect: Expectation | None) -> Verdict:
        filled = sum(1 for _ in enumerate_sig_fields(self._reader, filled_status=True))
        signers = [one for one in self._embedded if one.sig_object_type == "/Sig" and not _is_stamp(one)]
        tight = expect is not None or any(_declares_tight(one) for one in signers)
        reasons = [*_record(digest, expect), *self._outline(filled, signers)]
        if len(self._embedded) > MAX_SIGNATURES or not signers:
            return judged(digest, tight=tight, signatures=(), reasons=reasons)
        stamps = self._examined_stamps()
        self._times = {one.signature.signed_revision: _stamped_at(one.signature) for one in stamps if not one.reasons}
        holding = [one.signature.signed_revision for one in stamps if not one.reasons]
        reports: list[SignatureReport] = []
        reasons += [reason for one in stamps for reason in one.reasons]
        for one in signers:
            examined = self._examined_signature(one)
            report = self._report(examined, holding)
            found = list(examined.reasons)
            stamped = any(stamp.signed_revision > one.signed_revision for stamp in self._stamps)
            if tight and not (stamped and (found or (report and report.level is Level.LTA))):
                found.append(_reason("timestamp_missing", "缺少时间戳：未达到长期有效（B-LTA）", one.field_name))
            reports += [report.model_copy(update={"holds": not found})] if report else []
            reasons += found
        if tight:
            reasons += self._end()
        reasons += _signers(reports, expect)
        return judged(digest, tight=tight, signatures=reports, reasons=reasons)

    def _outline(self, filled: int, signers: Sequence[EmbeddedPdfSignature]) -> Iterator[Reason]:
        if filled != len(self._embedded):
            yield _reason("signature_kind", "文件中有种类不明的签名")
        if len(self._embedded) > MAX_SIGNATURES:
            yield _reason("too_many_signatures", f"签名超过 {MAX_SIGNATURES} 个")
        if not signers:
            yield _reason("unsigned", "文件没有签名")

    def _end(self) -> Iterator[Reason]:
        if max(range_end(_byte_range(one)) for one in self._embedded) != len(self._pdf):
            yield _reason("content_appended", "最后一个签名之后又追加了内容")

    def _examined_stamps(self) -> list[_Examined]:
        """Examine the newest time stamp at the present, and each older one also as of the time the next one proves."""
        examined: list[_Examined] = []
        proven: datetime | None = None
        for one in reversed(self._stamps):
            found = self._examine(one, self._timing, signed=False)
            if proven and any(reason.code in _AGED for reason in found.reasons):
                found = self._examine(one, _as_of(proven), signed=False)
            examined.append(found)
            if not found.reasons:
                proven = _stamped_at(one)
        return examined[::-1]

    def _examined_signature(self, one: EmbeddedPdfSignature) -> _Examined:
        """Examine a signature at the present, and, once its authority has expired, as of its document time stamp."""
        found = self._examine(one, self._timing, signed=True)
        proven = min((at for revision, at in self._times.items() if revision > one.signed_revision), default=None)
        if proven and any(reason.code == "certificate_unproven" for reason in found.reasons):
            past = self._examine(one, _as_of(proven), signed=True)
            found = past if past.reasons or not self._trust.revoked(one.signer_cert, proven) else found
        return self._told_apart(found)

    def _told_apart(self, examined: _Examined) -> _Examined:
        """Say so where nothing is missing for the certificate but whether it was revoked."""
        unproven = [reason for reason in examined.reasons if reason.code == "certificate_unproven"]
        one = examined.signature
        if not unproven:
            return examined
        arguments = _arguments(one, self._timing)
        result = asyncio.run(ades_basic_validation(one.signed_data, self._unrevoked, **arguments))
        if result.ades_subindic is not AdESPassed.OK:
            return examined
        missing = ades_reason(AdESIndeterminate.TRY_LATER, str(one.field_name))
        others = tuple(reason for reason in examined.reasons if reason not in unproven)
        return _Examined(one, (*others, *([missing] if missing else [])), examined.status)

    def _examine(self, one: EmbeddedPdfSignature, timing: ValidationTimingInfo, *, signed: bool) -> _Examined:
        field = str(one.field_name)
        try:
            reasons = list(range_reasons(self._pdf, _byte_range(one), one.pkcs7_content, field))
            one.compute_integrity_info(skip_diff=True)  # type: ignore[no-untyped-call]
            reasons += _since(self._changes.since(one), field)
            if signed:
                found, status = asyncio.run(self._signature(one, timing))
            else:
                found, status = asyncio.run(self._stamp(one, timing)), None
            reasons += [found] if found else []
        except SignatureValidationError as error:
            found = ades_reason(error.ades_subindication, field)
            return _Examined(one, (found,) if found else ())
        except Exception:  # noqa: BLE001 - see `verify`
            return _Examined(one, (_reason("signature_malformed", "签名的格式不符合标准", field),))
        return _Examined(one, tuple(reasons), status)

    async def _signature(
        self, one: EmbeddedPdfSignature, timing: ValidationTimingInfo
    ) -> tuple[Reason | None, StandardCMSSignatureStatus | None]:
        """Validate at the present first; only what fails there needs proof of an earlier existence."""
        if one.signer_info["signature_algorithm"]["algorithm"].native not in SUPPORTED:
            return algorithm_unsupported(str(one.field_name)), None
        stamped = next(extract_tst_data_iter(one.signer_info, signed=False), None) is not None
        current = one.signer_cert.not_valid_before <= timing.validation_time <= one.signer_cert.not_valid_after
        validate = ades_with_time_validation if stamped and current else ades_basic_validation  # the first holds both
        result: AdESBasicValidationResult[StandardCMSSignatureStatus] = await validate(
            one.signed_data, self._spec, **_arguments(one, timing)
        )
        if stamped and result.ades_subindic is AdESIndeterminate.REVOKED_NO_POE and not current:
            result = await ades_with_time_validation(one.signed_data, self._spec, **_arguments(one, timing))
        if result.ades_subindic is not AdESPassed.OK and self._stamps:
            result = await ades_lta_validation(
                one, PdfSignatureValidationSpec(self._spec, diff_policy=None), timing_info=timing
            )
        found = ades_reason(result.ades_subindic, str(one.field_name))
        if found and one.signer_cert.not_valid_before > timing.validation_time:
            found = ades_reason(AdESFailure.NOT_YET_VALID, str(one.field_name))  # pyHanko: a general failure
        return found, result.api_status

    async def _stamp(self, one: EmbeddedPdfSignature, timing: ValidationTimingInfo) -> Reason | None:
        result = await ades_timestamp_validation(one.signed_data, self._spec, one.compute_digest, timing_info=timing)
        found = ades_reason(result.ades_subindic, str(one.field_name))
        return found and found.model_copy(update={"message": f"时间戳：{found.message}"})

    def _report(self, examined: _Examined, holding: Sequence[int]) -> SignatureReport | None:
        """Return what is told of a signature; None where it does not say whose it is."""
        one, status = examined.signature, examined.status
        try:
            subject = one.signer_cert.subject.native
        except SignatureValidationError:
            return None
        stamp = status.timestamp_validity if status else None
        level = Level.B if status else None
        if stamp and stamp.valid and stamp.intact:
            level = Level.LT if self._has_proof else Level.T
        if level is Level.LT and any(revision > one.signed_revision for revision in holding):
            level = Level.LTA
        return SignatureReport(
            field=str(one.field_name),
            name=_text(subject.get("common_name")),
            organisation=_text(subject.get("organization_name")),
            title=_text(subject.get("title")),
            serial=f"{one.signer_cert.serial_number:X}",
            certificate_sha256=one.signer_cert.sha256.hex(),
            signed_at=stamp.timestamp if stamp and level is not Level.B else None,
            level=level,
            reason=_text(one.sig_object.get("/Reason")),
            holds=False,
        )


def _broken(digest: str, expect: Expectation | None, reason: Reason) -> Verdict:
    return judged(digest, tight=False, signatures=(), reasons=[reason, *_record(digest, expect)])


def _as_of(moment: datetime) -> ValidationTimingInfo:
    return ValidationTimingInfo(moment, moment, point_in_time_validation=False)


def _stamped_at(one: EmbeddedPdfSignature) -> datetime:
    time: datetime = one.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    return time


def _arguments(one: EmbeddedPdfSignature, timing: ValidationTimingInfo) -> dict[str, Any]:
    return {"timing_info": timing, "raw_digest": one.compute_digest()}


def _byte_range(one: EmbeddedPdfSignature) -> list[int]:
    return [int(edge) for edge in one.byte_range]


def _is_stamp(one: EmbeddedPdfSignature) -> bool:
    """Whether it is a document time stamp, be its dictionary called one or not."""
    return one.sig_object_type == "/DocTimeStamp" or one.sig_object.get("/SubFilter") == "/ETSI.RFC3161"


def _since(found: Since, field: str) -> Iterator[Reason]:
    match found:
        case Since.FORBIDDEN:
            yield _reason("forbidden_change", "签名之后文件有不允许的改动", field)
        case Since.FILLED:
            message = "签名之后填写了表单，签名没有说明可以填写；请核对填写的内容"
            yield Reason(code="filled_afterwards", message=message, field=field, undecided=True)
        case Since.NOTHING:
            pass


def _declares_tight(one: EmbeddedPdfSignature) -> bool:
    build = one.sig_object.get("/Prop_Build")
    application = build.get("/App") if isinstance(build, DictionaryObject) else None
    return isinstance(application, DictionaryObject) and application.get("/Name") == f"/{APPLICATION}"


def _record(digest: str, expect: Expectation | None) -> Iterator[Reason]:
    if expect and digest != expect.sha256:
        yield _reason("not_the_recorded_file", "文件与签署完成时记录的定稿不一致")


def _signers(reports: Sequence[SignatureReport], expect: Expectation | None) -> Iterator[Reason]:
    if expect is None:
        return
    same = len(reports) == len(expect.signers) and all(
        report.name == signer.name and signer.certificate_sha256 in {None, report.certificate_sha256}
        for report, signer in zip(reports, expect.signers, strict=True)
    )
    if not same:
        yield _reason("not_the_recorded_signers", "签名人或其顺序与记录不一致")


def _reason(code: str, message: str, field: str = "") -> Reason:
    return Reason(code=code, message=message, field=str(field))


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return "、".join(str(part) for part in parts if part)[:200]
