"""签署: what a signer does who got a link: open it, prove who it is, read, consent and sign; or decline, or delegate.

The pages stand on `docgen.envelope.ceremony` and decide nothing themselves. Opening takes a press of a button, so that
a mail program that looks at links does not spend them. The documents are shown as pictures of the very pages.
"""

import io

import pypdfium2
from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from docgen.envelope.access import Visit
from docgen.envelope.authority import Refusal
from docgen.envelope.ceremony import Ceremony, Shown
from docgen.envelope.definition import Signer
from docgen.envelope.state import Envelope, Stage, State
from docgen.errors import DocgenError, NotFoundError, StateError
from service.access import Action, does
from service.gate import installation, visitor_if_any
from service.problems import http_status
from service.rates import LOGIN, limiter

blueprint = Blueprint("signing", __name__, url_prefix="/sign")

_SECRET = "signing"  # noqa: S105 - the name under which the cookie holds the session's secret
_SCALE = 1.6  # points to pixels: 115 dpi, sharp on a phone and small enough for it
_UNPROVEN = frozenset({"not_identified", "session_unknown"})


@blueprint.get("/<string:token>")
@does(Action.PUBLIC)
def link(token: str) -> ResponseReturnValue:
    """Show the button that opens a link."""
    return render_template("signing/link.html", token=token)


@blueprint.post("/<string:token>")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def open_link(token: str) -> ResponseReturnValue:
    """Spend a link on a session."""
    try:
        opened = _ceremony().open(token, _visit())
    except DocgenError as error:
        return render_template("signing/link.html", token=token, error=error), http_status(error)
    session[_SECRET] = opened.session
    return redirect(url_for("signing.show"))


@blueprint.post("/<string:token>/renew")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def renew(token: str) -> ResponseReturnValue:
    """Send the signer of a used link a new one."""
    try:
        channel = _ceremony().renew(token, _visit())
    except DocgenError as error:
        return render_template("signing/link.html", token=token, error=error), http_status(error)
    return render_template("signing/link.html", token=token, sent=channel)


@blueprint.get("")
@does(Action.PUBLIC)
def show() -> ResponseReturnValue:
    """Show the step that comes next."""
    return _page()


@blueprint.post("/code")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def code() -> ResponseReturnValue:
    """Send a one-time code by the second channel."""
    try:
        channel = _ceremony().request_code(_secret(), _visit())
    except DocgenError as error:
        return _page(error)
    return _page(sent=channel)


@blueprint.post("/identify")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def identify() -> ResponseReturnValue:
    """Prove by the code who it is."""
    try:
        _ceremony().identify(_secret(), request.form.get("code", "").strip(), _visit())
    except DocgenError as error:
        return _page(error)
    return redirect(url_for("signing.show"))


@blueprint.get("/documents/<int:index>.pdf")
@does(Action.PUBLIC)
def document(index: int) -> ResponseReturnValue:
    """Return the very document that is to be signed."""
    shown = _ceremony().again(_secret(), index, _visit())
    response = Response(shown.pdf, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"{shown.document.file_stem}.pdf")
    return response


@blueprint.get("/documents/<int:index>/pages/<int:number>.png")
@does(Action.PUBLIC)
def picture(index: int, number: int) -> ResponseReturnValue:
    """Return the picture of one page (counted from 1) of the very document."""
    shown = _ceremony().again(_secret(), index, _visit())
    return Response(_drawn(shown.pdf, number), content_type="image/png")


@blueprint.post("/act")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def act() -> ResponseReturnValue:
    """Consent to what was shown and sign it."""
    ceremony, form = _ceremony(), request.form
    try:
        if form.get("consent") != "yes":
            raise StateError("尚未同意电子签署", remedy="阅读文件和同意书后勾选", code="consent_wanted")
        envelope, signer = ceremony.where(_secret(), _visit())
        ceremony.consent(_secret(), form.get("version", ""), _visit())
        _, case = installation().case(envelope.case_no)
        done = ceremony.sign(_secret(), case, form.getlist("shown"), _visit())
    except DocgenError as error:
        return _page(error)
    if isinstance(done, Refusal):
        return _page(refusal=done)
    return _ended(done.envelope, signer)


