"""Files of strangers over the API: the verdict on a signed PDF, the pre-check of a contract."""

from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from docgen.precheck.refusing import MAX_FILE
from docgen.signing.verdict import Verdict
from docgen.signing.verify import MAX_PDF
from service import secrecy, strangers
from service.access import Action, does
from service.api.answers import answer, done, module, upload
from service.gate import installation, roles
from service.rates import UPLOAD, limiter
from service.shapes import CASE_NO, Shape

blueprint: APIBlueprint = module("signed", "核验与预审")

_UPLOAD: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        }
    },
}


class Against(Shape):
    """The case that a contract is held against."""

    case_no: str | None = Field(None, title="案卷号", pattern=CASE_NO)


@blueprint.post("/verify", summary="核验已签署的 PDF", request_body=_UPLOAD, responses={200: done("结论")}, security=[])
@does(Action.PUBLIC)
@limiter.limit(UPLOAD)
def verify() -> Response:
    """Return the verdict on a signed PDF; nothing of it is kept. Open to everybody."""
    _, data = upload("file", MAX_PDF)
    return answer(judged(data).model_dump(mode="json"))


@blueprint.post("/precheck", summary="预审合同", request_body=_UPLOAD, responses={200: done("预审结果")})
@does(Action.PRECHECK)
@limiter.limit(UPLOAD)
def precheck(query: Against) -> Response:
    """Pre-check a contract that we did not write, against a case where one is named; nothing of it is kept."""
    name, data = upload("file", MAX_FILE)
    book = installation().workspace.casebook
    text = secrecy.shown(book.text(book.present(query.case_no)), roles()) if query.case_no else None
    here = installation()
    return answer(here.reader.read(strangers.prechecked, here.settings, name, data, text, here.clock.now()))


def judged(data: bytes) -> Verdict:
    """Judge a PDF in the reader's process."""
    here = installation()
    trust = here.settings.trust.read_bytes() if here.settings.trust else None
    return here.reader.read(strangers.verdict, data, trust)
