"""档案: found by their words and by what is registered of them, read, proved, handed out, held, disposed of by two."""

import re
from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from docgen.archive import retention
from docgen.archive.fixity import inspect
from docgen.clock import day
from docgen.errors import DocgenError, InputError, NotFoundError
from service.access import Action, does
from service.api import archive
from service.gate import actor, installation
from service.problems import http_status
from service.rates import UPLOAD, limiter
from service.reading_log import archive_read

blueprint = Blueprint("shelf", __name__, url_prefix="/archive")

_MARKED = re.compile("【([^【】]*)】")
_LONGEST_REASON = 500


@blueprint.get("")
@does(Action.ARCHIVE_READ)
def find() -> ResponseReturnValue:
    """Show what a search finds; without one the newest records."""
    given = {name: value.strip() for name, value in request.args.items() if value.strip()}
    try:
        hits = archive.found(_search(given))
    except DocgenError as error:
        return _search_page(given, error=error), http_status(error)
    return _search_page(given, hits=[(hit.record, [list(_pieces(one)) for one in hit.passages]) for hit in hits])


@blueprint.get("/<string:record>")
@does(Action.ARCHIVE_READ)
def show(record: str) -> ResponseReturnValue:
    """Show one record."""
    found = archive.readable(record)
    archive_read([record], "read")
    here = installation()
    with here.database.reading() as session:
        holds = [one for one in retention.standing_holds(session) if one.scope in (record, found.case_no)]
    gone = record in retention.disposed(here.archive)
    return render_template("shelf/record.html", record=found, holds=holds, gone=gone)


@blueprint.get("/<string:record>/files/<string:sha256>")
@does(Action.ARCHIVE_READ)
def file(record: str, sha256: str) -> ResponseReturnValue:
    """Return a file of a record, re-hashed; the reading is logged."""
    found = next((one for one in archive.readable(record).files if one.sha256 == sha256), None)
    if found is None:
        raise NotFoundError("这件档案没有这个文件", remedy="从档案页面下载", code="no_file")
    archive_read([record], "download")
    response = Response(installation().store.get(sha256), content_type=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    return response


@blueprint.get("/<string:record>/proof.json")
@does(Action.ARCHIVE_READ)
def proof(record: str) -> ResponseReturnValue:
    """Return the proof that the record is in the ledger."""
    return archive.proven(record)


@blueprint.get("/cases/<string:case_no>.zip")
@does(Action.ARCHIVE_ADD)
def export(case_no: str) -> ResponseReturnValue:
    """Return the records of a case as a BagIt bag."""
    return archive.exported(case_no)


@blueprint.post("/cases/<string:case_no>")
@does(Action.ARCHIVE_ADD)
def take_in(case_no: str) -> ResponseReturnValue:
    """Archive what may be archived of a case; show what became of it."""
    made, refused = archive.taken_in(case_no)
    return render_template("shelf/taken.html", case_no=case_no, made=made, refused=refused)


@blueprint.get("/holds")
@does(Action.ARCHIVE_READ)
def holds() -> ResponseReturnValue:
    """Show the holds that stand."""
    return _holds(None)


@blueprint.post("/holds")
@does(Action.ARCHIVE_HOLD)
def hold() -> ResponseReturnValue:
    """Keep a case or a record from disposal."""
    try:
        retention.place_hold(installation().archive, _given("scope"), reason=_given("reason"), by=actor())
    except DocgenError as error:
        return _holds(error), http_status(error)
    return redirect(url_for("shelf.holds"))


@blueprint.post("/holds/<int:hold>/release")
@does(Action.ARCHIVE_HOLD)
def release(hold: int) -> ResponseReturnValue:
    """Release a hold."""
    try:
        retention.release_hold(installation().archive, hold, reason=_given("reason"), by=actor())
    except DocgenError as error:
        return _holds(error), http_status(error)
    return redirect(url_for("shelf.holds"))


@blueprint.get("/disposal")
@does(Action.ARCHIVE_READ)
def disposal() -> ResponseReturnValue:
    """Show what may be disposed of, and what was proposed."""
    return _disposal(None)


@blueprint.post("/disposal/propose")
@does(Action.ARCHIVE_DISPOSE)
def propose() -> ResponseReturnValue:
    """Propose records for disposal."""
    try:
        retention.propose(installation().archive, _records(), reason=_given("reason"), by=actor())
    except DocgenError as error:
        return _disposal(error), http_status(error)
    return redirect(url_for("shelf.disposal"))


@blueprint.post("/disposal/approve")
@does(Action.ARCHIVE_DISPOSE)
def approve() -> ResponseReturnValue:
    """Dispose of proposed records; another person than the one who proposed must ask."""
    try:
        retention.approve(installation().archive, _records(), by=actor())
    except DocgenError as error:
        return _disposal(error), http_status(error)
    return redirect(url_for("shelf.disposal"))


@blueprint.post("/audit")
@does(Action.ARCHIVE_AUDIT)
@limiter.limit(UPLOAD)
def audit() -> ResponseReturnValue:
    """Hold every byte, row and entry of the ledger against each other, and show what is damaged."""
    return render_template("shelf/audit.html", report=inspect(installation().archive))


def _search(given: Mapping[str, str]) -> archive.Search:
    try:
        return archive.Search.model_validate(dict(given))
    except ValidationError as error:
        names = {str(place["loc"][0]) for place in error.errors() if place["loc"]}
        titles = [str(archive.Search.model_fields[name].title) for name in names if name in archive.Search.model_fields]
        wrong = "、".join(sorted(titles)) or "查找条件"
        raise InputError(f"{wrong}填写有误", remedy="更正后再查找", code="bad_search") from error


def _search_page(given: Mapping[str, str], **shown: object) -> str:
    forms = [(form.spec.form_id, form.spec.title) for form in installation().catalogue]
    return render_template("shelf/find.html", given=given, forms=forms, **shown)


def _pieces(passage: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a passage, and whether each is what was looked for."""
    for number, piece in enumerate(_MARKED.split(passage)):
        if piece:
            yield piece, number % 2 == 1


def _given(name: str) -> str:
    value = request.form.get(name, "").strip()
    if not value or len(value) > _LONGEST_REASON:
        raise InputError("请填写完整", remedy=f"每项不超过{_LONGEST_REASON}字", code="incomplete")
    return value


def _records() -> list[str]:
    chosen = request.form.getlist("record")
    if not chosen:
        raise InputError("没有选中档案", remedy="勾选后再提交", code="incomplete")
    return chosen


def _holds(error: DocgenError | None) -> str:
    with installation().database.reading() as session:
        standing = retention.standing_holds(session)
    return render_template("shelf/holds.html", holds=standing, scope=request.values.get("scope", "")[:200], error=error)


def _disposal(error: DocgenError | None) -> str:
    here = installation()
    proposed = retention.proposals(here.archive)
    numbers = {one.archive_no for one in proposed}
    due = [one for one in retention.due(here.archive, day(here.clock.now())) if one.archive_no not in numbers]
    return render_template("shelf/disposal.html", due=due, proposed=proposed, error=error)
