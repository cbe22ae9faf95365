"""Facts and rules of the proposal: PR-01 to PR-16."""

from datetime import date
from typing import Any

import pytest

from rules.facts.proposal import CaseRefFacts, CoverageFacts, FeedbackFacts, ProposalFacts
from rules.facts.review import DeptOpinionFacts, NeedsReviewFacts
from tests.rules.judging import judge, record, records
from tests.rules.patching import h01, part

V1, V2 = "FA-2024-0012/V1", "FA-2024-0012/V2"
P2 = "proposals[1]"
PRESENTED = "2024-04-08T10:00:00+08:00"
AFTERWARDS = "2024-04-08T10:00:01+08:00"
OPINIONS = f"{P2}.review.opinions"


class TestNeedsReview:
    @pytest.mark.parametrize(("department", "name"), [("product", "产品"), ("tech", "技术"), ("commerce", "商务")])
    def test_product_tech_and_commerce_attend(self, department: str, name: str):
        attendees = [each for each in part("needs_reviews[0].attendees") if each["department"] != department]
        case = h01({"needs_reviews[0].attendees": attendees})
        assert judge(case, "PR-01") == ["b fail PS-2024-0012-01"]
        assert record(case, NeedsReviewFacts).missing_dept_text == name

    @pytest.mark.parametrize(
        ("patches", "fires"),
        [
            ({}, False),
            ({"needs_reviews[0].items": part("needs_reviews[0].items")[1:]}, True),
            ({"needs_reviews[0].items[0].need_no": "DEMO009"}, True),
            ({"needs_reviews[0].risks": []}, True),
            ({"needs[2].status": "withdrawn"}, True),
            ({"needs[2].status": "withdrawn", "needs_reviews[0].items": part("needs_reviews[0].items")[:2]}, False),
        ],
    )
    def test_every_open_need_and_a_risk_are_reviewed(self, patches: dict[str, object], fires: bool):
        assert bool(judge(h01(patches), "PR-02")) is fires


class TestParts:
    @pytest.mark.parametrize(
        ("path", "missing"),
        [
            (f"{P2}.solution.product_functions", "产品功能"),
            (f"{P2}.solution.service_process", "服务流程"),
            (f"{P2}.plan", "实施计划"),
            (f"{P2}.success_cases", "成功案例"),
        ],
    )
    def test_each_missing_part_is_named(self, path: str, missing: str):
        case = h01({path: []})
        assert judge(case, "PR-03") == [f"fail {V2}"]
        assert records(case, ProposalFacts)[1].missing_part_text == missing

    def test_a_quotation_without_lines_lacks_a_part_and_categories(self):
        case = h01({f"{P2}.quotation.lines": []})
        assert judge(case, "PR-03") == judge(case, "PR-05") == judge(case, "PR-06") == [f"fail {V2}"]

    def test_differentiators_are_expected(self):
        assert judge(h01(), "PR-15") == []
        assert judge(h01({f"{P2}.differentiators": []}), "PR-15") == [f"info {V2}"]


