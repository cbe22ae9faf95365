"""Facts of the rules CD: the customer, where it was found, its people (rules.md section 3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.enums import CustomerGrade, SourceChannel, VerifyMethod
from docgen.case.parties import Contact, Customer, Source
from docgen.clock import add_months, day
from docgen.derived import current_grade, grade_suggested
from docgen.masking import masked_contact_name
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts import first_contact
from rules.facts.setting import Setting
from rules.facts.wording import listed

_PRIORITY_WORDS = {CustomerGrade.A: "优先", CustomerGrade.B: "培育", CustomerGrade.C: "维护"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts(Aspect):
    """The customer: persona, sources, cross-checks, grade and its upkeep, integrity."""

    aspect: ClassVar[str] = "customer"
    title: ClassVar[str] = "客户"

    has_persona: bool = fact("已有目标客户画像", "persona")
    persona_industry_count: int | None = fact("画像行业数", "persona.industries", optional=True)
    persona_has_size: bool | None = fact(
        "画像有规模", "persona.employees_min", "persona.revenue_min_cny", optional=True
    )
    persona_region_count: int | None = fact("画像地域数", "persona.regions", optional=True)
    persona_pain_count: int | None = fact("画像痛点数", "persona.pain_points", optional=True)
    persona_missing_text: DisplayText = fact("画像缺少的维度")
    source_count: int = fact("信息来源数", "customer.sources")
    consistent_check_count: int = fact("一致的交叉验证数", "customer.verifications")
    independent_check_count: int = fact("方式独立于来源的验证数", "customer.verifications", "customer.sources")
    has_grading: bool = fact("已分级", "customer.grading")
    grade: CustomerGrade | None = fact("客户等级", "customer.grading.grade", optional=True)
    grade_computed: CustomerGrade | None = fact("判定等级", "customer.grading", optional=True)
    has_override: bool | None = fact("有人工调整理由", "customer.grading.override_reason", optional=True)
    need_tag_count: int = fact("需求标签数", "customer.need_tags")
    priority_matches_grade: bool | None = fact("跟进优先级与等级对应", "customer.grading.priority", optional=True)
    missed_review_months: int | None = fact(
        "未复核等级的月数", "customer.grading.graded_at", "customer.grade_history", "closed_at", optional=True
    )
    missed_review_text: DisplayText = fact("未复核等级的月份")
    current_grade: CustomerGrade | None = fact(
        "现等级", "customer.grade_history", "customer.grading.grade", optional=True
    )
    stale_months: int | None = fact(
        "无实质进展的月数", "customer.follow_ups", "customer.grading.graded_at", optional=True
    )
    integrity_ok: bool = fact("已声明廉洁", "customer.integrity")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts(Aspect):
    """One source of information on the customer."""

    aspect: ClassVar[str] = "source"
    title: ClassVar[str] = "信息来源"

    channel: SourceChannel = fact("信息渠道", "{}.channel")
    public_only: bool = fact("仅获取公开数据", "{}.public_only")
    referrer_present: bool = fact("有推荐人", "{}.referrer")
    core_need_present: bool = fact("有推荐所述核心需求", "{}.referrer_core_need")
    channel_text: DisplayText = fact("渠道名称")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts(Aspect):
    """One of the customer's people."""

    aspect: ClassVar[str] = "contact"
    title: ClassVar[str] = "客户联系人"

    has_basis: bool = fact("有处理个人信息的依据", "{}.personal_info")
    retain_until_set: bool = fact("有保存期限", "{}.personal_info.retain_until")
    contact_text: DisplayText = fact("联系人")


