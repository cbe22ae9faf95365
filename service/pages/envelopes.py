"""发起签署: documents sent to their signers, where they stand, what the sender and the seal's approver do.

The sender sees no link and no code: both reach the signer alone. What is done stands in `service.envelopes`.
"""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from docgen.envelope.plan import Choices
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope
from docgen.errors import DocgenError
from docgen.forms.spec import STAGES
from docgen.pipeline import Wish
from service import envelopes
from service.access import Action, does
from service.envelope_wording import ENVELOPE_ACTS, ENVELOPE_STATES, SIGNER_STAGES
from service.gate import installation
from service.problems import http_status

blueprint = Blueprint("envelopes", __name__, url_prefix="/envelopes")


@blueprint.get("/of/<string:case_no>")
@does(Action.ENVELOPE_READ)
def of_case(case_no: str) -> ResponseReturnValue:
    """Show the envelopes of a case, and what may be sent."""
    return _of_case(case_no)


@blueprint.post("/of/<string:case_no>")
@does(Action.ENVELOPE_SEND)
def send(case_no: str) -> ResponseReturnValue:
    """Issue the signing edition of a form where needed and send it to its signers."""
    form = request.form
    choices = Choices(keeper=form.get("keeper") or None, approver=form.get("approver") or None)
    form_id, _, subject = form.get("form", "").partition("/")
    try:
        sent = envelopes.send(case_no, (Wish(form_id, subject or None),), choices)
    except DocgenError as error:
        return _of_case(case_no, error=error), http_status(error)
    if not isinstance(sent, Sent):
        return _of_case(case_no, refused=sent), 409
    return redirect(url_for("envelopes.show", envelope_id=sent.envelope.id))


@blueprint.get("/<string:envelope_id>")
@does(Action.ENVELOPE_READ)
def show(envelope_id: str) -> ResponseReturnValue:
    """Show where an envelope stands, and everything that happened."""
    return _envelope(envelopes.find(envelope_id))


@blueprint.post("/<string:envelope_id>/remind")
@does(Action.ENVELOPE_CHANGE)
def remind(envelope_id: str) -> ResponseReturnValue:
    """Send new links to everybody whose turn it is."""
    return _changed(envelope_id, lambda: envelopes.remind(envelope_id))


@blueprint.post("/<string:envelope_id>/void")
@does(Action.ENVELOPE_CHANGE)
def void(envelope_id: str) -> ResponseReturnValue:
    """End an envelope that is not complete."""
    return _changed(envelope_id, lambda: envelopes.void(envelope_id, request.form.get("reason", "")))


@blueprint.post("/<string:envelope_id>/release")
@does(Action.SEAL_RELEASE)
def release(envelope_id: str) -> ResponseReturnValue:
    """Let our seal be used: the person named for that, and nobody else."""
    return _changed(envelope_id, lambda: envelopes.release(envelope_id, request.form.get("signer", "")))


@blueprint.post("/<string:envelope_id>/certify")
@does(Action.ENVELOPE_CERTIFY)
def certify(envelope_id: str) -> ResponseReturnValue:
    """Make evidence and the sealed certificate of completion."""
    return _changed(envelope_id, lambda: envelopes.certify(envelope_id))


@blueprint.get("/<string:envelope_id>/files/<string:sha256>")
@does(Action.ENVELOPE_READ)
def file(envelope_id: str, sha256: str) -> ResponseReturnValue:
    """Return a signed document, the evidence or the certificate; the reading is logged."""
    found, content = envelopes.file(envelope_id, sha256)
    response = Response(content, content_type=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    return response


def _of_case(case_no: str, error: DocgenError | None = None, refused: tuple[object, ...] = ()) -> str:
    here = installation()
    kept, case = here.case(case_no)
    signable = [
        (spec.stage, f"{spec.form_id}/{key}", f"{spec.title} {key}".strip()) for spec, key in envelopes.signable(case)
    ]
    try:
        sent, unset = here.room.envelopes(case_no), None
    except DocgenError as problem:
        sent, unset = (), problem
    return render_template(
        "envelopes/of_case.html",
        kept=kept,
        case=case,
        signable=signable,
        envelopes=sent,
        unset=unset,
        states=ENVELOPE_STATES,
        stages=STAGES,
        error=error,
        refused=refused,
    )


def _changed(envelope_id: str, act: Callable[[], object]) -> ResponseReturnValue:
    try:
        act()
    except DocgenError as error:
        return _envelope(envelopes.find(envelope_id), error), http_status(error)
    return redirect(url_for("envelopes.show", envelope_id=envelope_id))


def _envelope(envelope: Envelope, error: DocgenError | None = None) -> str:
    return render_template(
        "envelopes/show.html",
        envelope=envelope,
        files=envelopes.files(envelope),
        releasable=envelopes.releasable(envelope),
        acts=ENVELOPE_ACTS,
        states=ENVELOPE_STATES,
        stages=SIGNER_STAGES,
        error=error,
    )