class TestQuotation:
    def categories(self, *names: str) -> dict[str, object]:
        return {f"{P2}.quotation.lines[{index}].category": name for index, name in enumerate(names)}

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            (("software", "hardware", "hardware", "hardware"), []),
            (("service", "service", "service", "service"), [f"fail {V2}"]),
            (("software", "hardware", "service", "other"), [f"fail {V2}"]),
        ],
    )
    def test_costs_are_itemised_without_a_lump_sum(self, names: tuple[str, ...], said: list[str]):
        assert judge(h01(self.categories(*names)), "PR-05") == said

    def test_the_number_of_categories_is_a_policy_value(self):
        assert judge(h01(), "PR-05", quotation__min_categories=3) == []
        assert judge(h01(), "PR-05", quotation__min_categories=4) == [f"fail {V1}", f"fail {V2}"]

    @pytest.mark.parametrize(
        ("patches", "fires"),
        [
            ({f"{P2}.quotation.total": "700000.01"}, True),
            ({f"{P2}.quotation.total": "699999.99", f"{P2}.quotation.discount": "0.01"}, False),
            ({f"{P2}.quotation.lines[0].amount": "375000.01", f"{P2}.quotation.total": "700000.01"}, True),
            ({f"{P2}.quotation.lines[0].unit_price": "375000.0049"}, False),
            ({f"{P2}.quotation.lines[0].unit_price": "375000.005"}, True),
        ],
    )
    def test_lines_and_total_add_up(self, patches: dict[str, object], fires: bool):
        assert bool(judge(h01(patches), "PR-06")) is fires

    def test_the_largest_amounts_stay_within_the_engine(self):
        line = part(f"{P2}.quotation.lines[0]") | {"quantity": "1", "amount": "999999999999999.99"}
        lines = [line | {"line_no": number} for number in range(1, 150)]
        (_, found) = records(h01({f"{P2}.quotation.lines": lines}), ProposalFacts)
        assert found.total_cents < found.net_cents < 2**63

    @pytest.mark.parametrize(
        ("rate", "said"), [("0.25", []), ("0.2499", [f"fail {V2}"]), ("0.24995", []), (None, [f"pending {V2}"])]
    )
    def test_the_margin_is_compared_in_basis_points(self, rate: str | None, said: list[str]):
        case = h01({f"{P2}.margin_rate": rate})
        assert judge(case, "PR-12", proposal__min_margin_bp=2500) == said

    def test_without_a_company_margin_the_rule_does_not_apply(self):
        assert judge(h01({f"{P2}.margin_rate": "0.01"}), "PR-12") == []


class TestCoverage:
    def row(self, status: str) -> dict[str, object]:
        return {f"{P2}.need_coverage[0].status": status}

    @pytest.mark.parametrize(("status", "fires"), [("able", False), ("partial", True), ("unable", True)])
    def test_a_rigid_need_is_fully_met(self, status: str, fires: bool):
        assert judge(h01(self.row(status)), "PR-04") == ([f"fail {V2}/DEMO001"] if fires else [])

    def test_a_rigid_need_left_out_fails_and_another_is_pending(self):
        rows = part(f"{P2}.need_coverage")
        assert judge(h01({f"{P2}.need_coverage": rows[1:]}), "PR-04") == [f"fail {V2}/DEMO001"]
        assert judge(h01({f"{P2}.need_coverage": rows[:1]}), "PR-04") == []
        assert judge(h01({f"{P2}.need_coverage": rows[:1]}), "PR-11") == []

    def test_a_flexible_need_may_be_met_in_part(self):
        assert judge(h01({f"{P2}.need_coverage[1].status": "partial"}), "PR-04") == []

    def test_a_need_answered_twice_counts_with_the_worse_answer(self):
        rows = part(f"{P2}.need_coverage")
        case = h01({f"{P2}.need_coverage": [rows[0] | {"status": "unable"}, *rows]})
        assert judge(case, "PR-04") == [f"fail {V2}/DEMO001"]

    @pytest.mark.parametrize(
        ("notice", "fires"),
        [
            (None, True),
            ({"requirement": "DEMO001"}, False),
            ({"requirement": "需求DEMO001及其报表"}, False),
            ({"requirement": "降低生产线能耗30%"}, False),
            ({"requirement": "降耗", "need_no": "DEMO001"}, False),
            ({"requirement": "降耗"}, True),
            ({"requirement": "DEMO0010"}, True),
            ({"requirement": "DEMO0010与DEMO001"}, False),
            ({"requirement": "降耗", "need_no": "DEMO002"}, True),
        ],
    )
    def test_what_cannot_be_met_is_told_with_an_alternative(self, notice: dict[str, str] | None, fires: bool):
        told = {
            "notice_no": "NL-2024-0012-01",
            "boundary": "暂不支持",
            "alternative": "分期实施",
            "told_at": "2024-04-08T10:30:00+08:00",
            "contact_ref": "C01",
        }
        notices = [] if notice is None else [told | notice]
        case = h01({**self.row("unable"), f"{P2}.boundary_notices": notices})
        assert judge(case, "PR-11") == ([f"fail {V2}/DEMO001"] if fires else [])

    @pytest.mark.parametrize("judgement", ["in_capability", "feasibility"])
    def test_what_the_review_found_unable_is_not_promised(self, judgement: str):
        unable = {f"needs_reviews[0].items[0].{judgement}": "unable"}
        assert judge(h01(unable), "PR-14") == [f"fail {V1}/DEMO001", f"fail {V2}/DEMO001"]
        assert judge(h01({**unable, **self.row("partial")}), "PR-14") == [f"fail {V1}/DEMO001"]

    def test_the_latest_review_of_a_need_counts(self):
        first = part("needs_reviews[0]")
        item = first["items"][0]
        earlier = first | {
            "review_no": "PS-2024-0012-00",
            "meeting_at": "2024-03-21T10:00:00+08:00",
            "items": [item | {"feasibility": "unable"}],
        }
        assert judge(h01({"needs_reviews": [first, earlier]}), "PR-14") == []
        later = earlier | {"meeting_at": "2024-03-23T10:00:00+08:00"}
        assert len(judge(h01({"needs_reviews": [later, first]}), "PR-14")) == 2

    def test_a_need_never_reviewed_is_not_judged(self):
        case = h01({"needs_reviews": []})
        assert judge(case, "PR-14") == []
        assert all(each.review_unable is None for each in records(case, CoverageFacts))


