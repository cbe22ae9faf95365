"""What a check report says, and in which order; where deadlines lie on the line of time."""

from datetime import datetime

import pytest

from docgen.case.values import SHANGHAI
from docgen.findings import Outcome
from service.report import Override
from service.report.content import Card, Sheet, sheet
from service.report.timeline import CELLS, timeline
from tests.samples import Kind, samples
from tests.service.reporting import days, finding, reported, with_findings

AS_OF = datetime(2024, 5, 1, 12, tzinfo=SHANGHAI)
SHOWN = (Outcome.FAIL, Outcome.WARN, Outcome.PENDING, Outcome.INFO)


def _cards(made: Sheet) -> list[Card]:
    return [card for group in made.groups for card in group.cards]


def _line(card: Card, label: str) -> str:
    return next(line.text for line in card.lines if line.label == label)


@pytest.mark.parametrize("name", [each.name for each in samples(Kind.FAILING, Kind.IN_PROGRESS)])
def test_every_finding_of_a_sample_has_its_card_under_its_outcome(name: str):
    report, about = reported(name)
    made = sheet(report, about)
    assert [group.outcome for group in made.groups] == [
        outcome.value for outcome in SHOWN if any(one.outcome is outcome for one in report.findings)
    ]
    assert sorted(card.message for card in _cards(made)) == sorted(one.message for one in report.findings)
    assert all(card.title for card in _cards(made))


def test_the_head_names_the_case_its_stage_the_moment_and_what_decided():
    report, about = reported("S02")
    head = {line.label: line.text for line in sheet(report, about).head}
    assert head["案卷编号"] == "XS2024-0009"
    assert head["所处阶段"] == "订单执行中"
    assert head["评估时点"] == "2024-04-05 18:00"
    assert head["规则包"] == f"{report.pack.version}（{report.pack.sha256[:12]}）"
    assert head["公司规定"] == report.policy_sha256[:12]


def test_the_summary_counts_every_rule_once():
    report, about = reported("F01")
    made = sheet(report, about)
    counted = [
        sum(int(count.replace("—", "0")) for count in column)
        for column in zip(*(row.counts for row in made.summary), strict=True)
    ]
    assert counted == [int(count) for count in made.total.counts]
    assert sum(counted) == len(report.outcomes)
    assert [row.chapter for row in made.summary][:3] == ["通用要求", "客户开发", "需求沟通"]
    assert dict(zip(made.outcomes, counted, strict=True))["不通过"] == 3


def test_a_clean_case_lists_its_passes_and_says_that_nothing_is_to_be_done():
    report, about = reported("H01")
    made = sheet(report, about)
    assert (made.verdict, made.groups, made.failed) == ("没有需要处理的事项", (), False)
    passed = {rule.label for listed in made.passed for rule in listed.rules}
    assert passed == {rule for rule, outcome in report.outcomes.items() if outcome is Outcome.PASS}
    assert made.passed_count + made.not_applicable_count == len(report.outcomes)


def test_a_card_gives_facts_by_their_names_the_deadline_the_sources_and_what_to_do():
    report, about = reported("F21")
    (card,) = _cards(sheet(report, about))
    assert (card.rule, card.mark) == ("OD-12", "× 不通过")
    assert _line(card, "对象") == "PO20240418001（orders[0]）"
    assert _line(card, "事实") == "验收已用工作日：4；验收期限(工作日)：3；订单类型：产品类；首次验收已签署：是"
    assert _line(card, "期限") == "应于2024-05-29 24:00前，实际2024-05-30 10:00"
    assert _line(card, "手册").startswith("手册二(五)步骤4“产品类：客户收货后3个工作日内完成验收")
    assert _line(card, "法律") == "民法典第201、620、621条"
    assert _line(card, "建议") == "催办并完成验收；验收单仍然有效"


def test_a_card_leaves_out_what_there_is_not():
    report, about = reported("S02")
    card = next(card for card in _cards(sheet(report, about)) if card.rule.startswith("ND-11"))
    assert [line.label for line in card.lines] == ["对象", "事实", "手册", "建议"]


def test_a_deadline_without_an_act_is_still_open():
    report, about = reported("S02")
    made = sheet(with_findings(report, finding(Outcome.FAIL, due_at=AS_OF)), about)
    assert _line(_cards(made)[0], "期限") == "应于2024-05-01 12:00前，尚未完成"


def test_an_override_is_printed_with_its_warning_and_in_the_list():
    report, about = reported("F01")
    override = Override("OD-11", "李主管", AS_OF, "客户已书面同意")
    made = sheet(report, about, [override])
    text = "李主管于2024-05-01 12:00放行：客户已书面同意"
    assert [(line.label, line.text) for line in made.overrides] == [("OD-11", text)]
    for card in _cards(made):
        assert any(line.text == text for line in card.lines) is card.rule.startswith("OD-11")


def test_an_override_never_shows_at_a_fail():
    report, about = reported("F01")
    made = sheet(report, about, [Override("OD-01", "李主管", AS_OF, "无效")])
    assert all(line.label != "放行" for card in _cards(made) for line in card.lines)


def test_deadlines_lie_on_the_line_by_their_distance_the_next_first():
    late, half, near = (finding(due_at=AS_OF + days(count)) for count in (100, 50, 25))
    line = timeline([late, half, near], AS_OF)
    assert [(bar.start, bar.length) for bar in line.bars] == [(0, 250), (0, 500), (0, 1000)]
    assert [bar.cells.index("due") for bar in line.bars] == [CELLS // 4, CELLS // 2, CELLS - 1]
    assert line.ticks == ("2024-05-01", "2024-05-26", "2024-06-20", "2024-07-15")
    assert line.until == "2024-08-09"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before():
    (bar,) = timeline([finding(due_at=datetime(2024, 5, 4, tzinfo=SHANGHAI))], AS_OF).bars
    assert (bar.due, bar.overdue) == ("2024-05-03 24:00", False)


def test_an_overdue_act_begins_before_the_moment_of_the_report():
    overdue, coming = timeline([finding(due_at=AS_OF + days(30)), finding(due_at=AS_OF - days(10))], AS_OF).bars
    assert (overdue.overdue, overdue.start, overdue.length, overdue.cells[0]) == (True, 0, 250, "due")
    assert (coming.overdue, coming.start, coming.length) == (False, 250, 750)


def test_hours_are_printed_where_the_line_is_short():
    line = timeline([finding(due_at=AS_OF + days(1))], AS_OF)
    assert line.ticks == ("05-01 12:00", "05-01 18:00", "05-02 00:00", "05-02 06:00")


def test_a_deadline_right_now_is_drawn():
    (bar,) = timeline([finding(due_at=AS_OF)], AS_OF).bars
    assert (bar.start, bar.length, bar.cells.count("due")) == (0, 1, 1)


def test_only_pending_findings_with_a_deadline_make_a_line():
    report, about = reported("S02")
    assert all(group.timeline is None for group in sheet(report, about).groups)
    made = sheet(with_findings(report, finding(due_at=report.as_of + days(2))), about)
    lines = {group.outcome: group.timeline for group in made.groups}
    assert [bar.rule for bar in lines["pending"].bars] == ["OD-12"] if lines["pending"] else False
    assert lines["info"] is None
