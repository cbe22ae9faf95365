"""The first run: the first account, and the sample cases behind it."""

import hmac

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from docgen.errors import DocgenError, InputError, StateError
from service.access import NEEDS_SECOND_FACTOR, Action, Role, does
from service.gate import TOKEN, installation
from service.rates import LOGIN, limiter
from service.settings import ROOT

blueprint = Blueprint("setup", __name__, url_prefix="/setup")
SAMPLES = ROOT / "samples"


@blueprint.get("")
@does(Action.PUBLIC)
def show() -> ResponseReturnValue:
    """Show the form for the first account."""
    if installation().accounts.exist():
        return redirect(url_for("login.show"))
    return _form({}, None), 200


@blueprint.post("")
@does(Action.PUBLIC)
@limiter.limit(LOGIN)
def do() -> ResponseReturnValue:
    """Make the first account, load the samples where wanted, and log in."""
    here, form = installation(), request.form
    try:
        if not here.local and not hmac.compare_digest(form.get("code", "").strip().encode(), here.setup_code.encode()):
            raise InputError("设置码不正确", remedy="设置码在启动服务的终端中显示", code="bad_setup_code")
        if form.get("password") != form.get("repeat"):
            raise InputError("两次输入的密码不同", code="password_differs")
        name, display = form.get("name", "").strip(), form.get("display", "").strip()
        if not 2 <= len(name) <= 64 or not display or len(display) > 100:
            raise InputError("请填写账号（2至64个字符）和姓名", code="bad_name")
        roles = [one for one in Role if one not in NEEDS_SECOND_FACTOR]
        person = here.accounts.add(name, display=display, roles=roles, password=form.get("password", ""), first=True)
    except DocgenError as error:
        return _form(form.to_dict(), error), 422
    if form.get("samples"):
        load_samples(person.actor)
    session.clear()
    session[TOKEN] = here.logins.begin(person, second_factor=False)
    return redirect(url_for("desk.show"))


def load_samples(by: str) -> int:
    """Record the sample cases that are valid and not there yet; return how many."""
    loaded = 0
    for path in sorted(SAMPLES.glob("[HS]*/case.yaml")):
        try:
            text = path.read_text(encoding="utf-8")
            installation().workspace.casebook.record(text, by=by, after=0, act="样例")
            loaded += 1
        except (InputError, StateError):
            continue  # samples that are to be refused, and variants of the same case
    return loaded


def _form(given: dict[str, str], error: DocgenError | None) -> str:
    asks = not installation().local
    return render_template("setup/show.html", given=given, error=error, samples=SAMPLES.is_dir(), asks_code=asks)
