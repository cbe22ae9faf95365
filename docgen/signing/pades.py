"""PAdES B-LTA signatures (ETSI EN 319 142-1), one after the other, on PDF/A files.

First all fields are laid out in one update; then each signer adds a signature with its time stamp and the proof of its
certificate, and a document time stamp over both. That way the last range always ends at the end of the file ("tight"),
which a verifier can demand. The first signature certifies the file: afterwards only signatures may be added.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import BuildProps
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    SigDSSPlacementPreference,
    TimestampDSSContentSettings,
)
from pyhanko_certvalidator import ValidationContext

from docgen.clock import Clock
from docgen.errors import InputError, NotFoundError, StateError
from docgen.signing.anchors import Box
from docgen.signing.appearance import DrawnStyle
from docgen.signing.keys import Credential
from docgen.signing.outlines import Drawing
from docgen.signing.timestamps import Timestamper
from docgen.signing.trust import Trust

APPLICATION: Final = "anjuan tight 1"
"""Name in the signed build properties: such a file promises that nothing follows its last signature or time stamp."""

RESERVED: Final = 24_576  # bytes for one signature with its time stamp and chain (measured: 17,330 with RSA)

_FIELD_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
TIGHT_STAMP: Final = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
"""How a document time stamp is added: the proof first, so that the stamp ends the file."""

_TIGHT: Final = DSSContentSettings(
    include_vri=False,
    placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE,
    next_ts_settings=TIGHT_STAMP,
)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of signing: the `field` laid out for it, the key, what the page shows, and why it is signed."""

    field: str
    credential: Credential
    drawing: Drawing
    reason: str


class Writer(IncrementalPdfFileWriter):
    """Appends to a file, its metadata left alone."""

    def _update_meta(self) -> None:
        """Leave the metadata as issued: a signature changes neither author nor date, and PDF/A wants XMP to agree."""


class _Signer(PdfSigner):
    """A signer by our clock, in a file that stays PDF 1.7 as PDF/A-2 wants it."""

    clock: Clock

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """Declare PAdES only; pyHanko would raise the file to PDF 2.0 for the sake of P-256."""
        del md_algorithm
        pdf_out.register_extension(ESIC_EXTENSION_1)

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,
    ) -> PdfSigningSession:
        """Begin to sign, at the time of our clock."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.clock.now()
        return session


def lay_out(pdf: bytes, places: Mapping[str, Box]) -> bytes:
    """Add an empty signature field for each of `places`, by name, and return the new file.

    Raises:
        InputError: a name or place cannot be used (`signature_field`), or `pdf` is no usable PDF (`pdf_unreadable`).
        StateError: the file has signatures already (`already_signed`).
    """
    writer = open_writer(pdf)
    if next(enumerate_sig_fields(writer.prev), None) is not None:
        raise StateError("文件中已有签名域", code="already_signed", remedy="改变了的文件须重新签发，另行签署")
    for name, box in places.items():
        if not _FIELD_NAME.fullmatch(name) or box.left >= box.right or box.bottom >= box.top:
            raise InputError("签名域的名称或位置无效", code="signature_field", remedy="检查表单声明的签署位置")
        edges = (round(box.left), round(box.bottom), round(box.right), round(box.top))
        append_signature_field(writer, SigFieldSpec(name, on_page=box.page, box=edges, empty_field_appearance=True))
    return _written(writer)


def sign(pdf: bytes, act: Act, timestamper: Timestamper, clock: Clock) -> bytes:
    """Sign `pdf` in the empty field of `act` and return the new file, of which `pdf` is the beginning.

    Raises:
        NotFoundError: there is no such empty field (`signature_field_missing`).
        StateError: the key is spent, or its certificate is expired, revoked or not proven (`certificate_refused`).
        BackendError: no time stamp could be had (`timestamp_failed`).
        InputError: `pdf` is no usable PDF (`pdf_unreadable`).
    """
    writer = open_writer(pdf)
    fields = {name: value for name, value, _ in enumerate_sig_fields(writer.prev)}
    if fields.get(act.field, True) is not None:
        raise NotFoundError("没有这个空白的签名域", code="signature_field_missing", remedy="检查签署顺序和签名域名称")
    meta = PdfSignatureMetadata(
        field_name=act.field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=act.reason,
        app_build_props=BuildProps(name=APPLICATION),
        certify=all(value is None for value in fields.values()),
        docmdp_permissions=MDPPerm.FILL_FORMS,
        embed_validation_info=True,
        use_pades_lta=True,
        validation_context=validation_context(act.credential.trust + timestamper.trust(), clock.now()),
        signer_key_usage={"non_repudiation"},
        dss_settings=_TIGHT,
    )
    signer = _Signer(meta, act.credential.spend(), timestamper=timestamper, stamp_style=DrawnStyle(drawing=act.drawing))
    signer.clock = clock
    target = io.BytesIO()
    try:
        signer.sign_pdf(writer, existing_fields_only=True, bytes_reserved=RESERVED, output=target)
    except SigningError as error:
        raise StateError(
            "证书已过期、已吊销或无法证明，未签名", code="certificate_refused", remedy="更新证书和吊销列表后重新签署"
        ) from error
    except PdfError as error:
        raise _unreadable() from error
    return target.getvalue()


def validation_context(trust: Trust, now: datetime) -> ValidationContext:
    """Return how certificates are proven before signing, as of `now`: offline, revocation known for each."""
    return ValidationContext(
        trust_roots=list(trust.roots),
        other_certs=list(trust.others),
        crls=list(trust.crls),
        moment=now,
        allow_fetching=False,
        revocation_mode="require",
    )


def open_writer(pdf: bytes) -> Writer:
    """Open `pdf` to append to it; raises `InputError` (`pdf_unreadable`)."""
    try:
        writer = Writer(io.BytesIO(pdf))
        encrypted = writer.prev.encrypted
    except (PdfError, ValueError) as error:
        raise _unreadable() from error
    if encrypted:
        raise _unreadable()
    return writer


def _written(writer: Writer) -> bytes:
    target = io.BytesIO()
    writer.write(target)  # type: ignore[no-untyped-call]
    return target.getvalue()


def _unreadable() -> InputError:
    return InputError("PDF 文件不完整、已加密或结构无法识别", code="pdf_unreadable", remedy="重新生成文件后再签署")
