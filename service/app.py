"""The application: everything put together, so that what holds for every route is seen in one place."""

import os
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flask.json.provider import DefaultJSONProvider
from flask_openapi.models.info import Info
from flask_openapi.openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from docgen.clock import Clock
from service import api, failures, gate, headers, pages, watching
from service.installation import Installation
from service.rates import limiter
from service.settings import Settings, from_environment

MAX_REQUEST = 32 * 1024 * 1024
"""Largest request in bytes; what a route takes may be less."""
_LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> OpenAPI:
    """Return the application over the workspace of `settings` (None: from the environment)."""
    settings = settings or from_environment()
    opened = Installation(settings, clock)
    app = OpenAPI(
        __name__,
        info=Info(title="案卷", version="1", description="销售案卷：检查、签发、签署、归档"),
        security_schemes={"key": {"type": "http", "scheme": "bearer", "description": "接口密钥"}},
        validation_error_model=failures.Problem,
        validation_error_callback=failures.invalid,
        static_folder=str(Path(__file__).parent / "static"),
        template_folder=str(Path(__file__).parent / "templates"),
    )
    _configure(app, settings, opened)
    app.extensions["docgen"] = opened
    watching.install(app)
    headers.install(app)
    gate.install(app)
    limiter.init_app(app)
    failures.install(app)
    api.install(app)
    pages.install(app)
    silent = [rule.endpoint for rule in app.url_map.iter_rules() if gate.action_of(app, rule.endpoint) is None]
    assert not silent, f"routes that do not say what they do: {silent}"
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: OpenAPI, settings: Settings, opened: Installation) -> None:
    secure = settings.public_url.startswith("https://")
    host = urlsplit(settings.public_url).hostname or ""
    app.config.update(
        SECRET_KEY=opened.secret.derived("cookies"),
        SESSION_COOKIE_NAME="__Host-docgen" if secure else "docgen",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=[host, *_LOOPBACK],
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_PARTS=200,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=secure,
        RATELIMIT_STORAGE_URI=settings.limits,
        RATELIMIT_DEFAULT=settings.rate,
    )
    provider = cast("DefaultJSONProvider", app.json)
    provider.ensure_ascii = False
    provider.sort_keys = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def application() -> OpenAPI:
    """Return the application for a server; every process of it makes its own."""
    os.environ.setdefault("TZ", "Asia/Shanghai")
    app = create_app()
    app.extensions["docgen"].webhooks.run()
    return app
