"""The log of events and of readings over the API, for auditors."""

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field
from sqlalchemy import func, select

from docgen.db.models import ArchiveAccess, Event
from service.access import Action, does
from service.api.answers import answer, done, module, moment, page
from service.gate import installation
from service.shapes import CASE_NO, Window

blueprint: APIBlueprint = module("events", "日志")


class Log(Window):
    """Which events are wanted."""

    case_no: str | None = Field(None, title="案卷号", pattern=CASE_NO)


@blueprint.get("/events", summary="操作日志", responses={200: done("事件")})
@does(Action.EVENTS_READ)
def events(query: Log) -> Response:
    """Return the events of the chained log, the newest first."""
    chosen = select(Event)
    if query.case_no:
        chosen = chosen.where(Event.case_no == query.case_no)
    with installation().database.reading() as session:
        total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
        rows = session.scalars(chosen.order_by(Event.seq.desc()).limit(query.limit).offset(query.offset)).all()
    items = [
        {
            "seq": one.seq,
            "at": moment(one.at),
            "kind": one.kind,
            "case_no": one.case_no,
            "subject": one.subject,
            "actor": one.actor,
            "hash": one.hash,
        }
        for one in rows
    ]
    return page(items, total, query.limit, query.offset)


@blueprint.get("/accesses", summary="查阅记录", responses={200: done("查阅记录")})
@does(Action.EVENTS_READ)
def accesses(query: Window) -> Response:
    """Return who read what, the newest first."""
    with installation().database.reading() as session:
        total = session.scalar(select(func.count()).select_from(ArchiveAccess)) or 0
        newest = select(ArchiveAccess).order_by(ArchiveAccess.id.desc())
        rows = session.scalars(newest.limit(query.limit).offset(query.offset)).all()
    items = [{"at": moment(one.at), "actor": one.actor, "act": one.act, "target": one.target} for one in rows]
    return page(items, total, query.limit, query.offset)


@blueprint.post("/events/verify", summary="核对日志的哈希链", responses={200: done("结果")})
@does(Action.EVENTS_READ)
def verify() -> Response:
    """Recompute the chain of the log."""
    fault = installation().workspace.verify_events()
    return answer({"intact": fault is None, "fault": fault.reason if fault else None})
