"""Facts and rules of after-sales: AS-01 to AS-11."""

from datetime import date
from typing import Any

import pytest

from rules.facts.after_sales import QuarterFacts
from rules.facts.surveys import SurveySlotFacts
from rules.facts.tickets import TicketFacts
from tests.rules.judging import judge, record, records
from tests.rules.patching import GONE, h01, part

COMPLEX, NORMAL = "FW-20240620-001", "FW-20240628-001"
T0, T1 = "after_sales.tickets[0]", "after_sales.tickets[1]"
SIGNED = "2024-04-17T11:05:00+08:00"
REPORTED = "2024-06-20T09:00:00+08:00"


class TestSetUp:
    def test_the_complete_case_gives_no_finding(self):
        for number in range(1, 12):
            assert judge(h01(), f"AS-{number:02}") == []

    @pytest.mark.parametrize(
        ("patches", "said"),
        [
            ({"after_sales.assigned_at": SIGNED}, []),
            ({"after_sales.assigned_at": "2024-04-17T11:04:59+08:00"}, ["a fail after_sales"]),
            ({"after_sales.owner_ref": "S15"}, ["a fail after_sales"]),
            ({"after_sales.owner_ref": "C01"}, ["a fail after_sales"]),
            ({"contract.signatures[1]": GONE}, ["a fail after_sales"]),
            ({"after_sales": None}, ["a pending after_sales"]),
            ({"after_sales": None, "contract": None, "orders": []}, []),
            ({"after_sales.customer_notified_at": None}, ["b fail after_sales"]),
            ({"after_sales.crm_synced_at": None}, ["b fail after_sales"]),
        ],
    )
    def test_an_owner_with_the_role_is_named_after_the_contract_took_effect(
        self, patches: dict[str, object], said: list[str]
    ):
        assert judge(h01(patches), "AS-01") == said

    @pytest.mark.parametrize(
        ("effective_on", "said"), [("2024-04-17", []), ("2024-04-18", ["a fail after_sales"]), ("2024-04-16", [])]
    )
    def test_an_agreed_day_of_effect_counts_from_its_beginning(self, effective_on: str, said: list[str]):
        assert judge(h01({"contract.effective_on": effective_on}), "AS-01") == said

    @pytest.mark.parametrize("gone", ["services", "limits", "process"])
    def test_the_guide_names_services_limits_and_process(self, gone: str):
        assert judge(h01({f"after_sales.guide.{gone}": []}), "AS-02") == ["fail after_sales"]

    def test_a_guide_not_sent_fails_once_there_is_an_owner(self):
        assert judge(h01({"after_sales.guide": None}), "AS-02") == ["fail after_sales"]
        assert judge(h01({"after_sales": None}), "AS-02") == []


class TestResponse:
    @pytest.mark.parametrize(
        ("responded_at", "said"),
        [
            ("2024-06-20T09:15:00+08:00", []),
            ("2024-06-20T09:15:01+08:00", [f"fail {COMPLEX}"]),
        ],
    )
    def test_a_ticket_is_answered_within_15_minutes(self, responded_at: str, said: list[str]):
        assert judge(h01({f"{T0}.responded_at": responded_at}), "AS-03") == said

    @pytest.mark.parametrize(
        ("as_of", "outcome"), [("2024-06-20T09:15:00+08:00", "pending"), ("2024-06-20T09:16:00+08:00", "fail")]
    )
    def test_while_unanswered_the_clock_runs(self, as_of: str, outcome: str):
        case = h01({f"{T0}.responded_at": None, T1: GONE})
        assert judge(case, "AS-03", as_of=as_of) == [f"{outcome} {COMPLEX}"]
        assert record(case, TicketFacts).due["respond_elapsed_min"].due_at.isoformat() == "2024-06-20T09:15:00+08:00"


