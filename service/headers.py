"""The headers of every answer: what a browser may load, where a page may be shown, what may be kept."""

from flask import Flask, Response, request

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'"
)
_FIXED = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
_YEAR = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Give every answer of `app` its headers."""
    app.after_request(_dress)


def _dress(response: Response) -> Response:
    for name, value in _FIXED.items():
        response.headers[name] = value
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=86400"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache" if response.headers.get("ETag") else "no-store"
    return response
