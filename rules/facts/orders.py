"""Facts of order execution: orders, their lines against the contract, exceptions (manual 二(五), 四(五))."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract
from docgen.case.enums import AcceptResult, DispatchRole, Opinion, OrderKind, OrderReviewRole, OrderStatus
from docgen.case.orders import Dispatch, Order, OrderConfirmation, OrderException
from docgen.case.proposal import PriceLine
from docgen.clock import day, minutes
from docgen.money import cents
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.periods import WorkdayPeriod, late_hours, minutes_due, policy_int, workday_period
from rules.facts.progress import delivery_time, longest_gap, signing_time
from rules.facts.setting import Setting
from rules.facts.signers import holds
from rules.facts.totals import bad_line_count, sum_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts(Aspect):
    """One order that is not cancelled."""

    aspect: ClassVar[str] = "order"
    title: ClassVar[str] = "订单"

    kind: OrderKind = fact("订单类型", "{}.kind")
    status: OrderStatus = fact("订单状态", "{}.status")
    contract_effective: bool = fact("合同已双方签署", "contract.signatures")
    created_before_effective: bool | None = fact(
        "录入早于合同生效", "{}.created_at", "contract.signatures[].signed_at", "contract.effective_on", optional=True
    )
    number_ok: bool = fact("订单号格式与日期正确", "{}.order_no", "{}.created_at")
    number_duplicate: bool | None = fact("订单号重复", "{}.order_no", optional=True)
    contract_no_ok: bool = fact("合同编号相符", "{}.contract_no", "contract.contract_no")
    line_count: int = fact("明细行数", "{}.lines")
    bad_line_count: int = fact("金额有误行数", "{}.lines")
    lines_sum_cents: int = fact("明细合计(分)", "{}.lines")
    amount_cents: int = fact("订单金额(分)", "{}.amount")
    delivery_date_ok: bool = fact("交付时间与合同一致", "{}.delivery_on", "contract.delivery")
    sm_review_ok: bool = fact("销售经理已审核通过", "{}.reviews", "staff")
    ops_review_ok: bool = fact("运营部已审核通过", "{}.reviews", "staff")
    has_dispatch: bool = fact("已下达任务", "{}.dispatch")
    dispatch_ok: bool | None = fact("任务内容齐全", "{}.dispatch", optional=True)
    has_confirmation: bool = fact("已发确认函", "{}.confirmation")
    confirmation_ok: bool | None = fact("确认函内容正确", "{}.confirmation", "{}.delivery_on", optional=True)
    has_progress: bool = fact("已有进度", "{}.progress")
    max_gap_days: int | None = fact(
        "同步最长间隔(天)", "{}.progress[].synced_at", "{}.confirmation.sent_at", optional=True
    )
    delivered: bool = fact("已交付", "{}.received_at", "{}.service_done_at")
    delivered_late: bool | None = fact(
        "交付晚于约定", "{}.received_at", "{}.service_done_at", "{}.delivery_on", optional=True
    )
    undelivered_past_due: bool = fact("过期未交付", "{}.delivery_on")
    accept_first_signed: bool = fact("首次验收已签署", "{}.acceptances[].signed_at")
    accept_wd_used: int | None = fact(
        "验收已用工作日", "{}.received_at", "{}.service_done_at", "{}.acceptances[].signed_at", optional=True
    )
    accept_wd_limit: int | None = fact("验收期限(工作日)", "contract.acceptance_workdays", optional=True)
    last_round_passed: bool = fact("末次验收通过", "{}.acceptances")
    past_due_not_accepted: bool = fact("过期未验收通过", "{}.delivery_on", "{}.acceptances")
    open_exception_count: int = fact("未处理完成的异常数", "{}.exceptions")
    gap_text: DisplayText = fact("最长间隔", "{}.progress")
    due_text: DisplayText = fact("应验收时间", "{}.received_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineFacts(Aspect):
    """One line of an order that is not cancelled, held against the contract line it calls off."""

    aspect: ClassVar[str] = "order_line"
    title: ClassVar[str] = "订单明细"

    line_found: bool = fact("合同有此标的", "{}.contract_line_no", "contract.lines")
    line_equal: bool | None = fact("名称规格单位单价一致", "{}", "contract.lines", optional=True)
    quantity_over: bool | None = fact("累计数量超出合同", "{}.quantity", "contract.lines", optional=True)
    kind_ok: bool | None = fact("类型与订单一致", "contract.lines", optional=True)
    line_text: DisplayText = fact("明细", "{}.contract_line_no", "{}.name")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionFacts(Aspect):
    """One exception during the execution of an order."""

    aspect: ClassVar[str] = "exception"
    title: ClassVar[str] = "订单异常"

    notified: bool = fact("已告知客户", "{}.notified_at")
    notify_elapsed_min: int = fact("告知用时(分钟)", "{}.occurred_at", "{}.notified_at")
    solution_present: bool = fact("有解决方案", "{}.solution")
    new_date_late: bool = fact("新交付日期晚于约定", "{}.new_delivery_on")
    consent: bool = fact("客户已书面同意", "{}.customer_consent_at")
    late_text: DisplayText = fact("超时小时数")


ASPECTS: tuple[type[Aspect], ...] = (OrderFacts, OrderLineFacts, ExceptionFacts)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the facts of every order; a cancelled one keeps its exceptions only."""
    contract = case.contract
    lines = {line.line_no: line for line in contract.lines} if contract else {}
    earliest = _earliest_delivery(contract)
    ordered: defaultdict[int, Decimal] = defaultdict(Decimal)
    for index, order in enumerate(case.orders):
        place = f"orders[{index}]"
        if order.status is not OrderStatus.CANCELLED:
            yield _order(setting, contract, earliest, order, place)
            yield from _order_lines(lines, ordered, order, place)
        for number, exception in enumerate(order.exceptions):
            yield _exception(setting, order, exception, f"{place}.exceptions[{number}]")


