"""Time stamps (RFC 3161), their source named by a URI: the unit of a built-in authority, or a service by HTTP.

There is no third way: where no token can be had, signing fails. The local clock never stands in for one.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import random_serial_number
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper

from docgen.clock import Clock
from docgen.errors import BackendError, DeclarationError
from docgen.signing.authority import Authority
from docgen.signing.keys import KeySigner, builtin_trust
from docgen.signing.trust import Trust, certificate_of
from docgen.signing.wire import WireError, post

MAX_REPLY: Final = 64_000  # bytes
_POLICY: Final = "1.3.6.1.4.1.4146.2.2"  # no published practice statement


class Timestamper(TimeStamper):
    """A source of time stamps together with what proves its certificate."""

    def __init__(self, trust: Callable[[], Trust]) -> None:
        """Let `trust` give the chain and revocation lists of the unit as of the moment of signing."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.trust = trust

    def reply(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer the `request`; raise `BackendError` (`timestamp_failed`)."""
        raise NotImplementedError

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer `req`, and hold the token against it: pyHanko leaves the imprint, and fails on a wrong nonce."""
        response = await asyncio.to_thread(self.reply, req)
        if response["status"]["status"].native != "granted":
            raise _failed("服务拒绝了请求")
        try:
            token = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
            same = all(token[part].native == req[part].native for part in ("message_imprint", "nonce"))
        except (ValueError, TypeError, KeyError) as error:
            raise _failed("返回的内容不是时间戳") from error
        if not same:
            raise _failed("返回的时间戳不是本次请求的")
        return response


class BuiltinTimestamper(Timestamper):
    """The time stamping unit of a built-in authority, in this process; for demonstration, agreed methods and tests."""

    def __init__(self, authority: Authority, clock: Clock) -> None:
        """Stamp with the unit of `authority`, by `clock`."""
        super().__init__(lambda: builtin_trust(authority))
        self._clock = clock
        self._certificate = certificate_of(authority.tsa.certificate.public_bytes(serialization.Encoding.DER))
        self._signer = KeySigner(authority.tsa.key, self._certificate, builtin_trust(authority))

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return a token over the imprint of `req`."""
        now = self._clock.now()
        content = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": _POLICY,
                "message_imprint": req["message_imprint"],
                "serial_number": random_serial_number(),
                "gen_time": now.replace(microsecond=0),
                "nonce": req["nonce"],
                "tsa": asn1_x509.GeneralName(name="directory_name", value=self._certificate.subject),
            }
        )
        token = await self._signer.async_sign_general_data(
            cms.EncapsulatedContentInfo(
                {"content_type": "tst_info", "content": cms.ParsableOctetString(content.dump())}
            ),
            "sha256",
            detached=False,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=now),
        )
        return tsp.TimeStampResp({"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token})


class HttpTimestamper(Timestamper):
    """A time stamping service by HTTP (RFC 3161 section 3.4)."""

    def __init__(self, url: str, trust: Trust) -> None:
        """Ask the service at `url`, whose certificates `trust` proves."""
        super().__init__(lambda: trust)
        self._url = url

    def reply(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send the `request` and read the bounded answer."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            data = post(self._url, request.dump(), headers, limit=MAX_REPLY)
        except WireError as error:
            raise _failed(str(error)) from error
        try:
            response = tsp.TimeStampResp.load(data, strict=True)
            _ = response.native
        except (ValueError, TypeError) as error:
            raise _failed("返回的内容不是时间戳") from error
        return response


def open_timestamper(uri: str, clock: Clock, *, trust: Trust | None = None) -> Timestamper:
    """Open the time stamp source `uri`: `builtin:FOLDER`, `http:` or `https:`.

    `trust` proves the certificate of a service by HTTP: its roots and its revocation lists, kept in the signed file.

    Raises:
        DeclarationError: no such scheme (`timestamper_unknown`), or a service without `trust`
            (`timestamper_untrusted`).
    """
    parts = urlsplit(uri)
    if parts.scheme not in _SCHEMES or not (parts.hostname or (parts.scheme == "builtin" and parts.path)):
        raise DeclarationError(
            "没有这种时间戳来源",
            code="timestamper_unknown",
            remedy=f"可用的有 {'、'.join(f'{name}:' for name in _SCHEMES)}",
        )
    return _SCHEMES[parts.scheme](uri, clock, trust)


def _builtin(uri: str, clock: Clock, _: Trust | None) -> Timestamper:
    return BuiltinTimestamper(Authority(Path(unquote(urlsplit(uri).path)), clock), clock)


def _by_http(uri: str, _: Clock, trust: Trust | None) -> Timestamper:
    if trust is None:
        raise DeclarationError(
            "时间戳服务没有可信任的根证书", code="timestamper_untrusted", remedy="给出该服务的根证书和吊销列表（PEM）"
        )
    return HttpTimestamper(uri, trust)


# A token is signed and held against the request, so plain http, which most public services offer, is no weaker.
_SCHEMES: Final[Mapping[str, Callable[[str, Clock, Trust | None], Timestamper]]] = {
    "builtin": _builtin,
    "http": _by_http,
    "https": _by_http,
}


def _failed(why: str) -> BackendError:
    return BackendError(
        f"没有取得时间戳，未签名：{why}", code="timestamp_failed", remedy="稍后重试，或检查时间戳服务的地址和网络"
    )
