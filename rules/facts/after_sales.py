"""Facts of the rules AS: the after-sales set-up, talks each quarter, the success case (rules.md section 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from docgen.case.after_sales import Guide, SuccessCase
from docgen.case.casefile import CaseFile
from docgen.case.enums import ContactRole, Role, VisitKind
from docgen.clock import day
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts import surveys, tickets
from rules.facts.setting import Setting
from rules.facts.wording import listed

_QUARTERS_LOOKED_AT = 80
"""Talks are looked for in the last twenty years; an older contract is an absurd date or long since closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSalesFacts(Aspect):
    """Who looks after the customer, and what the customer was told."""

    aspect: ClassVar[str] = "after_sales"
    title: ClassVar[str] = "售后"

    contract_effective: bool = fact("合同已生效", "contract.signatures")
    exists: bool = fact("已指派售后", "after_sales")
    assigned_before_effective: bool | None = fact(
        "指派早于合同生效",
        "after_sales.assigned_at",
        "contract.signatures[].signed_at",
        "contract.effective_on",
        optional=True,
    )
    owner_has_role: bool | None = fact("负责人具有售后角色", "after_sales.owner_ref", "staff", optional=True)
    told_ok: bool | None = fact(
        "已同步客户和系统", "after_sales.customer_notified_at", "after_sales.crm_synced_at", optional=True
    )
    guide_ok: bool | None = fact("服务指南完整", "after_sales.guide", optional=True)
    missing_text: DisplayText = fact("缺少的项目")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterFacts(Aspect):
    """One finished calendar quarter since the contract took effect."""

    aspect: ClassVar[str] = "quarter"
    title: ClassVar[str] = "季度沟通"

    talked: bool = fact("已与客户决策人沟通", "after_sales.visits", "contacts")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessCaseFacts(Aspect):
    """The success case made of this case, and the customer's consent."""

    aspect: ClassVar[str] = "success_case"
    title: ClassVar[str] = "成功案例"

    published: bool = fact("已发布", "success_case.published_at")
    consent_given: bool = fact("客户已同意", "success_case.consent")
    consent_after_publish: bool | None = fact(
        "同意晚于发布", "success_case.consent.at", "success_case.published_at", optional=True
    )


ASPECTS: tuple[type[Aspect], ...] = (
    AfterSalesFacts,
    *tickets.ASPECTS,
    *surveys.ASPECTS,
    QuarterFacts,
    SuccessCaseFacts,
)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module, and of tickets and surveys, for `case`."""
    yield _after_sales(case, setting)
    yield from tickets.derive(case, setting)
    yield from surveys.derive(case, setting)
    yield from _quarters(case, setting)
    if case.success_case is not None:
        yield _success_case(case.success_case, setting)


def _after_sales(case: CaseFile, setting: Setting) -> AfterSalesFacts:
    service, effective = case.after_sales, setting.effective_at
    missing = _guide_missing(service.guide) if service else []
    assigned = setting.time("after_sales.assigned", "after_sales", service.assigned_at) if service else None
    return AfterSalesFacts(
        subject="after_sales",
        path="after_sales",
        on=day(effective) if effective else setting.today,
        contract_effective=effective is not None,
        exists=service is not None,
        assigned_before_effective=assigned < effective if assigned and effective else None,
        owner_has_role=setting.holds(service.owner_ref, Role.AFTER_SALES_OWNER) if service else None,
        told_ok=service.customer_notified_at is not None and service.crm_synced_at is not None if service else None,
        guide_ok=not missing if service else None,
        missing_text=listed(missing),
    )


def _guide_missing(guide: Guide | None) -> list[str]:
    if guide is None:
        return ["服务指南"]
    parts = {"服务内容": guide.services, "热线": guide.hotline, "响应时限": guide.limits, "服务流程": guide.process}
    return [name for name, part in parts.items() if not part]


def _quarters(case: CaseFile, setting: Setting) -> Iterator[QuarterFacts]:
    """Yield the quarters from that of the effective time to before that of now (or of the closing of the case).

    Without after-sales there is nobody yet who could talk; AS-01 speaks of that.
    """
    if setting.effective_at is None or case.after_sales is None:
        return
    end = min(case.closed_at, setting.as_of) if case.closed_at else setting.as_of
    talked = {
        _quarter(visit.at)
        for visit in case.after_sales.visits
        if visit.kind is VisitKind.QUARTERLY_REVIEW and _decides(visit.contact_ref, setting)
    }
    last = _quarter(end)
    for quarter in range(max(_quarter(setting.effective_at), last - _QUARTERS_LOOKED_AT), last):
        year, index = divmod(quarter, 4)
        yield QuarterFacts(
            subject=f"{year}Q{index + 1}",
            path="after_sales",
            on=_last_day(year, index),
            talked=quarter in talked,
        )


def _quarter(at: datetime) -> int:
    return at.year * 4 + (at.month - 1) // 3


def _last_day(year: int, index: int) -> date:
    return date(year, 12, 31) if index == 3 else date(year, 3 * index + 4, 1) - timedelta(days=1)


def _decides(contact_ref: str, setting: Setting) -> bool:
    contact = setting.contacts.get(contact_ref)
    return contact is not None and ContactRole.DECISION_MAKER in contact.roles


def _success_case(success: SuccessCase, setting: Setting) -> SuccessCaseFacts:
    consent, published = success.consent, success.published_at
    return SuccessCaseFacts(
        subject=success.success_case_no,
        path="success_case",
        on=day(published) if published else setting.today,
        published=published is not None,
        consent_given=consent is not None,
        consent_after_publish=consent.at > published if consent and published else None,
    )
