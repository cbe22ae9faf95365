"""Facts and rules of orders, their lines and exceptions: OD-01 to OD-12, OD-16, OD-18, OD-20."""

import pytest

from docgen.case.casefile import CaseFile
from rules.facts.orders import ExceptionFacts, OrderFacts, OrderLineFacts
from rules.facts.setting import Known
from tests.rules.judging import all_said, judge, record, records
from tests.rules.patching import GONE, h01, part

PRODUCT, SERVICE = "PO20240418001", "PO20240418002"
EXCEPTION = "YC-PO20240418001-01"
UNSIGNED: dict[str, object] = {"contract.signatures": [], "contract.archive": None}


def product(**patches: object) -> CaseFile:
    """Return H01 with fields of the product order changed; `__` stands for a dot."""
    return h01({f"orders[0].{name.replace('__', '.')}": value for name, value in patches.items()})


def service(**patches: object) -> CaseFile:
    """Return H01 with fields of the service order changed; `__` stands for a dot."""
    return h01({f"orders[1].{name.replace('__', '.')}": value for name, value in patches.items()})


def first(case: CaseFile, **policy: object) -> OrderFacts:
    return records(case, OrderFacts, **policy)[0]


class TestCreation:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-04-17T11:05:00+08:00", []), ("2024-04-17T11:04:59+08:00", [f"fail {PRODUCT}"])],
    )
    def test_an_order_follows_the_last_signature(self, at: str, expected: list[str]):
        assert judge(product(created_at=at), "OD-01") == expected

    def test_an_order_under_an_unsigned_contract_or_none_fails(self):
        for patches in (UNSIGNED, {"contract": None}):
            assert judge(h01(patches), "OD-01") == [f"fail {PRODUCT}", f"fail {SERVICE}"]

    @pytest.mark.parametrize(
        ("day", "expected"), [("2024-04-18", []), ("2024-04-19", [f"fail {PRODUCT}", f"fail {SERVICE}"])]
    )
    def test_an_agreed_day_of_effect_counts_before_the_signature(self, day: str, expected: list[str]):
        assert judge(h01({"contract.effective_on": day}), "OD-01") == expected

    @pytest.mark.parametrize(
        "number", ["PO20240417001", "PO2024041801", "PO202404180001", "20240418001", "po20240418001", "PO20240418٠٠١"]
    )
    def test_the_number_carries_the_day_of_creation(self, number: str):
        assert judge(product(order_no=number), "OD-02") == [f"a fail {number}"]

    def test_the_day_is_the_local_one(self):
        assert judge(product(created_at="2024-04-17T16:30:00+00:00"), "OD-02") == []

    def test_a_number_used_by_another_case_fails_only_if_somebody_looked(self):
        assert judge(h01(), "OD-02", known=Known(order_numbers=frozenset({PRODUCT}))) == [f"b fail {PRODUCT}"]
        assert judge(h01(), "OD-02", known=Known(order_numbers=frozenset())) == []
        assert first(h01()).number_duplicate is None


