"""`calc.*` of templates: what is computed from the subject of a document and never stored (case_model.md section 9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from docgen import derived
from docgen.case.after_sales import ImprovementPlan, Survey, SurveyScore
from docgen.case.casefile import CaseFile
from docgen.case.enums import CustomerGrade, ScaleBand
from docgen.case.orders import Order, Progress
from docgen.case.parties import Contact
from docgen.case.proposal import Feedback, Proposal
from docgen.case.values import Entity
from docgen.clock import CalendarYearMissing, WorkCalendar
from docgen.money import TaxShare

_Named = TypeVar("_Named", bound=Entity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a document needs of the company's policy: its calendar and its limits, in force on the day of issue.

    `gm_threshold` is in yuan, tax included; None where the policy sets none. `survey_tolerance_days` is how many days
    before it is due a survey may be held, `proposal_revision_min` how many
    minutes a revision may take.
    """

    calendar: WorkCalendar
    gm_threshold: Decimal | None = None
    low_score: int = 3
    survey_tolerance_days: int = 7
    proposal_revision_min: int = 2880


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a feedback on the proposal stands against the deadline for its revision."""

    feedback: Feedback = field(metadata={"title": "客户反馈"})
    status: str = field(metadata={"title": "剩余/超时"})


@dataclass(frozen=True, slots=True)
class Calc:
    """Computed values about one subject; None where the case does not determine the value yet."""

    case: CaseFile
    names: Mapping[str, tuple[str, Entity]]
    figures: Figures
    as_of: datetime

    @property
    def enterprise_scale_text(self) -> str | None:
        """Employees and revenue of the customer: 500人/1亿营收."""
        return derived.enterprise_scale_text(self.case.customer)

    @property
    def scale_band(self) -> ScaleBand | None:
        """Size of the customer by employees."""
        return derived.scale_band(self.case)

    @property
    def latest_follow_up(self) -> str | None:
        """Latest follow-up with the next plan."""
        return derived.latest_follow_up(self.case.customer)

    @property
    def grade_suggested(self) -> CustomerGrade | None:
        """Grade that the manual's criteria give."""
        grading = self.case.customer.grading
        return derived.grade_suggested(grading) if grading else None

    @property
    def current_grade(self) -> CustomerGrade | None:
        """Grade after the last review."""
        return derived.current_grade(self.case.customer)

    @property
    def addressee(self) -> Contact | None:
        """The customer's person whom we write to: the main contact."""
        return next((one for one in self.case.contacts if one.is_primary), None)

    @property
    def subtotals_by_category(self) -> tuple[derived.Subtotal, ...]:
        """Quotation summed by cost category."""
        return derived.subtotals_by_category(self._proposal.quotation.lines)

    @property
    def feedback_answered(self) -> tuple[Answer, ...]:
        """Feedback on the proposal, each with what is left of its deadline at the moment of the document."""
        limit = timedelta(minutes=self.figures.proposal_revision_min)
        return tuple(
            Answer(
                feedback=one,
                status=derived.deadline_status(one.received_at + limit, one.revised_at, self.as_of),
            )
            for one in self._proposal.feedback
        )

    @property
    def total_upper(self) -> str | None:
        """Total of the contract in words."""
        return derived.total_upper(self.case.contract) if self.case.contract else None

    @property
    def tax_split(self) -> tuple[TaxShare, ...]:
        """Contract lines by tax rate: gross, net and tax."""
        return derived.tax_split(self.case.contract) if self.case.contract else ()

    @property
    def total_taxed(self) -> Decimal | None:
        """Total of the contract with tax, on which the approval limit is judged."""
        return derived.total_taxed(self.case.contract) if self.case.contract else None

    @property
    def over_gm_threshold(self) -> bool | None:
        """Whether the general manager must approve; None without a contract or a limit."""
        if self.case.contract is None or self.figures.gm_threshold is None:
            return None
        return derived.over_gm_threshold(self.case.contract, self.figures.gm_threshold)

    @property
    def contract_content_sha256(self) -> str | None:
        """Digest of what is approved and signed."""
        return derived.contract_content_sha256(self.case.contract) if self.case.contract else None

    @property
    def contract_signed_on(self) -> date | None:
        """Day of the last signature of the contract."""
        return derived.contract_signed_on(self.case)

    @property
    def contract_effective_on(self) -> date | None:
        """Day on which the contract took effect."""
        return derived.contract_effective_on(self.case)

    @property
    def acceptance_due_at(self) -> datetime | None:
        """End of the last working day for the acceptance of the order; None where the calendar has a gap."""
        try:
            return derived.acceptance_due_at(self.case, self._order, self.figures.calendar)
        except CalendarYearMissing:
            return None

    @property
    def exception_summary(self) -> str:
        """Exceptions and rectifications of the order that are open at `as_of`."""
        return derived.exception_summary(self._order, self.as_of)

    @property
    def latest_progress(self) -> Progress | None:
        """Latest report on the order at `as_of`."""
        return derived.latest_progress(self._order, self.as_of)

    @property
    def troubles_reported(self) -> tuple[derived.Trouble, ...]:
        """Exceptions and failed acceptances of the order that belong in the weekly report."""
        return derived.troubles_reported(self._order, self._named("progress", Progress))

    @property
    def accepted_on(self) -> date | None:
        """Day on which the last order was accepted; None until every order that stands has been."""
        return derived.last_accepted_on(self.case)

    @property
    def survey_due_on(self) -> date | None:
        """Day on which the survey is due; None before acceptance or where the calendar has a gap."""
        try:
            return derived.survey_due_on(self.case, self._survey.month, self.figures.calendar)
        except CalendarYearMissing:
            return None

    @property
    def survey_opens_on(self) -> date | None:
        """First day on which the survey may be held; None before acceptance or where the calendar has a gap."""
        due_on = self.survey_due_on
        return due_on - timedelta(days=self.figures.survey_tolerance_days) if due_on else None

    @property
    def survey_average(self) -> Decimal | None:
        """Mean score of the survey."""
        return derived.survey_average(self._survey)

    @property
    def low_items(self) -> tuple[SurveyScore, ...]:
        """Items of the survey with a low score."""
        return derived.low_items(self._survey, self.figures.low_score)

    @property
    def low_score(self) -> int | None:
        """Score that the improvement plan answers; None where it is not low."""
        score = self._named("improvement", ImprovementPlan).score
        return score if score <= self.figures.low_score else None

    @property
    def _order(self) -> Order:
        return self._named("order", Order)

    @property
    def _proposal(self) -> Proposal:
        return self._named("proposal", Proposal)

    @property
    def _survey(self) -> Survey:
        return self._named("survey", Survey)

    def _named(self, name: str, kind: type[_Named]) -> _Named:
        """Return the subject's object of this name; the checker refuses templates of forms that have none."""
        _, found = self.names[name]
        assert isinstance(found, kind)
        return found


TITLES: Mapping[str, str] = {
    "enterprise_scale_text": "企业规模（员工/营收）",
    "scale_band": "规模",
    "latest_follow_up": "跟进记录（最新动态）",
    "grade_suggested": "建议等级",
    "current_grade": "客户等级",
    "addressee": "客户联系人",
    "subtotals_by_category": "费用构成小计",
    "feedback_answered": "客户反馈",
    "total_upper": "合同总价（大写）",
    "tax_split": "税额/不含税额",
    "total_taxed": "价税合计",
    "over_gm_threshold": "是否超总经理审批限额",
    "contract_content_sha256": "合同文本摘要",
    "contract_signed_on": "签订时间",
    "contract_effective_on": "生效时间",
    "acceptance_due_at": "验收截止",
    "exception_summary": "异常情况及处理措施",
    "troubles_reported": "异常及措施",
    "latest_progress": "当前进度",
    "accepted_on": "验收完成日期",
    "survey_due_on": "调研应完成日期",
    "survey_opens_on": "调研可开始日期",
    "survey_average": "平均分",
    "low_items": "低分项",
    "low_score": "低分项的得分（不高于公司规定的低分）",
}
"""What each computed value is called on paper."""
