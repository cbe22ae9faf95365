from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.clock import SHANGHAI
from docgen.errors import NotFoundError
from docgen.findings import CheckReport, Finding, LawReference, Outcome
from docgen.rulebook.aspect import Aspect, Due
from docgen.rulebook.judge import Judge, identity_of
from docgen.rulebook.pack import load_packs
from docgen.rulebook.program import Verdict

from .examples import (
    DAY,
    LAWS,
    OCCASION,
    POLICY,
    VOCABULARY,
    Delivery,
    Grade,
    Visit,
    delivery,
    judge_of,
    pack_text,
    rule_text,
)


def judged(judge: Judge, *records: Aspect, policy: Mapping[str, Any] = POLICY) -> CheckReport:
    return judge.judge(records, lambda _: policy, OCCASION)


def outcome(judge: Judge, *records: Aspect, rule: str = "XX-01", policy: Mapping[str, Any] = POLICY) -> str:
    return judged(judge, *records, policy=policy).outcomes[rule].value


def only(report: CheckReport) -> Finding:
    (finding,) = report.findings
    return finding


LATE = judge_of(
    rule_text("elapsed_min > policy.deadlines.delivery_min", applies='kind == "product"', pending="not done")
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "service", "elapsed_min": 61}, "not_applicable"),
        ({"elapsed_min": 61}, "fail"),
        ({"elapsed_min": 61, "done": False}, "fail"),
        ({"elapsed_min": 60}, "pass"),
        ({"elapsed_min": 60, "done": False}, "pending"),
        ({"elapsed_min": None}, "pending"),
        ({"elapsed_min": None, "kind": "service"}, "not_applicable"),
    ],
)
def test_a_record_is_judged_in_the_order_of_the_steps(changes: dict[str, object], expected: str):
    assert outcome(LATE, delivery(**changes)) == expected


def test_a_rule_without_a_record_is_not_applicable():
    report = judged(LATE, Visit(subject="v", on=DAY, made=True))
    assert report.outcomes == {"XX-01": Outcome.NOT_APPLICABLE}
    assert report.findings == ()


@pytest.mark.parametrize("severity", ["fail", "warn", "info"])
def test_a_violation_has_the_severity_of_its_rule(severity: str):
    judge = judge_of(rule_text("elapsed_min > limit_min", severity=severity))
    report = judged(judge, delivery(elapsed_min=61))
    assert (report.outcomes["XX-01"].value, only(report).outcome.value) == (severity, severity)


def test_the_outcome_of_a_rule_is_its_worst_record():
    kinds = {
        "fail": delivery(elapsed_min=61),
        "pending": delivery(elapsed_min=None),
        "pass": delivery(),
        "not_applicable": delivery(kind="service"),
    }
    ranked = list(kinds)
    for worst in ranked:
        records = [kinds[name] for name in ranked[ranked.index(worst) :]]
        assert outcome(LATE, *records) == outcome(LATE, *reversed(records)) == worst


def test_pending_is_worse_than_info_and_info_than_pass():
    judge = judge_of(rule_text("elapsed_min > limit_min", severity="info"))
    assert outcome(judge, delivery(elapsed_min=61), delivery(elapsed_min=None)) == "pending"
    assert outcome(judge, delivery(elapsed_min=61), delivery()) == "info"


def test_findings_are_kept_per_record_and_part_and_equal_records_are_not_joined():
    report = judged(LATE, delivery(elapsed_min=61, subject="A"), delivery(elapsed_min=61, subject="B"), delivery())
    assert [(one.subject, one.path, one.part) for one in report.findings] == [
        ("A", "orders[0]", ""),
        ("B", "orders[0]", ""),
    ]


def test_findings_come_in_the_order_of_the_rules_then_of_the_records():
    judge = judge_of(rule_text("elapsed_min > limit_min", id="XX-02"), rule_text("not done", id="XX-01"))
    records = [delivery(subject=str(n), done=n % 2 == 0, elapsed_min=61) for n in range(4)]
    assert [(one.rule, one.subject) for one in judged(judge, *records).findings] == [
        *(("XX-02", str(n)) for n in range(4)),
        ("XX-01", "1"),
        ("XX-01", "3"),
    ]


