"""Facts of satisfaction surveys: when they are due, what comes of them (rules AS-07, AS-08)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from docgen.case.after_sales import Survey
from docgen.case.casefile import CaseFile
from docgen.case.values import SHANGHAI
from docgen.clock import CalendarYearMissing, day
from docgen.derived import last_accepted_on, survey_due_on
from docgen.rulebook.aspect import Aspect, DisplayText, Due, fact
from rules.facts.setting import Setting

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySlotFacts(Aspect):
    """One month after acceptance in which a survey is due."""

    aspect: ClassVar[str] = "survey_slot"
    title: ClassVar[str] = "满意度调研节点"

    month: int = fact("验收后第几个月")
    done: bool = fact("已完成调研", "{}.done_at")
    late_days: int | None = fact("逾期天数", "{}.done_at", "orders", optional=True)
    early_days: int | None = fact("提前天数", "{}.done_at", "orders", optional=True)
    due_text: DisplayText = fact("应调研日期")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts(Aspect):
    """One survey."""

    aspect: ClassVar[str] = "survey"
    title: ClassVar[str] = "满意度调研"

    done: bool = fact("已完成", "{}.done_at")
    synced: bool = fact("已同步销售团队", "{}.synced_to_sales_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyItemFacts(Aspect):
    """One item that the customer scored."""

    aspect: ClassVar[str] = "survey_item"
    title: ClassVar[str] = "调研评分项"

    score: int = fact("得分", "{}.score")
    has_plan: bool = fact("有改进计划", "after_sales.improvements")
    item_text: DisplayText = fact("评价项目")


ASPECTS: tuple[type[Aspect], ...] = (SurveySlotFacts, SurveyFacts, SurveyItemFacts)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module for `case`."""
    accepted_on = last_accepted_on(case)
    if accepted_on is not None:
        yield from _slots(case, accepted_on, setting)
    if case.after_sales is None:
        return
    plans = {(plan.survey_no, plan.item) for plan in case.after_sales.improvements}
    for index, survey in enumerate(case.after_sales.surveys):
        path = f"after_sales.surveys[{index}]"
        done = _done_at(survey, setting)
        on = day(done) if done else setting.today
        yield SurveyFacts(
            subject=survey.survey_no,
            path=path,
            on=on,
            done=done is not None,
            synced=survey.synced_to_sales_at is not None,
        )
        for position, scored in enumerate(survey.scores):
            yield SurveyItemFacts(
                subject=f"{survey.survey_no}/{scored.item}",
                path=f"{path}.scores[{position}]",
                on=on,
                score=scored.score,
                has_plan=(survey.survey_no, scored.item) in plans,
                item_text=scored.item,
            )


def _done_at(survey: Survey, setting: Setting) -> datetime | None:
    return setting.time("survey.done", survey.survey_no, survey.done_at)


def _slots(case: CaseFile, accepted_on: date, setting: Setting) -> Iterator[SurveySlotFacts]:
    months = setting.policy.at(accepted_on).get("survey.months", ())
    surveys = case.after_sales.surveys if case.after_sales else ()
    by_month = {survey.month: index for index, survey in enumerate(surveys)}
    for month in map(int, months if isinstance(months, tuple) else ()):
        index = by_month.get(month)
        done = None if index is None else _done_at(surveys[index], setting)
        path = "after_sales" if index is None else f"after_sales.surveys[{index}]"
        yield _slot(case, month, path, done, accepted_on, setting)


def _slot(  # noqa: PLR0913, PLR0917 - what a slot is made of
    case: CaseFile, month: int, path: str, done: datetime | None, accepted_on: date, setting: Setting
) -> SurveySlotFacts:
    subject = f"survey {month}M"
    try:
        due_on = survey_due_on(case, month, setting.calendar)
        assert due_on is not None, "every order has been accepted"
        # The end of a day is the end of no working days counted from it.
        end = setting.calendar.workday_due(datetime.combine(due_on, time(), SHANGHAI), 0)
    except CalendarYearMissing as missing:
        return SurveySlotFacts(
            subject=subject,
            path=path,
            on=accepted_on,
            unknown={"late_days": missing.message, "early_days": missing.message},
            month=month,
            done=done is not None,
            due_text="未知",
        )
    return SurveySlotFacts(
        subject=subject,
        path=path,
        on=accepted_on,
        due={"late_days": Due(end, done)},
        month=month,
        done=done is not None,
        late_days=max(0, -((end - (done or setting.as_of)) // _ONE_DAY)),
        early_days=max(0, (due_on - day(done)).days) if done else 0,
        due_text=due_on.isoformat(),
    )
