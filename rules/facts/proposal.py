"""Facts of the rules PR: needs review, proposals, their internal review and the customer's feedback (rules.md 3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.enums import Ability, Department, NeedStatus, NeedType, Opinion, PriceCategory, ReviewDepartment
from docgen.case.needs import Need
from docgen.case.proposal import (
    BoundaryNotice,
    DeptOpinion,
    Feedback,
    NeedsReview,
    NeedsReviewItem,
    Proposal,
    SuccessCaseRef,
)
from docgen.clock import day, minutes
from docgen.derived import scale_band
from docgen.money import cents
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.periods import late_hours, minutes_due, policy_int
from rules.facts.setting import Setting
from rules.facts.totals import bad_line_count, sum_cents
from rules.facts.wording import listed

_REVIEWERS = {Department.PRODUCT: "产品", Department.TECH: "技术", Department.COMMERCE: "商务"}
_DEPARTMENTS = {
    ReviewDepartment.LEGAL: ("法务", ("contract_terms", "ip_statement")),
    ReviewDepartment.COMMERCE: ("商务", ("price_reasonable", "margin_policy")),
    ReviewDepartment.TECH: ("技术", ("feasibility", "resources")),
}
"""Name and required points of each reviewing department (case_model.md, `DeptOpinion`)."""

_WORST_FIRST = (Ability.UNABLE, Ability.PARTIAL, Ability.ABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsReviewFacts(Aspect):
    """One needs review meeting."""

    aspect: ClassVar[str] = "needs_review"
    title: ClassVar[str] = "需求评审"

    has_product: bool = fact("产品到会", "{}.attendees")
    has_tech: bool = fact("技术到会", "{}.attendees")
    has_commerce: bool = fact("商务到会", "{}.attendees")
    missing_dept_text: DisplayText = fact("缺席部门")
    items_match_needs: bool = fact("逐项覆盖全部需求", "{}.items", "needs")
    risk_count: int = fact("风险条数", "{}.risks")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFacts(Aspect):
    """One version of the proposal: its parts and its quotation."""

    aspect: ClassVar[str] = "proposal"
    title: ClassVar[str] = "方案"

    has_background: bool = fact("有项目背景", "{}.background")
    has_analysis: bool = fact("有需求分析", "{}.needs_analysis")
    function_count: int = fact("产品功能数", "{}.solution.product_functions")
    service_step_count: int = fact("服务流程数", "{}.solution.service_process")
    plan_count: int = fact("实施计划阶段数", "{}.plan")
    quote_line_count: int = fact("报价行数", "{}.quotation.lines")
    case_count: int = fact("成功案例数", "{}.success_cases")
    missing_part_text: DisplayText = fact("缺少的部分")
    category_count: int = fact("费用构成种类数", "{}.quotation.lines")
    other_category_count: int = fact("“其他”报价行数", "{}.quotation.lines")
    bad_line_count: int = fact("金额有误的行数", "{}.quotation.lines")
    net_cents: int = fact("明细减优惠(分)", "{}.quotation.lines", "{}.quotation.discount")
    total_cents: int = fact("报价合计(分)", "{}.quotation.total")
    presented: bool = fact("已呈现", "{}.presentation")
    has_review: bool = fact("已内部审核", "{}.review")
    margin_bp: int | None = fact("毛利率(万分比)", "{}.margin_rate", optional=True)
    min_margin_set: bool = fact("公司规定了最低毛利率")
    differentiator_count: int = fact("差异化优势数", "{}.differentiators")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeptOpinionFacts(Aspect):
    """What one of the three departments says of a version under review; the last opinion where there are several."""

    aspect: ClassVar[str] = "dept_opinion"
    title: ClassVar[str] = "部门审核意见"

    opinion_present: bool = fact("有审核意见", "{}")
    reviewer_is_head: bool | None = fact("审核人是部门负责人", "{}.reviewer_ref", "staff", optional=True)
    decision: Opinion | None = fact("审核意见", "{}.decision", optional=True)
    checks_all_true: bool | None = fact("要点全部满足", "{}.checks", optional=True)
    checks_complete: bool | None = fact("要点齐全", "{}.checks", optional=True)
    signed_after_presentation: bool | None = fact("签字晚于呈现", "{}.signed_at", optional=True)
    condition_open_at_presentation: bool | None = fact("呈现时附加条件未关闭", "{}.condition_closed_at", optional=True)
    department_text: DisplayText = fact("审核部门")
    reviewer_text: DisplayText = fact("审核人编号")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFacts(Aspect):
    """What one version of the proposal says of one open need."""

    aspect: ClassVar[str] = "coverage"
    title: ClassVar[str] = "需求响应"

    need_type: NeedType = fact("需求类型", "needs")
    covered: bool = fact("已响应", "{}.need_coverage")
    status: Ability | None = fact("满足情况", "{}.need_coverage", optional=True)
    boundary_told: bool = fact("已告知边界并有替代方案", "{}.boundary_notices")
    review_unable: bool | None = fact("评审为不可行", "needs_reviews", optional=True)
    need_text: DisplayText = fact("需求")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRefFacts(Aspect):
    """One success case that a proposal refers to."""

    aspect: ClassVar[str] = "case_ref"
    title: ClassVar[str] = "引用案例"

    industry_match: bool = fact("同行业", "{}.industry", "customer.industry")
    band_match: bool = fact("同规模", "{}.scale_band", "customer.employees")
    case_text: DisplayText = fact("案例")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFacts(Aspect):
    """One feedback of the customer and the revision that answers it."""

    aspect: ClassVar[str] = "feedback"
    title: ClassVar[str] = "方案反馈"

    revised: bool = fact("已修订", "{}.revised_at")
    revise_elapsed_min: int = fact("修订用时(分钟)", "{}.received_at", "{}.revised_at")
    late_text: DisplayText = fact("超时小时数")


ASPECTS: tuple[type[Aspect], ...] = (
    NeedsReviewFacts,
    ProposalFacts,
    DeptOpinionFacts,
    CoverageFacts,
    CaseRefFacts,
    FeedbackFacts,
)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module for `case`."""
    needs = [need for need in case.needs if need.status is not NeedStatus.WITHDRAWN]
    numbers = {need.need_no for need in needs}
    for index, review in enumerate(case.needs_reviews):
        yield _needs_review(f"needs_reviews[{index}]", review, numbers, setting)
    if not case.proposals:
        return
    reviewed = _latest_reviews(case, setting)
    band = None if case.customer.employees is None else scale_band(case)
    for index, proposal in enumerate(case.proposals):
        path, subject = f"proposals[{index}]", f"{proposal.proposal_no}/V{proposal.version}"
        yield _proposal(path, subject, proposal, setting)
        yield from _opinions(path, subject, proposal, setting)
        yield from _coverage(path, subject, proposal, needs, reviewed)
        for position, reference in enumerate(proposal.success_cases):
            yield CaseRefFacts(
                subject=f"{subject}/{reference.case_id}",
                path=f"{path}.success_cases[{position}]",
                on=day(proposal.drafted_at),
                industry_match=reference.industry == case.customer.industry,
                band_match=band is None or reference.scale_band == band,
                case_text=_case_text(reference),
            )
        for position, feedback in enumerate(proposal.feedback):
            yield _feedback(f"{path}.feedback[{position}]", subject, feedback, setting)


