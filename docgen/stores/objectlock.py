"""Object lock: asking S3 to keep an object unaltered until a day (COMPLIANCE), which obstore cannot ask for.

One request, `PUT ?retention`, signed with AWS Signature Version 4 (docs.aws.amazon.com, "Signature Version 4 signing
process"); the same object may be locked again for longer, never for shorter.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import httpx

from docgen.errors import BackendError
from docgen.stores.address import S3Address

_ATTEMPTS = 3
_YEAR = timedelta(days=366)
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Request:
    """A request to be signed; header names in lower case, `query` in canonical form."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class ObjectLock:
    """Locks objects of one bucket for the years that the address names."""

    def __init__(self, address: S3Address) -> None:
        """Take the address; nothing is asked of the server yet."""
        self._address = address

    def retain(self, place: str) -> None:
        """Lock the object at `place`, under the prefix, in COMPLIANCE mode.

        Raises:
            BackendError: the bucket has no object lock (`no_object_lock`), or the server cannot be reached.
        """
        until = datetime.now(UTC) + self._address.retain_years * _YEAR
        body = (
            '<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>COMPLIANCE</Mode>'
            f"<RetainUntilDate>{until:%Y-%m-%dT%H:%M:%SZ}</RetainUntilDate></Retention>"
        ).encode()
        checksum = b64encode(hashlib.sha256(body).digest()).decode()
        path = "/" + "/".join(part for part in (self._address.bucket, self._address.prefix, place) if part)
        headers = {"host": urlsplit(self._address.endpoint).netloc, "x-amz-checksum-sha256": checksum}
        status = self._ask(Request("PUT", quote(path), "retention=", headers, body))
        if status != httpx.codes.OK:
            raise BackendError(
                f"对象不能加锁（{status}）：桶没有开启对象锁，或密钥无权加锁",
                remedy="建桶时开启对象锁；不需要锁时从存储地址中去掉 retain",
                code="no_object_lock",
            )

    def _ask(self, request: Request) -> int:
        """Send a request, again after a fault of the server or the line; return the status of the answer."""
        reason: object = ""
        for _ in range(_ATTEMPTS):
            signed = signed_headers(request, self._address, datetime.now(UTC))
            url = f"{self._address.endpoint}{request.path}?{request.query}"
            try:
                answer = httpx.request(
                    request.method, url, headers=signed, content=request.body, timeout=self._address.timeout
                )
            except httpx.HTTPError as error:
                reason = type(error).__name__
                continue
            if answer.status_code < _SERVER_FAULT:
                return answer.status_code
            reason = answer.status_code
        raise BackendError(f"对象存储操作失败：{reason}", remedy="检查对象存储是否在运行后重试", code="store_failed")


def signed_headers(request: Request, address: S3Address, now: datetime) -> dict[str, str]:
    """Return the headers of `request` with the signature of `address`'s key at the moment `now`."""
    instant = f"{now:%Y%m%dT%H%M%SZ}"
    payload = hashlib.sha256(request.body).hexdigest()
    headers = {**request.headers, "x-amz-date": instant, "x-amz-content-sha256": payload}
    names = sorted(headers)
    signed = ";".join(names)
    lines = (request.method, request.path, request.query, *(f"{name}:{headers[name]}" for name in names), "", signed)
    canonical = "\n".join((*lines, payload))
    scope = (instant[:8], address.region, "s3", "aws4_request")
    text = "\n".join(("AWS4-HMAC-SHA256", instant, "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{address.secret_key}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{address.access_key}/{'/'.join(scope)}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}"
    )
    return headers
