"""案卷: the list with its search, and one case with its stages, findings, documents and history."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from docgen.case.tree import MAX_BYTES
from docgen.derived.stage import CaseStage
from docgen.errors import DocgenError, InputError
from docgen.findings import Outcome
from docgen.forms.spec import STAGES
from service import secrecy
from service.access import Action, does
from service.api.answers import upload
from service.api.cases import rewritten
from service.gate import actor, installation, roles
from service.problems import http_status
from service.rates import UPLOAD, limiter

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

PER_PAGE = 30
_WORST_FIRST = (Outcome.FAIL, Outcome.WARN, Outcome.PENDING, Outcome.INFO)
_REACHED = {
    CaseStage.LEAD: 1,
    CaseStage.GRADED: 1,
    CaseStage.DORMANT: 1,
    CaseStage.CONTACTED: 1,
    CaseStage.NEEDS_TALKED: 2,
    CaseStage.NEEDS_CONFIRMED: 2,
    CaseStage.NEEDS_REVIEWED: 3,
    CaseStage.PROPOSAL_DRAFT: 3,
    CaseStage.PROPOSAL_REVIEWED: 3,
    CaseStage.PROPOSAL_PRESENTED: 3,
    CaseStage.PROPOSAL_ACCEPTED: 3,
    CaseStage.CLOSED_LOST: 3,
    CaseStage.CONTRACT_EFFECTIVE: 5,
    CaseStage.EXECUTING: 5,
    CaseStage.ACCEPTED: 6,
    CaseStage.AFTER_SALES: 6,
    CaseStage.CLOSED: 6,
}
"""At which of the six stages of the manual a case stands; those not named: contract."""


@blueprint.get("")
@does(Action.CASE_READ)
def find() -> ResponseReturnValue:
    """Show the cases that hold every word, last touched first."""
    number = request.args.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return _found(request.args.get("q", "")[:200], max(at, 1))


@blueprint.post("")
@does(Action.CASE_CREATE)
@limiter.limit(UPLOAD)
def create() -> ResponseReturnValue:
    """Keep an uploaded case file as a new case; what is wrong with it is named, every fault at once."""
    try:
        kept = installation().workspace.casebook.record(_text(), by=actor(), after=0, act="新建")
    except DocgenError as error:
        return _found("", 1, error), http_status(error)
    return redirect(url_for("cases.show", case_no=kept.case_no))


@blueprint.get("/<string:case_no>.yaml")
@does(Action.CASE_READ)
def download(case_no: str) -> ResponseReturnValue:
    """Return the case file as its author wrote it, without what the reader may not see."""
    book = installation().workspace.casebook
    response = Response(secrecy.shown(book.text(book.present(case_no)), roles()), content_type="application/yaml")
    response.headers.set("Content-Disposition", "attachment", filename=f"{case_no}.yaml")
    return response


@blueprint.get("/<string:case_no>/edit")
@does(Action.CASE_EDIT)
def edit(case_no: str) -> ResponseReturnValue:
    """Show the case file to be changed."""
    book = installation().workspace.casebook
    kept = book.present(case_no)
    text = secrecy.shown(book.text(kept), roles())
    return render_template("cases/edit.html", kept=kept, text=text, after=kept.revision)


@blueprint.post("/<string:case_no>/edit")
@does(Action.CASE_EDIT)
def save(case_no: str) -> ResponseReturnValue:
    """Keep the changed case file; where somebody else was faster or a fault is in it, the text stays on the page."""
    book, form = installation().workspace.casebook, request.form
    text, after = form.get("text", "").replace("\r\n", "\n"), form.get("after", "")
    try:
        if request.files.get("file"):
            text = _text()
        rewritten(case_no, text, after=int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0)
    except DocgenError as error:
        kept = book.present(case_no)
        newer = error.code == "edited_meanwhile"
        page = render_template("cases/edit.html", kept=kept, text=text, after=after, error=error, newer=newer)
        return page, http_status(error)
    return redirect(url_for("cases.show", case_no=case_no))


@blueprint.get("/<string:case_no>")
@does(Action.CASE_READ)
def show(case_no: str) -> ResponseReturnValue:
    """Show one case."""
    here = installation()
    kept, case = here.case(case_no)
    report = secrecy.report(here.check(case), roles())
    findings = sorted(report.findings, key=lambda one: (_WORST_FIRST.index(one.outcome), one.rule))
    documents = [
        (one, here.is_secret(one.identity.form_id) and not secrecy.sees_all(roles()))
        for one in here.workspace.documents(case_no)
    ]
    return render_template(
        "cases/show.html",
        kept=kept,
        case=case,
        report=report,
        findings=findings,
        counts=[(one, sum(each.outcome is one for each in findings)) for one in _WORST_FIRST],
        documents=documents,
        history=here.workspace.casebook.revisions(case_no),
        stages=STAGES,
        reached=_REACHED.get(kept.stage, 4),
    )


def _found(words: str, at: int, error: DocgenError | None = None) -> str:
    found = installation().workspace.casebook.find(words, limit=PER_PAGE, offset=(at - 1) * PER_PAGE)
    pages = max(1, -(-found.total // PER_PAGE))
    return render_template("cases/find.html", found=found, words=words, at=at, pages=pages, error=error)


def _text() -> str:
    _, data = upload("file", MAX_BYTES)
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError("案卷文件不是 UTF-8 编码", remedy="另存为 UTF-8 后再上传", code="not_utf8") from error
