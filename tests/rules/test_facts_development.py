"""Facts and rules of customer development: CD-01 to CD-12, CD-14 to CD-17."""

from datetime import date
from typing import Any

import pytest

from rules.facts.development import ContactFacts, CustomerFacts
from rules.facts.first_contact import FirstContactFacts
from tests.rules.judging import judge, record, records
from tests.rules.patching import GONE, h01, part

SOURCE = "customer.sources[0]"
ENDED = "2024-03-15T10:40:00+08:00"


class TestPersona:
    def test_a_complete_persona_passes(self):
        assert judge(h01(), "CD-01") == []

    @pytest.mark.parametrize(
        ("patches", "missing"),
        [
            ({"persona.industries": []}, "行业"),
            ({"persona.regions": []}, "地域"),
            ({"persona.pain_points": []}, "痛点"),
            ({"persona.employees_min": None, "persona.revenue_min_cny": None}, "规模"),
            ({"persona.regions": [], "persona.pain_points": []}, "地域、痛点"),
        ],
    )
    def test_each_missing_dimension_is_named(self, patches: dict[str, object], missing: str):
        assert judge(h01(patches), "CD-01") == ["fail customer"]
        assert record(h01(patches), CustomerFacts).persona_missing_text == missing

    @pytest.mark.parametrize("size", ["persona.employees_min", "persona.revenue_min_cny"])
    def test_one_measure_of_size_is_enough(self, size: str):
        assert judge(h01({size: None}), "CD-01") == []

    def test_no_persona_is_pending(self):
        assert judge(h01({"persona": None}), "CD-01") == ["pending customer"]


class TestSources:
    @pytest.mark.parametrize("channel", ["exhibition", "referral", "social_media"])
    def test_the_channels_of_the_manual_are_lawful(self, channel: str):
        assert judge(h01({f"{SOURCE}.channel": channel}), "CD-02") == []

    @pytest.mark.parametrize(
        ("patches", "said"),
        [
            ({"customer.sources": []}, ["a fail customer"]),
            ({f"{SOURCE}.channel": "other"}, [f"b fail {SOURCE}"]),
            ({f"{SOURCE}.channel": "online_public"}, [f"b fail {SOURCE}"]),
            ({f"{SOURCE}.channel": "online_public", f"{SOURCE}.public_only": False}, [f"b fail {SOURCE}"]),
            ({f"{SOURCE}.channel": "online_public", f"{SOURCE}.public_only": True}, []),
        ],
    )
    def test_other_channels_are_not(self, patches: dict[str, object], said: list[str]):
        assert judge(h01(patches), "CD-02") == said

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({}, [f"fail {SOURCE}"]),
            ({"referrer": "某老客户"}, [f"fail {SOURCE}"]),
            ({"referrer_core_need": "报表"}, [f"fail {SOURCE}"]),
            ({"referrer": "某老客户", "referrer_core_need": "报表"}, []),
        ],
    )
    def test_a_referral_names_who_and_what_for(self, given: dict[str, str], said: list[str]):
        source = part(SOURCE) | {"channel": "referral"} | given
        assert judge(h01({SOURCE: source}), "CD-03") == said

    def test_another_channel_needs_no_referrer(self):
        assert judge(h01(), "CD-03") == []


class TestCrossChecks:
    def test_no_consistent_check_fails(self):
        checks = [check | {"consistent": False} for check in part("customer.verifications")]
        assert judge(h01({"customer.verifications": checks}), "CD-04") == ["fail customer"]
        assert judge(h01({"customer.verifications": []}), "CD-04") == ["fail customer"]

    def test_one_consistent_check_is_enough(self):
        assert judge(h01({"customer.verifications[0].consistent": False}), "CD-04") == []

    @pytest.mark.parametrize(
        ("channels", "methods", "said"),
        [
            (["online_public"], ["website", "public_registry"], ["info customer"]),
            (["online_public"], ["website", "phone"], []),
            (["online_public"], ["on_site"], []),
            (["exhibition"], ["website"], []),
            (["online_public", "exhibition"], ["website"], []),
            ([], ["website"], []),
            (["online_public"], [], []),
        ],
    )
    def test_data_taken_online_are_not_checked_online(self, channels: list[str], methods: list[str], said: list[str]):
        sources = [part(SOURCE) | {"channel": channel, "public_only": True} for channel in channels]
        checks = [part("customer.verifications[0]") | {"method": method} for method in methods]
        case = h01({"customer.sources": sources, "customer.verifications": checks})
        assert judge(case, "CD-17") == said