def _earliest_delivery(contract: Contract | None) -> Mapping[int, date]:
    """Return the earliest agreed delivery day of each contract line."""
    earliest: dict[int, date] = {}
    for term in contract.delivery if contract else ():
        for line_no in term.line_nos:
            earliest[line_no] = min(term.due_on, earliest.get(line_no, term.due_on))
    return earliest


def _order(
    setting: Setting, contract: Contract | None, earliest: Mapping[int, date], order: Order, place: str
) -> OrderFacts:
    created = setting.time("order.created", order.order_no, order.created_at)
    effective, known = setting.effective_at, setting.known.order_numbers
    agreed = [earliest[line.contract_line_no] for line in order.lines if line.contract_line_no in earliest]
    delivered_at = delivery_time(setting, order)
    past_due = setting.today > order.delivery_on
    last = max(order.acceptances, key=lambda each: each.round, default=None)
    passed = last is not None and last.result is AcceptResult.PASS
    gap = longest_gap(setting, order)
    period, first_signed, limit = _acceptance_period(setting, contract, order, delivered_at)
    return OrderFacts(
        subject=order.order_no,
        path=place,
        on=day(created),
        due={**period.due("accept_wd_used", first_signed), **(gap.due(setting, day(created)) if gap else {})},
        unknown={**period.unknown("accept_wd_used"), **({} if gap else {"max_gap_days": "尚未发送《订单确认函》"})},
        kind=order.kind,
        status=order.status,
        contract_effective=setting.signed_at is not None,
        created_before_effective=None if effective is None else created < effective,
        number_ok=_number_ok(order.order_no, day(created)),
        number_duplicate=None if known is None else order.order_no in known,
        contract_no_ok=contract is not None and order.contract_no == contract.contract_no,
        line_count=len(order.lines),
        bad_line_count=bad_line_count(order.lines),
        lines_sum_cents=sum_cents(line.amount for line in order.lines),
        amount_cents=cents(order.amount),
        delivery_date_ok=not agreed or order.delivery_on == min(agreed),
        sm_review_ok=_reviewed(setting, order, OrderReviewRole.SALES_MANAGER),
        ops_review_ok=_reviewed(setting, order, OrderReviewRole.OPERATIONS),
        has_dispatch=order.dispatch is not None,
        dispatch_ok=None if order.dispatch is None else _dispatch_ok(order.kind, order.dispatch),
        has_confirmation=order.confirmation is not None,
        confirmation_ok=None if order.confirmation is None else _confirmation_ok(setting, order, order.confirmation),
        has_progress=bool(order.progress),
        max_gap_days=gap.days if gap else None,
        delivered=delivered_at is not None,
        delivered_late=None if delivered_at is None else day(delivered_at) > order.delivery_on,
        undelivered_past_due=delivered_at is None and past_due,
        accept_first_signed=first_signed is not None,
        accept_wd_used=period.used,
        accept_wd_limit=limit,
        last_round_passed=passed,
        past_due_not_accepted=past_due and not passed,
        open_exception_count=sum(exception.resolved_at is None for exception in order.exceptions),
        gap_text=gap.text if gap else "",
        due_text=period.due_text if delivered_at or limit is None else f"收货后{limit}个工作日",
    )


