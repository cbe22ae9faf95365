"""Facts of our own reviews: of the needs before a proposal, of the proposal by three departments (rules PR)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.enums import Department, Opinion, ReviewDepartment
from docgen.case.proposal import DeptOpinion, NeedsReview, NeedsReviewItem, Proposal
from docgen.clock import day
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.needs import open_needs
from rules.facts.setting import Setting
from rules.facts.wording import listed

_REVIEWERS = {Department.PRODUCT: "产品", Department.TECH: "技术", Department.COMMERCE: "商务"}
_DEPARTMENTS = {
    ReviewDepartment.LEGAL: ("法务", ("contract_terms", "ip_statement")),
    ReviewDepartment.COMMERCE: ("商务", ("price_reasonable", "margin_policy")),
    ReviewDepartment.TECH: ("技术", ("feasibility", "resources")),
}
"""Name and required points of each reviewing department (case_model.md, `DeptOpinion`)."""


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
class DeptOpinionFacts(Aspect):
    """What one of the three departments says of a version under review; the last opinion where there are several."""

    aspect: ClassVar[str] = "dept_opinion"
    title: ClassVar[str] = "部门审核意见"

    opinion_present: bool = fact("有审核意见", "{}")
    reviewer_is_head: bool | None = fact("审核人是部门负责人", "{}.reviewer_ref", "staff", optional=True)
    decision: Opinion | None = fact("审核意见", "{}.decision", optional=True)
    checks_all_true: bool | None = fact("要点全部满足", "{}.checks", optional=True)
    checks_complete: bool | None = fact("要点齐全", "{}.checks", optional=True)
    signed_after_presentation: bool | None = fact(
        "签字晚于呈现", "{}.signed_at", "proposals[].presentation.at", optional=True
    )
    condition_open_at_presentation: bool | None = fact(
        "呈现时附加条件未关闭", "{}.condition_closed_at", "proposals[].presentation.at", optional=True
    )
    department_text: DisplayText = fact("审核部门")
    reviewer_text: DisplayText = fact("审核人编号")


ASPECTS: tuple[type[Aspect], ...] = (NeedsReviewFacts, DeptOpinionFacts)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield one record per needs review, and one per reviewed version of the proposal and department."""
    open_numbers = {need.need_no for need in open_needs(case)}
    for index, review in enumerate(case.needs_reviews):
        yield _needs_review(f"needs_reviews[{index}]", review, open_numbers, setting)
    for index, proposal in enumerate(case.proposals):
        yield from _opinions(f"proposals[{index}]", f"{proposal.proposal_no}/V{proposal.version}", proposal, setting)


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


def latest_rows(case: CaseFile, setting: Setting) -> Mapping[str, NeedsReviewItem]:
    """Return the row of the latest needs review that has one, by need."""
    meetings = sorted(
        case.needs_reviews, key=lambda each: setting.time("needs_review.held", each.review_no, each.meeting_at)
    )
    return {item.need_no: item for review in meetings for item in review.items}


def presented_at(subject: str, proposal: Proposal, setting: Setting) -> datetime | None:
    """Return when a version was presented to the customer; None before that."""
    return setting.time("proposal.presented", subject, proposal.presentation.at if proposal.presentation else None)


def _opinions(path: str, subject: str, proposal: Proposal, setting: Setting) -> Iterator[DeptOpinionFacts]:
    if proposal.review is None:
        return
    presented = presented_at(subject, proposal, setting)
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
