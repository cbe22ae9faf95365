"""案卷: the list with its search, and one case with its stages, findings, documents and history."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from docgen.derived.stage import CaseStage
from docgen.findings import Outcome
from docgen.forms.spec import STAGES
from service import secrecy
from service.access import Action, does
from service.gate import installation, roles

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
    words = request.args.get("q", "")[:200]
    number = request.args.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    found = installation().workspace.casebook.find(words, limit=PER_PAGE, offset=(max(at, 1) - 1) * PER_PAGE)
    pages = max(1, -(-found.total // PER_PAGE))
    return render_template("cases/find.html", found=found, words=words, at=max(at, 1), pages=pages)


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
