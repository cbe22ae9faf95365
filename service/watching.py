"""Watching a running service: a number for every request, one line of log for it, and counts for Prometheus.

No line and no count holds what people wrote: routes are named by their pattern, people by the number of their account.
"""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.access import Action, does
from service.gate import installation

_log = structlog.get_logger("docgen.request")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def install(app: Flask) -> None:
    """Number, count and log the requests of `app`; give it `/healthz`, `/readyz` and `/metrics`."""
    registry = CollectorRegistry()
    labels = ("method", "route", "status")
    count = Counter("docgen_requests", "Requests answered", labels, registry=registry)
    seconds = Histogram(
        "docgen_request_seconds", "Time to answer", ("method", "route"), buckets=_BUCKETS, registry=registry
    )

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        took = time.perf_counter() - g.get("started", time.perf_counter())
        route = str(request.url_rule or "none")
        method = request.method if request.method in _METHODS else "OTHER"
        count.labels(method, route, str(response.status_code)).inc()
        seconds.labels(method, route).observe(took)
        response.headers["X-Request-Id"] = g.get("request_id", "")
        who = g.get("visitor")
        _log.info(
            "request",
            request_id=g.get("request_id"),
            method=method,
            route=route,
            status=response.status_code,
            ms=round(took * 1000, 1),
            account=who.person.id if who else None,
        )
        return response

    @app.get("/healthz", endpoint="healthz")
    @does(Action.PUBLIC)
    def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    @app.get("/readyz", endpoint="readyz")
    @does(Action.PUBLIC)
    def readyz() -> dict[str, str]:
        """Say that the database answers with the schema of this program."""
        return {"status": "ok", "schema": installation().database.revision()}

    @app.get("/metrics", endpoint="metrics")
    @does(Action.PUBLIC)
    def metrics() -> Response:
        """Return the counts."""
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
