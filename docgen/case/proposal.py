"""Stage 3 方案制定: needs review, proposals, quotation and internal review (manual 二(三))."""

from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field

from docgen.case.enums import (
    Ability,
    Department,
    FeedbackKind,
    LineKind,
    Opinion,
    PriceCategory,
    ProposalStatus,
    ReviewDecision,
    ReviewDepartment,
    RiskKind,
    ScaleBand,
)
from docgen.case.values import (
    CheckName,
    Date,
    Entity,
    Flag,
    Instant,
    Money,
    NonNegativeInt,
    PositiveInt,
    Quantity,
    Rate,
    Ref,
    Text,
    UnitPrice,
)


class Attendee(Entity):
    """A person at the needs review, for their department."""

    staff_ref: Ref = Field(title="参会人")
    department: Department = Field(title="部门")


class NeedsReviewItem(Entity):
    """The review of one need: capability, feasibility, resources."""

    need_no: Text = Field(title="需求编号")
    in_capability: Ability = Field(title="是否在产品/服务能力范围内")
    feasibility: Ability = Field(title="技术可行性")
    resources: Text = Field(title="资源投入")
    note: Text | None = Field(None, title="备注")


class ReviewRisk(Entity):
    """A risk found in the needs review and what is done about it."""

    kind: RiskKind = Field(title="风险类型")
    description: Text = Field(title="风险描述")
    mitigation: Text = Field(title="应对措施")
    owner_ref: Ref | None = Field(None, title="责任人")


class NeedsReview(Entity):
    """The meeting of product, tech and commerce about the needs (manual 二(三)步骤1)."""

    review_no: Text = Field(title="评审编号")
    meeting_at: Instant = Field(title="会议时间")
    place: Text | None = Field(None, title="会议地点")
    chair_ref: Ref = Field(title="主持人")
    recorder_ref: Ref = Field(title="记录人")
    attendees: tuple[Attendee, ...] = Field((), title="参会人员")
    items: tuple[NeedsReviewItem, ...] = Field((), title="逐项评审")
    risks: tuple[ReviewRisk, ...] = Field((), title="潜在风险")
    decision: ReviewDecision = Field(title="评审结论")
    conditions: Text | None = Field(None, title="附加条件")


class SolutionPart(Entity):
    """What the proposal offers: functions and services."""

    product_functions: tuple[Text, ...] = Field((), title="产品功能")
    service_process: tuple[Text, ...] = Field((), title="服务流程")


class PlanPhase(Entity):
    """A phase of the implementation plan."""

    phase: Text = Field(title="阶段")
    content: Text = Field(title="工作内容")
    start_on: Date = Field(title="开始日期")
    end_on: Date = Field(title="完成日期")
    owner: Text = Field(title="责任方")


class PriceLine(Entity):
    """A priced product or service; stands in quotation, minutes and contract alike."""

    line_no: PositiveInt = Field(title="序号")
    kind: LineKind = Field(title="产品/服务")
    category: PriceCategory = Field(title="费用构成")
    name: Text = Field(title="名称")
    spec: Text = Field(title="规格/型号/服务内容")
    unit: Text = Field(title="单位")
    quantity: Quantity = Field(title="数量")
    unit_price: UnitPrice = Field(title="单价(元)")
    amount: Money = Field(title="金额(元)")
    tax_rate: Rate = Field(title="税率")
    need_nos: tuple[Text, ...] = Field((), title="对应需求")


class Quotation(Entity):
    """The price part of a proposal; total = sum of amounts - discount."""

    quote_no: Text = Field(title="报价单号")
    tax_included: Flag = Field(title="是否含税")
    valid_until: Date = Field(title="报价有效期至")
    lines: tuple[PriceLine, ...] = Field((), title="报价明细")
    discount: Money = Field(Decimal("0.00"), title="优惠金额(元)")
    total: Money = Field(title="合计(元)")
    remarks: Text | None = Field(None, title="备注")


class SuccessCaseRef(Entity):
    """An earlier case quoted as reference (manual 四(三): same industry and size)."""

    case_id: Text = Field(title="案例编号")
    title: Text = Field(title="案例名称")
    industry: Text = Field(title="行业")
    scale_band: ScaleBand = Field(title="规模")