def test_the_order_of_rules_and_packs_decides_nothing():
    rules = [
        rule_text("elapsed_min > limit_min", id="XX-01", pending="not done"),
        rule_text('grade == "low" or told', id="XX-02", applies='kind == "product"'),
        rule_text("paid_cents < 0", id="XX-03", severity="warn"),
    ]
    records = [delivery(), delivery(elapsed_min=None, done=False), delivery(grade=None, told=None, paid_cents=-1)]
    first = judged(judge_of(*rules), *records)
    packs = load_packs([("b.yaml", pack_text(rules[2])), ("a.yaml", pack_text(rules[1], rules[0]))], VOCABULARY)
    second = judged(Judge(packs, LAWS), *reversed(records))
    assert first.outcomes == second.outcomes
    assert sorted(map(str, first.findings)) == sorted(map(str, second.findings))


def test_messages_print_money_in_yuan_choices_by_label_and_the_subject():
    judge = judge_of(
        rule_text("paid_cents > 5", message="{subject}已付{paid_cents}元，等级{grade}，{kind}，{done}，{elapsed_min}")
    )
    finding = only(judged(judge, delivery(paid_cents=68000000, elapsed_min=None)))
    assert finding.message == "PO1已付680,000.00元，等级高，product，是，—"


def test_a_finding_tells_what_it_stands_on():
    judge = judge_of(
        rule_text("elapsed_min > policy.deadlines.delivery_min", more="law: [{name: 民法典, article: '201'}]")
    )
    start = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
    due = Due(start + timedelta(hours=1), start + timedelta(hours=2))
    finding = only(judged(judge, delivery(elapsed_min=120, due={"elapsed_min": due, "paid_cents": Due(start)})))
    assert finding.inputs == {"elapsed_min": 120, "policy.deadlines.delivery_min": 60}
    assert finding.manual.quote == "交付后24小时内完成《交付记录》填写"
    assert finding.law == (LawReference(name="民法典", article="201"),)
    assert (finding.due_at, finding.actual_at) == (due.due_at, due.actual_at)
    assert finding.suggestion == "立即交付"
    assert finding.model_dump_json()


def test_inputs_of_an_internal_rule_hold_no_figures():
    judge = judge_of(rule_text('paid_cents < limit_min and kind == "product" and done', more="internal: true"))
    finding = only(judged(judge, delivery(paid_cents=1, limit_min=2)))
    assert finding.internal
    assert finding.inputs == {"kind": "product", "done": True}


def test_inputs_are_plain_json():
    finding = only(judged(judge_of(rule_text('grade == "high"')), delivery()))
    assert finding.inputs == {"grade": "high"}
    assert type(finding.inputs["grade"]) is str


@pytest.mark.parametrize(
    ("on", "names"),
    [
        ("2020-12-31", ["旧法"]),
        ("2021-01-01", ["民法典", "旧法"]),
        ("2026-03-01", ["民法典", "旧法"]),
        ("2026-03-02", ["民法典", "新法"]),
    ],
)
def test_the_articles_in_force_on_the_day_of_the_fact_are_cited(on: str, names: list[str]):
    law = "law: [{name: 民法典, article: '509'}, {name: 旧法, article: '7'}, {name: 新法, article: '8'}]"
    judge = judge_of(rule_text("elapsed_min > limit_min", more=law))
    finding = only(judged(judge, delivery(elapsed_min=61, on=date.fromisoformat(on))))
    assert [reference.name for reference in finding.law] == names