ASPECTS: tuple[type[Aspect], ...] = (CustomerFacts, SourceFacts, ContactFacts, *first_contact.ASPECTS)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module, and of the first contact, for `case`."""
    yield _customer(case, setting)
    for index, source in enumerate(case.customer.sources):
        yield _source(index, source)
    for index, contact in enumerate(case.contacts):
        yield _contact(index, contact, setting)
    yield from first_contact.derive(case, setting)


def _customer(case: CaseFile, setting: Setting) -> CustomerFacts:
    customer, persona = case.customer, case.persona
    grading = customer.grading
    end = min(case.closed_at, setting.as_of) if case.closed_at else setting.as_of
    progress_at = _last_progress_at(customer)
    missed, missed_text = _missed_reviews(customer, end)
    return CustomerFacts(
        subject="customer",
        path="customer",
        on=_customer_day(customer, progress_at, setting),
        has_persona=persona is not None,
        persona_industry_count=len(persona.industries) if persona else None,
        persona_has_size=None
        if persona is None
        else persona.employees_min is not None or persona.revenue_min_cny is not None,
        persona_region_count=len(persona.regions) if persona else None,
        persona_pain_count=len(persona.pain_points) if persona else None,
        persona_missing_text=_persona_missing(case),
        source_count=len(customer.sources),
        consistent_check_count=sum(check.consistent for check in customer.verifications),
        independent_check_count=_independent_checks(customer),
        has_grading=grading is not None,
        grade=grading.grade if grading else None,
        grade_computed=grade_suggested(grading) if grading else None,
        has_override=grading.override_reason is not None if grading else None,
        need_tag_count=len(customer.need_tags),
        priority_matches_grade=_PRIORITY_WORDS[grading.grade] in grading.priority if grading else None,
        missed_review_months=missed,
        missed_review_text=missed_text,
        current_grade=current_grade(customer),
        stale_months=_months_passed(day(progress_at), day(end)) if progress_at else None,
        integrity_ok=customer.integrity is not None and customer.integrity.no_kickback,
    )


def _customer_day(customer: Customer, progress_at: datetime | None, setting: Setting) -> date:
    """Return the day whose law and policy count.

    A declaration that admits a kickback is judged by the law of its day, a missing one by that of today; else only
    the months without progress depend on a day: that of the last progress.
    """
    if customer.integrity is None:
        return setting.today
    if not customer.integrity.no_kickback:
        return day(customer.integrity.declared_at)
    return day(progress_at) if progress_at else setting.today


def _persona_missing(case: CaseFile) -> str:
    persona = case.persona
    if persona is None:
        return "画像"
    dimensions = {
        "行业": persona.industries,
        "规模": persona.employees_min is not None or persona.revenue_min_cny is not None,
        "地域": persona.regions,
        "痛点": persona.pain_points,
    }
    return listed(name for name, given in dimensions.items() if not given)


def _independent_checks(customer: Customer) -> int:
    """Count consistent checks by a method other than the source: data taken online are not checked online."""
    only_online = bool(customer.sources) and all(
        source.channel is SourceChannel.ONLINE_PUBLIC for source in customer.sources
    )
    online = (VerifyMethod.WEBSITE, VerifyMethod.PUBLIC_REGISTRY)
    return sum(check.consistent and not (only_online and check.method in online) for check in customer.verifications)


def _missed_reviews(customer: Customer, end: datetime) -> tuple[int | None, str]:
    """Return number and names of the months, from grading to before that of `end`, without grading or review."""
    if customer.grading is None:
        return None, ""
    first, last = _month(customer.grading.graded_at), _month(end)
    reviewed = {_month(change.reviewed_at) for change in customer.grade_history} | {first}
    missed = max(0, last - first) - sum(first <= month < last for month in reviewed)
    if not missed:
        return 0, ""
    names: list[str] = []
    month = first
    while len(names) < min(missed, 6):
        if month not in reviewed:
            names.append(f"{month // 12}年{month % 12 + 1}月")
        month += 1
    return missed, "、".join(names) + (f"等{missed}个月" if missed > len(names) else "")


def _month(at: datetime) -> int:
    return at.year * 12 + at.month - 1


def _last_progress_at(customer: Customer) -> datetime | None:
    """Return the last real progress, or the grading if that is later; None without a grading."""
    if customer.grading is None:
        return None
    return max([entry.at for entry in customer.follow_ups if entry.is_progress] + [customer.grading.graded_at])


def _months_passed(start: date, end: date) -> int:
    """Return the largest n ≥ 0 such that `end` lies after the corresponding day n months on (民法典 202)."""
    months = max(0, (end.year - start.year) * 12 + end.month - start.month)
    return months if months == 0 or end > add_months(start, months) else months - 1


def _source(index: int, source: Source) -> SourceFacts:
    path = f"customer.sources[{index}]"
    return SourceFacts(
        subject=path,
        path=path,
        on=day(source.collected_at),
        channel=source.channel,
        public_only=bool(source.public_only),
        referrer_present=source.referrer is not None,
        core_need_present=source.referrer_core_need is not None,
        channel_text=source.channel.label,
    )


def _contact(index: int, contact: Contact, setting: Setting) -> ContactFacts:
    basis = contact.personal_info
    return ContactFacts(
        subject=f"contacts[{contact.contact_id}]",
        path=f"contacts[{index}]",
        on=setting.today,
        has_basis=basis is not None,
        retain_until_set=basis is not None and basis.retain_until is not None,
        contact_text=f"{contact.contact_id}（{masked_contact_name(contact)}）",
    )
