"""Stage 4 合同签订: negotiation, authority, contract, approval and signatures (manual 二(四))."""

from pydantic import Field

from docgen.case.enums import (
    ApprovalRole,
    AuthMatter,
    AuthorizationSide,
    ClauseOrigin,
    ConfirmMethod,
    Opinion,
    Party,
    PayeeKind,
    Retention,
    SealKind,
    SignerKind,
    SignMethod,
)
from docgen.case.proposal import PriceLine
from docgen.case.values import Date, Entity, Flag, Instant, Money, NonNegativeInt, PositiveInt, Rate, Ref, Text


class NegotiationBaseline(Entity):
    """CONFIDENTIAL floor of the negotiation (manual 二(四)步骤2); never in the context of a customer's form."""

    min_total: Money = Field(title="最低报价(元)")
    tax_included: Flag = Field(True, title="是否含税")
    min_delivery_days: NonNegativeInt = Field(title="最短交付周期(天)")
    payment_floor: Text | None = Field(None, title="付款条件底线")
    set_ref: Ref = Field(title="确定人")
    set_at: Instant = Field(title="确定时间")
    approved_ref: Ref | None = Field(None, title="批准人")


class Issue(Entity):
    """A topic of negotiation; its `support_data` is for us only."""

    topic: Text = Field(title="议题(价格/付款周期/…)")
    customer_position: Text = Field(title="客户主张")
    our_position: Text = Field(title="我方主张")
    support_data: Text | None = Field(None, title="数据支撑")
    result: Text = Field(title="议定结果")


class ClauseChange(Entity):
    """A change of a clause agreed in negotiation."""

    clause_id: Text = Field(title="条款")
    before: Text = Field(title="原条款")
    after: Text = Field(title="修改后")
    reason: Text | None = Field(None, title="修改原因")


class PaymentStage(Entity):
    """A stage of payment; the amounts of all stages sum up to the total."""

    seq: PositiveInt = Field(title="期次")
    name: Text = Field(title="款项名称")
    trigger: Text = Field(title="支付条件")
    percent: Rate = Field(title="比例")
    amount: Money = Field(title="金额(元)")
    due_days: NonNegativeInt = Field(title="付款期限(日)")


class DeliveryTerm(Entity):
    """When and where which lines are delivered."""

    line_nos: tuple[PositiveInt, ...] = Field((), title="标的序号")
    due_on: Date = Field(title="交付时间")
    place: Text = Field(title="交付地点")
    mode: Text | None = Field(None, title="交付方式")


class AgreedTerms(Entity):
    """What was agreed in the final round; the contract must equal it (manual 四(四))."""

    lines: tuple[PriceLine, ...] = Field((), title="标的、规格、数量、价格")
    total: Money = Field(title="总价(元)")
    tax_included: Flag = Field(title="是否含税")
    payment: tuple[PaymentStage, ...] = Field((), title="付款方式")
    delivery: tuple[DeliveryTerm, ...] = Field((), title="交付时间与地点")


class EsignEvidence(Entity):
    """Evidence of an electronic signature (电子签名法13, 16)."""

    platform: Text = Field(title="电子签名平台")
    platform_compliant: Flag = Field(title="平台符合《电子签名法》")
    cert_serial: Text = Field(title="证书序列号")
    cert_subject: Text = Field(title="证书主体")
    cert_valid_from: Instant = Field(title="证书有效期起")
    cert_valid_to: Instant = Field(title="证书有效期止")
    algorithm: Text = Field(title="签名算法")
    document_sha256: Text = Field(title="被签文件摘要")
    timestamp_token: Text | None = Field(None, title="时间戳")
    validation_ok: Flag | None = Field(None, title="验签结果")


class Signature(Entity):
    """A signature of a person for a party, with seal and authority where needed."""

    party: Party = Field(title="签署方")
    signer_kind: SignerKind = Field(title="签字人身份")
    signer_ref: Ref | None = Field(None, title="签字人编号")
    signer_name: Text = Field(title="签字人姓名")
    auth_no: Text | None = Field(None, title="授权委托书编号")
    method: SignMethod = Field(title="签署方式")
    signed_at: Instant = Field(title="签署时间")
    signed: Flag = Field(True, title="签字")
    seal_kind: SealKind = Field(SealKind.NONE, title="盖章")
    seal_owner_name: Text | None = Field(None, title="印章名称")
    esign: EsignEvidence | None = Field(None, title="电子签名证据")


