"""Requests that are asked twice and done once: the answer is kept under the key that the asker chose.

The same key with another request is refused; while the first is still being worked on, the second is told so.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select

from docgen.db.delivery import KeptAnswer
from docgen.errors import InputError, StateError
from service.gate import installation, visitor

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
"""How long an answer is kept."""
_GIVEN_UP = timedelta(minutes=5)
"""After so long a request without an answer counts as broken off, and may be tried again."""
_HEADERS = ("Content-Type", "ETag", "Location")
_P = ParamSpec("_P")


def once(view: Callable[_P, ResponseReturnValue]) -> Callable[_P, ResponseReturnValue]:
    """Let requests to `view` that carry an idempotency key be done once."""

    @wraps(view)
    def done(*args: _P.args, **kwargs: _P.kwargs) -> ResponseReturnValue:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not 1 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
            raise InputError("Idempotency-Key 须为1至128个可见字符", code="bad_idempotency_key")
        before = _begin(key)
        if before is not None:
            return before
        try:
            answer = current_app.make_response(view(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - answered as Flask would answer it
            answer = current_app.make_response(current_app.handle_user_exception(error))
        _finish(key, answer)
        return answer

    return done


def _begin(key: str) -> Response | None:
    """Note that a request is being worked on; return the answer where it was done before."""
    account, now = visitor().person.id, installation().clock.now()
    asked = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    digest = hashlib.sha256(asked).hexdigest()
    with installation().database.writing() as session:
        session.execute(delete(KeptAnswer).where(KeptAnswer.at < now - KEPT))
        row = session.scalars(select(KeptAnswer).where(KeptAnswer.account_id == account, KeptAnswer.key == key)).first()
        if row is None:
            row = KeptAnswer(account_id=account, key=key, request_sha256=digest, headers={}, body=b"", at=now)
            session.add(row)
            return None
        if row.request_sha256 != digest:
            raise StateError(
                "这个 Idempotency-Key 已用于另一个请求", remedy="为新的请求换一个键", code="idempotency_conflict"
            )
        if row.status is None:
            if now - row.at < _GIVEN_UP:
                raise StateError("同一请求正在处理中", remedy="稍后用同一键重试", code="in_progress")
            row.at = now
            return None
        answer = Response(row.body, status=row.status, headers=row.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _finish(key: str, answer: Response) -> None:
    """Keep the answer; where the service itself failed, forget the key, so that it may be tried again."""
    mine = (KeptAnswer.account_id == visitor().person.id, KeptAnswer.key == key)
    with installation().database.writing() as session:
        if answer.status_code >= 500 or answer.status_code == 429:
            session.execute(delete(KeptAnswer).where(*mine))
            return
        row = session.scalars(select(KeptAnswer).where(*mine)).one()
        row.status = answer.status_code
        row.headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        row.body = answer.get_data()