class TestContent:
    def test_contract_number_and_lines_are_needed(self):
        assert judge(product(contract_no="YB-XS-2024-0013"), "OD-03") == [f"a fail {PRODUCT}"]
        assert judge(product(lines=[], amount="0.00"), "OD-03") == [f"a fail {PRODUCT}"]

    def test_the_amount_is_the_sum_of_correct_lines(self):
        assert judge(product(amount="556000.01"), "OD-03") == [f"b fail {PRODUCT}"]
        assert judge(product(lines=part("orders[0].lines")[:1]), "OD-03") == [f"b fail {PRODUCT}"]
        wrong = {"orders[0].lines[0].amount": "350000.00", "orders[0].amount": "546000.00"}
        assert judge(h01(wrong), "OD-03") == [f"b fail {PRODUCT}"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", "系统"), ("spec", "V4"), ("unit", "个"), ("unit_price", "360000.0001"), ("contract_line_no", "9")],
    )
    def test_each_line_equals_its_contract_line(self, field: str, value: str):
        case = h01({f"orders[0].lines[0].{field}": value})
        line = value if field == "contract_line_no" else "1"
        assert f"a fail {PRODUCT}/{line}" in judge(case, "OD-04")

    def test_a_line_of_no_contract_line_says_nothing_else(self):
        case = h01({"orders[0].lines[0].contract_line_no": "9"})
        facts = records(case, OrderLineFacts)[0]
        assert (facts.line_found, facts.line_equal, facts.quantity_over, facts.kind_ok) == (False, None, None, None)
        assert judge(case, "OD-04") == [f"a fail {PRODUCT}/9", f"b pending {PRODUCT}/9", f"c pending {PRODUCT}/9"]

    @pytest.mark.parametrize(("quantity", "expected"), [("20", []), ("20.0001", [f"b fail {PRODUCT}/2"])])
    def test_the_ordered_quantity_may_reach_the_contract_quantity(self, quantity: str, expected: list[str]):
        assert judge(h01({"orders[0].lines[1].quantity": quantity}), "OD-04") == expected

    def test_quantities_of_several_orders_and_lines_add_up_in_order(self):
        half = part("orders[0].lines[1]") | {"quantity": "10", "amount": "98000.00"}
        third = part("orders[0]") | {"order_no": "PO20240418003", "lines": [half], "amount": "98000.00"}
        lines = {"orders[0].lines[1]": half, "orders[0].lines[2]": half, "orders[2]": third}
        assert judge(h01(lines), "OD-04") == ["b fail PO20240418003/2"]

    def test_a_cancelled_order_neither_counts_nor_is_judged(self):
        copy = part("orders[0]") | {"order_no": "PO20240418000", "status": "cancelled", "contract_no": "?"}
        case = h01({"orders": [copy, *part("orders")]})
        assert judge(case, "OD-04") == judge(case, "OD-03") == []
        assert [each.subject for each in records(case, OrderFacts)] == [PRODUCT, SERVICE]

    def test_product_and_service_lines_are_not_mixed(self):
        line = part("orders[1].lines[0]")
        assert judge(h01({"orders[0].lines[0]": line}), "OD-04") == [
            f"b fail {SERVICE}/3",
            f"c fail {PRODUCT}/3",
        ]

    def test_the_delivery_day_is_the_earliest_agreed_for_the_lines(self):
        assert judge(product(delivery_on="2024-06-01"), "OD-04") == [f"d fail {PRODUCT}"]
        twice = part("contract.delivery[0]") | {"line_nos": ["2"], "due_on": "2024-05-20"}
        assert judge(h01({"contract.delivery[2]": twice}), "OD-04") == [f"d fail {PRODUCT}"]
        assert first(product(delivery_on="2024-05-20")).delivery_date_ok is False
        agreed = h01({"contract.delivery[2]": twice, "orders[0].delivery_on": "2024-05-20"})
        assert first(agreed).delivery_date_ok

    def test_lines_without_agreed_delivery_have_no_wrong_day(self):
        assert judge(h01({"contract.delivery": []}), "OD-04") == []


class TestReview:
    def test_both_reviews_are_needed_before_dispatch_or_confirmation(self):
        for index in (0, 1):
            assert judge(h01({f"orders[0].reviews[{index}]": GONE}), "OD-05") == [f"fail {PRODUCT}"]
        for sent in ("dispatch", "confirmation"):
            assert judge(product(**{sent: None, "reviews": []}), "OD-05") == [f"fail {PRODUCT}"]

    def test_before_that_a_missing_review_is_pending(self):
        case = product(dispatch=None, confirmation=None, reviews=[])
        assert judge(case, "OD-05") == [f"pending {PRODUCT}"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("[0].decision", "conditional"),
            ("[0].reviewer_ref", "S01"),
            ("[0].reviewer_ref", "C01"),
            ("[1].reviewer_ref", "S02"),
            ("[1].stock_ok", None),
            ("[1].staff_ok", False),
            ("[1].decision", "return"),
            ("[1].role", "sales_manager"),
        ],
    )
    def test_a_review_passes_and_is_by_a_holder_of_the_role(self, field: str, value: object):
        assert judge(h01({f"orders[0].reviews{field}": value}), "OD-05") == [f"fail {PRODUCT}"]

    def test_a_later_passing_review_repairs_an_earlier_one(self):
        refused = part("orders[0].reviews[0]") | {"decision": "return"}
        assert judge(product(reviews=[refused, *part("orders[0].reviews")]), "OD-05") == []


