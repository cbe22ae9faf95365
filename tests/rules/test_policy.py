import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.clock import SHANGHAI
from docgen.errors import DeclarationError
from rules.policy import DEFAULT_POLICY, Policy, load_policy, parse_policy, policy_types

ON = date(2026, 3, 2)


def policy(text: str) -> Policy:
    return parse_policy("policy.yaml", text.encode())


def faults(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(DeclarationError) as caught:
        policy(text)
    assert caught.value.code == "bad_policy"
    return [(detail.path, detail.label, detail.message) for detail in caught.value.details]


def test_the_shipped_policy_sets_the_sample_threshold_and_otherwise_the_values_of_the_manual():
    shipped, bare = load_policy().at(ON), Policy().at(ON)
    assert shipped["approval.gm_threshold_cents"] == 50_000_000
    assert {key: value for key, value in shipped.items() if key != "approval.gm_threshold_cents"} == bare


def test_the_shipped_policy_names_every_setting_with_its_source():
    text = DEFAULT_POLICY.read_text(encoding="utf-8")
    for section, info in Policy.model_fields.items():
        assert info.annotation is not None
        for name, setting in info.annotation.model_fields.items():
            assert re.search(rf"^ +{name}:", text, re.MULTILINE), f"{section}.{name}"
            assert setting.title, f"{section}.{name}"
            assert setting.description, f"{section}.{name}"


def test_the_code_has_no_threshold():
    assert "approval.gm_threshold_cents" not in Policy().at(ON)
    assert "approval.gm_threshold_cents" not in policy("deadlines: {}").at(ON)


def test_the_view_speaks_in_minutes_cents_and_basis_points():
    view = policy(
        """
        approval: {gm_threshold_cny: "500000.01"}
        deadlines: {first_contact_hours: 24, urgent_onsite_hours: 2, ticket_response_minutes: 15, follow_up_days: 3}
        proposal: {min_margin_rate: "0.2505"}
        survey: {months: [1, 3, 6]}
        after_sales: {warn_before_acceptance: true}
        """
    ).at(ON)
    assert view["approval.gm_threshold_cents"] == 50_000_001
    assert view["deadlines.first_contact_min"] == 1_440
    assert view["deadlines.urgent_onsite_min"] == 120
    assert view["deadlines.ticket_response_minutes"] == 15
    assert view["deadlines.follow_up_days"] == 3
    assert view["proposal.min_margin_bp"] == 2_505
    assert view["survey.months"] == (1, 3, 6)
    assert view["after_sales.warn_before_acceptance"] is True
    assert "deadlines.first_contact_hours" not in view


def test_null_is_absent_even_where_there_is_a_default():
    assert "deadlines.follow_up_days" not in policy("deadlines: {follow_up_days: null}").at(ON)
    assert Policy().at(ON)["deadlines.follow_up_days"] == 3


def test_a_dated_value_holds_from_its_day_to_the_day_before_the_next():
    dated = policy(
        """
        approval:
          gm_threshold_cny:
            - {from: 2024-01-01, value: "500000.00"}
            - {from: 2025-01-01, value: "680000.00"}
            - {from: 2026-01-01, value: null}
        """
    )
    days = ["2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "9999-12-31"]
    found = [dated.at(date.fromisoformat(day)).get("approval.gm_threshold_cents") for day in days]
    assert found == [None, 50_000_000, 50_000_000, 68_000_000, 68_000_000, None, None]
    assert dated.at(date.min)["deadlines.follow_up_days"] == 3


def test_a_dated_list_is_no_list_of_values():
    dated = policy("survey: {months: [{from: 2026-01-01, value: [2, 4]}]}")
    assert dated.survey.months.at(ON) == (2, 4)
    assert dated.survey.months.at(date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("text", "line", "label", "message"),
    [
        ("approval:\n  gm_threshold_cny: -1", 2, "approval.gm_threshold_cny", "不得为负数"),
        ("approval:\n  gm_threshold_cny: 五十万", 2, "approval.gm_threshold_cny", "应为数字，如500000.00"),
        ("approval:\n  gm_threshold_cny: 5e5", 2, "approval.gm_threshold_cny", "应为数字"),
        ("approval:\n  gm_threshold_cny: '500,000'", 2, "approval.gm_threshold_cny", "应为数字"),
        ("approval:\n  gm_threshold_cny: 500000.001", 2, "approval.gm_threshold_cny", "应为数字"),
        ("approval:\n  gm_threshold_cny: .inf", 2, "approval.gm_threshold_cny", "应为数字"),
        ("approval:\n  gm_threshold_cny: [1, 2]", 2, "approval.gm_threshold_cny", "应为数字"),
        ("deadlines:\n  first_contact_hours: 1.5", 2, "deadlines.first_contact_hours", "应为数字，如24"),
        ("deadlines:\n  first_contact_hours: ２４", 2, "deadlines.first_contact_hours", "应为数字"),
        ("deadlines:\n  first_contact_hours: 1_000", 2, "deadlines.first_contact_hours", "应为数字"),
        ("deadlines:\n  first_contact_hours: 1000000", 2, "deadlines.first_contact_hours", "应为数字"),
        ("deadlines:\n  first_contact_hours: true", 2, "deadlines.first_contact_hours", "应为数字"),
        ("deadlines:\n  folow_up_days: 3", 2, "deadlines.folow_up_days", "是否为“follow_up_days”"),
        ("deadline:\n  follow_up_days: 3", 1, "deadline", "是否为“deadlines”"),
        ("proposal:\n  min_margin_rate: 25", 2, "proposal.min_margin_rate", "应为数字，如0.2500"),
        ("survey:\n  months: [3, 1]", 2, "survey.months", "由小到大"),
        ("survey:\n  months: [1, 1]", 2, "survey.months", "由小到大"),
        ("survey:\n  months: []", 2, "survey.months", "列表不能为空"),
        ("survey:\n  low_score: 6", 2, "survey.low_score", "数值过大"),
        ("numbering:\n  need_no: '['", 2, "numbering.need_no", "正则"),
        ("approval:\n  same_person_two_steps: maybe", 2, "approval.same_person_two_steps", "应为"),
        ("approval:\n  threshold_basis: net", 2, "approval.threshold_basis", "应为"),
        ("after_sales:\n  warn_before_acceptance: yes", 2, "after_sales.warn_before_acceptance", "应为true或false"),
        ("attestations:\n  required: [truth]", 2, "attestations.required", "应为"),
        ("calendar:\n  business_close: 25:00", 2, "calendar.business_close", "格式不符"),
        ("calendar:\n  days:\n    2026-13-01: holiday", 3, "calendar.days", "应为日期"),
        ("calendar:\n  days:\n    2026-12-01: free", 3, "calendar.days", "应为"),
        ("calendar:\n  days: {2099-01-01: holiday}", 1, "calendar", "2099年"),
        ("approval:\n  gm_threshold_cny:\n    - {from: soon, value: '1'}", 3, "approval.gm_threshold_cny", "应为日期"),
        ("approval:\n  gm_threshold_cny:\n    - {value: '1'}", 3, "approval.gm_threshold_cny", "缺少必填项"),
        (
            "approval:\n  gm_threshold_cny: [{from: 2026-01-01, value: '1'}, {from: 2025-01-01, value: '2'}]",
            2,
            "approval.gm_threshold_cny",
            "由早到晚",
        ),
        (
            "approval:\n  gm_threshold_cny: [{from: 2026-01-01, value: '1'}, {from: 2026-01-01, value: '2'}]",
            2,
            "approval.gm_threshold_cny",
            "不重复",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_line(text: str, line: int, label: str, message: str):
    found = faults(text)
    assert any(
        path == f"policy.yaml:{line}" and name.startswith(label) and message in said for path, name, said in found
    ), found


def test_a_rejected_value_is_not_repeated():
    assert "六十八万元整" not in str(faults("approval: {gm_threshold_cny: 六十八万元整}"))


def test_every_wrong_value_is_told_at_once():
    found = faults("approval: {gm_threshold_cny: -1}\ndeadlines: {first_contact_hours: x, follow_up_days: y}\nzzz: 1\n")
    assert len(found) == 4


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path):
    with pytest.raises(DeclarationError, match=r"none\.yaml") as caught:
        load_policy(tmp_path / "none.yaml")
    assert str(tmp_path) not in caught.value.message


def test_the_digest_is_of_the_values_and_not_of_their_writing():
    first, second = policy("deadlines: {follow_up_days: 3}"), policy("# note\ndeadlines:\n  follow_up_days: '3'\n")
    assert first.sha256 == second.sha256 == Policy().sha256
    assert policy("deadlines: {follow_up_days: 4}").sha256 != first.sha256


def test_the_calendar_knows_the_days_of_the_company():
    calendar = policy(
        "calendar:\n  roll_to_workday: false\n  business_close: '18:00'\n  years: [2098]\n"
        "  days: {2098-01-01: holiday, 2026-03-01: workday}\n"
    ).calendar()
    assert not calendar.is_workday(date(2098, 1, 1))
    assert calendar.is_workday(date(2026, 3, 1))
    assert calendar.workday_due(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), 1).hour == 18
    assert calendar.days_due(datetime(2026, 3, 3, 9, tzinfo=SHANGHAI), 4).date() == date(2026, 3, 7)
    assert Policy().calendar().days_due(datetime(2026, 3, 3, 9, tzinfo=SHANGHAI), 4).date() == date(2026, 3, 10)


def test_the_types_of_the_view_fit_its_values():
    types = policy_types()
    for key, value in load_policy().at(ON).items():
        if isinstance(value, tuple):
            assert key not in types
        else:
            assert type(value) is types[key]


@given(st.dates())
def test_the_view_of_any_day_is_that_of_its_values(on: date):
    dated = policy("deadlines: {follow_up_days: [{from: 2024-01-01, value: 3}, {from: 2025-06-01, value: 5}]}")
    assert dated.at(on).get("deadlines.follow_up_days") == dated.deadlines.follow_up_days.at(on)