def _number_ok(order_no: str, created_on: date) -> bool:
    return re.fullmatch(rf"PO{created_on:%Y%m%d}\d{{3}}", order_no, re.ASCII) is not None


def _reviewed(setting: Setting, order: Order, role: OrderReviewRole) -> bool:
    """Tell whether a holder of `role` passed the order in that role; operations also vouch for stock and staff."""
    return any(
        review.role is role
        and review.decision is Opinion.PASS
        and holds(setting, review.reviewer_ref, role)
        and (role is not OrderReviewRole.OPERATIONS or bool(review.stock_ok and review.staff_ok))
        for review in order.reviews
    )


def _dispatch_ok(kind: OrderKind, dispatch: Dispatch) -> bool:
    if kind is OrderKind.PRODUCT:
        return dispatch.to_role is DispatchRole.PRODUCTION and bool(dispatch.production_plan and dispatch.qc_standard)
    return dispatch.to_role is DispatchRole.DELIVERY_TEAM and bool(dispatch.scope and dispatch.counterpart_ref)


def _confirmation_ok(setting: Setting, order: Order, letter: OrderConfirmation) -> bool:
    in_time = letter.delivery_on <= order.delivery_on
    return letter.owner_ref in setting.staff and bool(letter.owner_phone) and in_time


def _acceptance_period(
    setting: Setting, contract: Contract | None, order: Order, received: datetime | None
) -> tuple[WorkdayPeriod, datetime | None, int | None]:
    """Return the period for accepting goods, when the first round was signed, and the working days allowed."""
    first = min(order.acceptances, key=lambda each: each.round, default=None)
    signed = signing_time(setting, first) if first else None
    start = received if order.kind is OrderKind.PRODUCT else None
    limit_on = setting.today if start is None else day(start)
    limit = (
        contract.acceptance_workdays
        if contract
        else policy_int(setting, limit_on, "deadlines.product_acceptance_workdays")
    )
    if start is None:
        reason = "客户尚未收货" if order.kind is OrderKind.PRODUCT else ""
        return WorkdayPeriod(reason=reason), signed, limit
    return workday_period(setting.calendar, start, signed or setting.as_of, limit), signed, limit


def _order_lines(
    lines: Mapping[int, PriceLine], ordered: defaultdict[int, Decimal], order: Order, place: str
) -> Iterator[OrderLineFacts]:
    """Yield the lines of one order and add their quantities to those `ordered` before."""
    for index, line in enumerate(order.lines):
        number = line.contract_line_no
        ordered[number] += line.quantity
        agreed = lines.get(number)
        yield OrderLineFacts(
            subject=f"{order.order_no}/{number}",
            path=f"{place}.lines[{index}]",
            on=day(order.created_at),
            line_found=agreed is not None,
            line_equal=None
            if agreed is None
            else (line.name, line.spec, line.unit, line.unit_price)
            == (agreed.name, agreed.spec, agreed.unit, agreed.unit_price),
            quantity_over=None if agreed is None else ordered[number] > agreed.quantity,
            kind_ok=None if agreed is None else agreed.kind.value == order.kind.value,
            line_text=f"第{number}项{line.name}",
        )


def _exception(setting: Setting, order: Order, exception: OrderException, place: str) -> ExceptionFacts:
    number = exception.exception_no
    occurred = setting.time("exception.occurred", number, exception.occurred_at)
    notified = setting.time("exception.notified", number, exception.notified_at)
    limit = policy_int(setting, day(occurred), "deadlines.exception_notice_min")
    elapsed = minutes(occurred, notified or setting.as_of)
    return ExceptionFacts(
        subject=number,
        path=place,
        on=day(occurred),
        due=minutes_due("notify_elapsed_min", occurred, limit, notified),
        notified=notified is not None,
        notify_elapsed_min=elapsed,
        solution_present=bool(exception.solution),
        new_date_late=exception.new_delivery_on is not None and exception.new_delivery_on > order.delivery_on,
        consent=exception.customer_consent_at is not None,
        late_text=late_hours(elapsed, limit),
    )
