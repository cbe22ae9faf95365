from datetime import datetime
from decimal import Decimal

from docgen.clock import SHANGHAI
from docgen.findings import Outcome
from docgen.rulebook.explain import ExplainedFact, Source, explain, look_up

from .examples import POLICY, Grade, delivery, judge_of, rule_text

CASE = {
    "orders": [
        {"started_at": datetime(2026, 3, 1, 9, 0, tzinfo=SHANGHAI), "ended_at": None, "delivered": True},
        {"started_at": None, "delivered": False},
    ],
    "total": Decimal("680000.00"),
    "grade": Grade.LOW,
}


def test_an_explanation_shows_conditions_values_sources_and_grounds():
    judge = judge_of(
        rule_text(
            "elapsed_min > policy.deadlines.delivery_min",
            applies='kind == "product"',
            pending="not done",
            more="law: [{name: 民法典, article: '201'}]",
        )
    )
    (said,) = explain(judge, "XX-01", [delivery(elapsed_min=61)], lambda _: POLICY, CASE)
    assert (said.rule, said.subject, said.path, said.outcome) == ("XX-01", "PO1", "orders[0]", Outcome.FAIL)
    assert said.violates == "elapsed_min > policy.deadlines.delivery_min"
    assert said.violates_seen == "elapsed_min〔61〕 > policy.deadlines.delivery_min〔60〕"
    assert said.applies_seen == 'kind〔"product"〕 == "product"'
    assert said.pending == "done == false"
    assert said.facts[0] == ExplainedFact(
        "elapsed_min",
        "用时(分钟)",
        "61",
        "",
        (Source("orders[0].started_at", "2026-03-01 09:00:00+08:00"), Source("orders[0].ended_at", "缺")),
    )
    assert [(one.name, one.value) for one in said.facts[1:]] == [
        ("policy.deadlines.delivery_min", "60"),
        ("kind", "product"),
        ("done", "是"),
    ]
    assert said.facts[1].title == "政策值（2026-03-02）"
    assert said.facts[3].sources == (Source("orders[0].delivered", "是"), Source("orders[1].delivered", "否"))
    assert [reference.name for reference in said.law] == ["民法典"]


def test_every_record_is_explained_also_where_the_rule_passes_or_cannot_say():
    judge = judge_of(rule_text("elapsed_min > limit_min"))
    records = [delivery(), delivery(elapsed_min=None, unknown={"elapsed_min": "日历缺少2028年"})]
    passed, open_ = explain(judge, "XX-01", records, lambda _: POLICY, CASE)
    assert (passed.outcome, open_.outcome) == (Outcome.PASS, Outcome.PENDING)
    assert open_.violates_seen == "elapsed_min〔缺〕 > limit_min〔60〕"
    assert (open_.facts[0].value, open_.facts[0].reason) == (None, "日历缺少2028年")
    assert open_.pending == ""


def test_a_look_up_follows_names_indices_and_all_entries():
    assert look_up(CASE, "total") == (Source("total", "680000.00"),)
    assert look_up(CASE, "grade") == (Source("grade", "低"),)
    assert look_up(CASE, "orders[1].delivered") == (Source("orders[1].delivered", "否"),)
    assert [one.path for one in look_up(CASE, "orders[].delivered")] == ["orders[0].delivered", "orders[1].delivered"]
    assert [one.path for one in look_up(CASE, "orders.delivered")] == ["orders[0].delivered", "orders[1].delivered"]
    assert look_up(CASE, "orders") == (Source("orders", "2项"),)
    assert look_up(CASE, "orders[7].delivered") == ()
    assert look_up(CASE, "nothing.at.all") == (Source("nothing.at.all", "缺"),)
    assert look_up(CASE, "orders[0]") == (Source("orders[0]", "3项"),)


def test_a_look_up_is_bounded():
    assert len(look_up({"x": list(range(1_000))}, "x[]")) == 12
