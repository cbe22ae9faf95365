"""The archive over the API: taken in, found, proved, handed out, held, disposed of by two people, audited."""

from datetime import date
from typing import Annotated

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, StringConstraints

from docgen.archive import Archived, KeptRecord, Refused, admit, archive_case, ledger, records, retention
from docgen.archive.export import bagged, case_folder, zipped
from docgen.archive.fixity import inspect
from docgen.archive.search import Hit, Query, search
from docgen.errors import NotFoundError
from service import secrecy
from service.access import Action, does
from service.api.answers import answer, done, module, moment
from service.api.documents import Reason
from service.gate import actor, installation, roles
from service.idempotency import once
from service.reading_log import archive_read
from service.shapes import CASE_NO, Address, CasePath, Long, Shape, Short

blueprint: APIBlueprint = module("archive", "档案")

ArchiveNo = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f/\\]+$")]


class Search(Shape):
    """What is looked for; every condition that is given must hold."""

    q: str = Field("", title="关键词", max_length=200)
    customer: str = Field("", title="客户", max_length=200)
    number: str = Field("", title="编号", max_length=100)
    form: str = Field("", title="表单", max_length=60)
    stage: int | None = Field(None, title="阶段", ge=1, le=6)
    since: date | None = Field(None, title="起始日期")
    until: date | None = Field(None, title="截止日期")
    held: bool | None = Field(None, title="是否保全中")
    limit: int = Field(20, title="条数", ge=1, le=200)


class RecordPath(Address):
    """The address of a record."""

    record: str = Field(title="档号", min_length=1, max_length=100)


class HoldPath(Address):
    """The address of a hold."""

    hold: int = Field(title="保全编号", ge=1, le=2**31 - 1)


class Intake(Shape):
    """Which documents of a case are archived; all that may be, where none is named."""

    case_no: str = Field(title="案卷号", pattern=CASE_NO)
    doc_nos: Annotated[list[Short], Field(max_length=500)] = Field(default_factory=list, title="文书编号")


class Hold(Shape):
    """A case or record to be kept, and why."""

    scope: Short = Field(title="案卷号或档号")
    reason: Long = Field(title="原因")


class Disposal(Shape):
    """Records to be disposed of, and why."""

    records: Annotated[list[ArchiveNo], Field(min_length=1, max_length=500)] = Field(title="档号")
    reason: Long = Field(title="原因")


class Approval(Shape):
    """Records whose disposal is approved."""

    records: Annotated[list[ArchiveNo], Field(min_length=1, max_length=500)] = Field(title="档号")


@blueprint.post("/archive", summary="归档", responses={201: done("已归档"), 200: done("无变化")})
@does(Action.ARCHIVE_ADD)
@once
def add(body: Intake) -> Response:
    """Archive what may be archived of a case; what may not is told with its reasons."""
    made, kept_back = taken_in(body.case_no, frozenset(body.doc_nos))
    refused = [
        {
            "doc_no": one.document.doc_no,
            "title": one.document.title,
            "reasons": list(one.reasons),
            "findings": [secrecy.finding(each, roles()).model_dump(mode="json") for each in one.findings],
        }
        for one in kept_back
    ]
    body_ = {"items": [_told(one) for one in made.records], "new": len(made.new), "refused": refused}
    return answer({**body_, "head": str(made.head)}, 201 if made.new else 200)


@blueprint.get("/archive", summary="查找档案", responses={200: done("档案")})
@does(Action.ARCHIVE_READ)
def find(query: Search) -> Response:
    """Return the records that hold every word, the best first, with the passages; the search is logged."""
    hits = found(query)
    items = [{**_told(hit.record), "passages": list(hit.passages)} for hit in hits]
    return answer({"items": items, "total": len(items)})


@blueprint.get("/archive/<string:record>", summary="档案登记", responses={200: done("档案")})
@does(Action.ARCHIVE_READ)
def read(path: RecordPath) -> Response:
    """Return what is registered of a record; the reading is logged."""
    record = readable(path.record)
    archive_read([path.record], "read")
    return answer(_told(record))


@blueprint.get("/archive/<string:record>/proof", summary="档案的存在证明", responses={200: done("证明")})
@does(Action.ARCHIVE_READ)
def proof(path: RecordPath) -> Response:
    """Return the proof that the record is in the ledger; `verify_proof.py` checks it without this program."""
    return proven(path.record)


@blueprint.get(
    "/cases/<string:case_no>/archive.zip",
    summary="导出案卷的档案",
    responses={200: done("BagIt 包", "application/zip")},
)
@does(Action.ARCHIVE_ADD)
def export(path: CasePath) -> Response:
    """Return the records of a case as a BagIt bag; the export is logged."""
    return exported(path.case_no)


