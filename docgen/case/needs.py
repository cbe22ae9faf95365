"""Stage 2 需求沟通: sessions, needs and their changes (manual 二(二))."""

from pydantic import Field

from docgen.case.enums import Ability, ConfirmMethod, ContactMethod, NeedStatus, NeedType, SpinKind
from docgen.case.values import Entity, Flag, Instant, Money, NonNegativeInt, Ref, SessionId, Text


class OutlineQuestion(Entity):
    """A question prepared for a talk."""

    kind: SpinKind = Field(title="问题类型(SPIN)")
    text: Text = Field(title="问题")


class Outline(Entity):
    """Preparation of a talk: opening, questions, direction of the solution (manual 二(二)步骤1)."""

    opening: Text = Field(title="开场白")
    questions: tuple[OutlineQuestion, ...] = Field((), title="需求调研问题")
    solution_direction: Text = Field(title="解决方案初步方向")
    background: tuple[Text, ...] = Field((), title="客户背景与近期动态")
    prepared_ref: Ref = Field(title="准备人")
    prepared_at: Instant = Field(title="准备时间")


class SpinEntry(Entity):
    """A question asked and what the customer answered (manual 二(二)步骤2)."""

    kind: SpinKind = Field(title="问题类型")
    question: Text = Field(title="提问")
    answer: Text = Field(title="客户表述(原话要点)")


class Session(Entity):
    """A talk about needs, with who took part and whether the needs were restated."""

    session_id: SessionId = Field(title="沟通编号")
    method: ContactMethod = Field(title="沟通方式")
    place: Text | None = Field(None, title="地点")
    started_at: Instant = Field(title="开始时间")
    ended_at: Instant = Field(title="结束时间")
    staff_refs: tuple[Ref, ...] = Field((), title="我方参会人员")
    contact_refs: tuple[Ref, ...] = Field((), title="客户参会人员")
    outline: Outline | None = Field(None, title="沟通提纲")
    spin: tuple[SpinEntry, ...] = Field((), title="SPIN 记录")
    restated: Flag = Field(False, title="是否复述核心需求")
    restatement: Text | None = Field(None, title="复述内容")
    customer_agreed: Flag | None = Field(None, title="客户是否认可复述")
    recorder_ref: Ref | None = Field(None, title="记录人")


class NeedConfirmation(Entity):
    """The customer's confirmation of a need, with its evidence (manual 二(二)步骤3)."""

    method: ConfirmMethod = Field(title="确认方式")
    contact_ref: Ref = Field(title="确认人")
    at: Instant = Field(title="确认时间")
    evidence: Text = Field(title="确认凭据(邮件 Message-ID/签字扫描件/签名编号)")


class Need(Entity):
    """A need of the customer."""

    need_no: Text = Field(title="需求编号")
    need_type: NeedType = Field(title="需求类型")
    description: Text = Field(title="需求描述")
    raised_in: Text | None = Field(None, title="来源沟通编号")
    target_metric: Text | None = Field(None, title="量化目标")
    status: NeedStatus = Field(NeedStatus.DRAFT, title="状态")
    confirmation: NeedConfirmation | None = Field(None, title="客户确认")


class NeedChange(Entity):
    """A change of needs, from being raised over its evaluation to the answer (manual 四(二))."""

    change_no: Text = Field(title="变更编号")
    need_no: Text | None = Field(None, title="关联需求编号")
    raised_at: Instant = Field(title="提出时间")
    contact_ref: Ref = Field(title="提出人(客户)")
    description: Text = Field(title="变更内容")
    synced_to_product_at: Instant | None = Field(None, title="同步产品团队时间")
    evaluator_ref: Ref | None = Field(None, title="评估人(产品)")
    evaluated_at: Instant | None = Field(None, title="评估时间")
    feasible: Ability | None = Field(None, title="可行性")
    cost_impact_cny: Money | None = Field(None, title="费用影响(元)")
    days_impact: NonNegativeInt | None = Field(None, title="工期影响(天)")
    conclusion: Text | None = Field(None, title="评估结论")
    replied_to_customer_at: Instant | None = Field(None, title="答复客户时间")
