"""What follows from acceptance and the surveys after it (manual 二(六)步骤3)."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from docgen.case.after_sales import Survey, SurveyScore
from docgen.case.casefile import CaseFile
from docgen.case.enums import AcceptResult, OrderStatus
from docgen.clock import WorkCalendar, add_months, day
from docgen.derived.delivery import last_round


def last_accepted_on(case: CaseFile) -> date | None:
    """Return the day on which the last order was accepted; None until every order that stands has been.

    Counted is the signing of the last, passing round.
    """
    rounds = [last_round(order) for order in case.orders if order.status is not OrderStatus.CANCELLED]
    signed = [last.signed_at for last in rounds if last and last.result is AcceptResult.PASS and last.signed_at]
    return day(max(signed)) if signed and len(signed) == len(rounds) else None


def survey_due_on(case: CaseFile, month: int, calendar: WorkCalendar) -> date | None:
    """Return the day on which the survey `month` months after acceptance is due; None before acceptance.

    Raises:
        CalendarYearMissing: a year that decides is not known.
    """
    accepted_on = last_accepted_on(case)
    return calendar.rolled(add_months(accepted_on, month)) if accepted_on else None


def survey_average(survey: Survey) -> Decimal | None:
    """Return the mean score, rounded half up to one decimal; None without scores."""
    if not survey.scores:
        return None
    mean = Decimal(sum(item.score for item in survey.scores)) / len(survey.scores)
    return mean.quantize(Decimal("0.1"), ROUND_HALF_UP)


def low_items(survey: Survey, low_score: int) -> tuple[SurveyScore, ...]:
    """Return the items with a score of `low_score` or less."""
    return tuple(item for item in survey.scores if item.score <= low_score)
