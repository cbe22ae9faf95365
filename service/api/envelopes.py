"""Envelopes over the API: documents sent to their signers, where they stand; reminded, made void, released, certified.

No answer holds a link, a code, or how a signer is reached: those go to the signer alone.
"""

from typing import Annotated

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from docgen.desk import Refusal
from docgen.envelope.plan import Choices, Order
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope
from docgen.errors import Detail
from docgen.pipeline import Wish
from service import envelopes, failures, secrecy
from service.access import Action, does
from service.api.answers import PREFIX, answer, done, module, moment
from service.api.documents import Reason, faults, refusal
from service.envelope_wording import ENVELOPE_STATES, SIGNER_STAGES
from service.gate import installation, roles
from service.idempotency import once
from service.rates import UPLOAD, limiter
from service.shapes import CASE_NO, FORM, UUID, Address, CasePath, Shape, Short

blueprint: APIBlueprint = module("envelopes", "签署")

Chosen = Annotated[dict[Short, Short], Field(max_length=40)]


class Enclosed(Shape):
    """A document to be signed: its form and subject."""

    form: str = Field(title="表单", pattern=FORM)
    subject: Short | None = Field(None, title="对象")


class NewEnvelope(Shape):
    """Documents of one case to be signed, and what form and case leave open: people, powers, seals by place."""

    case_no: str = Field(title="案卷号", pattern=CASE_NO)
    documents: Annotated[list[Enclosed], Field(min_length=1, max_length=20)] = Field(title="文书")
    signers: Chosen = Field(default_factory=dict, title="签署人")
    powers: Chosen = Field(default_factory=dict, title="授权书")
    seals: Chosen = Field(default_factory=dict, title="印章")
    optional: Annotated[list[Short], Field(max_length=40)] = Field(default_factory=list, title="可选签署处")
    keeper: Short | None = Field(None, title="用印人")
    approver: Short | None = Field(None, title="批准用印人")
    order: Order = Field(Order.DECLARED, title="次序")


class Whom(Shape):
    """Who is reminded: one signer, or everybody whose turn it is."""

    signer: Short | None = Field(None, title="签署人")


class Whose(Shape):
    """Whose seal is released."""

    signer: Short = Field(title="签署人")


class EnvelopePath(Address):
    """The address of an envelope."""

    envelope: str = Field(title="签署标识", pattern=UUID)


class FilePath(EnvelopePath):
    """The address of a file that signing left."""

    sha256: str = Field(title="文件摘要", pattern=r"^[0-9a-f]{64}$")


@blueprint.post("/envelopes", summary="发起签署", responses={201: done("已发起")})
@does(Action.ENVELOPE_SEND)
@limiter.limit(UPLOAD)
@once
def send(body: NewEnvelope) -> Response:
    """Issue the signing editions where needed and send them to their signers; a refusal names every reason (409)."""
    wishes = tuple(Wish(one.form, one.subject) for one in body.documents)
    choices = Choices(
        signers=body.signers,
        powers=body.powers,
        seals=body.seals,
        optional=frozenset(body.optional),
        keeper=body.keeper,
        approver=body.approver,
        order=body.order,
    )
    sent = envelopes.send(body.case_no, wishes, choices)
    if not isinstance(sent, Sent):
        return _refused(sent)
    return _answer(sent.envelope, 201, sent)


@blueprint.get("/cases/<string:case_no>/envelopes", summary="案卷的签署", responses={200: done("签署")})
@does(Action.ENVELOPE_READ)
def of_case(path: CasePath) -> Response:
    """Return the envelopes of a case in the order of sending."""
    installation().workspace.casebook.present(path.case_no)
    found = [told(one) for one in installation().room.envelopes(path.case_no)]
    return answer({"items": found, "total": len(found)})


@blueprint.get("/envelopes/<string:envelope>", summary="签署进度", responses={200: done("签署")})
@does(Action.ENVELOPE_READ)
def read(path: EnvelopePath) -> Response:
    """Return where an envelope and its signers stand."""
    response = _answer(envelopes.find(path.envelope))
    response.make_conditional(request)
    return response


@blueprint.post("/envelopes/<string:envelope>/remind", summary="催办", responses={200: done("已催办")})
@does(Action.ENVELOPE_CHANGE)
@limiter.limit(UPLOAD)
@once
def remind(path: EnvelopePath, body: Whom) -> Response:
    """Send new links to whoever's turn it is; the links before no longer work."""
    sent = envelopes.remind(path.envelope, body.signer or "")
    return _answer(sent.envelope, sent=sent)