class TestTask:
    @pytest.mark.parametrize("field", ["production_plan", "qc_standard"])
    def test_a_product_task_has_plan_and_quality_standard(self, field: str):
        assert judge(h01({f"orders[0].dispatch.{field}": None}), "OD-06") == [f"a fail {PRODUCT}"]

    @pytest.mark.parametrize("field", ["scope", "counterpart_ref"])
    def test_a_service_task_has_scope_and_counterpart(self, field: str):
        assert judge(h01({f"orders[1].dispatch.{field}": None}), "OD-06") == [f"a fail {SERVICE}"]

    def test_the_task_goes_to_the_right_department(self):
        assert judge(product(dispatch__to_role="delivery_team"), "OD-06") == [f"a fail {PRODUCT}"]
        assert judge(service(dispatch__to_role="production"), "OD-06") == [f"a fail {SERVICE}"]

    def test_a_missing_task_is_pending_until_there_is_progress(self):
        assert judge(product(dispatch=None), "OD-06") == [f"a pending {PRODUCT}", f"b fail {PRODUCT}"]
        assert judge(product(dispatch=None, progress=[]), "OD-06") == [f"a pending {PRODUCT}"]


class TestConfirmation:
    @pytest.mark.parametrize(("day", "expected"), [("2024-05-31", []), ("2024-06-01", [f"a fail {PRODUCT}"])])
    def test_it_promises_no_later_day_than_agreed(self, day: str, expected: list[str]):
        assert judge(product(confirmation__delivery_on=day), "OD-07") == expected

    def test_its_owner_is_one_of_our_people(self):
        assert judge(product(confirmation__owner_ref="C01"), "OD-07") == [f"a fail {PRODUCT}"]

    def test_a_missing_letter_is_pending_until_there_is_progress(self):
        assert judge(product(confirmation=None), "OD-07") == [f"a pending {PRODUCT}", f"b fail {PRODUCT}"]
        assert judge(product(confirmation=None, progress=[]), "OD-07") == [f"a pending {PRODUCT}"]


class TestProgress:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-04-26T23:59:59+08:00", []), ("2024-04-27T00:00:00+08:00", [f"fail {PRODUCT}"])],
    )
    def test_news_comes_within_seven_local_days(self, at: str, expected: list[str]):
        progress = part("orders[0].progress")
        progress[0]["synced_at"] = at
        assert judge(product(progress=progress), "OD-08") == expected

    def test_the_clock_starts_with_the_letter_and_stops_with_acceptance(self):
        before, after = part("orders[0].progress[0]"), part("orders[0].progress[0]")
        before["synced_at"], after["synced_at"] = "2024-04-01T10:00:00+08:00", "2024-09-01T10:00:00+08:00"
        assert judge(product(progress=[after, *part("orders[0].progress"), before]), "OD-08") == []

    def test_it_runs_on_while_nothing_is_accepted(self):
        open_ = product(acceptances=[], status="in_progress")
        assert judge(open_, "OD-08", as_of="2024-06-04T18:00:00+08:00") == []
        assert judge(open_, "OD-08", as_of="2024-06-05T00:00:00+08:00") == [f"fail {PRODUCT}"]

    def test_a_passing_sheet_nobody_signed_does_not_stop_it(self):
        unsigned = {"orders[0].acceptances[0].signed_at": None}
        assert judge(h01(unsigned), "OD-08") == [f"fail {PRODUCT}"]

    def test_the_text_shows_the_longest_gap_and_the_due_time_its_end(self):
        case = product(progress=part("orders[0].progress")[2:])
        facts = first(case)
        assert (facts.max_gap_days, facts.gap_text) == (18, "2024-04-19至2024-05-07")
        assert facts.due["max_gap_days"].due_at.isoformat() == "2024-04-27T00:00:00+08:00"

    def test_without_a_letter_there_is_no_clock(self):
        case = product(confirmation=None)
        assert judge(case, "OD-08") == [f"pending {PRODUCT}"]
        assert first(case).unknown["max_gap_days"] == "尚未发送《订单确认函》"

    def test_a_check_of_the_day_before_the_letter_finds_no_gap(self):
        assert first(product(acceptances=[]), as_of="2024-04-18T00:00:00+08:00").max_gap_days == 0

    def test_entries_that_were_never_told_to_the_customer_do_not_count(self):
        progress = [each | {"synced_at": None} for each in part("orders[0].progress")]
        assert first(product(progress=progress)).max_gap_days == 39


