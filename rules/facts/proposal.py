"""Facts of the rules PR: proposals, their quotation, coverage of needs, cases, feedback (rules.md section 3)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.enums import Ability, NeedType, PriceCategory
from docgen.case.needs import Need
from docgen.case.proposal import (
    BoundaryNotice,
    Feedback,
    NeedsReviewItem,
    Proposal,
    SuccessCaseRef,
)
from docgen.clock import day, minutes
from docgen.derived import scale_band
from docgen.money import cents
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts import review
from rules.facts.needs import open_needs
from rules.facts.periods import late_hours, minutes_due, policy_int
from rules.facts.setting import Setting
from rules.facts.totals import bad_line_count, sum_cents
from rules.facts.wording import listed

_WORST_FIRST = (Ability.UNABLE, Ability.PARTIAL, Ability.ABLE)


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
    *review.ASPECTS,
    ProposalFacts,
    CoverageFacts,
    CaseRefFacts,
    FeedbackFacts,
)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module, and of our reviews, for `case`."""
    yield from review.derive(case, setting)
    if not case.proposals:
        return
    needs, reviewed = open_needs(case), review.latest_rows(case, setting)
    band = None if case.customer.employees is None else scale_band(case)
    for index, proposal in enumerate(case.proposals):
        path, subject = f"proposals[{index}]", f"{proposal.proposal_no}/V{proposal.version}"
        yield _proposal(path, subject, proposal, setting)
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
        presented=review.presented_at(subject, proposal, setting) is not None,
        has_review=proposal.review is not None,
        margin_bp=None if proposal.margin_rate is None else _basis_points(proposal.margin_rate),
        min_margin_set=policy_int(setting, on, "proposal.min_margin_bp") is not None,
        differentiator_count=len(proposal.differentiators),
    )


def _basis_points(rate: Decimal) -> int:
    return int((rate * 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _coverage(
    path: str, subject: str, proposal: Proposal, needs: list[Need], reviewed: Mapping[str, NeedsReviewItem]
) -> Iterator[CoverageFacts]:
    statuses: dict[str, set[Ability]] = {}
    for row in proposal.need_coverage:
        statuses.setdefault(row.need_no, set()).add(row.status)
    for need in needs:
        said, row_of_review = statuses.get(need.need_no, set()), reviewed.get(need.need_no)
        yield CoverageFacts(
            subject=f"{subject}/{need.need_no}",
            path=path,
            on=day(proposal.drafted_at),
            need_type=need.need_type,
            covered=bool(said),
            # A need answered twice is only as well covered as its worst row says.
            status=next((status for status in _WORST_FIRST if status in said), None),
            boundary_told=any(_tells_boundary(notice, need) for notice in proposal.boundary_notices),
            review_unable=None
            if row_of_review is None
            else Ability.UNABLE in (row_of_review.in_capability, row_of_review.feasibility),
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
