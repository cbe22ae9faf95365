"""The gate before every route: who is there, whether they may do what the route does, and whether it was they who ask.

A route that does not say what it does is closed. Visitors of pages are sent to the login; programs get 401.
"""

from typing import cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect

from service.access import AccessError, Action, Role, require
from service.auth.logins import KEY_PREFIX, Visitor
from service.installation import Installation

API = "/api/"
TOKEN = "login"  # noqa: S105 - the name under which the cookie holds the token
csrf = CSRFProtect()
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = frozenset({"static", "openapi.openapi_json"})


def installation() -> Installation:
    """Return the parts of the running service."""
    return cast("Installation", current_app.extensions["docgen"])


def visitor() -> Visitor:
    """Return who asks; raise `AccessError` (`not_logged_in`) where nobody is logged in."""
    found = g.get("visitor")
    if found is None:
        raise AccessError("请先登录", remedy="登录，或用 Authorization: Bearer 给出接口密钥", code="not_logged_in")
    return cast("Visitor", found)


def visitor_if_any() -> Visitor | None:
    """Return who asks; None where nobody is logged in."""
    return cast("Visitor | None", g.get("visitor"))


def roles() -> frozenset[Role]:
    """Return the roles of who asks; none where nobody is logged in."""
    found: Visitor | None = g.get("visitor")
    return found.roles if found else frozenset()


def actor() -> str:
    """Return who acts, as the log of events names it."""
    return visitor().person.actor


def allow(action: Action, state: str | None = None) -> None:
    """Let pass where who asks may do `action` in `state` (service.access)."""
    require(roles(), action, state)


def install(app: Flask) -> None:
    """Put the gate before every route of `app`."""
    app.before_request(_open)
    csrf.init_app(app)


def is_api() -> bool:
    """Tell whether a program asks, who wants problems as JSON."""
    return request.path.startswith((API, "/openapi"))


def action_of(app: Flask, endpoint: str) -> Action | None:
    """Return what a route does; None where it does not say."""
    if endpoint in _OPEN or endpoint.startswith("openapi."):
        return Action.PUBLIC
    return getattr(app.view_functions[endpoint], "docgen_action", None)


def _open() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # nothing there: answered with 404
    action = action_of(current_app, request.endpoint)
    if action is None:
        raise AccessError("此处没有开放", code="closed")
    bearer = _identify()
    if request.method not in _SAFE and not bearer and ("visitor" in g or not is_api()):
        csrf.protect()
    if action is Action.PUBLIC:
        return None
    if "visitor" not in g:
        if is_api():
            visitor()
        first = not installation().accounts.exist()
        return redirect(url_for("setup.show") if first else url_for("login.show", next=request.path))
    allow(action)
    return None


def _identify() -> bool:
    """Find out who asks; return whether they showed a key."""
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, key = header.partition(" ")
        found = (
            installation().logins.bearer(key) if scheme.casefold() == "bearer" and key.startswith(KEY_PREFIX) else None
        )
        if found is None:
            raise AccessError("接口密钥无效、已撤销或已过期", code="bad_key")
        g.visitor = found
        return True
    if token := session.get(TOKEN):
        found = installation().logins.visitor(str(token))
        if found is not None:
            g.visitor = found
        else:
            session.pop(TOKEN, None)
    return False