class NeedCoverage(Entity):
    """How a proposal answers one need."""

    need_no: Text = Field(title="需求编号")
    status: Ability = Field(title="满足情况")
    how: Text | None = Field(None, title="满足方式")


class Differentiator(Entity):
    """What sets us apart on one pain point."""

    pain_point: Text = Field(title="客户痛点")
    claim: Text = Field(title="差异化优势")
    evidence: Text | None = Field(None, title="依据")


class DeptOpinion(Entity):
    """The opinion of one department head on a proposal (manual 二(三)步骤3)."""

    department: ReviewDepartment = Field(title="审核部门")
    reviewer_ref: Ref = Field(title="部门负责人")
    checks: Mapping[CheckName, Flag] = Field(default_factory=dict, title="审核要点")
    decision: Opinion = Field(title="审核意见")
    comments: Text | None = Field(None, title="意见说明")
    signed_at: Instant = Field(title="签字时间")
    condition_closed_at: Instant | None = Field(None, title="附加条件关闭时间")


class ProposalReview(Entity):
    """The internal review of one version of the proposal (方案审核表)."""

    review_no: Text = Field(title="审核表编号")
    submitted_ref: Ref = Field(title="提交人")
    submitted_at: Instant = Field(title="提交时间")
    opinions: tuple[DeptOpinion, ...] = Field((), title="部门审核意见")


class Presentation(Entity):
    """Presentation of a proposal to the customer (manual 二(三)步骤4)."""

    at: Instant = Field(title="呈现时间")
    staff_refs: tuple[Ref, ...] = Field((), title="我方人员")
    contact_refs: tuple[Ref, ...] = Field((), title="客户人员")
    core_values: tuple[Text, ...] = Field((), title="讲解的核心价值点")


class Feedback(Entity):
    """The customer's feedback on a proposal; starts the 48-hour clock (manual 二(三)步骤4)."""

    feedback_no: Text = Field(title="反馈编号")
    received_at: Instant = Field(title="反馈时间")
    contact_ref: Ref = Field(title="反馈人")
    kind: FeedbackKind = Field(title="反馈类型")
    content: Text = Field(title="反馈内容")
    handled_in_version: PositiveInt | None = Field(None, title="修订版本")
    revised_at: Instant | None = Field(None, title="修订完成时间")


class BoundaryNotice(Entity):
    """Notice of what we cannot do, with an alternative (manual 二(三)步骤4)."""

    notice_no: Text = Field(title="告知编号")
    requirement: Text = Field(title="客户需求")
    boundary: Text = Field(title="能力边界")
    alternative: Text = Field(title="替代方案")
    period_days: NonNegativeInt | None = Field(None, title="所需周期(天)")
    told_at: Instant = Field(title="告知时间")
    contact_ref: Ref = Field(title="告知对象")
    need_no: Text | None = Field(None, title="对应需求编号")


class Proposal(Entity):
    """One version of the proposal (方案书), with review, presentation and feedback."""

    proposal_no: Text = Field(title="方案编号")
    version: PositiveInt = Field(title="版本号")
    title: Text = Field(title="方案名称")
    drafted_ref: Ref = Field(title="编制人")
    drafted_at: Instant = Field(title="编制完成时间")
    background: Text = Field(title="项目背景")
    needs_analysis: Text = Field(title="需求分析")
    solution: SolutionPart = Field(title="解决方案")
    plan: tuple[PlanPhase, ...] = Field((), title="实施计划")
    quotation: Quotation = Field(title="报价清单")
    success_cases: tuple[SuccessCaseRef, ...] = Field((), title="成功案例")
    need_coverage: tuple[NeedCoverage, ...] = Field((), title="需求响应表")
    differentiators: tuple[Differentiator, ...] = Field((), title="差异化优势")
    visuals: tuple[Text, ...] = Field((), title="视觉化材料(流程图/对比表)")
    margin_rate: Rate | None = Field(None, title="毛利率")
    review: ProposalReview | None = Field(None, title="内部审核")
    presentation: Presentation | None = Field(None, title="方案呈现")
    feedback: tuple[Feedback, ...] = Field((), title="客户反馈")
    boundary_notices: tuple[BoundaryNotice, ...] = Field((), title="能力边界告知")
    status: ProposalStatus = Field(ProposalStatus.DRAFT, title="状态")
    accepted_at: Instant | None = Field(None, title="客户认可时间")
