"""验证: everybody may drop a signed PDF and read the verdict in plain words; nothing of it is kept."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from docgen.errors import DocgenError
from docgen.signing.verify import MAX_PDF
from service.access import Action, does
from service.api.answers import upload
from service.api.signed import judged
from service.problems import http_status
from service.rates import UPLOAD, limiter

blueprint = Blueprint("verifying", __name__, url_prefix="/verify")


@blueprint.get("")
@does(Action.PUBLIC)
def show() -> ResponseReturnValue:
    """Show where to drop a file."""
    return render_template("verifying/show.html")


@blueprint.post("")
@does(Action.PUBLIC)
@limiter.limit(UPLOAD)
def do() -> ResponseReturnValue:
    """Show the verdict."""
    try:
        name, data = upload("file", MAX_PDF)
        verdict = judged(data)
    except DocgenError as error:
        return render_template("verifying/show.html", error=error), http_status(error)
    return render_template("verifying/show.html", verdict=verdict, name=name[:200])