def _needs_review(path: str, review: NeedsReview, open_needs: set[str], setting: Setting) -> NeedsReviewFacts:
    present = {attendee.department for attendee in review.attendees}
    return NeedsReviewFacts(
        subject=review.review_no,
        path=path,
        on=day(setting.time("needs_review.held", review.review_no, review.meeting_at)),
        has_product=Department.PRODUCT in present,
        has_tech=Department.TECH in present,
        has_commerce=Department.COMMERCE in present,
        missing_dept_text=listed(name for department, name in _REVIEWERS.items() if department not in present),
        items_match_needs={item.need_no for item in review.items} == open_needs,
        risk_count=len(review.risks),
    )


def _proposal(path: str, subject: str, proposal: Proposal, setting: Setting) -> ProposalFacts:
    lines, solution = proposal.quotation.lines, proposal.solution
    on = day(setting.time("proposal.drafted", subject, proposal.drafted_at))
    parts = {
        "项目背景": proposal.background,
        "需求分析": proposal.needs_analysis,
        "产品功能": solution.product_functions,
        "服务流程": solution.service_process,
        "实施计划": proposal.plan,
        "报价清单": lines,
        "成功案例": proposal.success_cases,
    }
    return ProposalFacts(
        subject=subject,
        path=path,
        on=on,
        has_background=bool(proposal.background),
        has_analysis=bool(proposal.needs_analysis),
        function_count=len(solution.product_functions),
        service_step_count=len(solution.service_process),
        plan_count=len(proposal.plan),
        quote_line_count=len(lines),
        case_count=len(proposal.success_cases),
        missing_part_text=listed((name for name, part in parts.items() if not part), limit=len(parts)),
        category_count=len({line.category for line in lines}),
        other_category_count=sum(line.category is PriceCategory.OTHER for line in lines),
        bad_line_count=bad_line_count(lines),
        net_cents=sum_cents([*(line.amount for line in lines), -proposal.quotation.discount]),
        total_cents=cents(proposal.quotation.total),
        presented=_presented_at(subject, proposal, setting) is not None,
        has_review=proposal.review is not None,
        margin_bp=None if proposal.margin_rate is None else _basis_points(proposal.margin_rate),
        min_margin_set=policy_int(setting, on, "proposal.min_margin_bp") is not None,
        differentiator_count=len(proposal.differentiators),
    )


