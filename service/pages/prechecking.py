"""预审: a contract that we did not write, its passages marked, and a person deciding on each finding.

Nothing of the file is kept. What may be decided on travels with the page, sealed, and comes back with the decision;
who uploads the same file again sees what was decided.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from docgen.errors import DocgenError, InputError
from docgen.precheck.refusing import MAX_FILE
from docgen.workspace.workspace import TextDecision
from service import secrecy, strangers
from service.access import Action, does
from service.api.answers import upload
from service.gate import actor, installation, roles
from service.problems import http_status
from service.rates import UPLOAD, limiter
from service.report.precheck_page import decided

blueprint = Blueprint("prechecking", __name__, url_prefix="/precheck")

_SEALED_FOR = 7 * 24 * 3600
"""Seconds in which a page may be decided on: a week, then the file is uploaded again."""
_LONGEST_REASON = 500


@blueprint.get("")
@does(Action.PRECHECK)
def show() -> ResponseReturnValue:
    """Show where to drop a file."""
    return render_template("prechecking/show.html")


@blueprint.post("")
@does(Action.PRECHECK)
@limiter.limit(UPLOAD)
def do() -> ResponseReturnValue:
    """Pre-check a file, against a case where one is named."""
    here, case_no = installation(), request.form.get("case_no", "").strip()
    try:
        name, data = upload("file", MAX_FILE)
        book = here.workspace.casebook
        text = secrecy.shown(book.text(book.present(case_no)), roles()) if case_no else None
        found = here.reader.read(strangers.prechecked_page, here.settings, name, data, text, here.clock.now())
    except DocgenError as error:
        return render_template("prechecking/show.html", error=error, case_no=case_no[:64]), http_status(error)
    decisions = here.workspace.text_decisions(found["sha256"])
    for finding in found["findings"]:
        finding["decided"] = decided(decisions.get(finding["key"]))
        finding["sealed"] = _seal().dumps(
            {name: finding[name] for name in ("key", "id", "message")} | {"sha256": found["sha256"], "case": case_no}
        )
    return render_template("prechecking/result.html", **found, case_no=case_no)


@blueprint.post("/decide")
@does(Action.PRECHECK)
def decide() -> ResponseReturnValue:
    """Keep a decision on one finding, with name and time."""
    here = installation()
    try:
        finding = _opened(request.form.get("finding", ""))
        reason = request.form.get("reason", "").strip()
        if len(reason) > _LONGEST_REASON:
            raise InputError("理由过长", remedy=f"不超过{_LONGEST_REASON}字", code="reason_too_long")
        confirmed = request.form.get("decision") == "confirm"
        if not confirmed and not reason:
            raise InputError("否定一项结果须写明理由", remedy="填写理由后再提交", code="reason_wanted")
        decision = TextDecision(
            finding["sha256"],
            finding["key"],
            finding["id"],
            finding["message"],
            confirmed,
            reason,
            actor(),
            here.clock.now(),
        )
        kept = here.workspace.decide_text(decision, finding["case"])
    except DocgenError as error:
        page = render_template("prechecking/decided.html", error=error)
        return page, http_status(error), {"HX-Reswap": "beforebegin"}  # the form stays for another try
    return render_template("prechecking/decided.html", said=decided(kept), message=finding["message"])


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="precheck-finding")


def _opened(sealed: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = _seal().loads(sealed, max_age=_SEALED_FOR)
    except BadSignature as error:
        raise InputError("这项结果已过期或被改动", remedy="重新上传文件预审", code="bad_finding") from error
    return found
