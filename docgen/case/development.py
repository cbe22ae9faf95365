"""Stage 1 客户开发: persona and first contact (manual 二(一))."""

from pydantic import Field

from docgen.case.enums import ContactMethod
from docgen.case.values import Date, Entity, Instant, Money, NonNegativeInt, Ref, Text


class TargetPersona(Entity):
    """The customer we look for: industry, size, region, pain points (manual 二(一)步骤1)."""

    persona_no: Text = Field(title="画像编号")
    industries: tuple[Text, ...] = Field((), title="行业属性")
    employees_min: NonNegativeInt | None = Field(None, title="员工人数下限")
    employees_max: NonNegativeInt | None = Field(None, title="员工人数上限")
    revenue_min_cny: Money | None = Field(None, title="年营收下限(元)")
    revenue_max_cny: Money | None = Field(None, title="年营收上限(元)")
    regions: tuple[Text, ...] = Field((), title="地域分布")
    pain_points: tuple[Text, ...] = Field((), title="需求痛点")
    tools: tuple[Text, ...] = Field((), title="工具支持(研究报告/历史成交数据/调研资料)")
    prepared_ref: Ref = Field(title="编制人")
    prepared_on: Date = Field(title="编制日期")


class FirstContact(Entity):
    """The first talk; its record is due 24 hours after it ended (manual 二(一)步骤4)."""

    method: ContactMethod = Field(title="接触方式")
    purpose: Text = Field(title="沟通目的")
    started_at: Instant = Field(title="开始时间")
    ended_at: Instant = Field(title="沟通结束时间")
    staff_ref: Ref = Field(title="接触人")
    contact_ref: Ref = Field(title="客户联系人")
    initial_needs: tuple[Text, ...] = Field((), title="初步需求")
    concerns: tuple[Text, ...] = Field((), title="关注点")
    next_action: Text | None = Field(None, title="下一步安排")
    recorded_at: Instant | None = Field(None, title="记录完成时间")
    recorded_ref: Ref | None = Field(None, title="记录人")
    crm_synced_at: Instant | None = Field(None, title="客户管理系统更新时间")
