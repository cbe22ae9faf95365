"""Stage 6 售后服务: tickets, surveys, visits and the success case (manual 二(六))."""

from pydantic import Field

from docgen.case.enums import FollowUpMethod, Severity, SurveyMethod, TicketKind, VisitKind
from docgen.case.values import Date, Entity, Flag, Instant, NonNegativeInt, PositiveInt, Ref, Score, Text


class ResponseLimit(Entity):
    """Time promised for answering and solving one level of problem."""

    level: Text = Field(title="级别")
    response_minutes: NonNegativeInt = Field(title="响应时限(分钟)")
    resolve_hours: NonNegativeInt | None = Field(None, title="解决时限(小时)")


class Guide(Entity):
    """The after-sales guide sent to the customer (售后服务指南, manual 二(六)步骤1)."""

    guide_no: Text = Field(title="指南编号")
    sent_at: Instant = Field(title="发送时间")
    contact_ref: Ref = Field(title="接收人")
    services: tuple[Text, ...] = Field((), title="服务内容")
    hotline: Text = Field(title="服务热线")
    availability: Text = Field(title="服务时间")
    limits: tuple[ResponseLimit, ...] = Field((), title="响应时限")
    process: tuple[Text, ...] = Field((), title="服务流程")


class FollowUp(Entity):
    """The question after a solved ticket whether the customer is content (manual 二(六)步骤2)."""

    at: Instant = Field(title="回访时间")
    by_ref: Ref = Field(title="回访人")
    method: FollowUpMethod = Field(title="回访方式")
    contact_ref: Ref = Field(title="受访人")
    satisfied: Flag = Field(title="是否满意")
    score: Score = Field(title="满意度(1-5分)")
    comments: Text | None = Field(None, title="意见")


class Ticket(Entity):
    """A service request, answered within 15 minutes (manual 二(六)步骤2)."""

    ticket_no: Text = Field(title="服务单号")
    order_no: Text | None = Field(None, title="关联订单号")
    kind: TicketKind = Field(title="问题类型")
    severity: Severity = Field(Severity.NORMAL, title="紧急程度")
    reported_at: Instant = Field(title="客户反馈时间")
    contact_ref: Ref = Field(title="反馈人")
    description: Text = Field(title="问题描述")
    responded_at: Instant | None = Field(None, title="响应时间")
    promised_by: Instant | None = Field(None, title="承诺处理时限")
    on_site_at: Instant | None = Field(None, title="上门时间")
    process: Text | None = Field(None, title="处理过程")
    resolved_at: Instant | None = Field(None, title="解决时间")
    outcome: Text | None = Field(None, title="处理结果")
    handler_ref: Ref = Field(title="负责人")
    follow_up: FollowUp | None = Field(None, title="回访")


class SurveyScore(Entity):
    """Score of one item of a survey, 1 to 5."""

    item: Text = Field(title="评价项目")
    score: Score = Field(title="得分(1-5)")
    comment: Text | None = Field(None, title="说明")


class Survey(Entity):
    """A satisfaction survey 1, 3 or 6 months after acceptance (manual 二(六)步骤3)."""

    survey_no: Text = Field(title="调研编号")
    month: PositiveInt = Field(title="验收后第几个月")
    method: SurveyMethod = Field(title="调研方式")
    sent_at: Instant | None = Field(None, title="发放时间")
    done_at: Instant | None = Field(None, title="完成时间")
    contact_ref: Ref = Field(title="受访人")
    scores: tuple[SurveyScore, ...] = Field((), title="评分")
    suggestions: Text | None = Field(None, title="改进建议")
    synced_to_sales_at: Instant | None = Field(None, title="同步销售团队时间")


class ImprovementPlan(Entity):
    """What is done about a low score (manual 二(六)步骤3)."""

    plan_no: Text = Field(title="计划编号")
    survey_no: Text = Field(title="来源调研")
    item: Text = Field(title="低分项")
    score: Score = Field(title="得分")
    cause: Text = Field(title="原因分析")
    measures: Text = Field(title="改进措施")
    owner_ref: Ref = Field(title="责任人")
    due_on: Date = Field(title="完成期限")
    done_at: Instant | None = Field(None, title="完成时间")
    effect: Text | None = Field(None, title="效果验证")


class Visit(Entity):
    """A regular talk with the customer (manual 二(六)步骤4)."""

    visit_no: Text = Field(title="沟通编号")
    at: Instant = Field(title="时间")
    kind: VisitKind = Field(title="类型")
    contact_ref: Ref = Field(title="客户人员")
    by_ref: Ref = Field(title="我方人员")
    content: Text = Field(title="沟通内容(业务进展)")
    opportunities: tuple[Text, ...] = Field((), title="新需求/推荐产品")


class AfterSales(Entity):
    """Everything after the contract took effect: owner, guide, tickets, surveys, talks (manual 二(六))."""

    owner_ref: Ref = Field(title="售后负责人")
    assigned_at: Instant = Field(title="指派时间")
    assigned_by_ref: Ref = Field(title="指派人")
    customer_notified_at: Instant | None = Field(None, title="同步客户时间")
    crm_synced_at: Instant | None = Field(None, title="同步CRM时间")
    guide: Guide | None = Field(None, title="售后服务指南")
    tickets: tuple[Ticket, ...] = Field((), title="服务记录")
    surveys: tuple[Survey, ...] = Field((), title="满意度调研")
    improvements: tuple[ImprovementPlan, ...] = Field((), title="改进计划")
    visits: tuple[Visit, ...] = Field((), title="定期沟通")


class CaseResult(Entity):
    """A measured result of the cooperation."""

    metric: Text = Field(title="指标")
    before: Text = Field(title="合作前")
    after: Text = Field(title="合作后")


class CaseConsent(Entity):
    """The customer's consent to publishing (manual 二(六)步骤4)."""

    contact_ref: Ref = Field(title="同意人")
    at: Instant = Field(title="同意时间")
    evidence: Text = Field(title="凭据")
    anonymized: Flag = Field(title="是否匿名")


class SuccessCase(Entity):
    """The case as reference for others (成功案例)."""

    success_case_no: Text = Field(title="案例编号")
    title: Text = Field(title="案例名称")
    background: Text = Field(title="客户背景")
    pain_points: tuple[Text, ...] = Field((), title="客户痛点")
    solution: Text = Field(title="解决方案")
    results: tuple[CaseResult, ...] = Field((), title="合作成果")
    quote: Text | None = Field(None, title="客户评价")
    consent: CaseConsent | None = Field(None, title="客户授权")
    published_at: Instant | None = Field(None, title="发布时间")
