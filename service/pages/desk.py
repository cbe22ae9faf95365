"""工作台: what is due today, overdue or waiting, over all cases, with counts."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from docgen.case.loader import load_text
from service import secrecy
from service.access import Action, does, permitted
from service.gate import installation, roles
from service.worklist import Task, Urgency, in_order, tasks

blueprint = Blueprint("desk", __name__)

_CASES = 100
_SHOWN = 100


@blueprint.get("/")
@does(Action.LOGGED_IN)
def show() -> ResponseReturnValue:
    """Show the tasks of the cases that were touched last, the most urgent first."""
    if not permitted(roles(), Action.CASE_READ):
        return redirect(url_for("account.show"))
    here = installation()
    found = here.workspace.casebook.find(limit=_CASES)
    listed: list[Task] = []
    for kept in found.cases:
        case = load_text(here.workspace.casebook.text(kept))
        listed += tasks(case, secrecy.report(here.check(case), roles()))
    ordered = in_order(listed)
    counts = [(one, sum(task.urgency is one for task in ordered)) for one in Urgency]
    return render_template(
        "desk/show.html", counts=counts, tasks=ordered[:_SHOWN], more=len(ordered) - _SHOWN, cases=found
    )