class TestSolution:
    def test_a_time_limit_is_promised(self):
        assert judge(h01({f"{T0}.promised_by": None}), "AS-04") == [f"a fail {COMPLEX}"]

    def test_a_normal_ticket_without_promise_is_also_undecided(self):
        assert judge(h01({f"{T1}.promised_by": None}), "AS-04") == [f"a fail {NORMAL}", f"d pending {NORMAL}"]

    @pytest.mark.parametrize(
        ("times", "said"),
        [
            ({"on_site_at": "2024-06-20T11:00:00+08:00", "resolved_at": "2024-06-20T15:00:00+08:00"}, []),
            (
                {"on_site_at": "2024-06-20T11:00:01+08:00", "resolved_at": "2024-06-20T15:00:00+08:00"},
                [f"b fail {COMPLEX}"],
            ),
            ({"resolved_at": "2024-06-20T11:00:00+08:00"}, []),
            ({"resolved_at": "2024-06-20T11:00:01+08:00"}, [f"b fail {COMPLEX}"]),
            ({"on_site_at": "2024-06-20T16:00:00+08:00", "resolved_at": "2024-06-20T10:00:00+08:00"}, []),
        ],
    )
    def test_an_urgent_one_is_visited_or_solved_in_two_hours(self, times: dict[str, str], said: list[str]):
        ticket = part(T0) | {"severity": "urgent"} | times
        assert judge(h01({T0: ticket}), "AS-04") == said

    @pytest.mark.parametrize(
        ("resolved_at", "said"),
        [("2024-06-22T09:00:00+08:00", []), ("2024-06-22T09:00:01+08:00", [f"c fail {COMPLEX}"])],
    )
    def test_a_complex_one_is_solved_in_48_hours(self, resolved_at: str, said: list[str]):
        assert judge(h01({f"{T0}.resolved_at": resolved_at}), "AS-04") == said

    @pytest.mark.parametrize(
        ("resolved_at", "said"),
        [("2024-06-28T18:00:00+08:00", []), ("2024-06-28T18:00:01+08:00", [f"d fail {NORMAL}"])],
    )
    def test_a_normal_one_is_solved_as_promised(self, resolved_at: str, said: list[str]):
        assert judge(h01({f"{T1}.resolved_at": resolved_at}), "AS-04") == said

    @pytest.mark.parametrize("severity", ["urgent", "complex", "normal"])
    def test_while_unsolved_it_is_pending_until_its_limit_is_over(self, severity: str):
        ticket = {**part(T0), "severity": severity, "resolved_at": None, "follow_up": None}
        case = h01({"after_sales.tickets": [ticket]})
        key = {"urgent": "b", "complex": "c", "normal": "d"}[severity]
        assert judge(case, "AS-04", as_of="2024-06-20T10:59:00+08:00") == [f"{key} pending {COMPLEX}"]
        assert judge(case, "AS-04", as_of="2024-06-22T09:00:01+08:00") == [f"{key} fail {COMPLEX}"]

    @pytest.mark.parametrize(
        ("severity", "resolved_at", "late"),
        [
            ("urgent", "2024-06-20T11:30:00+08:00", "30分钟"),
            ("complex", "2024-06-22T12:30:00+08:00", "3.5小时"),
            ("normal", "2024-06-22T09:01:00+08:00", "1分钟"),
            ("normal", "2024-06-21T09:01:00+08:00", "0分钟"),
        ],
    )
    def test_lateness_is_that_of_its_severity(self, severity: str, resolved_at: str, late: str):
        case = h01({f"{T0}.severity": severity, f"{T0}.resolved_at": resolved_at})
        assert records(case, TicketFacts)[0].late_text == late

    @pytest.mark.parametrize("gone", ["process", "outcome"])
    def test_the_record_of_a_solved_one_is_complete(self, gone: str):
        assert judge(h01({f"{T0}.{gone}": None}), "AS-06") == [f"fail {COMPLEX}"]
        assert judge(h01({f"{T0}.{gone}": None, f"{T0}.resolved_at": None}), "AS-06") == []


class TestFollowUp:
    def followed(self, resolved_at: str, at: str | None) -> dict[str, Any]:
        follow_up = None if at is None else part(f"{T0}.follow_up") | {"at": at}
        return {T0: part(T0) | {"resolved_at": resolved_at, "follow_up": follow_up}}

    @pytest.mark.parametrize(
        ("resolved_at", "at", "said"),
        [
            ("2024-06-20T10:30:00+08:00", "2024-06-25T00:00:00+08:00", []),
            ("2024-06-20T10:30:00+08:00", "2024-06-25T00:00:01+08:00", [f"fail {COMPLEX}"]),
            ("2024-09-30T10:00:00+08:00", "2024-10-08T23:59:59+08:00", []),
            ("2024-09-30T10:00:00+08:00", "2024-10-09T00:00:01+08:00", [f"fail {COMPLEX}"]),
            ("2024-06-24T10:00:00+08:00", "2024-06-27T23:59:59+08:00", []),
            ("2024-06-24T10:00:00+08:00", "2024-06-28T00:00:01+08:00", [f"fail {COMPLEX}"]),
        ],
    )
    def test_the_third_day_rolls_to_a_working_day(self, resolved_at: str, at: str, said: list[str]):
        assert judge(h01(self.followed(resolved_at, at)), "AS-05") == said

    def test_an_open_one_is_pending_and_then_late(self):
        case = h01(self.followed("2024-06-20T10:30:00+08:00", None))
        assert judge(case, "AS-05", as_of="2024-06-24T23:59:59+08:00") == [f"pending {COMPLEX}"]
        assert judge(case, "AS-05", as_of="2024-06-25T00:00:01+08:00") == [f"fail {COMPLEX}"]
        ticket = records(case, TicketFacts)[0]
        assert ticket.due_text == "2024-06-24 24:00"
        assert ticket.due["followup_days_used"].due_at.isoformat() == "2024-06-25T00:00:00+08:00"

    def test_an_unsolved_one_needs_no_follow_up(self):
        assert judge(h01({f"{T0}.resolved_at": None, f"{T0}.follow_up": None}), "AS-05") == []

    def test_a_calendar_without_the_year_leaves_it_pending_with_the_reason(self):
        case = h01(self.followed("2028-06-20T10:30:00+08:00", "2028-06-21T10:30:00+08:00"))
        assert judge(case, "AS-05", as_of="2028-12-31T00:00:00+08:00") == [f"pending {COMPLEX}"]
        found = records(case, TicketFacts)[0]
        assert found.followup_days_used is None
        assert found.unknown == {"followup_days_used": "日历缺少2028年"}