class TestException:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-05-14T09:30:00+08:00", []), ("2024-05-14T09:30:01+08:00", [f"fail {EXCEPTION}"])],
    )
    def test_the_customer_hears_of_it_within_24_hours(self, at: str, expected: list[str]):
        assert judge(h01({"orders[0].exceptions[0].notified_at": at}), "OD-09") == expected

    def test_until_then_the_clock_runs(self):
        open_ = h01({"orders[0].exceptions[0].notified_at": None})
        assert judge(open_, "OD-09", as_of="2024-05-14T09:30:00+08:00") == [f"pending {EXCEPTION}"]
        assert judge(open_, "OD-09", as_of="2024-05-14T09:31:00+08:00") == [f"fail {EXCEPTION}"]
        due = record(open_, ExceptionFacts).due["notify_elapsed_min"]
        assert (due.due_at.isoformat(), due.actual_at) == ("2024-05-14T09:30:00+08:00", None)

    def test_the_hours_late_are_told_with_every_tenth_begun(self):
        late = h01({"orders[0].exceptions[0].notified_at": "2024-05-14T15:30:00+08:00"})
        assert record(late, ExceptionFacts).late_text == "6.0"
        barely = h01({"orders[0].exceptions[0].notified_at": "2024-05-14T09:30:01+08:00"})
        assert record(barely, ExceptionFacts).late_text == "0.1"
        assert record(h01(), ExceptionFacts).late_text == "0.0"

    def test_without_a_period_nothing_is_decided(self):
        open_ = h01({"orders[0].exceptions[0].notified_at": None})
        assert judge(open_, "OD-09", deadlines__exception_notice_min=None) == [f"pending {EXCEPTION}"]
        assert record(open_, ExceptionFacts, deadlines__exception_notice_min=None).due == {}

    def test_it_comes_with_a_solution(self):
        assert judge(h01({"orders[0].exceptions[0].solution": None}), "OD-10") == [f"fail {EXCEPTION}"]

    @pytest.mark.parametrize(
        ("day", "expected"),
        [("2024-05-31", []), ("2024-06-01", [f"a warn {EXCEPTION}"]), (None, [])],
    )
    def test_a_later_day_needs_the_customer_s_consent(self, day: str | None, expected: list[str]):
        assert judge(h01({"orders[0].exceptions[0].new_delivery_on": day}), "OD-11") == expected

    def test_with_consent_it_is_in_order(self):
        case = h01(
            {
                "orders[0].exceptions[0].new_delivery_on": "2024-06-01",
                "orders[0].exceptions[0].customer_consent_at": "2024-05-14T10:00:00+08:00",
            }
        )
        assert judge(case, "OD-11") == []

    def test_an_open_exception_of_an_accepted_order_is_an_information(self):
        assert judge(h01({"orders[0].exceptions[0].resolved_at": None}), "OD-18") == [f"info {PRODUCT}"]


class TestDelivery:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-05-31T23:59:59+08:00", []), ("2024-06-01T00:00:00+08:00", [f"b warn {PRODUCT}"])],
    )
    def test_goods_arrive_by_the_agreed_day(self, at: str, expected: list[str]):
        assert judge(product(received_at=at), "OD-11") == expected

    def test_a_service_is_done_by_the_agreed_day(self):
        assert judge(service(service_done_at="2024-06-15T00:00:00+08:00"), "OD-11") == [f"b warn {SERVICE}"]

    def test_the_time_of_the_other_kind_is_no_delivery(self):
        case = product(received_at=None, service_done_at="2024-05-24T10:00:00+08:00")
        assert first(case).delivered is False

    def test_nothing_delivered_is_late_from_the_day_after(self):
        open_ = product(received_at=None, acceptances=[], status="shipped")
        assert judge(open_, "OD-11", as_of="2024-05-31T23:59:59+08:00") == []
        assert judge(open_, "OD-11", as_of="2024-06-01T00:00:00+08:00") == [f"c warn {PRODUCT}"]

    def test_delivered_but_not_accepted_in_time_is_an_information(self):
        open_ = product(acceptances=[], status="accepting")
        assert judge(open_, "OD-20", as_of="2024-05-31T23:00:00+08:00") == []
        assert judge(open_, "OD-20", as_of="2024-06-01T00:00:00+08:00") == [f"info {PRODUCT}"]