class TestSuccessCases:
    @pytest.mark.parametrize(
        ("changes", "fires"),
        [({}, False), ({"industry": "互联网"}, True), ({"scale_band": "large"}, True), ({"scale_band": "small"}, True)],
    )
    def test_a_case_is_of_the_same_industry_and_size(self, changes: dict[str, str], fires: bool):
        reference = part(f"{P2}.success_cases[0]") | changes
        case = h01({f"{P2}.success_cases": [reference]})
        assert judge(case, "PR-07") == ([f"fail {V2}/AL-2023-0007"] if fires else [])

    def test_an_unknown_number_of_employees_fits_every_size(self):
        assert judge(h01({"customer.employees": None, f"{P2}.success_cases[0].scale_band": "large"}), "PR-07") == []

    @pytest.mark.parametrize(("employees", "band"), [(299, "small"), (300, "medium"), (999, "medium"), (1000, "large")])
    def test_the_size_follows_the_number_of_employees(self, employees: int, band: str):
        case = h01({"customer.employees": employees, f"{P2}.success_cases[0].scale_band": band})
        assert records(case, CaseRefFacts)[1].band_match


class TestReview:
    def test_a_presented_version_was_reviewed(self):
        assert judge(h01({f"{P2}.review": None}), "PR-08") == [f"a fail {V2}"]
        unpresented = {f"{P2}.review": None, f"{P2}.presentation": None}
        assert judge(h01(unpresented), "PR-08") == [f"a pending {V2}"]
        assert records(h01({f"{P2}.review": None}), DeptOpinionFacts)[3:] == []

    def test_all_three_departments_speak(self):
        case = h01({OPINIONS: part(OPINIONS)[:2]})
        assert judge(case, "PR-08") == [f"b fail {V2}/tech"]
        absent = records(case, DeptOpinionFacts)[-1]
        assert absent.path == f"{OPINIONS}[tech]"
        assert judge(case, "PR-09") == judge(case, "PR-13") == judge(case, "PR-16") == []

    @pytest.mark.parametrize(
        "patches",
        [
            {f"{OPINIONS}[1].reviewer_ref": "S10"},
            {f"{OPINIONS}[1].reviewer_ref": "C01"},
            {"staff[4].is_department_head": False},
            {"staff[4].department": "sales"},
        ],
    )
    def test_the_head_of_that_department_signs(self, patches: dict[str, object]):
        assert f"b fail {V2}/commerce" in judge(h01(patches), "PR-08")

    @pytest.mark.parametrize("decision", ["reject", "return"])
    def test_a_refusal_fails(self, decision: str):
        assert judge(h01({f"{OPINIONS}[0].decision": decision}), "PR-09") == [f"a fail {V2}/legal"]

    def test_a_point_not_met_fails_and_a_missing_one_warns(self):
        unmet = h01({f"{OPINIONS}[0].checks": {"contract_terms": True, "ip_statement": False}})
        assert judge(unmet, "PR-09") == [f"a fail {V2}/legal"]
        assert judge(unmet, "PR-16") == []
        missing = h01({f"{OPINIONS}[0].checks": {"contract_terms": True, "other": True}})
        assert judge(missing, "PR-16") == [f"warn {V2}/legal"]
        assert judge(missing, "PR-09") == []

    def test_the_last_opinion_of_a_department_counts(self):
        first = part(f"{OPINIONS}[0]")
        back = first | {"decision": "return", "signed_at": "2024-04-06T09:00:00+08:00"}
        assert judge(h01({OPINIONS: [*part(OPINIONS), back]}), "PR-09") == []
        again = back | {"signed_at": "2024-04-07T12:00:00+08:00"}
        case = h01({OPINIONS: [again, *part(OPINIONS)]})
        assert judge(case, "PR-09") == [f"a fail {V2}/legal"]
        assert records(case, DeptOpinionFacts)[3].path == f"{OPINIONS}[0]"

    @pytest.mark.parametrize(
        ("closed_at", "said"),
        [
            (PRESENTED, []),
            (AFTERWARDS, [f"b fail {V2}/legal"]),
            (None, [f"b pending {V2}/legal"]),
        ],
    )
    def test_a_condition_is_closed_before_the_presentation(self, closed_at: str | None, said: list[str]):
        conditional = {f"{OPINIONS}[0].decision": "conditional", f"{OPINIONS}[0].condition_closed_at": closed_at}
        assert judge(h01(conditional), "PR-09") == said

    @pytest.mark.parametrize(("signed_at", "said"), [(PRESENTED, []), (AFTERWARDS, [f"fail {V2}/tech"])])
    def test_nothing_is_presented_before_it_is_reviewed(self, signed_at: str, said: list[str]):
        assert judge(h01({f"{OPINIONS}[2].signed_at": signed_at}), "PR-13") == said

    def test_before_the_presentation_the_order_is_pending(self):
        outcomes = judge(h01({f"{P2}.presentation": None}), "PR-13")
        assert outcomes == [f"pending {V2}/{department}" for department in ("commerce", "legal", "tech")]


