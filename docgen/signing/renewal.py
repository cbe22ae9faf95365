"""Renew the proof of a signed file before its certificates or algorithms expire: nothing signed is touched.

One update is appended: the chain and the revocation lists of the newest time stamp, as of today, and a new document
time stamp over everything. The old time stamp was still good under the new one; so it goes on, link by link.
"""

import io
from datetime import datetime
from typing import Final

from asn1crypto import x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfTimeStamper

from docgen.clock import Clock
from docgen.errors import StateError
from docgen.signing.pades import RESERVED, TIGHT_STAMP, Writer, open_writer, validation_context
from docgen.signing.timestamps import Timestamper
from docgen.signing.trust import Trust
from docgen.signing.verify import verify

DIGEST: Final = "sha256"


def expires_at(pdf: bytes) -> datetime | None:
    """Return when the certificate of the newest document time stamp of `pdf` ends; None if there is no time stamp.

    Renew well before: once it has passed, nothing can prove the file any more. Raises `InputError`
    (`pdf_unreadable`).
    """
    stamps = list(open_writer(pdf).prev.embedded_timestamp_signatures)
    if not stamps:
        return None
    certificate: x509.Certificate = stamps[-1].signer_cert
    end: datetime = certificate.not_valid_after
    return end


def renew(pdf: bytes, timestamper: Timestamper, trust: Trust, clock: Clock) -> bytes:
    """Append fresh proof and a new document time stamp to `pdf`; return the new file, of which `pdf` is the beginning.

    `trust` proves the time stamps the file already has; only a file that is valid by it is renewed, since a new time
    stamp over a broken one would make it look looked after.

    Raises:
        StateError: the file is not valid any more (`renewal_too_late`), or the new time stamp's certificate cannot be
            proven (`certificate_refused`).
        BackendError: no time stamp could be had (`timestamp_failed`).
        InputError: `pdf` is no usable PDF (`pdf_unreadable`).
    """
    writer: Writer = open_writer(pdf)
    believed = trust + timestamper.trust()
    verdict = verify(pdf, believed, clock=clock)
    if not verdict.valid:
        raise StateError(
            f"文件现在已不能通过核验（{verdict.reasons[0].message}），不能续期",
            code="renewal_too_late",
            remedy="先查明原因；续期必须在时间戳证书到期之前进行",
        )
    target = io.BytesIO()
    try:
        PdfTimeStamper(timestamper).timestamp_pdf(
            writer,
            DIGEST,
            validation_context=validation_context(believed, clock.now()),
            bytes_reserved=RESERVED,
            output=target,
            dss_settings=TIGHT_STAMP,
        )
    except SigningError as error:
        raise StateError(
            "新时间戳的证书已过期、已吊销或无法证明，未续期",
            code="certificate_refused",
            remedy="更新时间戳服务的证书和吊销列表后重试",
        ) from error
    return target.getvalue()
