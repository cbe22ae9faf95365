"""Documents over the API: issued, read, made void."""

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from docgen.derived.stage import stage
from docgen.editions import Edition
from docgen.errors import Detail, NotFoundError
from docgen.pipeline import Refusal, Wish, everything
from docgen.workspace import KeptDocument
from service import failures, secrecy
from service.access import Action, does
from service.api.answers import PREFIX, answer, done, module, moment
from service.gate import actor, allow, installation, roles, visitor
from service.idempotency import once
from service.reading_log import document_read
from service.shapes import FORM, UUID, Address, CasePath, Long, Shape

blueprint: APIBlueprint = module("documents", "文书")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


class Order(Shape):
    """What is to be issued: one form or (without `form`) all that have a subject."""

    form: str | None = Field(None, title="表单", pattern=FORM)
    subject: str | None = Field(None, title="对象", min_length=1, max_length=100)
    edition: Edition | None = Field(None, title="版别")
    pdf: bool = Field(True, title="同时生成 PDF")


class Reason(Shape):
    """Why something is done."""

    reason: Long = Field(title="原因")


class DocumentPath(Address):
    """The address of a document."""

    document_id: str = Field(title="文书标识", pattern=UUID)


@blueprint.post(
    "/cases/<string:case_no>/documents", summary="签发文书", responses={201: done("已签发"), 200: done("无变化")}
)
@does(Action.DOCUMENT_ISSUE)
@once
def issue(path: CasePath, body: Order) -> Response:
    """Issue documents of the case; what is refused is told with every reason (409 where nothing could be issued)."""
    _, case = installation().case(path.case_no)
    allow(Action.DOCUMENT_ISSUE, stage(case).value)
    if body.form:
        wishes: tuple[Wish, ...] = (Wish(body.form, body.subject, body.edition),)
    else:
        wishes = everything(case, installation().catalogue, body.edition)
    outcome = installation().issue(case, wishes, visitor(), pdf=body.pdf)
    refused = [refusal(one) for one in outcome.refused]
    if refused and not outcome.kept:
        return failures.problem(
            409,
            "refused",
            "文书未签发：有检查结果或缺失内容不允许",
            "按所列原因逐项处理",
            [fault for one in outcome.refused for fault in faults(one)],
            refused=refused,
            state=stage(case).value,
        )
    items = [{**told(one), "new": one.id in outcome.new} for one in outcome.kept]
    response = answer({"items": items, "refused": refused}, 201 if outcome.new else 200)
    if len(items) == 1:
        response.headers["Location"] = f"{PREFIX}/documents/{items[0]['id']}"
    return response


@blueprint.get("/cases/<string:case_no>/documents", summary="案卷的文书", responses={200: done("文书")})
@does(Action.DOCUMENT_READ)
def of_case(path: CasePath) -> Response:
    """Return every document issued for the case."""
    installation().workspace.casebook.present(path.case_no)
    found = installation().workspace.documents(path.case_no)
    return answer({"items": [told(one) for one in found], "total": len(found)})


@blueprint.get("/documents/<string:document_id>", summary="文书的登记", responses={200: done("文书")})
@does(Action.DOCUMENT_READ)
def read(path: DocumentPath) -> Response:
    """Return what is registered of a document."""
    found = installation().workspace.document(path.document_id)
    response = answer(told(found))
    response.set_etag(f"{found.docx_sha256[:16]}-{(found.pdf_sha256 or 'none')[:16]}-{found.state}")
    response.make_conditional(request)
    return response


@blueprint.get("/documents/<string:document_id>.docx", summary="下载 DOCX", responses={200: done("文书", DOCX)})
@does(Action.DOCUMENT_READ)
def docx(path: DocumentPath) -> Response:
    """Return the document as DOCX; who read it is logged."""
    return download(installation().workspace.document(path.document_id), ".docx")


@blueprint.get("/documents/<string:document_id>.pdf", summary="下载 PDF", responses={200: done("文书", PDF)})
@does(Action.DOCUMENT_READ)
def pdf(path: DocumentPath) -> Response:
    """Return the document as PDF/A; who read it is logged."""
    return download(installation().workspace.document(path.document_id), ".pdf")


@blueprint.post("/documents/<string:document_id>/void", summary="作废文书", responses={200: done("已作废")})
@does(Action.DOCUMENT_VOID)
@once
def void(path: DocumentPath, body: Reason) -> Response:
    """Void every issued edition of the document's number."""
    found = installation().workspace.document(path.document_id)
    allow(Action.DOCUMENT_VOID, found.state)
    voided = installation().workspace.void(found.doc_no, reason=body.reason, by=actor())
    return answer({"items": [told(one) for one in voided]})


def download(document: KeptDocument, suffix: str) -> Response:
    """Return the bytes of a document to who may read it, and log that they did."""
    installation().readable(document, roles())
    sha256 = document.docx_sha256 if suffix == ".docx" else document.pdf_sha256
    if sha256 is None:
        raise NotFoundError("这份文书没有 PDF", remedy="重新签发并生成 PDF", code="no_pdf")
    document_read(document)
    response = Response(installation().workspace.content(sha256), content_type=DOCX if suffix == ".docx" else PDF)
    response.headers.set("Content-Disposition", "attachment", filename=f"{document.file_stem}{suffix}")
    response.set_etag(sha256)
    response.make_conditional(request)
    return response


def told(document: KeptDocument) -> dict[str, object]:
    """Return what the API tells of a document."""
    return {
        "id": document.id,
        "case_no": document.identity.case_no,
        "form": document.identity.form_id,
        "subject": document.identity.subject,
        "edition": document.identity.edition,
        "doc_no": document.doc_no,
        "title": document.title,
        "revision": document.revision,
        "state": document.state,
        "pages": document.pages,
        "docx_sha256": document.docx_sha256,
        "pdf_sha256": document.pdf_sha256,
        "issued_on": document.issued_on.isoformat(),
        "issued_at": moment(document.issued_at),
        "issued_by": document.issued_by,
        "void_reason": document.void_reason,
        "secret": installation().is_secret(document.identity.form_id),
    }


def refusal(one: Refusal) -> dict[str, object]:
    """Return why a document was not issued."""
    found = [secrecy.finding(each, roles()) for each in one.findings]
    return {
        "form": one.spec.form_id,
        "title": one.spec.title,
        "subject": one.subject,
        "edition": one.edition.value,
        "findings": [each.model_dump(mode="json") for each in found],
        "missing": [{"path": each.path, "label": each.label} for each in one.missing],
        "unprintable": [{"path": each.path, "label": each.label} for each in one.unprintable],
    }


def faults(one: Refusal) -> list[Detail]:
    """Return the reasons of a refusal as faults of fields."""
    found = []
    for each in one.findings:
        shown = secrecy.finding(each, roles())
        found.append(Detail(shown.path or shown.subject, one.spec.title, shown.message, shown.rule))
    found += [Detail(each.path, each.label, "缺少", "missing") for each in one.missing]
    found += [Detail(each.path, each.label, "无法印出", "unprintable") for each in one.unprintable]
    return found