class TestGrade:
    def test_the_computed_grade_passes(self):
        assert judge(h01(), "CD-05") == []

    @pytest.mark.parametrize("grade", ["B", "C"])
    def test_another_grade_needs_a_reason(self, grade: str):
        assert judge(h01({"customer.grading.grade": grade}), "CD-05") == ["fail customer"]
        reason = {"customer.grading.grade": grade, "customer.grading.override_reason": "预算待落实"}
        assert judge(h01(reason), "CD-05") == []

    def test_no_grading_is_pending(self):
        assert judge(h01({"customer.grading": None}), "CD-05") == ["pending customer"]

    def test_tags_are_expected(self):
        assert judge(h01({"customer.need_tags": []}), "CD-14") == ["info customer"]
        assert judge(h01(), "CD-14") == judge(h01({"customer.need_tags": [], "customer.grading": None}), "CD-14") == []

    @pytest.mark.parametrize(
        ("grade", "priority", "said"),
        [
            ("A", "优先跟进", []),
            ("A", "培育", ["info customer"]),
            ("B", "需进一步培育", []),
            ("B", "优先跟进", ["info customer"]),
            ("C", "可定期维护", []),
            ("C", "培育", ["info customer"]),
        ],
    )
    def test_the_priority_fits_the_grade(self, grade: str, priority: str, said: list[str]):
        case = h01({"customer.grading.grade": grade, "customer.grading.priority": priority})
        assert judge(case, "CD-15") == said


class TestMonthlyReview:
    def test_every_month_reviewed_passes(self):
        assert judge(h01(), "CD-06") == []

    def test_a_month_left_out_is_named(self):
        case = h01({"customer.grade_history[2]": GONE})
        assert judge(case, "CD-06") == ["warn customer"]
        assert record(case, CustomerFacts).missed_review_text == "2024年6月"

    @pytest.mark.parametrize(
        ("as_of", "missed"),
        [
            ("2024-03-31T23:59:59+08:00", 0),
            ("2024-04-01T00:00:00+08:00", 0),
            ("2024-04-30T23:59:59+08:00", 0),
            ("2024-05-01T00:00:00+08:00", 1),
            ("2024-06-01T00:00:00+08:00", 2),
        ],
    )
    def test_the_month_of_grading_counts_as_reviewed_and_the_running_one_is_not_asked(self, as_of: str, missed: int):
        case = h01({"customer.grade_history": []})
        assert record(case, CustomerFacts, as_of=as_of).missed_review_months == missed

    def test_the_closing_of_the_case_ends_the_count(self):
        patches: dict[str, Any] = {"customer.grade_history": [], "closed_at": "2024-05-15T00:00:00+08:00"}
        assert record(h01(patches), CustomerFacts).missed_review_months == 1
        patches["closed_at"] = "2030-05-15T00:00:00+08:00"
        assert record(h01(patches), CustomerFacts).missed_review_months == 8

    def test_a_closing_before_the_grading_leaves_nothing_to_review(self):
        case = h01({"customer.grade_history": [], "closed_at": "2023-01-01T00:00:00+08:00"})
        assert record(case, CustomerFacts).missed_review_months == 0

    def test_many_months_are_counted_without_listing_them_all(self):
        case = h01({"customer.grading.graded_at": "0001-03-01T00:00:00+08:00", "customer.grade_history": []})
        found = record(case, CustomerFacts)
        assert found.missed_review_months == 2023 * 12 + 8
        assert found.missed_review_text.endswith(f"等{found.missed_review_months}个月")

    def test_without_grading_the_rule_does_not_apply(self):
        assert judge(h01({"customer.grading": None}), "CD-06") == []