def test_policy_values_of_the_day_of_each_record_decide():
    judge = judge_of(rule_text("elapsed_min > policy.deadlines.delivery_min"))
    values: dict[date, dict[str, int]] = {
        date(2026, 1, 1): {"deadlines.delivery_min": 60},
        date(2026, 2, 1): {"deadlines.delivery_min": 120},
        date(2026, 3, 1): {},
    }
    records = [delivery(subject=str(day), on=day, elapsed_min=100) for day in values]
    report = judge.judge(records, values.__getitem__, OCCASION)
    assert [(one.subject, one.outcome.value) for one in report.findings] == [
        ("2026-01-01", "fail"),
        ("2026-03-01", "pending"),
    ]
    assert report.findings[1].message == "交付及时：尚不能判断，缺少政策值deadlines.delivery_min"


def test_an_absent_policy_value_in_applies_makes_a_part_not_applicable():
    judge = judge_of(rule_text("not done", applies="policy.delivery.strict == true"))
    late = delivery(done=False)
    assert outcome(judge, late) == "fail"
    assert outcome(judge, late, policy={**POLICY, "delivery.strict": False}) == "not_applicable"
    assert outcome(judge, late, policy={}) == "not_applicable"


def test_known_makes_a_part_not_applicable_instead_of_pending():
    judge = judge_of(rule_text("told", applies="known(told)"), rule_text("told", id="XX-02"))
    report = judged(judge, delivery(told=None))
    assert (report.outcomes["XX-01"], report.outcomes["XX-02"]) == (Outcome.NOT_APPLICABLE, Outcome.PENDING)


def test_a_pending_finding_says_why():
    assert only(judged(LATE, delivery(done=False))).message == "交付及时：尚未完成"
    assert only(judged(LATE, delivery(elapsed_min=None))).message == "交付及时：尚不能判断，缺少用时(分钟)"
    unknown = delivery(elapsed_min=None, unknown={"elapsed_min": "日历缺少2028年"})
    assert only(judged(LATE, unknown)).message == "交付及时：尚不能判断（日历缺少2028年）"


@pytest.mark.parametrize("poison", [1.5, "61", True, [], {}, object(), b"x", None, float("nan"), 2**63 + 0.5])
def test_a_fact_of_a_wrong_type_makes_its_own_parts_pending_and_no_other(poison: object):
    judge = judge_of(
        rule_text("limit_min < elapsed_min"), rule_text("not done", id="XX-02"), rule_text("told", id="XX-03")
    )
    poisoned = delivery(limit_min=poison, done=False, told=False)
    report = judged(judge, poisoned, delivery(told=False), delivery(subject="late", elapsed_min=61, told=False))
    assert [(one.rule, one.subject, one.outcome.value) for one in report.findings] == [
        ("XX-01", "PO1", "pending"),
        ("XX-01", "late", "fail"),
        ("XX-02", "PO1", "fail"),
    ]
    assert report.outcomes["XX-03"] is Outcome.PASS
    if poison is not None:
        assert report.findings[0].message == "交付及时：尚不能判断（事实的类型不正确）"
    assert report.model_dump_json()


def test_a_refused_fact_in_applies_does_not_make_a_part_not_applicable():
    judge = judge_of(rule_text("not done", applies='kind == "product"'))
    assert outcome(judge, delivery(kind="unheard-of", done=True)) == "pending"
    assert outcome(judge, delivery(kind=7, done=False)) == "pending"
    assert outcome(judge, delivery(kind=None, done=False)) == "pending"


def test_values_that_are_equal_but_of_other_types_are_not_mistaken_for_each_other():
    judge = judge_of(rule_text("limit_min == 1"), rule_text("done", id="XX-02"))
    records = [
        delivery(limit_min=1),
        delivery(limit_min=True),
        delivery(limit_min=1.0),
        delivery(done=1),
        delivery(limit_min=1),
    ]
    found = {
        (one.rule, one.outcome.value) for record in (records, records[::-1]) for one in judged(judge, *record).findings
    }
    assert found == {("XX-01", "fail"), ("XX-01", "pending"), ("XX-02", "fail"), ("XX-02", "pending")}