class TestTicketOrder:
    @pytest.mark.parametrize(("reported_at", "fires"), [(SIGNED, False), ("2024-04-17T11:04:59+08:00", True)])
    def test_a_ticket_does_not_precede_the_contract(self, reported_at: str, fires: bool):
        case = h01({f"{T0}.reported_at": reported_at})
        assert judge(case, "AS-11") == ([f"a fail {COMPLEX}"] if fires else [])

    def test_without_a_signed_contract_every_ticket_is_early(self):
        assert judge(h01({"contract.signatures": []}), "AS-11") == [f"a fail {COMPLEX}", f"a fail {NORMAL}"]

    @pytest.mark.parametrize(
        ("reported_at", "fires"), [("2024-05-28T17:00:00+08:00", False), ("2024-05-28T16:59:59+08:00", True)]
    )
    def test_a_ticket_before_acceptance_warns_if_the_company_wants_it(self, reported_at: str, fires: bool):
        case = h01({f"{T0}.reported_at": reported_at})
        assert judge(case, "AS-11") == []
        wanted = judge(case, "AS-11", after_sales__warn_before_acceptance=True)
        assert wanted == ([f"b warn {COMPLEX}"] if fires else [])


class TestSurveys:
    MONTH1 = "after_sales.surveys[0].done_at"

    @pytest.mark.parametrize(
        ("done_at", "said"),
        [
            ("2024-07-19T00:00:00+08:00", []),
            ("2024-07-19T00:00:01+08:00", ["a fail survey 1M"]),
            ("2024-07-04T00:00:00+08:00", []),
            ("2024-07-03T23:59:59+08:00", ["b warn survey 1M"]),
        ],
    )
    def test_a_survey_is_a_week_early_or_late_at_most(self, done_at: str, said: list[str]):
        assert judge(h01({self.MONTH1: done_at}), "AS-07") == said

    @pytest.mark.parametrize(
        ("as_of", "outcome"), [("2024-07-19T00:00:00+08:00", "pending"), ("2024-07-19T00:00:01+08:00", "fail")]
    )
    def test_while_not_done_the_clock_runs(self, as_of: str, outcome: str):
        case = h01({"after_sales.surveys": [], "after_sales.improvements": []})
        said = judge(case, "AS-07", as_of=as_of)
        assert said == sorted([f"a {outcome} survey 1M", "a pending survey 3M", "a pending survey 6M"])

    def test_due_days_follow_the_month_rule_and_roll(self):
        slots = records(h01(), SurveySlotFacts)
        assert [slot.due_text for slot in slots] == ["2024-07-11", "2024-09-11", "2024-12-11"]
        assert slots[0].due["late_days"].due_at.isoformat() == "2024-07-12T00:00:00+08:00"
        month_end = h01({"orders[1].acceptances[1].signed_at": "2024-08-31T16:00:00+08:00"})
        assert [slot.due_text for slot in records(month_end, SurveySlotFacts)] == [
            "2024-09-30",
            "2024-12-02",
            "2025-02-28",
        ]

    def test_months_are_a_policy_value(self):
        assert [slot.month for slot in records(h01(), SurveySlotFacts, survey__months=(2,))] == [2]
        assert records(h01(), SurveySlotFacts, survey__months=None) == []

    def test_before_every_order_has_passed_no_survey_is_due(self):
        assert records(h01({"orders[1].acceptances[1]": GONE}), SurveySlotFacts) == []
        assert records(h01({"orders[1].acceptances": [], "orders[1].status": "cancelled"}), SurveySlotFacts) != []
        assert records(h01({"orders": []}), SurveySlotFacts) == []

    def test_a_calendar_without_the_year_leaves_it_pending_with_the_reason(self):
        case = h01({"orders[1].acceptances[1].signed_at": "2028-06-12T16:00:00+08:00"})
        assert judge(case, "AS-07") == sorted(f"{key} pending survey {month}M" for key in "ab" for month in (1, 3, 6))
        assert records(case, SurveySlotFacts)[0].unknown == {
            "late_days": "日历缺少2028年",
            "early_days": "日历缺少2028年",
        }

    def test_results_reach_the_sales_team(self):
        case = h01({"after_sales.surveys[1].synced_to_sales_at": None})
        assert judge(case, "AS-08") == ["b fail DY-2024-0012-3M"]
        undone = h01({"after_sales.surveys[1].done_at": None, "after_sales.surveys[1].synced_to_sales_at": None})
        assert judge(undone, "AS-08") == ["b pending DY-2024-0012-3M"]

    @pytest.mark.parametrize(("score", "fires"), [(4, False), (3, True), (1, True)])
    def test_a_low_score_has_a_plan(self, score: int, fires: bool):
        case = h01({"after_sales.surveys[1].scores[0].score": score})
        assert judge(case, "AS-08") == (["a fail DY-2024-0012-3M/服务质量"] if fires else [])

    def test_a_plan_belongs_to_its_survey_and_item(self):
        low = ["a fail DY-2024-0012-1M/响应速度"]
        assert judge(h01({"after_sales.improvements": []}), "AS-08") == low
        assert judge(h01({"after_sales.improvements[0].item": "服务质量"}), "AS-08") == low
        assert judge(h01({"after_sales.improvements[0].survey_no": "DY-2024-0012-3M"}), "AS-08") == low

    def test_what_is_low_is_a_policy_value(self):
        assert len(judge(h01(), "AS-08", survey__low_score=4)) == 2


