"""What a form's docx cannot say of itself: the declaration in the TOML of the same stem (forms.md sections 1 to 3).

Rules enforced here: every key is known and every value is in its closed set; a form that leaves the house discloses
nothing internal; each signer has a place of its own on the page; every fault is named with its file and key.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from docgen.case.enums import Choice, ContactRole, Party, Retention, Role, SealKind, SignerKind, SignLevel
from docgen.editions import Edition
from docgen.errors import DeclarationError, Detail
from docgen.findings import ManualReference
from docgen.forms.faults import explained
from docgen.masking import PiMode

STAGES = ("客户开发", "需求沟通", "方案制定", "合同签订", "订单执行", "售后服务")
"""The six stages of the manual, part 二; `FormSpec.stage` counts them from one."""

LEDGER = "ledger"
"""Value of `one_per` for a form that is one document over many cases instead of one per subject."""

WHOLE_CASE = "case"
"""Value of `one_per` for a form of which a case has exactly one, and of `rows` for a ledger with one row a case."""


class Status(Choice):
    """How the manual names the form (forms.md section 2)."""

    NAMED = "N", "手册以书名号列出"
    HEADING = "T", "手册模板标题"
    MENTIONED = "O", "手册正文提及"
    IMPLIED = "I", "手册要求留痕"


class Audience(Choice):
    """Who reads the form."""

    INTERNAL = "internal", "公司内部"
    CUSTOMER = "customer", "客户"
    PUBLIC = "public", "公开"


class Disclosure(Choice):
    """A value that is in no context unless the form declares that it prints it (case_model.md section 7)."""

    BASELINE = "baseline", "谈判底线"
    MARGIN_RATE = "margin_rate", "毛利率"
    SUPPORT_DATA = "support_data", "数据支撑"
    BANK_ACCOUNT = "bank_account", "银行账号"
    AGENT_ID_TAIL = "agent_id_tail", "受托人身份证号后四位"


HOUSE_SECRETS = frozenset({Disclosure.BASELINE, Disclosure.MARGIN_RATE, Disclosure.SUPPORT_DATA})
"""What must never reach a customer (rule GN-07)."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
FormId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,59}$")]
CasePath = Annotated[str, StringConstraints(pattern=r"^[a-z_0-9]+(\[\])?(\.[a-z_0-9]+(\[\])?)*$", max_length=200)]
Guard = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2,4}-\d{2,3}(@signing|@record)?(#customer|#supplier)?(:[a-z](,[a-z])*)?!?$")
]
Slot = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,24}$")]


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Signer(_Declared):
    """One place to sign: who may, at which level, in which turn, with which seals.

    Signers of the same `turn` sign in any order. `slot` names the anchors in the document and is the party's name
    unless one party signs in several places.
    """

    label: Words
    party: Party
    slot: Slot = ""
    turn: Annotated[int, Field(ge=1, le=9)]
    level: SignLevel
    roles: tuple[Role, ...] = ()
    contact_roles: tuple[ContactRole, ...] = ()
    kinds: tuple[SignerKind, ...] = ()
    seals: tuple[SealKind, ...] = ()
    seal_required: bool = False
    optional: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.contact_roles and self.party is not Party.CUSTOMER:
            raise ValueError("contact_roles 只用于客户方签署人")
        if self.roles and self.party is Party.CUSTOMER:
            raise ValueError("roles 只用于我方签署人")
        if self.seal_required and not self.seals:
            raise ValueError("seal_required 需要先在 seals 中列出允许的印章")
        return self

    @property
    def place(self) -> str:
        """Return the name that this signer's anchors carry."""
        return self.slot or self.party.value

    @property
    def anchors(self) -> tuple[str, ...]:
        """Return the bookmarks a template must hold for this signer (forms.md section 1.3)."""
        acts = ("sign", "date", "seal") if self.seals else ("sign", "date")
        return tuple(f"sig.{self.place}.{act}" for act in acts)


