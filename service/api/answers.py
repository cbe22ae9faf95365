"""What every module of the API shares: its blueprint, how answers are written, how revisions are asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import BaseModel

from docgen.errors import DocgenError, InputError, StateError
from service.failures import PROBLEM, Problem
from service.gate import API

PREFIX = f"{API}v1"
_PROBLEMS = (400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 422, 428, 429, 500, 503)
_PROBLEM = {"$ref": f"#/components/schemas/{Problem.__name__}"}


def module(name: str, title: str) -> APIBlueprint:
    """Return the blueprint of a module, with the problems that every route may answer with."""
    faults: Mapping[Any, Any] = {
        status: {"description": "问题", "content": {PROBLEM: {"schema": _PROBLEM}}} for status in _PROBLEMS
    }
    return APIBlueprint(
        f"api_{name}",
        f"service.api.{name}",
        url_prefix=PREFIX,
        abp_tags=[{"name": title}],
        abp_security=[{"key": []}],
        abp_responses=dict(faults),
    )


def done(description: str, *media: str) -> dict[str, Any]:
    """Describe an answer that is no JSON, or JSON that is not described further."""
    kinds = media or ("application/json",)
    return {"description": description, "content": {kind: {"schema": _schema(kind)} for kind in kinds}}


def _schema(kind: str) -> dict[str, Any]:
    if kind == "application/json":
        return {}
    return {"type": "string"} if kind.startswith("text/") else {"type": "string", "format": "binary"}


def answer(body: object, status: int = 200, **headers: str) -> Response:
    """Return JSON; an argument of a name in words stands for the header (`Location`, `ETag`)."""
    plain = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
    response = Response(current_app.json.dumps(plain), content_type="application/json")
    response.status_code = status
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def page(items: Sequence[object], total: int, limit: int, offset: int) -> Response:
    """Return one part of a list, with where the next one is."""
    body = {"items": list(items), "total": total, "limit": limit, "offset": offset}
    response = answer(body)
    if offset + limit < total:
        query = {**request.args.to_dict(), "limit": str(limit), "offset": str(offset + limit)}
        response.headers["Link"] = f'<{request.path}?{urlencode(query)}>; rel="next"'
    return response


def tag(revision: int) -> str:
    """Return the entity tag of a revision."""
    return f'"{revision}"'


def revision_asked() -> int:
    """Return the revision that the request was made from (`If-Match`).

    Raises:
        StateError: there is none (`revision_required`), or it is no revision.
    """
    tags = request.if_match.as_set()
    if len(tags) != 1 or not (only := next(iter(tags))).isascii() or not only.isdigit() or len(only) > 9:
        raise StateError(
            "须用 If-Match 说明修改基于哪一版", remedy="先读取案卷，把 ETag 原样放入 If-Match", code="revision_required"
        )
    return int(only)


def moment(at: datetime | None) -> str | None:
    """Write an instant with its offset."""
    return at.isoformat() if at else None


def upload(name: str, most: int) -> tuple[str, bytes]:
    """Return name and bytes of the file uploaded as `name`.

    Raises:
        InputError: there is none (`no_file`), or it has more than `most` bytes (`too_large`).
    """
    given = request.files.get(name)
    if given is None:
        raise InputError("没有收到文件", remedy=f"以 multipart/form-data 的字段 {name} 上传", code="no_file")
    data = given.stream.read(most + 1)
    if len(data) > most:
        raise InputError(f"文件超过{most // 1024 // 1024}MB", code="too_large")
    return given.filename or "", data


__all__ = [
    "PREFIX",
    "DocgenError",
    "answer",
    "done",
    "module",
    "moment",
    "page",
    "revision_asked",
    "tag",
    "upload",
]