@blueprint.post("/archive/holds", summary="保全", responses={201: done("已保全")})
@does(Action.ARCHIVE_HOLD)
@once
def hold(body: Hold) -> Response:
    """Keep a case or record from disposal."""
    made = retention.place_hold(installation().archive, body.scope, reason=body.reason, by=actor())
    return answer(
        {"id": made.id, "scope": made.scope, "case_no": made.case_no, "placed_at": moment(made.placed_at)}, 201
    )


@blueprint.post("/archive/holds/<int:hold>/release", summary="解除保全", responses={200: done("已解除")})
@does(Action.ARCHIVE_HOLD)
@once
def release(path: HoldPath, body: Reason) -> Response:
    """Release a hold."""
    made = retention.release_hold(installation().archive, path.hold, reason=body.reason, by=actor())
    return answer({"id": made.id, "scope": made.scope})


@blueprint.post("/archive/disposals", summary="提出处置", responses={201: done("已提出")})
@does(Action.ARCHIVE_DISPOSE)
@once
def propose(body: Disposal) -> Response:
    """Propose records for disposal."""
    head = retention.propose(installation().archive, body.records, reason=body.reason, by=actor())
    return answer({"records": body.records, "head": str(head)}, 201)


@blueprint.post("/archive/disposals/approve", summary="批准处置", responses={200: done("已处置")})
@does(Action.ARCHIVE_DISPOSE)
@once
def approve(body: Approval) -> Response:
    """Dispose of proposed records; another person than the one who proposed must ask."""
    head = retention.approve(installation().archive, body.records, by=actor())
    return answer({"records": body.records, "head": str(head)})


@blueprint.post("/archive/audit", summary="审计档案库", responses={200: done("审计报告")})
@does(Action.ARCHIVE_AUDIT)
def audit() -> Response:
    """Hold every byte, row and entry of the ledger against each other."""
    return Response(inspect(installation().archive).to_json(), content_type="application/json")


def found(query: Search) -> list[Hit]:
    """Return what a search finds that who asks may see; the search is logged."""
    asked = Query(
        words=query.q,
        customer=query.customer,
        number=query.number,
        form_id=query.form,
        stage=query.stage,
        since=query.since,
        until=query.until,
        held=query.held,
        limit=query.limit,
    )
    hits = [hit for hit in search(installation().archive, asked) if _visible(hit.record)]
    archive_read([f"search:{len(hits)}"], "search")
    return hits


def readable(archive_no: str) -> KeptRecord:
    """Return a record that who asks may see; raise `NotFoundError` where there is none."""
    seen = [one for one in records.numbered(installation().archive, archive_no) if _visible(one)]
    if not seen:
        raise NotFoundError("没有这个档号的档案", remedy="核对档号", code="record_unknown")
    return seen[0]


def proven(archive_no: str) -> Response:
    """Return the proof that a record is in the ledger, as a file; the reading is logged."""
    readable(archive_no)
    archive_read([archive_no], "proof")
    response = Response(ledger.proof(installation().archive, archive_no).to_json(), content_type="application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"{archive_no}.proof.json")
    return response


def exported(case_no: str) -> Response:
    """Return the records of a case as a BagIt bag, zipped; the export is logged."""
    here = installation()
    name, files = case_folder(here.archive, case_no)
    archive_read([case_no], "export")
    bag = bagged(files, source="anjuan", on=here.clock.now().date(), case_no=case_no)
    response = Response(zipped(bag, name), content_type="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.zip")
    return response


def taken_in(case_no: str, doc_nos: frozenset[str] = frozenset()) -> tuple[Archived, tuple[Refused, ...]]:
    """Archive what may be archived of a case; return what became of it, and what may not with its reasons."""
    here = installation()
    _, case = here.case(case_no)
    admission = admit(case, here.workspace.documents(case_no), here.grounds(case), doc_nos)
    made = archive_case(here.archive, case, admission.admitted, here.schedule, by=actor())
    return made, tuple(admission.refused)


def _visible(record: KeptRecord) -> bool:
    return secrecy.sees_all(roles()) or not installation().is_secret(record.form_id)


def _told(record: KeptRecord) -> dict[str, object]:
    return {
        "record": record.archive_no,
        "case_no": record.case_no,
        "document": record.document_id,
        "doc_no": record.doc_no,
        "title": record.title,
        "form": record.form_id,
        "edition": record.edition,
        "revision": record.revision,
        "stage": record.stage,
        "customer": record.customer,
        "dated": record.dated.isoformat(),
        "retention": record.retention.value,
        "kept_until": record.kept_until.isoformat() if record.kept_until else None,
        "archived_at": moment(record.archived_at),
        "archived_by": record.archived_by,
        "medium": record.medium,
        "files": [{"role": one.role, "name": one.name, "sha256": one.sha256, "size": one.size} for one in record.files],
    }