class FormSpec(_Declared):
    """Declaration of one form.

    `one_per` is the path of the case file whose elements each get a document; `where` narrows them by the value of a
    closed set, in the words of the template (`order.kind`), and `only_with` to those that have that value, not None nor
    empty (`proposal.feedback`; for a form of the whole case `transfers`). `header_from` is the text that every page
    repeats at its head. `requires` are the optional fields without which no edition can be issued, `requires_signing`
    and `requires_record` those without which that edition cannot, `requires_archive` those that a document waits for
    before it is archived.
    `opens_on` is the day before which the signing edition is not issued.

    A ledger (`one_per = "ledger"`) has instead one document over many cases: `rows` is the path whose elements each
    get a row (`case`: one row a case), `rows_from` the moment or day from which there is a row, `rows_by` what the
    rows are sorted by before case number and place in the case file; both in the words of a row (`order.order_no`).
    """

    form_id: FormId
    title: Words
    title_en: Words
    status: Status
    tier: Literal["P0", "P1", "P2"]
    stage: Annotated[int, Field(ge=1, le=len(STAGES))]
    purpose: Words
    manual: ManualReference
    one_per: CasePath
    where: Mapping[CasePath, Words] = Field(default_factory=dict)
    only_with: CasePath | None = None
    opens_on: CasePath | None = None
    rows: CasePath | None = None
    rows_from: CasePath | None = None
    rows_by: tuple[CasePath, ...] = ()
    audience: Audience
    discloses: tuple[Disclosure, ...] = ()
    pi_mode: PiMode
    pi_mode_on_request: PiMode | None = None
    number: Words
    number_from: CasePath | None = None
    header_from: CasePath | None = None
    footer_label: Words | None = None
    signers: tuple[Signer, ...] = ()
    esign_allowed: bool = True
    retention: Retention
    editions: tuple[Edition, ...] = (Edition.SIGNING,)
    requires: tuple[CasePath, ...] = ()
    requires_signing: tuple[CasePath, ...] = ()
    requires_record: tuple[CasePath, ...] = ()
    requires_archive: tuple[CasePath, ...] = ()
    guards: Mapping[Literal["issue", "sign", "archive", "report"], tuple[Guard, ...]] = Field(default_factory=dict)
    landscape: bool = False
    straddle_seal: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = tuple(_contradictions(self))
        if faults:
            raise ValueError("；".join(faults))
        return self

    @property
    def anchors(self) -> tuple[str, ...]:
        """Return every bookmark that the template must hold, in signing order."""
        straddle = ("seal.straddle",) if self.straddle_seal else ()
        return tuple(anchor for signer in self.signers for anchor in signer.anchors) + straddle

    @property
    def is_ledger(self) -> bool:
        """Tell whether this form is one document over many cases."""
        return self.one_per == LEDGER

    @property
    def about(self) -> str:
        """Return the path of the case file whose elements each get a document or, in a ledger, a row."""
        return self.rows or WHOLE_CASE if self.is_ledger else self.one_per

    @property
    def stage_title(self) -> str:
        """Return the manual's name of the stage."""
        return STAGES[self.stage - 1]

    def demanded(self, edition: Edition) -> tuple[str, ...]:
        """Return the paths of the optional fields that `edition` cannot do without."""
        later = {Edition.SIGNING: self.requires_signing, Edition.RECORD: self.requires_record}
        return self.requires + later.get(edition, ())


def _contradictions(spec: FormSpec) -> list[str]:
    faults = []
    if spec.audience is not Audience.INTERNAL and HOUSE_SECRETS.intersection(spec.discloses):
        faults.append("对外文书的 discloses 不得包含底线、毛利率或数据支撑")
    if spec.editions != tuple(edition for edition in Edition if edition in spec.editions) or not spec.editions:
        faults.append("editions 应按 draft、signing、record 的顺序列出且不得为空")
    if bool(spec.requires_record) != (Edition.RECORD in spec.editions):
        faults.append("editions 含 record 与 requires_record 须同时给出")
    if bool(spec.requires_signing) != (Edition.DRAFT in spec.editions):
        faults.append("editions 含 draft 与 requires_signing 须同时给出")
    faults.extend(_ledger_contradictions(spec))
    places = [signer.place for signer in spec.signers]
    if len(set(places)) < len(places):
        faults.append("signers 中同一方有多个签署处，须用 slot 区分")
    if [signer.turn for signer in spec.signers] != sorted(signer.turn for signer in spec.signers):
        faults.append("signers 应按 turn 的先后列出")
    return faults


def _ledger_contradictions(spec: FormSpec) -> Iterator[str]:
    if not spec.is_ledger:
        if spec.rows or spec.rows_from or spec.rows_by:
            yield "rows、rows_from、rows_by 只用于台账（one_per 为 ledger）"
        return
    if spec.rows is None:
        yield "台账须用 rows 指明每行是什么，如 case、orders[]"
    if spec.editions != (Edition.SIGNING,):
        yield "台账只有 signing 一个版本"
    if spec.number_from:
        yield "台账跨多个案卷，编号不取自案卷（number_from）"


def load_spec(form_id: str, source: bytes, *, file: str) -> FormSpec:
    """Read a form's declaration from its TOML.

    Raises:
        DeclarationError: `bad_form`, with one detail for each fault, naming file and key.
    """
    try:
        declared = tomllib.loads(source.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _bad([Detail(file, "表单声明", "不是 UTF-8 文本")]) from error
    except tomllib.TOMLDecodeError as error:
        raise _bad([Detail(file, "表单声明", f"TOML 语法错误：{error}")]) from error
    if "form_id" in declared:
        raise _bad([Detail(f"{file} › form_id", "form_id", "文件名就是表单标识，不另写")])
    try:
        return FormSpec.model_validate({**declared, "form_id": form_id})
    except ValidationError as error:
        raise _bad(explained(error, FormSpec, file)) from None


def _bad(details: list[Detail]) -> DeclarationError:
    return DeclarationError(
        f"表单声明有{len(details)}处错误", code="bad_form", remedy="按所列文件和键逐处更正", details=details
    )