class Negotiation(Entity):
    """A round of negotiation and its minutes (合同谈判纪要, manual 二(四)步骤2)."""

    minutes_no: Text = Field(title="纪要编号")
    round: PositiveInt = Field(title="轮次")
    started_at: Instant = Field(title="开始时间")
    ended_at: Instant = Field(title="结束时间")
    place: Text = Field(title="地点")
    staff_refs: tuple[Ref, ...] = Field((), title="我方人员")
    contact_refs: tuple[Ref, ...] = Field((), title="客户人员")
    recorder_ref: Ref = Field(title="记录人")
    issues: tuple[Issue, ...] = Field((), title="谈判议题")
    clause_changes: tuple[ClauseChange, ...] = Field((), title="关键条款修改点")
    agreed: AgreedTerms | None = Field(None, title="议定条款")
    open_issues: tuple[Text, ...] = Field((), title="未决事项")
    is_final: Flag = Field(False, title="是否达成一致")
    signatures: tuple[Signature, ...] = Field((), title="双方签署")


class Authorization(Entity):
    """A power of attorney (授权委托书, 民法典165)."""

    auth_no: Text = Field(title="授权编号")
    side: AuthorizationSide = Field(title="授权方")
    principal_name: Text = Field(title="委托人(被代理人)")
    principal_uscc: Text | None = Field(None, title="委托人统一社会信用代码")
    principal_legal_rep: Text | None = Field(None, title="委托人法定代表人")
    agent_name: Text = Field(title="受托人(代理人)姓名")
    agent_title: Text | None = Field(None, title="受托人职务")
    agent_contact_ref: Ref | None = Field(None, title="受托人(联系人编号/人员编号)")
    agent_id_tail: Text | None = Field(None, title="受托人身份证号后四位")
    matters: tuple[AuthMatter, ...] = Field((), title="代理事项")
    matter_text: Text = Field(title="代理事项(文字)")
    power_text: Text = Field(title="代理权限(文字)")
    contract_no: Text | None = Field(None, title="适用合同编号")
    project_name: Text | None = Field(None, title="适用项目")
    amount_limit: Money | None = Field(None, title="金额上限(元)")
    valid_from: Date = Field(title="授权期限起")
    valid_to: Date = Field(title="授权期限止")
    sub_delegation: Flag = Field(False, title="有无转委托权")
    issued_on: Date = Field(title="出具日期")
    principal_signed: Flag = Field(False, title="委托人签名")
    principal_seal: SealKind = Field(SealKind.NONE, title="委托人盖章")
    revoked_on: Date | None = Field(None, title="撤销日期")
    original_file: Text | None = Field(None, title="原件/扫描件")
    id_checked_at: Instant | None = Field(None, title="身份核验时间")
    id_checked_ref: Ref | None = Field(None, title="身份核验人")


class Clause(Entity):
    """A clause of the contract with its full text."""

    clause_id: Text = Field(title="条款标识")
    article: Text | None = Field(None, title="条号")
    heading: Text = Field(title="条款标题")
    text: Text = Field(title="条款正文")
    origin: ClauseOrigin = Field(ClauseOrigin.TEMPLATE, title="来源")


class ApprovalStep(Entity):
    """One approver's decision, bound to a version of the contract (manual 二(四)步骤3)."""

    seq: PositiveInt = Field(title="顺序")
    role: ApprovalRole = Field(title="审批角色")
    approver_ref: Ref = Field(title="审批人")
    decision: Opinion = Field(title="审批意见")
    comments: Text | None = Field(None, title="意见说明")
    decided_at: Instant = Field(title="审批时间")
    contract_version: PositiveInt = Field(title="审批的合同版本")
    content_sha256: Text | None = Field(None, title="审批内容摘要")