def _basis_points(rate: Decimal) -> int:
    return int((rate * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _presented_at(subject: str, proposal: Proposal, setting: Setting) -> datetime | None:
    return setting.time("proposal.presented", subject, proposal.presentation.at if proposal.presentation else None)


def _opinions(path: str, subject: str, proposal: Proposal, setting: Setting) -> Iterator[DeptOpinionFacts]:
    if proposal.review is None:
        return
    presented = _presented_at(subject, proposal, setting)
    places = sorted(enumerate(proposal.review.opinions), key=lambda place: place[1].signed_at)
    last = {opinion.department: (index, opinion) for index, opinion in places}
    for department, (name, points) in _DEPARTMENTS.items():
        if department not in last:
            yield DeptOpinionFacts(
                subject=f"{subject}/{department}",
                path=f"{path}.review.opinions[{department}]",
                on=setting.today,
                opinion_present=False,
                department_text=name,
                reviewer_text="（空缺）",
            )
            continue
        index, opinion = last[department]
        yield DeptOpinionFacts(
            subject=f"{subject}/{department}",
            path=f"{path}.review.opinions[{index}]",
            on=day(opinion.signed_at),
            opinion_present=True,
            reviewer_is_head=_is_head(opinion, setting),
            decision=opinion.decision,
            checks_all_true=all(opinion.checks.values()),
            checks_complete=all(point in opinion.checks for point in points),
            signed_after_presentation=opinion.signed_at > presented if presented else None,
            condition_open_at_presentation=_condition_open(opinion, presented),
            department_text=name,
            reviewer_text=opinion.reviewer_ref,
        )


def _is_head(opinion: DeptOpinion, setting: Setting) -> bool:
    reviewer = setting.staff.get(opinion.reviewer_ref)
    return (
        reviewer is not None and reviewer.is_department_head and reviewer.department.value == opinion.department.value
    )


def _condition_open(opinion: DeptOpinion, presented: datetime | None) -> bool | None:
    """Tell whether a condition was still open when the proposal was presented; None where that is not recorded."""
    if opinion.decision is not Opinion.CONDITIONAL or presented is None or opinion.condition_closed_at is None:
        return None
    return opinion.condition_closed_at > presented


def _latest_reviews(case: CaseFile, setting: Setting) -> dict[str, NeedsReviewItem]:
    """Return the row of the latest needs review that has one, by need."""
    meetings = sorted(
        case.needs_reviews, key=lambda each: setting.time("needs_review.held", each.review_no, each.meeting_at)
    )
    return {item.need_no: item for review in meetings for item in review.items}


def _coverage(
    path: str, subject: str, proposal: Proposal, needs: list[Need], reviewed: dict[str, NeedsReviewItem]
) -> Iterator[CoverageFacts]:
    statuses: dict[str, set[Ability]] = {}
    for row in proposal.need_coverage:
        statuses.setdefault(row.need_no, set()).add(row.status)
    for need in needs:
        said, review = statuses.get(need.need_no, set()), reviewed.get(need.need_no)
        yield CoverageFacts(
            subject=f"{subject}/{need.need_no}",
            path=path,
            on=day(proposal.drafted_at),
            need_type=need.need_type,
            covered=bool(said),
            # A need answered twice is only as well covered as its worst row says.
            status=next((status for status in _WORST_FIRST if status in said), None),
            boundary_told=any(_tells_boundary(notice, need) for notice in proposal.boundary_notices),
            review_unable=None if review is None else Ability.UNABLE in (review.in_capability, review.feasibility),
            need_text=f"{need.need_no}（{need.description}）",
        )


def _tells_boundary(notice: BoundaryNotice, need: Need) -> bool:
    """Tell whether `notice` speaks of `need` (by number or by its words) and offers an alternative."""
    if not notice.alternative:
        return False
    if need.need_no == notice.need_no or notice.requirement == need.description:
        return True
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(need.need_no)}(?!\d)", notice.requirement) is not None


def _case_text(reference: SuccessCaseRef) -> str:
    return f"{reference.title}，{reference.industry}，{reference.scale_band.label}"


def _feedback(path: str, proposal: str, feedback: Feedback, setting: Setting) -> FeedbackFacts:
    received = setting.time("feedback.received", feedback.feedback_no, feedback.received_at)
    revised = setting.time("feedback.revised", feedback.feedback_no, feedback.revised_at)
    elapsed = minutes(received, revised or setting.as_of)
    limit = policy_int(setting, day(received), "deadlines.proposal_revision_min")
    return FeedbackFacts(
        subject=f"{proposal}/{feedback.feedback_no}",
        path=path,
        on=day(received),
        due=minutes_due("revise_elapsed_min", received, limit, revised),
        revised=revised is not None,
        revise_elapsed_min=elapsed,
        late_text=late_hours(elapsed, limit),
    )
