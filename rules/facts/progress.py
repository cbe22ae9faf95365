"""When an order moved: delivery, signing of acceptance, and the longest time without news to the customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from docgen.case.enums import AcceptResult, OrderKind
from docgen.case.orders import Acceptance, Order
from docgen.clock import SHANGHAI, day
from docgen.rulebook.aspect import Due
from rules.facts.periods import policy_int
from rules.facts.setting import Setting


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest time without news to the customer; `closed` once the news came."""

    start: datetime
    end: datetime
    closed: bool

    @property
    def days(self) -> int:
        """Local days between the two pieces of news."""
        return (day(self.end) - day(self.start)).days

    @property
    def text(self) -> str:
        """The gap for messages."""
        return f"{day(self.start)}至{day(self.end)}"

    def due(self, setting: Setting, on: date) -> Mapping[str, Due]:
        """Return the end of the last day on which news was due, by the policy of the day `on`."""
        limit = policy_int(setting, on, "progress.max_gap_days")
        if limit is None or limit >= (date.max - day(self.start)).days:
            return {}
        due_at = datetime.combine(day(self.start) + timedelta(days=limit + 1), time(), SHANGHAI)
        return {"max_gap_days": Due(due_at, self.end if self.closed else None)}


def longest_gap(setting: Setting, order: Order) -> Gap | None:
    """Return the longest gap from the confirmation letter to the signing of the last passing round, else to now.

    There is none before the letter is sent. What was told to the customer earlier, or after acceptance, is no point
    of the clock (process.md section 6, OD-08).
    """
    if order.confirmation is None:
        return None
    sent = setting.time("order.confirmed", order.order_no, order.confirmation.sent_at)
    accepted = _accepted_at(setting, order)
    end = max(sent, accepted or setting.as_of)
    told = (setting.time("progress.synced", each.report_no or "", each.synced_at) for each in order.progress)
    points = [sent, *sorted(at for at in told if at is not None and sent < at <= end), end]
    start, last = max(pairwise(points), key=lambda pair: day(pair[1]) - day(pair[0]))
    return Gap(start, last, closed=accepted is not None or last < end)


def delivery_time(setting: Setting, order: Order) -> datetime | None:
    """Return when the goods were received or the service was done; None while it is not."""
    if order.kind is OrderKind.PRODUCT:
        return setting.time("goods.received", order.order_no, order.received_at)
    return setting.time("service.done", order.order_no, order.service_done_at)


def signing_time(setting: Setting, acceptance: Acceptance) -> datetime | None:
    """Return when the sheet of an acceptance round was signed; None while it is not."""
    return setting.time("acceptance.signed", acceptance.sheet_no, acceptance.signed_at)


def _accepted_at(setting: Setting, order: Order) -> datetime | None:
    passing = [each for each in order.acceptances if each.result is AcceptResult.PASS]
    return signing_time(setting, max(passing, key=lambda each: each.round)) if passing else None
