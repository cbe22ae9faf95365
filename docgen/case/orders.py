"""Stage 5 订单执行: orders, progress, exceptions and acceptance (manual 二(五))."""

from pydantic import Field

from docgen.case.contract import Signature
from docgen.case.enums import (
    AcceptResult,
    CauseKind,
    DispatchRole,
    ExceptionKind,
    LetterChannel,
    Opinion,
    OrderKind,
    OrderReviewRole,
    OrderStatus,
)
from docgen.case.values import (
    ActualQuantity,
    Date,
    Entity,
    Flag,
    Instant,
    Money,
    NonNegativeInt,
    Percent,
    PositiveInt,
    Quantity,
    Ref,
    Text,
    UnitPrice,
)


class OrderLine(Entity):
    """A line of an order, taken from a line of the contract."""

    contract_line_no: PositiveInt = Field(title="合同标的序号")
    name: Text = Field(title="产品/服务")
    spec: Text = Field(title="规格")
    unit: Text = Field(title="单位")
    quantity: Quantity = Field(title="数量")
    unit_price: UnitPrice = Field(title="单价(元)")
    amount: Money = Field(title="金额(元)")


class OrderReview(Entity):
    """Review of an order by sales manager or operations (manual 二(五)步骤1)."""

    role: OrderReviewRole = Field(title="审核角色")
    reviewer_ref: Ref = Field(title="审核人")
    decision: Opinion = Field(title="审核意见")
    stock_ok: Flag | None = Field(None, title="库存匹配")
    staff_ok: Flag | None = Field(None, title="人员匹配")
    comments: Text | None = Field(None, title="意见")
    reviewed_at: Instant = Field(title="审核时间")


class Dispatch(Entity):
    """The task given to production or to the delivery team (manual 二(五)步骤1)."""

    dispatch_no: Text = Field(title="任务单号")
    to_role: DispatchRole = Field(title="接收部门")
    receiver_ref: Ref = Field(title="接收人")
    at: Instant = Field(title="下达时间")
    production_plan: Text | None = Field(None, title="生产计划")
    qc_standard: Text | None = Field(None, title="质检标准")
    scope: Text | None = Field(None, title="实施范围")
    counterpart_ref: Ref | None = Field(None, title="客户对接人")


class OrderConfirmation(Entity):
    """The confirmation letter to the customer (订单确认函, manual 二(五)步骤1)."""

    letter_no: Text = Field(title="确认函编号")
    sent_at: Instant = Field(title="发送时间")
    contact_ref: Ref = Field(title="收件人")
    channel: LetterChannel = Field(title="发送方式")
    delivery_on: Date = Field(title="交付时间")
    owner_ref: Ref = Field(title="负责人")
    owner_phone: Text = Field(title="负责人联系方式")
    acknowledged_at: Instant | None = Field(None, title="客户回执时间")


class Progress(Entity):
    """A weekly state of an order, synchronised with the customer (manual 二(五)步骤2)."""

    at: Instant = Field(title="更新时间")
    milestone: Text = Field(title="节点")
    percent: Percent = Field(title="完成百分比")
    status_text: Text = Field(title="当前进度")
    next_plan: Text = Field(title="下一步计划")
    synced_at: Instant | None = Field(None, title="同步客户时间")
    report_no: Text | None = Field(None, title="周报编号")


class OrderException(Entity):
    """Trouble in an order; the customer is told within 24 hours with a solution (manual 二(五)步骤3)."""

    exception_no: Text = Field(title="异常编号")
    kind: ExceptionKind = Field(title="异常类型")
    occurred_at: Instant = Field(title="发生时间")
    description: Text = Field(title="异常情况")
    delay_days: NonNegativeInt = Field(0, title="影响天数")
    new_delivery_on: Date | None = Field(None, title="预计交付日期")
    solution: Text | None = Field(None, title="解决方案")
    compensation: Text | None = Field(None, title="补偿措施")
    notified_at: Instant | None = Field(None, title="告知客户时间")
    notified_contact_ref: Ref | None = Field(None, title="告知对象")
    customer_consent_at: Instant | None = Field(None, title="客户书面同意时间")
    resolved_at: Instant | None = Field(None, title="处理完成时间")


