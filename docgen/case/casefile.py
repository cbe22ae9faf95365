"""The case file: one customer, one opportunity, at most one main contract (case_model.md section 4)."""

from typing import Literal

from pydantic import Field

from docgen.case.after_sales import AfterSales, SuccessCase
from docgen.case.archive import ArchiveTransfer, Attestation, Event
from docgen.case.contract import Authorization, Contract, Negotiation, NegotiationBaseline
from docgen.case.development import FirstContact, TargetPersona
from docgen.case.needs import Need, NeedChange, Session
from docgen.case.orders import Order
from docgen.case.parties import Contact, Customer, Staff, Supplier
from docgen.case.proposal import NeedsReview, Proposal
from docgen.case.values import CaseNo, Entity, Instant, Text


class CaseFile(Entity):
    """Everything known of one sales case, from customer development to after-sales."""

    schema_version: Literal["1.0"] = Field("1.0", title="模式版本")
    case_no: CaseNo = Field(title="案卷号")
    title: Text = Field(title="项目名称")
    timezone: Literal["Asia/Shanghai"] = Field("Asia/Shanghai", title="时区")
    as_of: Instant | None = Field(None, title="评估时点")
    supplier: Supplier = Field(title="我方")
    staff: tuple[Staff, ...] = Field((), title="我方人员")
    persona: TargetPersona | None = Field(None, title="目标客户画像")
    customer: Customer = Field(title="客户")
    contacts: tuple[Contact, ...] = Field((), title="客户人员")
    first_contact: FirstContact | None = Field(None, title="首次接触")
    sessions: tuple[Session, ...] = Field((), title="需求沟通")
    needs: tuple[Need, ...] = Field((), title="需求")
    need_changes: tuple[NeedChange, ...] = Field((), title="需求变更")
    needs_reviews: tuple[NeedsReview, ...] = Field((), title="需求评审")
    proposals: tuple[Proposal, ...] = Field((), title="方案")
    baseline: NegotiationBaseline | None = Field(None, title="谈判底线")
    negotiations: tuple[Negotiation, ...] = Field((), title="商务谈判")
    authorizations: tuple[Authorization, ...] = Field((), title="授权委托书")
    contract: Contract | None = Field(None, title="合同")
    orders: tuple[Order, ...] = Field((), title="订单")
    after_sales: AfterSales | None = Field(None, title="售后")
    success_case: SuccessCase | None = Field(None, title="成功案例")
    transfers: tuple[ArchiveTransfer, ...] = Field((), title="归档移交")
    events: tuple[Event, ...] = Field((), title="事件日志")
    attestations: tuple[Attestation, ...] = Field((), title="声明")
    closed_at: Instant | None = Field(None, title="结案时间")