@pytest.mark.parametrize(
    ("elapsed", "limit", "expected"),
    [
        (2**62, 2**62, "pass"),
        (2**62 + 1, 2**62, "fail"),
        (2**63, 2**63 + 1, "pass"),
        (10**30, 10**30 - 1, "fail"),
        (-(2**63), 5, "pass"),
    ],
)
def test_integers_beyond_the_engine_are_judged_exactly(elapsed: int, limit: int, expected: str):
    judge = judge_of(rule_text("elapsed_min > limit_min"), rule_text("not done", id="XX-02"))
    report = judged(judge, delivery(elapsed_min=elapsed, limit_min=limit, done=False), delivery())
    assert report.outcomes["XX-01"].value == expected
    assert report.outcomes["XX-02"] is Outcome.FAIL


def test_a_text_that_the_engine_cannot_hold_is_judged_exactly():
    judge = judge_of(rule_text('policy.delivery.mode == "a"'))
    assert outcome(judge, delivery(), policy={"delivery.mode": "\ud800"}) == "pass"
    assert outcome(judge, delivery(), policy={"delivery.mode": 'a"'}) == "pass"
    assert outcome(judge, delivery(), policy={"delivery.mode": "a"}) == "fail"


def test_an_unknown_rule_is_named():
    with pytest.raises(NotFoundError, match="XX-99") as caught:
        LATE.rule("XX-99")
    assert caught.value.code == "unknown_rule"
    assert LATE.rule("XX-01").title == "交付及时"


def test_the_identity_changes_with_any_pack_and_not_with_their_order():
    first, second = pack_text(), pack_text(rule_text(id="XX-02")).replace(b"2026.1", b"2026.2")
    packs = load_packs([("a.yaml", first), ("b.yaml", second)], VOCABULARY)
    assert identity_of(packs) == identity_of(packs[::-1])
    assert identity_of(packs).version == "2026.1+2026.2"
    assert len({identity_of(some).sha256 for some in (packs, packs[:1], packs[1:])}) == 3


RULES = judge_of(
    rule_text("elapsed_min > limit_min", id="AA-01", applies='kind == "product"', pending="not done"),
    rule_text('grade == "low" and (not told or paid_cents < 0)', id="AA-02", severity="warn"),
    rule_text("told or elapsed_min == 5", id="AA-03", applies="known(told) and done", severity="info"),
    rule_text("elapsed_min > policy.deadlines.delivery_min", id="AA-04"),
    rule_text("not made", id="AA-05", message="x").replace("aspect: delivery", "aspect: visit"),
)
DELIVERIES: st.SearchStrategy[Delivery] = st.builds(
    delivery,
    done=st.booleans(),
    elapsed_min=st.sampled_from([None, 0, 5, 60, 61, 2**62, 2**64]),
    limit_min=st.sampled_from([0, 5, 60, 2**62, 2**64, 1.5]),
    kind=st.sampled_from(["product", "service", "other"]),
    grade=st.sampled_from([None, *Grade]),
    paid_cents=st.sampled_from([-1, 0, 1]),
    told=st.sampled_from([None, True, False]),
)


@settings(max_examples=150)
@given(st.lists(DELIVERIES, max_size=12))
def test_the_judge_says_of_any_records_what_the_closures_say(records: list[Delivery]):
    def policy_at(on: date) -> Mapping[str, Any]:
        del on
        return POLICY

    report = RULES.judge(records, policy_at, OCCASION)
    assert report == RULES.judge(records, policy_at, OCCASION, oracle=True)
    alone = [
        rule.id
        for rule in RULES.rules
        for record in records
        for *_, verdict in RULES.situations(rule.id, [record], policy_at)
        if verdict in {Verdict.VIOLATED, Verdict.PENDING}
    ]
    assert sorted(one.rule for one in report.findings) == sorted(alone)
    assert report.outcomes["AA-05"] is Outcome.NOT_APPLICABLE


def test_eight_threads_share_one_judge():
    records = [delivery(subject=str(n), elapsed_min=n, limit_min=50, kind="product") for n in range(100)]
    expected = judged(RULES, *records)
    with ThreadPoolExecutor(8) as pool:
        assert all(report == expected for report in pool.map(lambda _: judged(RULES, *records), range(40)))