@blueprint.post("/envelopes/<string:envelope>/void", summary="作废签署", responses={200: done("已作废")})
@does(Action.ENVELOPE_CHANGE)
@once
def void(path: EnvelopePath, body: Reason) -> Response:
    """End an envelope that is not complete."""
    return _answer(envelopes.void(path.envelope, body.reason))


@blueprint.post("/envelopes/<string:envelope>/release", summary="批准用印", responses={200: done("已批准")})
@does(Action.SEAL_RELEASE)
@once
def release(path: EnvelopePath, body: Whose) -> Response:
    """Let our seal be used, as the person named for that when the envelope was sent."""
    return _answer(envelopes.release(path.envelope, body.signer))


@blueprint.post("/envelopes/<string:envelope>/certify", summary="出具签署证明", responses={201: done("已出具")})
@does(Action.ENVELOPE_CERTIFY)
@once
def certify(path: EnvelopePath) -> Response:
    """Make evidence and the sealed certificate of completion, and hold the signed files against what was shown."""
    envelopes.certify(path.envelope)
    return _answer(envelopes.find(path.envelope), 201)


@blueprint.get(
    "/envelopes/<string:envelope>/files/<string:sha256>",
    summary="下载签署结果",
    responses={200: done("文件", "application/pdf", "application/json")},
)
@does(Action.ENVELOPE_READ)
def file(path: FilePath) -> Response:
    """Return a signed document, the evidence or the certificate; the reading is logged."""
    found, content = envelopes.file(path.envelope, path.sha256)
    response = Response(content, content_type=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.name)
    response.set_etag(found.sha256)
    response.make_conditional(request)
    return response


def told(envelope: Envelope) -> dict[str, object]:
    """Return what the API tells of an envelope."""
    documents = zip(envelope.definition.documents, envelope.current, strict=True)
    awaited = {one.key for one in envelope.awaited}
    return {
        "id": envelope.id,
        "case_no": envelope.case_no,
        "state": envelope.state.value,
        "state_label": ENVELOPE_STATES[envelope.state],
        "reason": envelope.reason,
        "sent_by": envelope.sent_by,
        "sent_at": moment(envelope.sent_at),
        "expires_at": moment(envelope.definition.expires_at),
        "documents": [
            {
                "id": one.document_id,
                "doc_no": one.doc_no,
                "title": one.title,
                "form": one.form_id,
                "subject": one.subject,
                "pages": one.pages,
                "sha256": sha256,
            }
            for one, sha256 in documents
        ],
        "signers": [
            {
                "key": one.key,
                "turn": one.turn,
                "name": one.person.name,
                "organisation": one.organisation,
                "label": one.label,
                "stage": envelope.progress[one.key].stage.value,
                "stage_label": SIGNER_STAGES[envelope.progress[one.key].stage],
                "awaited": one.key in awaited,
                "signed_at": moment(envelope.progress[one.key].signed_at),
                "approver": one.approver.name if one.approver else None,
                "released": envelope.progress[one.key].released if one.approver else None,
            }
            for one in envelope.signers
        ],
        "files": [
            {"name": one.name, "media_type": one.media_type, "sha256": one.sha256, "size": one.size}
            for one in envelopes.files(envelope)
        ],
    }


def _answer(envelope: Envelope, status: int = 200, sent: Sent | None = None) -> Response:
    undelivered = {"undelivered": [one.key for one in sent.undelivered]} if sent else {}
    response = answer({**told(envelope), **undelivered}, status)
    response.set_etag(str(len(envelope.events)))
    if status == 201:
        response.headers["Location"] = f"{PREFIX}/envelopes/{envelope.id}"
    return response


def _refused(refused: envelopes.Refusals) -> Response:
    reasons, named = [], []
    for one in refused:
        if isinstance(one, Refusal):
            reasons.append(refusal(one))
            named += faults(one)
            continue
        found = [secrecy.finding(each, roles()) for each in one.findings]
        reasons.append({"signer": one.signer.key, "findings": [each.model_dump(mode="json") for each in found]})
        named += [Detail(each.path or each.subject, one.signer.label, each.message, each.rule) for each in found]
    return failures.problem(
        409,
        "refused",
        "签署未发起：有检查结果或缺失内容不允许",
        "按所列原因逐项处理",
        named,
        refused=reasons,
        state="refused",
    )
