"""Cases over the API: made, read, changed in revisions, judged; what named people decided."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import AwareDatetime, Field

from docgen import pipeline
from docgen.case import acts, load_case
from docgen.case.editing import set_value
from docgen.case.enums import ApprovalRole, ConfirmMethod, Opinion
from docgen.case.loader import load_text
from docgen.case.tree import MAX_BYTES
from docgen.derived.stage import CaseStage, stage
from docgen.errors import InputError
from docgen.forms.spec import LEDGER
from docgen.forms.subjects import subjects
from docgen.workspace import KeptCase
from service import secrecy
from service.access import AccessError, Action, does
from service.api.answers import PREFIX, answer, done, module, moment, page, revision_asked, tag
from service.gate import actor, allow, installation, roles, visitor
from service.idempotency import once
from service.shapes import CasePath, Long, Shape, Short, Window

blueprint: APIBlueprint = module("cases", "案卷")

YAML = "application/yaml"
_NOTATIONS = {"application/json", YAML, "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain"}
_CASE_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "object", "required": ["case_no", "title", "supplier", "customer"]}},
        YAML: {"schema": {"type": "string"}},
    },
}


class Search(Window):
    """Which cases are wanted."""

    q: str = Field("", title="关键词", max_length=200)
    stage: str = Field("", title="阶段", max_length=32)


class Moment(Shape):
    """When a case is judged."""

    as_of: AwareDatetime | None = Field(None, title="评估时点")


class Change(Shape):
    """One value to set."""

    path: str = Field(title="字段路径", min_length=1, max_length=300)
    value: str | bool | None = Field(title="值")


class Changes(Shape):
    """Values to set, all or none."""

    changes: Annotated[list[Change], Field(min_length=1, max_length=100)] = Field(title="修改")


class Submission(Shape):
    """The contract handed in for approval."""

    approval_no: Short = Field(title="审批单号")


class Step(Shape):
    """The decision of the approver who is logged in."""

    role: ApprovalRole = Field(title="审批角色")
    decision: Opinion = Field(title="审批意见")
    comments: Long | None = Field(None, title="意见说明")


class VersionPath(CasePath):
    """The address of a version of the proposal."""

    version: int = Field(title="方案版本", ge=1, le=999)


class NeedPath(CasePath):
    """The address of a need."""

    need_no: str = Field(title="需求编号", max_length=40)


class ChangePath(CasePath):
    """The address of a change of the contract."""

    change_no: str = Field(title="修改编号", max_length=40)


class Acceptance(Shape):
    """When the customer accepted."""

    at: AwareDatetime = Field(title="时间")


class Confirmation(Shape):
    """Who of the customer confirmed, when and how."""

    contact: str = Field(title="客户人员编号", pattern=r"^C[0-9]{2,}$", max_length=10)
    at: AwareDatetime = Field(title="时间")
    method: ConfirmMethod = Field(title="确认方式")
    evidence: Short | None = Field(None, title="确认凭据")


class Override(Shape):
    """A warning to be set aside, and why."""

    rule: str = Field(title="规则编号", pattern=r"^[A-Z]{2,4}-[0-9]{2,3}$")
    reason: Long = Field(title="理由")


@blueprint.post("/cases", summary="新建案卷", request_body=_CASE_BODY, responses={201: done("已新建")})
@does(Action.CASE_CREATE)
@once
def create() -> Response:
    """Keep a new case file, YAML or JSON."""
    kept = installation().workspace.casebook.record(_sent(), by=actor(), after=0, act="新建")
    return answer(_told(kept), 201, Location=f"{PREFIX}/cases/{kept.case_no}", ETag=tag(kept.revision))


@blueprint.get("/cases", summary="查找案卷", responses={200: done("案卷")})
@does(Action.CASE_READ)
def find(query: Search) -> Response:
    """Return the cases whose number, title, customer or contract number holds every word."""
    wanted = tuple(one for one in CaseStage if one.value == query.stage)
    if query.stage and not wanted:
        raise InputError("没有这个阶段", code="unknown_stage")
    found = installation().workspace.casebook.find(query.q, wanted, limit=query.limit, offset=query.offset)
    return page([_told(one) for one in found.cases], found.total, query.limit, query.offset)


@blueprint.get("/cases/<string:case_no>", summary="读取案卷", responses={200: done("案卷", "application/json", YAML)})
@does(Action.CASE_READ)
def read(path: CasePath) -> Response:
    """Return the present revision, as JSON or (Accept: application/yaml) as its author wrote it."""
    book = installation().workspace.casebook
    kept = book.present(path.case_no)
    text = book.text(kept)
    if request.accept_mimetypes.best_match(["application/json", YAML]) == YAML:
        response = Response(secrecy.shown(text, roles()), content_type=f"{YAML}; charset=utf-8")
    else:
        response = answer({**_told(kept), "case": secrecy.data(text, roles())})
    response.set_etag(str(kept.revision))
    response.headers["Vary"] = "Accept"
    response.make_conditional(request)
    return response


@blueprint.put("/cases/<string:case_no>", summary="改写案卷", request_body=_CASE_BODY, responses={200: done("已改写")})
@does(Action.CASE_EDIT)
@once
def rewrite(path: CasePath) -> Response:
    """Replace the case file; `If-Match` says from which revision it was made."""
    kept = rewritten(path.case_no, _sent(), after=revision_asked())
    return answer(_told(kept), ETag=tag(kept.revision), Location=f"{PREFIX}/cases/{path.case_no}")


@blueprint.patch("/cases/<string:case_no>", summary="修改案卷的若干字段", responses={200: done("已修改")})
@does(Action.CASE_EDIT)
@once
def change(path: CasePath, body: Changes) -> Response:
    """Set single values; every other line, comment and quote stays as its author wrote it."""

    def changed(text: str, _: datetime) -> str:
        before = text
        for one in body.changes:
            text = set_value(text, one.path, one.value)
        if load_text(text).case_no != path.case_no:
            raise InputError("案卷号不能修改", code="other_case")
        return secrecy.completed(text, before, roles())

    return _revised(path.case_no, "修改", changed, Action.CASE_EDIT)


@blueprint.get("/cases/<string:case_no>/revisions", summary="案卷的历次修改", responses={200: done("历次修改")})
@does(Action.CASE_READ)
def revisions(path: CasePath) -> Response:
    """Return who changed the case when and how, the newest first."""
    found = installation().workspace.casebook.revisions(path.case_no)
    return answer({"items": [_told(one) for one in found], "total": len(found)})


@blueprint.post("/cases/<string:case_no>/check", summary="检查案卷", responses={200: done("检查报告")})
@does(Action.CASE_READ)
def check(path: CasePath, query: Moment) -> Response:
    """Judge the case by every rule, now or at a moment."""
    _, case = installation().case(path.case_no)
    return answer(secrecy.report(installation().check(case, query.as_of), roles()))


@blueprint.get("/cases/<string:case_no>/forms", summary="可签发的文书", responses={200: done("表单与对象")})
@does(Action.CASE_READ)
def forms(path: CasePath) -> Response:
    """Return the forms of the case with their subjects."""
    _, case = installation().case(path.case_no)
    found = []
    for form in installation().catalogue:
        keys = [one.key for one in subjects(form.spec, case)] if form.spec.one_per != LEDGER else []
        if keys:
            found.append(
                {
                    "form": form.spec.form_id,
                    "title": form.spec.title,
                    "stage": form.spec.stage,
                    "subjects": keys,
                    "editions": [one.value for one in form.spec.editions],
                    "secret": secrecy.is_secret(form.spec),
                }
            )
    return answer({"items": found, "total": len(found)})


@blueprint.post("/cases/<string:case_no>/approval", summary="提交合同审批", responses={201: done("已提交")})
@does(Action.CASE_SUBMIT)
@once
def submit(path: CasePath, body: Submission) -> Response:
    """Hand the contract in for approval, as the person who is logged in."""
    me = _staff()
    return _revised(
        path.case_no,
        "提交审批",
        lambda text, now: acts.submit(text, approval_no=body.approval_no, by=me, at=now),
        Action.CASE_SUBMIT,
        201,
    )


@blueprint.post("/cases/<string:case_no>/approval/steps", summary="登记审批意见", responses={201: done("已登记")})
@does(Action.CASE_APPROVE)
@once
def approve(path: CasePath, body: Step) -> Response:
    """Record the decision of the person who is logged in, who must hold the role in the case file."""
    me = _staff()

    def decided(text: str, now: datetime) -> str:
        holder = next((one for one in load_text(text).staff if one.staff_id == me), None)
        if holder is None or body.role.value not in {role.value for role in holder.roles}:
            raise AccessError(f"案卷中您不是{body.role.label}，不能代为审批", code="not_your_step")
        return acts.approve(text, role=body.role, by=me, at=now, decision=body.decision, comments=body.comments)

    return _revised(path.case_no, f"审批：{body.role.label}{body.decision.label}", decided, Action.CASE_APPROVE, 201)


@blueprint.post(
    "/cases/<string:case_no>/proposals/<int:version>/acceptance",
    summary="登记客户认可方案",
    responses={201: done("已登记")},
)
@does(Action.CASE_CONFIRM)
@once
def accept_proposal(path: VersionPath, body: Acceptance) -> Response:
    """Record that the customer accepted a version of the proposal."""
    return _revised(
        path.case_no,
        "客户认可方案",
        lambda text, _: acts.accept_proposal(text, version=path.version, at=body.at),
        Action.CASE_CONFIRM,
        201,
    )


@blueprint.post(
    "/cases/<string:case_no>/needs/<string:need_no>/confirmation",
    summary="登记客户确认需求",
    responses={201: done("已登记")},
)
@does(Action.CASE_CONFIRM)
@once
def confirm_need(path: NeedPath, body: Confirmation) -> Response:
    """Record that a contact of the customer confirmed a need."""
    if body.evidence is None:
        raise InputError("须说明确认凭据", code="no_evidence")
    evidence = body.evidence
    return _revised(
        path.case_no,
        "客户确认需求",
        lambda text, _: acts.confirm_need(
            text, need_no=path.need_no, by=body.contact, at=body.at, method=body.method, evidence=evidence
        ),
        Action.CASE_CONFIRM,
        201,
    )


@blueprint.post(
    "/cases/<string:case_no>/contract/changes/<string:change_no>/confirmation",
    summary="登记客户确认合同修改",
    responses={201: done("已登记")},
)
@does(Action.CASE_CONFIRM)
@once
def confirm_change(path: ChangePath, body: Confirmation) -> Response:
    """Record that a contact of the customer confirmed a change of the contract."""
    return _revised(
        path.case_no,
        "客户确认合同修改",
        lambda text, _: acts.confirm_change(
            text, change_no=path.change_no, by=body.contact, at=body.at, method=body.method
        ),
        Action.CASE_CONFIRM,
        201,
    )


@blueprint.post("/cases/<string:case_no>/overrides", summary="放行警告", responses={201: done("已放行")})
@does(Action.RULE_OVERRIDE)
@once
def override(path: CasePath, body: Override) -> Response:
    """Set a warning aside, in the name of who is logged in and with the reason; a failed rule cannot be set aside."""
    _, case = installation().case(path.case_no)
    allow(Action.RULE_OVERRIDE, stage(case).value)
    with installation().office(pdf=False) as office:
        pipeline.override(case, body.rule, office, by=actor(), reason=body.reason)
    return answer({"case_no": path.case_no, "rule": body.rule, "by": actor()}, 201)


def _revised(
    case_no: str, act: str, make: Callable[[str, datetime], str], action: Action, status: int = 200
) -> Response:
    """Keep what `make` makes of the present text as the next revision of the case."""
    kept = revised(case_no, act, make, action, after=revision_asked())
    return answer(_told(kept), status, ETag=tag(kept.revision), Location=f"{PREFIX}/cases/{case_no}")


def revised(case_no: str, act: str, make: Callable[[str, datetime], str], action: Action, *, after: int) -> KeptCase:
    """Keep what `make` makes of revision `after` of a case, as its next one.

    Raises:
        StateError: somebody else was faster (`edited_meanwhile`), or the stage does not allow it.
        InputError: what was made is no valid case; every fault is named.
    """
    book = installation().workspace.casebook
    before = book.present(case_no)
    allow(action, before.stage.value)
    if before.revision != after:  # `record` asks again under the lock; this one spares the work
        book.record(book.text(before), by=actor(), after=after, act=act)
    text = make(book.text(before), installation().clock.now())
    return book.record(text, by=actor(), after=after, act=act)


def rewritten(case_no: str, sent: str, *, after: int) -> KeptCase:
    """Replace the case file by `sent`, made from revision `after`; what the author may not see stays as it was."""
    if load_text(sent).case_no != case_no:
        raise InputError("案卷号与地址不符", remedy="案卷号不能修改", code="other_case")
    return revised(
        case_no, "改写", lambda text, _: secrecy.completed(sent, text, roles()), Action.CASE_EDIT, after=after
    )


def _sent() -> str:
    """Return the case file that was sent; raise `InputError` where it is none."""
    kind = request.mimetype
    if kind not in _NOTATIONS:
        raise InputError("案卷须为 application/json 或 application/yaml", code="unsupported_media")
    sent = request.get_data()
    if len(sent) > MAX_BYTES:
        raise InputError(f"案卷超过{MAX_BYTES // 1024 // 1024}MB", code="too_large")
    if kind == "application/json":
        try:
            json.loads(sent)
        except (ValueError, RecursionError):
            raise InputError("请求内容不是 JSON", code="not_json") from None
    load_case(sent)
    return sent.decode().removeprefix("\ufeff")


def _staff() -> str:
    staff = visitor().person.staff_id
    if staff is None:
        raise AccessError("您的账号没有对应的人员编号", remedy="请系统管理员登记", code="no_staff_id")
    return staff


def _told(kept: KeptCase) -> dict[str, object]:
    return {
        "case_no": kept.case_no,
        "revision": kept.revision,
        "title": kept.title,
        "customer": kept.customer,
        "stage": kept.stage.value,
        "stage_label": kept.stage.label,
        "recorded_at": moment(kept.recorded_at),
        "recorded_by": kept.recorded_by,
        "act": kept.act,
        "sha256": kept.sha256,
    }
