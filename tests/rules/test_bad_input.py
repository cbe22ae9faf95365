"""Bad rules, policies and cases: each is named with its place, and the rules in force stay in force."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from docgen.case import load_case
from docgen.clock import FixedClock
from docgen.errors import DeclarationError, DocgenError, InputError
from docgen.findings import Outcome
from rules.book import Rulebook, lint, load_rulebook
from service.cli import main
from tests.rules.patching import h01, part
from tests.rules.test_book import edit, packs_copy, policy_file
from tests.samples import sample

CONDITION = "violates: record_elapsed_min > policy.deadlines.first_contact_min"
NESTED = "(" * 30 + "record_done" + ")" * 30
BRANCHED = " and ".join(f"(record_elapsed_min == {n} or crm_elapsed_min == {n})" for n in range(13))


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def places(error: DeclarationError) -> dict[str, str]:
    return {detail.path: detail.message for detail in error.details}


class TestRules:
    """What a wrong rule says is told with file and line, by lint and by a running service that keeps the old rules."""

    @pytest.fixture
    def packs(self, tmp_path: Path) -> Path:
        return packs_copy(tmp_path)

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            ("violates: record_elapsd_min > 5", "是否为“record_elapsed_min”"),
            ("violates: record_elapsed_min > policy.deadlines.first_contct_min", "是否为“deadlines.first_contact_min”"),
            ("violates: record_elapsed_min == true", "不能与是否True比较"),
            ('violates: record_elapsed_min > "一天"', "不能与文字"),
            ("violates: record_elapsed_min", "不能单独作条件"),
            ("violates: record_elapsed_min / crm_elapsed_min > 2", "不认识的写法“/"),
            ("violates: record_elapsed_min % 2 == 1", "不认识的写法“%"),
            ('violates: record_done =~ "(a+)+$"', "不认识的写法“=~"),
            ('violates: matches(record_done, "(a+)+$")', "处："),
            (f"violates: {NESTED}", "处："),
            (f"violates: {BRANCHED}", "过于复杂"),
            (f"violates: {' or '.join(['record_done'] * 100)}", "文字过长"),
            ("violates: record_elapsed_min > 5 and record_elapsed_min < 3", "violates 不可能成立"),
            ("violates: record_elapsed_min > 5 or record_elapsed_min <= 5", "violates 总是成立"),
            ("violates: record_elapsed_min > .inf", "处："),
            ("violates: [record_done]", "应为文字"),
            ("violates: &loop record_done", "不允许使用锚点或别名"),
            ("violates: !!python/name:os.system record_done", "不允许使用标签"),
        ],
    )
    def test_wrong_condition(self, packs: Path, written: str, said: str):
        path = packs / "development.yaml"
        live = load_rulebook(packs_dir=packs)
        before, line = live.check(h01()), line_of(path, CONDITION)
        edit(path, CONDITION, written)
        started = time.perf_counter()
        assert live.check(h01()) == before
        assert time.perf_counter() - started < 5
        (refused,) = live.refused
        found = places(refused)
        assert found.keys() == {f"development.yaml:{line}"}
        assert said in found[f"development.yaml:{line}"]
        assert {detail.path for detail in lint(packs_dir=packs)} == found.keys()

    def test_misspelt_key(self, packs: Path):
        path = packs / "development.yaml"
        line = line_of(path, CONDITION)
        edit(path, CONDITION, CONDITION.replace("violates", "violate"))
        found = {detail.path: detail.message for detail in lint(packs_dir=packs)}
        assert "是否为“violates”" in found[f"development.yaml:{line}"]

    def test_two_rules_of_one_id_in_one_file(self, packs: Path):
        path = packs / "development.yaml"
        line = line_of(path, "id: CD-09")
        edit(path, "id: CD-09", "id: CD-08")
        assert places(refusal(packs))[f"development.yaml:{line}"] == "规则编号重复"

    def test_two_rules_of_one_id_in_two_files(self, packs: Path):
        path = packs / "needs.yaml"
        first = line_of(path, "- id:")
        edit(path, path.read_text(encoding="utf-8").splitlines()[first - 1].strip(), "- id: CD-08")
        assert "规则编号与development.yaml重复" in places(refusal(packs))[f"needs.yaml:{first}"]


def refusal(packs: Path) -> DeclarationError:
    with pytest.raises(DeclarationError) as refused:
        load_rulebook(packs_dir=packs)
    return refused.value


class TestPolicy:
    """A wrong policy is named with file and line; the one before stays in force."""

    @pytest.mark.parametrize(
        ("written", "said"),
        [("-1", "不得为负数"), ('"-1.00"', "不得为负数"), ("五十万", "应为数字"), ("80000 USD", "应为数字")],
    )
    def test_threshold_that_is_no_amount(self, tmp_path: Path, written: str, said: str):
        path = policy_file(tmp_path, str)
        live = load_rulebook(path)
        before, line = live.check(h01()), line_of(path, 'gm_threshold_cny: "')
        edit(path, 'gm_threshold_cny: "500000.00"', f"gm_threshold_cny: {written}")
        assert live.check(h01()) == before
        (refused,) = live.refused
        assert said in places(refused)[f"policy.yaml:{line}"]

    def test_regular_expression_that_is_none(self, tmp_path: Path):
        path = policy_file(tmp_path, lambda text: text.replace(r"^DEMO\d{3,}$", "^DEMO(", 1))
        with pytest.raises(DeclarationError) as refused:
            load_rulebook(path)
        assert "不是正确的正则表达式" in places(refused.value)[f"policy.yaml:{line_of(path, '^DEMO(')}"]

    def test_company_calendar_of_a_year_that_is_not_complete(self, tmp_path: Path):
        path = policy_file(tmp_path, str)
        line = line_of(path, "calendar:")
        edit(path, "  days: {}", "  days: {2031-10-01: holiday}")
        with pytest.raises(DeclarationError) as refused:
            load_rulebook(path)
        (place,) = refused.value.details
        assert place.path.startswith("policy.yaml:")
        assert int(place.path.partition(":")[2]) >= line
        assert "2031年" in place.message


class TestCalendarAndClock:
    def test_year_without_calendar_leaves_only_what_needs_it_undecided(self):
        report = load_rulebook().check(load_case(sample("S16_calendar_without_year").case))
        (finding,) = report.findings
        assert finding.outcome is Outcome.PENDING
        assert "日历缺少2028年" in finding.message

    @pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=14))])
    def test_clock_of_another_zone_gives_the_same_answer(self, zone: timezone):
        timeless = h01().model_copy(update={"as_of": None})
        here = datetime.fromisoformat("2024-04-22T00:30:00+08:00")
        local, abroad = (load_rulebook(clock=FixedClock(at)).check(timeless) for at in (here, here.astimezone(zone)))
        assert abroad == local
        assert local.findings

    def test_clock_without_a_zone_is_refused(self, capsys: pytest.CaptureFixture[str]):
        assert main(["check", str(sample("H01").case), "--as-of", "2024-12-31T18:00:00"]) == 4
        assert "--as-of 不是带时区的时间" in capsys.readouterr().err

    def test_case_in_another_zone_is_refused_with_its_line(self):
        (fault,) = faults(lambda text: text.replace("timezone: Asia/Shanghai", "timezone: Europe/Berlin"))
        assert fault.startswith("timezone not_in_choices ")
        assert "第4行" in fault


def faults(change: Callable[[str], str]) -> list[str]:
    """Return what loading a changed H01 complains of: path, code, message."""
    text = sample("H01").case.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    with pytest.raises(InputError) as refused:
        load_case(changed)
    assert refused.value.code == "invalid_case"
    return [f"{one.path} {one.code} {one.message}" for one in refused.value.details]


class TestCases:
    def test_approval_by_an_unknown_person(self):
        known = part("contract.approval.steps[0].approver_ref")
        (fault,) = faults(lambda text: text.replace(f"approver_ref: {known}", "approver_ref: S99", 1))
        assert fault.startswith("contract.approval.steps[0].approver_ref unresolved_ref ")
        assert "第" in fault
        assert "S99" not in fault

    @pytest.mark.parametrize(
        "written",
        [
            "80000 USD",
            "USD 80000.00",
            "80000usd",
            "US$80000",
            "$80,000",
            "€80000",
            "8万美元",
            "80000美金",
            "1000000日元",
        ],
    )
    def test_power_of_attorney_in_a_foreign_currency(self, written: str):
        (fault,) = faults(lambda text: text.replace('amount_limit: "800000.00"', f'amount_limit: "{written}"'))
        assert fault.startswith("authorizations[0].amount_limit foreign_currency 只受理人民币金额")
        assert "第281行" in fault
        assert written not in fault

    @pytest.mark.parametrize("written", ["80万", "80000元", "CNY 80000", "¥80000", "80,000", "abc", "inf"])
    def test_amount_in_yuan_written_otherwise_is_no_foreign_currency(self, written: str):
        (fault,) = faults(lambda text: text.replace('amount_limit: "800000.00"', f'amount_limit: "{written}"'))
        assert fault.startswith("authorizations[0].amount_limit decimal_notation ")

    def test_prices_in_a_foreign_currency_too(self):
        price = part("contract.lines[0].unit_price")
        text = f'unit_price: "{price}"'
        found = faults(lambda case: case.replace(text, 'unit_price: "99 EUR"'))
        assert all("foreign_currency" in fault for fault in found)


def test_every_refusal_speaks_chinese_and_says_what_to_do(tmp_path: Path):
    packs = packs_copy(tmp_path)
    edit(packs / "development.yaml", CONDITION, "violates: record_elapsed_min / 2")
    errors: list[DocgenError] = [refusal(packs)]
    with pytest.raises(InputError) as refused:
        load_case(sample("E04_unresolved_reference").case)
    errors.append(refused.value)
    assert all(error.remedy and error.code and not error.message.isascii() for error in errors)


def test_refused_versions_do_not_pile_up(tmp_path: Path):
    packs = packs_copy(tmp_path)
    live: Rulebook = load_rulebook(packs_dir=packs)
    before = live.check(h01())
    for broken in ("violates: a /", "violates: b /"):
        edit(packs / "development.yaml", CONDITION, broken)
        assert live.check(h01()) == before
        assert len(live.refused) == 1
        edit(packs / "development.yaml", broken, CONDITION)
    assert live.check(h01()) == before
    assert live.refused == ()
