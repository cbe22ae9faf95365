"""签发: the forms of a case by stage, issued one by one or all at once; what may not be issued, with every reason."""

from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from docgen.case import CaseFile
from docgen.derived.stage import stage
from docgen.errors import DocgenError
from docgen.forms.spec import LEDGER, STAGES, FormSpec
from docgen.forms.subjects import subjects
from docgen.pipeline import Outcome, Wish, everything
from service import secrecy
from service.access import Action, does
from service.gate import allow, installation, roles, visitor
from service.problems import http_status
from service.rates import UPLOAD, limiter

blueprint = Blueprint("issuing", __name__, url_prefix="/cases/<string:case_no>/issue")


@blueprint.get("")
@does(Action.DOCUMENT_ISSUE)
def show(case_no: str) -> ResponseReturnValue:
    """Show the forms that have a subject in the case."""
    return _page(case_no)


@blueprint.post("")
@does(Action.DOCUMENT_ISSUE)
@limiter.limit(UPLOAD)
def do(case_no: str) -> ResponseReturnValue:
    """Issue one form, or all that may be; show what was issued and what was refused."""
    here = installation()
    _, case = here.case(case_no)
    form_id, _, subject = request.form.get("form", "").partition("/")
    wishes = (Wish(form_id, subject or None),) if form_id else everything(case, here.catalogue)
    try:
        allow(Action.DOCUMENT_ISSUE, stage(case).value)
        outcome = here.issue(case, wishes, visitor(), pdf=True)
    except DocgenError as error:
        return _page(case_no, error=error), http_status(error)
    return _page(case_no, outcome=outcome), 200 if outcome.kept else 409


def _page(case_no: str, *, outcome: Outcome | None = None, error: DocgenError | None = None) -> str:
    here = installation()
    kept, case = here.case(case_no)
    refused = [
        (one, [secrecy.finding(each, roles()) for each in one.findings]) for one in (outcome.refused if outcome else ())
    ]
    return render_template(
        "issuing/show.html",
        kept=kept,
        stages=_by_stage(case),
        issued={(one.identity.form_id, one.identity.subject): one for one in here.workspace.documents(case_no)},
        outcome=outcome,
        refused=refused,
        error=error,
    )


def _by_stage(case: CaseFile) -> list[tuple[str, list[tuple[FormSpec, str]]]]:
    """Return the forms that who asks may see, each with the key of a subject, by the name of their stage."""
    specs = [form.spec for form in installation().catalogue if form.spec.one_per != LEDGER]
    open_ = [one for one in specs if secrecy.sees_all(roles()) or not secrecy.is_secret(one)]
    found = [(one, subject.key) for one in open_ for subject in subjects(one, case)]
    return [(STAGES[number - 1], list(forms)) for number, forms in groupby(found, key=lambda pair: pair[0].stage)]