class Approval(Entity):
    """The approval of the contract (合同审批单)."""

    approval_no: Text = Field(title="审批单号")
    submitted_ref: Ref = Field(title="提交人")
    submitted_at: Instant = Field(title="提交时间")
    steps: tuple[ApprovalStep, ...] = Field((), title="审批记录")


class ContractChange(Entity):
    """A change of a clause during approval, confirmed by the customer (manual 二(四)步骤3)."""

    change_no: Text = Field(title="修改编号")
    at: Instant = Field(title="修改时间")
    clause_id: Text = Field(title="条款")
    before: Text = Field(title="修改前")
    after: Text = Field(title="修改后")
    reason: Text = Field(title="修改原因")
    customer_contact_ref: Ref | None = Field(None, title="客户确认人")
    customer_confirmed_at: Instant | None = Field(None, title="客户确认时间")
    confirm_method: ConfirmMethod | None = Field(None, title="确认方式")
    version_from: PositiveInt = Field(title="原版本")
    version_to: PositiveInt = Field(title="新版本")


class ContractArchive(Entity):
    """When and where the signed contract was archived (manual 二(四)步骤4: within 3 working days)."""

    archive_no: Text | None = Field(None, title="档号")
    scanned_at: Instant | None = Field(None, title="扫描时间")
    crm_uploaded_at: Instant | None = Field(None, title="上传CRM时间")
    electronic_archived_at: Instant | None = Field(None, title="电子归档时间")
    paper_archived_at: Instant | None = Field(None, title="纸质归档时间")
    transfer_no: Text | None = Field(None, title="移交清单号")
    location: Text | None = Field(None, title="存放位置(盒号)")
    retention: Retention = Field(Retention.Y30, title="保管期限")


class Commission(Entity):
    """A discount or commission that must be disclosed and booked (反不正当竞争法)."""

    payee_kind: PayeeKind = Field(title="收款方类型")
    amount: Money = Field(title="金额(元)")
    disclosed_in_contract: Flag = Field(title="是否合同明示")
    booked_ref: Text | None = Field(None, title="入账凭证号")


class Contract(Entity):
    """The sales contract of the case; `version` rises with each change."""

    contract_no: Text = Field(title="合同编号")
    title: Text = Field(title="合同名称")
    project_name: Text | None = Field(None, title="项目名称")
    version: PositiveInt = Field(1, title="版本号")
    template_id: Text = Field(title="标准合同模板")
    drafted_ref: Ref = Field(title="拟定人")
    drafted_at: Instant = Field(title="拟定时间")
    sign_place: Text | None = Field(None, title="签订地点")
    lines: tuple[PriceLine, ...] = Field((), title="标的清单")
    tax_included: Flag = Field(title="价格是否含税")
    total: Money = Field(title="合同总价(元)")
    payment: tuple[PaymentStage, ...] = Field((), title="付款方式")
    payment_method: Text = Field(title="支付方式")
    delivery: tuple[DeliveryTerm, ...] = Field((), title="交付时间与地点")
    acceptance_standard: Text = Field(title="验收标准")
    acceptance_workdays: PositiveInt = Field(3, title="产品验收期限(工作日)")
    confidentiality_years: PositiveInt | None = Field(None, title="保密期限(年)")
    clauses: tuple[Clause, ...] = Field((), title="条款")
    copies: PositiveInt = Field(4, title="份数")
    effective_on: Date | None = Field(None, title="约定生效日")
    terminates_on: Date | None = Field(None, title="合同期限止")
    approval: Approval | None = Field(None, title="合同审批")
    changes: tuple[ContractChange, ...] = Field((), title="审批中条款修改")
    signatures: tuple[Signature, ...] = Field((), title="签署")
    archive: ContractArchive | None = Field(None, title="归档")
    commissions: tuple[Commission, ...] = Field((), title="折扣与佣金")
    late_penalty_cap_bp: NonNegativeInt | None = Field(None, title="违约金上限(万分比)")
    esign_agreed: Flag | None = Field(None, title="约定使用电子签名")
