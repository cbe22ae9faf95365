"""发起签署: documents sent to their signers, where they stand, what the sender and the seal's approver do.

The sender sees no link and no code: both reach the signer alone.
"""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from docgen.editions import Edition
from docgen.envelope import sending
from docgen.envelope.plan import Choices
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope
from docgen.errors import DocgenError, NotFoundError
from docgen.forms.spec import STAGES
from docgen.forms.subjects import subjects
from docgen.pipeline import Wish, sign
from docgen.workspace.signed import SignedFile
from service.access import Action, does
from service.envelope_wording import ENVELOPE_ACTS, ENVELOPE_STATES, SIGNER_STAGES
from service.gate import actor, installation, visitor
from service.problems import http_status
from service.reading_log import archive_read

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
    here, form = installation(), request.form
    _, case = here.case(case_no)
    choices = Choices(keeper=form.get("keeper") or None, approver=form.get("approver") or None)
    form_id, _, subject = form.get("form", "").partition("/")
    try:
        room = here.room
        with here.office(pdf=True) as office:
            sent = sign(case, (Wish(form_id, subject or None),), office, room, choices, by=actor())
    except DocgenError as error:
        return _of_case(case_no, error=error), http_status(error)
    if not isinstance(sent, Sent):
        return _of_case(case_no, refused=sent), 409
    return redirect(url_for("envelopes.show", envelope_id=sent.envelope.id))


@blueprint.get("/<string:envelope_id>")
@does(Action.ENVELOPE_READ)
def show(envelope_id: str) -> ResponseReturnValue:
    """Show where an envelope stands, and everything that happened."""
    return _envelope(installation().room.envelope(envelope_id))


@blueprint.post("/<string:envelope_id>/remind")
@does(Action.ENVELOPE_SEND)
def remind(envelope_id: str) -> ResponseReturnValue:
    """Send new links to everybody whose turn it is."""
    return _changed(envelope_id, lambda: sending.remind(installation().room, envelope_id, by=actor()))


@blueprint.post("/<string:envelope_id>/void")
@does(Action.ENVELOPE_SEND)
def void(envelope_id: str) -> ResponseReturnValue:
    """End an envelope that is not complete."""
    reason = request.form.get("reason", "")
    return _changed(envelope_id, lambda: sending.void(installation().room, envelope_id, reason=reason, by=actor()))


@blueprint.post("/<string:envelope_id>/release")
@does(Action.CASE_READ)
def release(envelope_id: str) -> ResponseReturnValue:
    """Let our seal be used: the person named for that, and nobody else."""
    signer = request.form.get("signer", "")
    by = visitor().person.staff_id or ""
    return _changed(envelope_id, lambda: sending.release(installation().room, envelope_id, signer, by=by))


@blueprint.post("/<string:envelope_id>/certify")
@does(Action.ENVELOPE_SEND)
def certify(envelope_id: str) -> ResponseReturnValue:
    """Make evidence and the sealed certificate of completion."""
    from docgen.envelope.completion import certify as made  # noqa: PLC0415 - loads pyHanko

    here = installation()

    def act() -> object:
        with here.office(pdf=True) as office:
            assert office.converter is not None
            return made(here.room, office.converter, envelope_id)

    return _changed(envelope_id, act)


@blueprint.get("/<string:envelope_id>/files/<string:sha256>")
@does(Action.ENVELOPE_READ)
def file(envelope_id: str, sha256: str) -> ResponseReturnValue:
    """Return a signed document, the evidence or the certificate; the reading is logged."""
    found = next((one for one in _files(installation().room.envelope(envelope_id)) if one.sha256 == sha256), None)
    if found is None:
        raise NotFoundError("这次签署没有这个文件", remedy="从签署页面下载", code="no_file")
    archive_read([envelope_id], "download")
    response = Response(installation().workspace.content(sha256), content_type=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    return response


def _of_case(case_no: str, error: DocgenError | None = None, refused: tuple[object, ...] = ()) -> str:
    here = installation()
    kept, case = here.case(case_no)
    signable = [
        (form.spec.stage, f"{form.spec.form_id}/{one.key}", f"{form.spec.title} {one.key}".strip())
        for form in here.catalogue
        if form.spec.esign_allowed and Edition.SIGNING in form.spec.editions and form.spec.signers
        for one in subjects(form.spec, case)
    ]
    try:
        envelopes, unset = here.room.envelopes(case_no), None
    except DocgenError as problem:
        envelopes, unset = (), problem
    return render_template(
        "envelopes/of_case.html",
        kept=kept,
        case=case,
        signable=signable,
        envelopes=envelopes,
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
        return _envelope(installation().room.envelope(envelope_id), error), http_status(error)
    return redirect(url_for("envelopes.show", envelope_id=envelope_id))


def _envelope(envelope: Envelope, error: DocgenError | None = None) -> str:
    me = visitor().person
    mine = [
        one.key
        for one in envelope.awaited
        if one.approver and me.staff_id and one.approver.ref == me.staff_id and not envelope.progress[one.key].released
    ]
    return render_template(
        "envelopes/show.html",
        envelope=envelope,
        files=_files(envelope),
        releasable=mine,
        acts=ENVELOPE_ACTS,
        states=ENVELOPE_STATES,
        stages=SIGNER_STAGES,
        error=error,
    )


def _files(envelope: Envelope) -> list[SignedFile]:
    from docgen.envelope.completion import files  # noqa: PLC0415 - loads pyHanko

    return list({one.sha256: one for made in files(envelope).values() for one in made}.values())
