"""One's own account: the app for one-time codes, without which approvers and seal keepers cannot act; the password."""

import io

import segno
from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from docgen.errors import DocgenError
from service.access import NEEDS_SECOND_FACTOR, Action, does
from service.gate import TOKEN, installation, visitor
from service.problems import http_status
from service.rates import LOGIN, limiter

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@does(Action.LOGGED_IN)
def show() -> ResponseReturnValue:
    """Show who one is and what is set up."""
    person = visitor().person
    waiting = person.roles & NEEDS_SECOND_FACTOR if not visitor().second_factor else frozenset()
    return render_template("account/show.html", person=person, waiting=sorted(waiting, key=lambda one: one.value))


@blueprint.post("/app")
@does(Action.LOGGED_IN)
@limiter.limit(LOGIN)
def offer() -> ResponseReturnValue:
    """Show the code to set up an app with; the password is asked again, so that an open screen is not enough."""
    person = visitor().person
    try:
        installation().accounts.enter(person.name, request.form.get("password", ""))
    except DocgenError as error:
        return render_template("account/show.html", person=person, waiting=[], error=error), http_status(error)
    address = installation().second_factor.offer(person)
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=5, xmldecl=False, svgns=True, omitsize=False)
    return render_template("account/app.html", picture=_data(picture.getvalue()), address=address)


@blueprint.post("/app/confirm")
@does(Action.LOGGED_IN)
@limiter.limit(LOGIN)
def confirm() -> ResponseReturnValue:
    """Take the app in use; the login goes on with two factors."""
    person = visitor().person
    try:
        installation().second_factor.confirm(person, request.form.get("code", "").strip())
    except DocgenError as error:
        return render_template("account/show.html", person=person, waiting=[], error=error), http_status(error)
    installation().logins.end(str(session[TOKEN]))
    session[TOKEN] = installation().logins.begin(person, second_factor=True)
    return redirect(url_for("account.show"))


def _data(svg: bytes) -> str:
    import base64  # noqa: PLC0415

    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