class AcceptanceItem(Entity):
    """An accepted line: what was due, what came, by which criterion."""

    contract_line_no: PositiveInt = Field(title="合同标的序号")
    name: Text = Field(title="名称")
    spec: Text = Field(title="规格/服务内容")
    unit: Text = Field(title="单位")
    quantity_due: Quantity = Field(title="应交数量")
    quantity_actual: ActualQuantity = Field(title="实收/实际完成数量")
    criterion: Text = Field(title="验收标准")
    actual: Text | None = Field(None, title="实际情况")
    result: AcceptResult = Field(title="结论")


class Acceptance(Entity):
    """One round of acceptance (产品验收单, 服务验收单; manual 二(五)步骤4)."""

    sheet_no: Text = Field(title="验收单编号")
    round: PositiveInt = Field(title="验收次数")
    started_at: Instant = Field(title="验收(会议)时间")
    place: Text | None = Field(None, title="验收地点")
    staff_refs: tuple[Ref, ...] = Field((), title="我方人员")
    contact_refs: tuple[Ref, ...] = Field((), title="客户人员")
    meeting_summary: Text | None = Field(None, title="验收会议纪要")
    items: tuple[AcceptanceItem, ...] = Field((), title="验收明细")
    result: AcceptResult = Field(title="验收结论")
    problems: Text | None = Field(None, title="存在问题")
    signed_at: Instant | None = Field(None, title="签署时间")
    signatures: tuple[Signature, ...] = Field((), title="签署")


class Rectification(Entity):
    """What is done about a failed acceptance, started within 24 hours (manual 二(五)步骤4)."""

    rectification_no: Text = Field(title="整改编号")
    acceptance_round: PositiveInt = Field(title="对应验收次数")
    cause_kind: CauseKind = Field(title="原因类型")
    cause: Text = Field(title="原因分析")
    measures: Text = Field(title="整改措施")
    owner_ref: Ref = Field(title="整改责任人")
    started_at: Instant = Field(title="启动时间")
    due_at: Instant | None = Field(None, title="计划完成时间")
    finished_at: Instant | None = Field(None, title="完成时间")
    result: Text | None = Field(None, title="整改结果")


class Order(Entity):
    """An order under the contract, from entry to acceptance (manual 二(五))."""

    order_no: Text = Field(title="订单号")
    contract_no: Text = Field(title="合同编号")
    kind: OrderKind = Field(title="订单类型")
    created_at: Instant = Field(title="录入时间")
    created_ref: Ref = Field(title="录入人")
    lines: tuple[OrderLine, ...] = Field((), title="产品/服务清单")
    amount: Money = Field(title="订单金额(元)")
    delivery_on: Date = Field(title="合同交付时间")
    delivery_place: Text = Field(title="交付地点")
    owner_ref: Ref = Field(title="负责人")
    reviews: tuple[OrderReview, ...] = Field((), title="订单审核")
    dispatch: Dispatch | None = Field(None, title="生产/交付任务")
    confirmation: OrderConfirmation | None = Field(None, title="订单确认")
    progress: tuple[Progress, ...] = Field((), title="进度")
    exceptions: tuple[OrderException, ...] = Field((), title="异常")
    shipped_at: Instant | None = Field(None, title="发货时间")
    received_at: Instant | None = Field(None, title="客户收货时间")
    service_done_at: Instant | None = Field(None, title="服务实施完成时间")
    acceptances: tuple[Acceptance, ...] = Field((), title="验收")
    rectifications: tuple[Rectification, ...] = Field((), title="整改")
    status: OrderStatus = Field(OrderStatus.DRAFT, title="状态")
