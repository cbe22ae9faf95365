"""文书: the files of a document, for the links of the pages."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from service.access import Action, does
from service.api.documents import download
from service.gate import installation

blueprint = Blueprint("documents", __name__, url_prefix="/documents")


@blueprint.get("/<string:document_id>.<any(docx, pdf):kind>")
@does(Action.DOCUMENT_READ)
def file(document_id: str, kind: str) -> ResponseReturnValue:
    """Return a file of the document."""
    return download(installation().workspace.document(document_id), f".{kind}")