class TestStaleCustomer:
    @pytest.mark.parametrize(
        ("as_of", "months"),
        [
            ("2024-11-19T23:00:00+08:00", 0),
            ("2024-12-19T23:59:59+08:00", 0),
            ("2024-12-20T00:00:00+08:00", 1),
            ("2025-02-19T23:59:59+08:00", 2),
            ("2025-02-20T00:00:00+08:00", 3),
        ],
    )
    def test_a_month_has_passed_after_its_corresponding_day(self, as_of: str, months: int):
        assert record(h01(), CustomerFacts, as_of=as_of).stale_months == months
        assert judge(h01(), "CD-07", as_of=as_of) == (["warn customer"] if months >= 3 else [])

    @pytest.mark.parametrize(("as_of", "months"), [("2025-02-28T23:59:59+08:00", 2), ("2025-03-01T00:00:00+08:00", 3)])
    def test_a_month_without_that_day_ends_on_its_last(self, as_of: str, months: int):
        case = h01({"customer.follow_ups[5].at": "2024-11-30T18:00:00+08:00"})
        assert record(case, CustomerFacts, as_of=as_of).stale_months == months

    def test_only_real_progress_counts(self):
        case = h01({"customer.follow_ups[5].is_progress": False})
        assert judge(case, "CD-07") == ["warn customer"]
        assert record(case, CustomerFacts).stale_months == 4

    def test_the_grading_counts_where_it_is_later(self):
        late = {"customer.grading.graded_at": "2024-12-01T00:00:00+08:00", "customer.follow_ups": []}
        assert record(h01(late), CustomerFacts).stale_months == 0

    def test_a_customer_lowered_to_b_is_left_alone(self):
        case = h01({"customer.follow_ups": [], "customer.grade_history[8].after": "B"})
        assert record(case, CustomerFacts).stale_months == 9
        assert judge(case, "CD-07") == []

    def test_the_period_is_a_policy_value(self):
        assert judge(h01(), "CD-07", grading__a_stale_months=1) == ["warn customer"]


class TestFirstContact:
    @pytest.mark.parametrize(
        ("done", "elapsed", "said"),
        [
            ("2024-03-16T10:40:00+08:00", 1440, []),
            ("2024-03-16T10:40:01+08:00", 1441, ["fail first_contact"]),
            ("2024-03-15T10:00:00+08:00", 0, []),
        ],
    )
    def test_record_and_system_have_24_hours_each(self, done: str, elapsed: int, said: list[str]):
        recorded, synced = h01({"first_contact.recorded_at": done}), h01({"first_contact.crm_synced_at": done})
        assert judge(recorded, "CD-08") == judge(synced, "CD-10") == said
        assert record(recorded, FirstContactFacts).record_elapsed_min == elapsed
        assert record(synced, FirstContactFacts).crm_elapsed_min == elapsed

    @pytest.mark.parametrize(
        ("as_of", "outcome"), [("2024-03-16T10:40:00+08:00", "pending"), ("2024-03-16T10:40:01+08:00", "fail")]
    )
    def test_while_open_the_clock_runs(self, as_of: str, outcome: str):
        case = h01({"first_contact.recorded_at": None, "first_contact.crm_synced_at": None})
        assert judge(case, "CD-08", as_of=as_of) == judge(case, "CD-10", as_of=as_of) == [f"{outcome} first_contact"]

    def test_the_deadline_is_attached(self):
        due = record(h01({"first_contact.recorded_at": None}), FirstContactFacts).due
        assert due["record_elapsed_min"].due_at.isoformat() == "2024-03-16T10:40:00+08:00"
        assert due["record_elapsed_min"].actual_at is None
        assert due["crm_elapsed_min"].actual_at is not None

    @pytest.mark.parametrize(
        ("recorded", "synced", "late"),
        [
            ("2024-03-16T12:10:00+08:00", ENDED, "1.5"),
            (ENDED, "2024-03-16T10:40:01+08:00", "0.1"),
            ("2024-03-16T12:40:00+08:00", "2024-03-16T12:40:00+08:00", "2.0"),
            ("2024-03-16T12:40:00+08:00", "2024-03-16T13:40:00+08:00", "记录2.0、系统3.0"),
        ],
    )
    def test_lateness_is_said_in_hours(self, recorded: str, synced: str, late: str):
        case = h01({"first_contact.recorded_at": recorded, "first_contact.crm_synced_at": synced})
        assert record(case, FirstContactFacts).late_text == late

    def test_no_first_contact_yet_is_pending(self):
        case = h01({"first_contact": None})
        for rule in ("CD-08", "CD-09", "CD-10"):
            assert judge(case, rule) == ["pending first_contact"]

    @pytest.mark.parametrize(
        ("patches", "missing"),
        [
            ({"first_contact.initial_needs": []}, "初步需求"),
            ({"first_contact.concerns": []}, "关注点"),
            ({"contacts[0].phone": None, "contacts[0].email": None}, "联系方式"),
            ({"first_contact.contact_ref": "S01"}, "联系人、职位、联系方式"),
        ],
    )
    def test_the_record_names_company_contact_needs_and_concerns(self, patches: dict[str, object], missing: str):
        assert judge(h01(patches), "CD-09") == ["fail first_contact"]
        assert record(h01(patches), FirstContactFacts).missing_text == missing

    @pytest.mark.parametrize("gone", ["contacts[0].phone", "contacts[0].email"])
    def test_one_way_to_reach_the_contact_is_enough(self, gone: str):
        assert judge(h01({gone: None}), "CD-09") == []

    def test_a_contact_at_the_end_of_time_has_no_deadline_but_is_judged(self):
        last = "9999-12-31T12:00:00+08:00"
        case = h01({"first_contact.ended_at": last, "first_contact.recorded_at": None})
        assert "record_elapsed_min" not in record(case, FirstContactFacts).due
        assert judge(case, "CD-08") == ["pending first_contact"]


