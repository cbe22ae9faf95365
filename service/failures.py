"""How failures reach who asked: problem details (RFC 9457) for programs, a page for people; never what was sent."""

from collections.abc import Mapping, Sequence

import structlog
from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from docgen.errors import Detail, DocgenError, StateError
from service.gate import is_api
from service.problems import http_status
from service.shapes import title_of

PROBLEM = "application/problem+json"
_log = structlog.get_logger("docgen.failure")


class FieldFault(BaseModel):
    """One thing that is wrong: where, what it is called, what is expected."""

    path: str = Field(description="字段路径")
    label: str = Field(description="字段名称")
    message: str = Field(description="问题所在")
    code: str = Field(description="问题代码")


class Problem(BaseModel):
    """Problem details (RFC 9457) in Chinese."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="问题类型")
    title: str = Field(description="问题")
    status: int = Field(description="HTTP 状态码")
    detail: str = Field(description="说明")
    code: str = Field(description="问题代码")
    remedy: str = Field(description="建议")
    request_id: str = Field(description="请求编号")
    errors: list[FieldFault] = Field(default_factory=list, description="逐项问题")


_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "请求格式不正确，或安全校验失败；请刷新页面后重试"),
    404: ("not_found", "没有这个地址"),
    405: ("method_not_allowed", "这个地址不支持此方法"),
    406: ("not_acceptable", "没有所要的格式"),
    408: ("timeout", "请求没有按时到达"),
    413: ("too_large", "内容过大"),
    414: ("too_long", "地址过长"),
    415: ("unsupported_media", "不支持这种内容类型"),
    429: ("too_many", "请求过于频繁，请稍后再试"),
    431: ("headers_too_large", "请求头过大"),
}

_CONFLICTS = frozenset({409, 412})
"""Answers that tell the present state."""

_FAULTS = {
    "missing": "必填，尚未填写",
    "extra_forbidden": "未知字段",
    "string_too_short": "过短",
    "string_too_long": "过长",
    "string_pattern_mismatch": "格式不正确",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "model_type": "须为一组字段",
    "model_attributes_type": "须为一组字段",
    "string_type": "须为文字",
    "int_parsing": "须为整数",
    "int_type": "须为整数",
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "greater_than_equal": "过小",
    "less_than_equal": "过大",
    "list_type": "须为列表",
    "too_long": "项数过多",
    "too_short": "项数过少",
}


def install(app: Flask) -> None:
    """Answer every failure of `app`."""
    app.register_error_handler(DocgenError, _expected)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def invalid(error: ValidationError) -> Response:
    """Answer parameters or a body that do not fit what a route takes."""
    faults = [
        Detail(
            ".".join(map(str, one["loc"])),
            title_of(error.title, one["loc"]),
            _said(one["type"], one["msg"]),
            one["type"],
        )
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return problem(422, "invalid_request", f"请求有{len(faults)}处错误", "按每一处的提示修改后重试", faults)


def problem(
    status: int, code: str, detail: str, remedy: str = "", faults: Sequence[Detail] = (), **more: object
) -> Response:
    """Return a problem as JSON."""
    body = Problem(
        type=f"urn:anjuan:problem:{code}",
        title=_HTTP.get(status, (code, detail))[1] if status in _HTTP and not detail else detail,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
        request_id=g.get("request_id", ""),
        errors=[FieldFault(path=one.path, label=one.label, message=one.message, code=one.code) for one in faults],
        **more,
    )
    response = Response(body.model_dump_json(), status=status, content_type=PROBLEM)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="docgen"'
    return response


def _expected(error: DocgenError) -> ResponseReturnValue:
    status = http_status(error)
    if status >= 500:
        _log.error("failed", request_id=g.get("request_id"), code=error.code, family=type(error).__name__)
    state = error.state if isinstance(error, StateError) else error.code
    more = {"state": state} if status in _CONFLICTS else {}
    return _answer(status, error.code, error.message, error.remedy, error.details, **more)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response  # made by `invalid`, or a redirection
    status = error.code or 500
    code, detail = _HTTP.get(status, ("http_error", "请求没有成功"))
    answer = _answer(status, code, detail, "")
    for name in ("Allow", "Retry-After", "Location"):
        for key, value in error.get_headers():
            if key == name:
                answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    # The message may hold what was sent: the log tells where it happened, not what it said.
    _log.error("crashed", request_id=g.get("request_id"), error=type(error).__name__, exc_info=_trace(error))
    return _answer(500, "internal", "程序内部错误", "请把请求编号告诉系统管理员")


def _trace(error: Exception) -> str:
    steps = []
    trace = error.__traceback__
    while trace:
        steps.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(steps[-8:])


def _answer(
    status: int, code: str, detail: str, remedy: str, faults: Sequence[Detail] = (), **more: object
) -> Response:
    # A host that is not ours has no addresses: no page can be built for it.
    foreign = isinstance(request.routing_exception, SecurityError)
    if (
        foreign
        or is_api()
        or request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    ):
        return problem(status, code, detail, remedy, faults, **more)
    page = render_template("failure.html", status=status, code=code, detail=detail, remedy=remedy, faults=faults)
    return Response(page, status=status, content_type="text/html; charset=utf-8")


def _said(kind: str, message: str) -> str:
    if kind in _FAULTS:
        return _FAULTS[kind]
    plain = message.removeprefix("Value error, ")
    return plain if not plain.isascii() else "不符合要求"