class TestFeedback:
    RECEIVED = "2024-04-02T16:00:00+08:00"
    SUBJECT = f"{V1}/{part('proposals[0].feedback[0].feedback_no')}"

    def revised(self, at: str | None) -> dict[str, Any]:
        feedback = part("proposals[0].feedback[0]") | {"received_at": self.RECEIVED, "revised_at": at}
        return {"proposals[0].feedback": [feedback]}

    @pytest.mark.parametrize(
        ("at", "said"),
        [("2024-04-04T16:00:00+08:00", []), ("2024-04-04T16:00:01+08:00", [f"fail {SUBJECT}"])],
    )
    def test_a_feedback_is_answered_within_48_hours(self, at: str, said: list[str]):
        assert judge(h01(self.revised(at)), "PR-10") == said

    @pytest.mark.parametrize(
        ("as_of", "outcome"), [("2024-04-04T16:00:00+08:00", "pending"), ("2024-04-04T16:00:01+08:00", "fail")]
    )
    def test_while_open_the_clock_runs(self, as_of: str, outcome: str):
        case = h01(self.revised(None))
        assert judge(case, "PR-10", as_of=as_of) == [f"{outcome} {self.SUBJECT}"]
        assert record(case, FeedbackFacts).due["revise_elapsed_min"].due_at.isoformat() == "2024-04-04T16:00:00+08:00"

    def test_lateness_is_said_in_hours(self):
        found = record(h01(self.revised("2024-04-04T18:30:00+08:00")), FeedbackFacts)
        assert found.late_text == "2.5"
        assert found.on == date(2024, 4, 2)