class TestIntegrityAndPersonalData:
    def test_the_declaration_is_required_and_must_be_clean(self):
        assert judge(h01(), "CD-11") == []
        assert judge(h01({"customer.integrity": None}), "CD-11") == ["fail customer"]
        assert judge(h01({"customer.integrity.no_kickback": False}), "CD-11") == ["fail customer"]

    @pytest.mark.parametrize(
        ("patches", "on"),
        [
            ({}, date(2024, 11, 19)),
            ({"customer.integrity": None}, date(2024, 12, 31)),
            ({"customer.integrity.no_kickback": False}, date(2024, 3, 12)),
            ({"customer.grading": None}, date(2024, 12, 31)),
        ],
    )
    def test_the_law_of_the_declaration_day_counts(self, patches: dict[str, object], on: date):
        assert record(h01(patches), CustomerFacts).on == on

    @pytest.mark.parametrize("gone", ["contacts[1].personal_info", "contacts[1].personal_info.retain_until"])
    def test_every_contact_has_a_basis_and_a_retention_date(self, gone: str):
        assert judge(h01(), "CD-12") == []
        assert judge(h01({gone: None}), "CD-12") == ["fail contacts[C02]"]

    def test_a_contact_is_named_without_the_name(self):
        texts = [each.contact_text for each in records(h01(), ContactFacts)]
        assert texts == ["C01（*先生）", "C02（*女士）", "C03（*先生）", "C04（*先生）"]

    @pytest.mark.parametrize(
        ("changes", "fires"),
        [
            ({}, False),
            ({"disclosed_in_contract": False}, True),
            ({"booked_ref": None}, True),
            ({"payee_kind": "counterparty_staff"}, True),
        ],
    )
    def test_a_commission_is_disclosed_booked_and_not_paid_to_the_counterparty(
        self, changes: dict[str, object], fires: bool
    ):
        paid = {"payee_kind": "intermediary", "amount": "1000.00", "disclosed_in_contract": True, "booked_ref": "PZ-1"}
        assert bool(judge(h01({"contract.commissions": [paid | changes]}), "CD-16")) is fires
        assert judge(h01(), "CD-16") == []