class TestAcceptancePeriod:
    """Received on Friday 2024-05-24: to be accepted by Wednesday 2024-05-29, 24:00."""

    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-05-30T00:00:00+08:00", []), ("2024-05-30T00:00:01+08:00", [f"fail {PRODUCT}"])],
    )
    def test_goods_are_accepted_within_three_working_days(self, at: str, expected: list[str]):
        assert judge(h01({"orders[0].acceptances[0].signed_at": at}), "OD-12") == expected

    def test_until_then_the_clock_runs(self):
        open_ = product(acceptances=[], status="accepting")
        assert judge(open_, "OD-12", as_of="2024-05-30T00:00:00+08:00") == [f"pending {PRODUCT}"]
        assert judge(open_, "OD-12", as_of="2024-05-30T00:00:01+08:00") == [f"fail {PRODUCT}"]
        assert first(open_).due_text == "2024-05-29 24:00"

    def test_goods_not_received_are_pending_and_services_have_no_such_period(self):
        open_ = product(received_at=None, acceptances=[], status="shipped")
        assert judge(open_, "OD-12") == [f"pending {PRODUCT}"]
        assert first(open_).unknown["accept_wd_used"] == "客户尚未收货"
        assert judge(service(acceptances=[]), "OD-12") == []

    def test_the_contract_may_allow_other_days(self):
        late = {"orders[0].acceptances[0].signed_at": "2024-05-30T10:00:00+08:00"}
        assert judge(h01(late | {"contract.acceptance_workdays": "4"}), "OD-12") == []
        assert judge(h01({"contract.acceptance_workdays": "1"}), "OD-12") == [f"fail {PRODUCT}"]

    def test_without_a_contract_the_policy_says_how_many(self):
        assert first(h01({"contract": None})).accept_wd_limit == 3
        assert first(h01({"contract": None}), deadlines__product_acceptance_workdays=5).accept_wd_limit == 5

    def test_the_first_round_counts_not_the_passing_one(self):
        again = part("orders[0].acceptances[0]") | {
            "round": "2",
            "sheet_no": "YS-2",
            "signed_at": "2024-06-20T10:00:00+08:00",
        }
        failed = part("orders[0].acceptances[0]") | {"result": "fail"}
        assert judge(product(acceptances=[again, failed]), "OD-12") == []

    def test_a_year_without_calendar_makes_it_pending_with_the_reason(self):
        case = product(received_at="2028-05-24T10:00:00+08:00", acceptances=[])
        facts = first(case, as_of="2028-05-25T10:00:00+08:00")
        assert facts.unknown["accept_wd_used"] == "日历缺少2028年"
        assert judge(case, "OD-12", as_of="2028-05-25T10:00:00+08:00") == [f"pending {PRODUCT}"]


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [("accepted", [f"fail {PRODUCT}"]), ("closed", [f"fail {PRODUCT}"]), ("rectifying", [])],
    )
    def test_an_order_is_closed_only_after_a_passing_round(self, status: str, expected: list[str]):
        assert judge(product(acceptances=[], status=status), "OD-16") == expected

    def test_the_last_round_decides_whatever_its_place(self):
        turned = part("orders[1].acceptances")[::-1]
        assert judge(service(acceptances=turned), "OD-16") == []
        failed_again = part("orders[1].acceptances[0]") | {"round": "3", "sheet_no": "YS-3"}
        assert judge(h01({"orders[1].acceptances[2]": failed_again}), "OD-16") == [f"fail {SERVICE}"]


def test_a_new_order_is_only_pending():
    new = {
        "orders[0].reviews": [],
        "orders[0].dispatch": None,
        "orders[0].confirmation": None,
        "orders[0].progress": [],
        "orders[0].exceptions": [],
        "orders[0].received_at": None,
        "orders[0].acceptances": [],
        "orders[0].status": "draft",
        "orders[1]": GONE,
    }
    assert all_said(h01(new), as_of="2024-04-18T18:00:00+08:00") == [
        f"OD-05 pending {PRODUCT}",
        f"OD-06 a pending {PRODUCT}",
        f"OD-07 a pending {PRODUCT}",
        f"OD-08 pending {PRODUCT}",
        f"OD-12 pending {PRODUCT}",
    ]
