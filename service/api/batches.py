"""Batches over the API: many cases checked, issued and archived in the background, with progress as events (SSE)."""

import json
import time
from collections.abc import Iterator
from typing import Annotated

import structlog
from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, StringConstraints

from docgen.archive import admit, archive_case
from docgen.errors import DocgenError
from docgen.pipeline import Wish, everything
from service import jobs
from service.access import AccessError, Action, Role, does, permitted
from service.api.answers import PREFIX, answer, done, module, moment
from service.auth.logins import Visitor
from service.gate import installation, visitor
from service.idempotency import once
from service.installation import Installation
from service.shapes import CASE_NO, FORM, UUID, Address, Shape

blueprint: APIBlueprint = module("batches", "批量")

_LOOK_EVERY = 0.5
_STREAM_SECONDS = 50
_log = structlog.get_logger("docgen.batch")


class Batch(Shape):
    """Cases, and what is done with each: checked, issued (`forms`, or all) and archived."""

    cases: Annotated[list[Annotated[str, StringConstraints(pattern=CASE_NO)]], Field(min_length=1, max_length=1000)] = (
        Field(title="案卷号")
    )
    issue: bool = Field(True, title="签发文书")
    forms: Annotated[list[Annotated[str, StringConstraints(pattern=FORM)]], Field(max_length=60)] = Field(
        default_factory=list, title="表单（空为全部）"
    )
    pdf: bool = Field(True, title="同时生成 PDF")
    archive: bool = Field(False, title="归档")


class BatchPath(Address):
    """The address of a batch."""

    batch: str = Field(title="任务标识", pattern=UUID)


@blueprint.post("/batches", summary="批量处理", responses={202: done("已开始"), 201: done("已开始")})
@does(Action.BATCH_RUN)
@once
def begin(body: Batch) -> Response:
    """Begin a batch; where it is and what came of it is told at its address."""
    if body.issue and not permitted(visitor().roles, Action.DOCUMENT_ISSUE):
        raise AccessError("您的角色不能签发文书", remedy="只归档时给出 issue: false")
    if body.archive and not permitted(visitor().roles, Action.ARCHIVE_ADD):
        raise AccessError("您的角色不能归档", remedy="由档案员归档")
    here, who = installation(), visitor()
    cases = list(dict.fromkeys(body.cases))
    job = here.jobs.begin("batch", who.person.id, cases, lambda case_no: _done(here, who, body, case_no))
    return answer(_told(job), 201, Location=f"{PREFIX}/batches/{job.id}")


@blueprint.get("/batches/<string:batch>", summary="批量任务的进度", responses={200: done("进度与结果")})
@does(Action.BATCH_RUN)
def read(path: BatchPath) -> Response:
    """Return how far a batch is and what came of each case."""
    return answer(_told(_mine(path.batch)))


@blueprint.get(
    "/batches/<string:batch>/events",
    summary="批量任务的进度（SSE）",
    responses={200: done("进度", "text/event-stream")},
)
@does(Action.BATCH_RUN)
def events(path: BatchPath) -> Response:
    """Tell the progress as it goes on; who still listens after a minute connects again by itself."""
    _mine(path.batch)
    here = installation()
    response = Response(_progress(here, path.batch), content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _progress(here: Installation, job_id: str) -> Iterator[str]:
    told, until = None, time.monotonic() + _STREAM_SECONDS
    yield "retry: 2000\n\n"
    while True:
        job = here.jobs.get(job_id)
        if (job.done, job.state) != told:
            told = (job.done, job.state)
            body = {"state": job.state, "done": job.done, "total": job.total}
            yield f"id: {job.done}\nevent: progress\ndata: {json.dumps(body)}\n\n"
        if job.state in jobs.FINISHED or time.monotonic() > until:
            return
        time.sleep(_LOOK_EVERY)


def _mine(job_id: str) -> jobs.KeptJob:
    job = installation().jobs.get(job_id)
    if job.account_id != visitor().person.id and Role.ADMIN not in visitor().roles:
        raise AccessError("这不是您的任务")
    return job


def _done(here: Installation, who: Visitor, body: Batch, case_no: str) -> jobs.Result:
    """Do one case; what is wrong with it is its result and stops no other."""
    try:
        return {"case_no": case_no, **_case(here, who, body, case_no)}
    except DocgenError as error:
        return {"case_no": case_no, "state": "failed", "code": error.code, "message": error.message}
    except Exception as error:  # noqa: BLE001 - a poisoned case must not stop the batch
        _log.error("case_failed", error=type(error).__name__)
        return {"case_no": case_no, "state": "failed", "code": "internal", "message": "程序内部错误"}


def _case(here: Installation, who: Visitor, body: Batch, case_no: str) -> dict[str, object]:
    _, case = here.case(case_no)
    report = here.check(case)
    told: dict[str, object] = {"failed_rules": sorted(rule for rule, one in report.outcomes.items() if one == "fail")}
    refused = 0
    if body.issue:
        wishes = [Wish(form, early=True) for form in body.forms] or everything(case, here.catalogue)
        outcome = here.issue(case, list(wishes), who, pdf=body.pdf)
        refused += len(outcome.refused)
        told |= {"issued": len(outcome.new), "unchanged": len(outcome.kept) - len(outcome.new), "refused": refused}
    if body.archive:
        admission = admit(case, here.workspace.documents(case_no), here.grounds(case))
        made = archive_case(here.archive, case, admission.admitted, here.schedule, by=who.person.actor)
        told |= {"archived": len(made.new), "not_archived": len(admission.refused)}
    return {"state": "refused" if refused else "done", **told}


def _told(job: jobs.KeptJob) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "results": list(job.results),
        "created_at": moment(job.created_at),
        "updated_at": moment(job.updated_at),
    }
