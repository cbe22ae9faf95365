"""What is kept about an archived document: the four entities of DA/T 46-2009 (文件、机构人员、业务、实体关系).

The same document always gives the same bytes, so that archiving it twice keeps one object. When and by whom it was
archived, and its archive number, stand in the ledger.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pydantic import BaseModel, ConfigDict

from docgen.case import CaseFile
from docgen.case.enums import Security
from docgen.db.models import Decision, Document
from docgen.derived import total_taxed
from docgen.forms.spec import HOUSE_SECRETS, Audience, FormSpec
from docgen.money import cents


class _Entity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntity(_Entity):
    """A file of the record; `role` is docx, pdf, signed, evidence or certificate, `size` counts bytes."""

    role: str
    sha256: str
    size: int
    media_type: str


class DocumentEntity(_Entity):
    """The document (文件实体)."""

    id: str
    doc_no: str
    title: str
    form_id: str
    subject: str
    edition: str
    revision: int
    stage: int
    dated: date
    pages: int | None
    language: str = "zh-CN"
    security: Security
    template_sha256: str
    files: tuple[FileEntity, ...]


class AgentEntity(_Entity):
    """An organisation or a person, and its part in the document (机构人员实体)."""

    role: str
    name: str


class BusinessEntity(_Entity):
    """The act from which the document came, and the rules that allowed it (业务实体)."""

    act: str
    at: datetime
    by: str
    pack_version: str
    pack_sha256: str
    policy_sha256: str
    report_sha256: str


class Relation(_Entity):
    """What else the document belongs to (实体关系)."""

    kind: str
    target: str


class Metadata(_Entity):
    """Everything recorded about one archived document; `amount_cents` is the contract's tax-inclusive total."""

    case_no: str
    case_title: str
    customer: str
    customer_short: str
    amount_cents: int | None
    document: DocumentEntity
    agents: tuple[AgentEntity, ...]
    business: tuple[BusinessEntity, ...]
    relations: tuple[Relation, ...]

    def canonical(self) -> bytes:
        """Return the bytes that are kept."""
        return self.model_dump_json(indent=1).encode()


def describe(
    case: CaseFile, spec: FormSpec, row: Document, decision: Decision, files: Sequence[FileEntity]
) -> Metadata:
    """Return the metadata of an issued document of `case`."""
    relations = [Relation(kind="case_snapshot", target=row.case_sha256)]
    if row.supersedes:
        relations.append(Relation(kind="supersedes", target=row.supersedes))
    return Metadata(
        case_no=case.case_no,
        case_title=case.title,
        customer=case.customer.name,
        customer_short=case.customer.short_name or case.customer.name,
        amount_cents=cents(total_taxed(case.contract)) if case.contract else None,
        document=DocumentEntity(
            id=row.id,
            doc_no=row.doc_no,
            title=row.title,
            form_id=row.form_id,
            subject=row.subject,
            edition=row.edition,
            revision=row.revision,
            stage=spec.stage,
            dated=row.issued_on,
            pages=row.pages,
            security=_security(spec),
            template_sha256=row.template_sha256,
            files=tuple(files),
        ),
        agents=(
            AgentEntity(role="责任者", name=case.supplier.name),
            AgentEntity(role="相对方", name=case.customer.name),
            AgentEntity(role="签发人", name=row.issued_by),
        ),
        business=(
            BusinessEntity(
                act="签发",
                at=row.issued_at,
                by=row.issued_by,
                pack_version=decision.pack_version,
                pack_sha256=decision.pack_sha256,
                policy_sha256=decision.policy_sha256,
                report_sha256=decision.report_sha256,
            ),
        ),
        relations=tuple(relations),
    )


def to_xml(metadata: Metadata, archived: Mapping[str, object]) -> bytes:
    """Return the metadata as XML, with what the ledger says of its archiving in `archived`."""
    top = Element("record")
    _fill(top, {"archiving": archived, **metadata.model_dump(mode="json")})
    indent(top)
    return bytes(tostring(top, encoding="utf-8", xml_declaration=True))


def _fill(parent: Element, value: object) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            for one in inner if isinstance(inner, (list, tuple)) else [inner]:
                _fill(SubElement(parent, str(key)), one)
    elif value is not None:
        parent.text = str(value)


def _security(spec: FormSpec) -> Security:
    if HOUSE_SECRETS.intersection(spec.discloses):
        return Security.CONFIDENTIAL
    return Security.PUBLIC if spec.audience is Audience.PUBLIC else Security.INTERNAL
