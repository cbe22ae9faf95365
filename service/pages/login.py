"""Logging in: name and password, then the code of the app where one is set up; logging out."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from docgen.errors import DocgenError
from service.access import AccessError, Action, does
from service.gate import TOKEN, installation
from service.problems import http_status
from service.rates import LOGIN, limiter

blueprint = Blueprint("login", __name__, url_prefix="/login")


@blueprint.get("")
@does(Action.PUBLIC)
def show() -> ResponseReturnValue:
    """Show the form."""
    if not installation().accounts.exist():
        return redirect(url_for("setup.show"))
    return _form("", None)


@blueprint.post("")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def do() -> ResponseReturnValue:
    """Log in; the session before it ends, so that nobody can be given one."""
    here, form = installation(), request.form
    name = form.get("name", "").strip()[:64]
    try:
        person = here.accounts.enter(name, form.get("password", ""))
        if person.second_factor:
            if not form.get("code"):
                raise AccessError("请输入动态码", code="code_wanted")
            here.second_factor.check(person, form.get("code", "").strip())
    except DocgenError as error:
        return _form(name, error), http_status(error)
    _end()
    session[TOKEN] = here.logins.begin(person, second_factor=person.second_factor)
    return redirect(_safe(request.args.get("next", "")))


@blueprint.post("/out")
@does(Action.LOGGED_IN)
def out() -> ResponseReturnValue:
    """Log out."""
    _end()
    return redirect(url_for("login.show"))


def _end() -> None:
    if token := session.get(TOKEN):
        installation().logins.end(str(token))
    session.clear()


def _safe(target: str) -> str:
    """Return where to go on: a path of this service, never another host."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside and "\\" not in target else url_for("desk.show")


def _form(name: str, error: DocgenError | None) -> str:
    return render_template("login/show.html", name=name, error=error)