@blueprint.post("/decline")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def decline() -> ResponseReturnValue:
    """Refuse to sign, with the reason."""
    ceremony = _ceremony()
    try:
        _, signer = ceremony.where(_secret(), _visit())
        envelope = ceremony.decline(_secret(), request.form.get("reason", ""), _visit())
    except DocgenError as error:
        return _page(error)
    return _ended(envelope, signer)


@blueprint.post("/delegate")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def delegate() -> ResponseReturnValue:
    """Let another person of the same side sign instead, if the rules let that person."""
    ceremony, form = _ceremony(), request.form
    try:
        envelope, signer = ceremony.where(_secret(), _visit())
        _, case = installation().case(envelope.case_no)
        to, reason = form.get("to", "").strip(), form.get("reason", "")
        done = ceremony.delegate(_secret(), to, reason, case=case, visit=_visit())
    except DocgenError as error:
        return _page(error)
    if isinstance(done, Refusal):
        return _page(refusal=done)
    return _ended(done.envelope, signer, delegated=to)


def _page(error: DocgenError | None = None, *, sent: str = "", refusal: Refusal | None = None) -> ResponseReturnValue:
    """Show where the signer stands: to prove who it is, or with the documents; or why the session does not stand."""
    status = http_status(error) if error else 409 if refusal else 200
    if _SECRET not in session:
        return render_template("signing/link.html", token="", error=error), status
    ceremony = _ceremony()
    try:
        envelope, signer = ceremony.where(_secret(), _visit())
        if envelope.state is not State.SENT or envelope.has_signed(signer):
            return _ended(envelope, signer)
        shown = _shown(ceremony, envelope, signer)
    except DocgenError as lost:
        session.pop(_SECRET, None)
        return render_template("signing/link.html", token="", error=error or lost), http_status(error or lost)
    if shown is None:
        return render_template(
            "signing/identify.html", envelope=envelope, signer=signer, error=error, sent=sent
        ), status
    page = render_template(
        "signing/sign.html",
        envelope=envelope,
        signer=signer,
        shown=shown,
        consent=installation().room.consent,
        error=error,
        refusal=refusal,
    )
    return page, status


def _shown(ceremony: Ceremony, envelope: Envelope, signer: Signer) -> tuple[Shown, ...] | None:
    """Return the documents for whoever has proven who it is; None for whoever has not."""
    if envelope.progress[signer.key].stage in {Stage.WAITING, Stage.INVITED}:
        return None
    try:
        return ceremony.view(_secret(), _visit())
    except StateError as error:
        if error.code not in _UNPROVEN:
            raise
        return None


def _ended(envelope: Envelope, signer: Signer, delegated: str = "") -> str:
    session.pop(_SECRET, None)
    return render_template("signing/ended.html", envelope=envelope, signer=signer, delegated=delegated)


def _drawn(pdf: bytes, number: int) -> bytes:
    with pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= number <= len(document):
            raise NotFoundError("没有这一页", code="page_unknown", remedy="回到签署页面")
        target = io.BytesIO()
        document.init_forms()
        document[number - 1].render(scale=_SCALE, may_draw_forms=True).to_pil().save(target, format="PNG")
    return target.getvalue()


def _ceremony() -> Ceremony:
    return Ceremony(installation().room)


def _secret() -> str:
    found = session.get(_SECRET)
    if not found:
        raise NotFoundError("签署页面已关闭", code="session_unknown", remedy="从收到的链接重新打开")
    return str(found)


def _visit() -> Visit:
    here = visitor_if_any()
    return Visit(
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
        login=here.person.actor if here else "",
    )