class TestQuarters:
    def test_each_finished_quarter_since_the_contract_is_asked(self):
        assert [each.subject for each in records(h01(), QuarterFacts)] == ["2024Q2", "2024Q3"]
        later = records(h01(), QuarterFacts, as_of="2025-01-01T00:00:00+08:00")
        assert [each.subject for each in later] == ["2024Q2", "2024Q3", "2024Q4"]
        assert [each.on for each in later] == [date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)]

    @pytest.mark.parametrize(
        "patches",
        [
            {"after_sales.visits[1]": GONE},
            {"after_sales.visits[1].kind": "opportunity"},
            {"after_sales.visits[1].contact_ref": "C01"},
            {"after_sales.visits[1].at": "2024-10-01T00:00:00+08:00"},
        ],
    )
    def test_a_quarter_without_the_decision_maker_warns(self, patches: dict[str, object]):
        assert judge(h01(patches), "AS-09") == ["warn 2024Q3"]

    def test_the_last_moment_of_a_quarter_counts(self):
        assert judge(h01({"after_sales.visits[1].at": "2024-09-30T23:59:59+08:00"}), "AS-09") == []

    def test_the_closing_of_the_case_ends_the_count(self):
        case = h01({"closed_at": "2024-07-01T00:00:00+08:00"})
        assert [each.subject for each in records(case, QuarterFacts)] == ["2024Q2"]

    def test_before_effect_or_after_sales_nothing_is_asked(self):
        assert records(h01({"contract.signatures[0]": GONE}), QuarterFacts) == []
        assert records(h01({"after_sales": None}), QuarterFacts) == []

    def test_an_absurd_span_is_bounded(self):
        old = {f"contract.signatures[{index}].signed_at": "0001-04-17T10:00:00+08:00" for index in (0, 1)}
        assert len(records(h01(old), QuarterFacts, as_of="9999-12-31T00:00:00+08:00")) == 80


class TestSuccessCase:
    @pytest.mark.parametrize(
        ("patches", "said"),
        [
            ({}, []),
            ({"success_case.consent": None}, ["fail AL-2024-0012"]),
            ({"success_case.consent.at": "2024-12-20T10:00:00+08:00"}, []),
            ({"success_case.consent.at": "2024-12-20T10:00:01+08:00"}, ["fail AL-2024-0012"]),
            ({"success_case.consent": None, "success_case.published_at": None}, ["pending AL-2024-0012"]),
            ({"success_case.published_at": None}, []),
            ({"success_case": None}, []),
        ],
    )
    def test_it_is_published_with_the_customers_consent(self, patches: dict[str, object], said: list[str]):
        assert judge(h01(patches), "AS-10") == said
