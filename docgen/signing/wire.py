"""Requests to services the operator named: bounded in time and size, no redirects, no proxies of the environment."""

import ipaddress
import time
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

from docgen.errors import DeclarationError

TIMEOUT: Final = 20.0  # seconds, for the whole answer


class WireError(Exception):
    """Why there is no answer, in Chinese; the caller turns it into an error of its own."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, limit: int, timeout: float = TIMEOUT) -> bytes:
    """Post `body` and return the answer of at most `limit` bytes; raises WireError."""
    deadline = time.monotonic() + timeout
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=body, headers={"Accept-Encoding": "identity", **headers}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise WireError(f"服务返回 {answer.status_code}")
            data = bytearray()
            for chunk in answer.iter_bytes(16_384):
                data += chunk
                if len(data) > limit:
                    raise WireError("返回的内容过大")
                if time.monotonic() > deadline:
                    raise WireError("服务没有在时限内答复")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise WireError("连不上服务") from error
    return bytes(data)


def guarded(url: str, hosts: Collection[str]) -> SplitResult:
    """Return the parts of a service that is given secrets: https to one of `hosts`, or a service on this machine.

    Raises:
        DeclarationError: it is neither (`service_forbidden`).
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    allowed = _loopback(host) if parts.scheme == "http" else parts.scheme == "https" and (host in hosts)
    if not allowed or parts.username is not None or parts.fragment:
        raise DeclarationError(
            "不允许连接这个签名服务",
            code="service_forbidden",
            remedy="使用 https，并把主机名列入允许的主机；本机服务可用 http 和回环地址",
        )
    return parts


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
