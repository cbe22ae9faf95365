"""What the judge keeps of earlier checks may make it faster, never say anything else."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from docgen.findings import CheckReport
from docgen.rulebook import judge as module
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.durable import MAX_INT
from docgen.rulebook.expression import Value
from docgen.rulebook.judge import Judge
from docgen.rulebook.program import REFUSED

from .examples import OCCASION, POLICY, delivery, judge_of, rule_text

RULES = (
    rule_text("elapsed_min > policy.deadlines.delivery_min", applies='kind == "product"', pending="not done"),
    rule_text("told and limit_min < 100", id="XX-02", message="{late_text}"),
)


def judged(judge: Judge, *records: Aspect, **changed: object) -> CheckReport:
    return judge.judge(records, lambda _: {**POLICY, **changed}, OCCASION)


def random_delivery(random: Random) -> Aspect:
    return delivery(
        subject=f"PO{random.randrange(100)}",
        elapsed_min=random.choice([None, 0, 60, 61, MAX_INT, True]),
        limit_min=random.choice([1, 99, 100, "99"]),
        kind=random.choice(["product", "service", "other"]),
        done=random.choice([True, False]),
        told=random.choice([True, False, None]),
        late_text=random.choice(["一", "二"]),
    )


def asked_of(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count from now on the records that are put to the engine, per check."""
    engine, counts = judge._engine, []

    class Spy:
        def fired(self, records: Sequence[tuple[str, Mapping[str, Value]]]) -> Sequence[frozenset[str] | None]:
            counts.append(len(records))
            return engine.fired(records)

    monkeypatch.setattr(judge, "_engine", Spy())
    return counts


def test_records_alike_in_what_conditions_read_are_put_to_the_engine_once(monkeypatch: pytest.MonkeyPatch):
    judge = judge_of(*RULES)
    counts = asked_of(judge, monkeypatch)
    first = judged(judge, delivery(subject="A", told=True, late_text="甲"))
    second = judged(judge, delivery(subject="B", told=True, late_text="乙"), delivery(told=True, elapsed_min=61))
    assert counts == [1, 1]
    messages = [one.message for one in (*first.findings, *second.findings) if one.rule == "XX-02"]
    assert messages == ["甲", "乙", "2.0"]


def test_another_policy_value_is_another_question(monkeypatch: pytest.MonkeyPatch):
    judge = judge_of(*RULES)
    counts = asked_of(judge, monkeypatch)
    late = delivery(elapsed_min=61)
    outcomes = [judged(judge, late, **{"deadlines.delivery_min": limit}).outcomes["XX-01"] for limit in (60, 61, 60)]
    assert [one.value for one in outcomes] == ["fail", "pass", "fail"]
    assert counts == [1, 1, 0]


def test_a_text_that_reads_like_the_mark_of_a_refused_fact_is_not_taken_for_one():
    judge = judge_of(rule_text('kind == "product"'), rule_text("not done", id="XX-02"))
    refused, spelled = delivery(kind=7), delivery(kind=REFUSED.value)
    for order in ([refused, spelled], [spelled, refused]):
        assert {one.outcome.value for one in judged(judge, *order).findings} == {"pending"}
    assert REFUSED.value != REFUSED


@pytest.mark.parametrize("most", [1, 3, 4_096])
def test_a_check_says_the_same_whatever_was_checked_before(monkeypatch: pytest.MonkeyPatch, most: int):
    monkeypatch.setattr(module, "MAX_KEPT", most)
    random, judge = Random(11), judge_of(*RULES)
    for _ in range(60):
        records = [random_delivery(random) for _ in range(random.randrange(6))]
        report = judged(judge, *records)
        assert report == judged(judge_of(*RULES), *records)
        assert report == judge.judge(records, lambda _: POLICY, OCCASION, oracle=True)
        assert len(judge._kept) <= most


def test_what_the_engine_cannot_hold_is_not_kept():
    judge = judge_of(*RULES)
    judged(judge, delivery(elapsed_min=MAX_INT))
    assert not judge._kept


def test_a_finding_shares_nothing_that_could_be_changed_with_the_next_check():
    judge = judge_of(RULES[0])
    (finding,) = judged(judge, delivery(elapsed_min=61)).findings
    finding.inputs["elapsed_min"] = 0  # type: ignore[index] - what a careless caller could do
    (again,) = judged(judge, delivery(elapsed_min=61)).findings
    assert again.inputs["elapsed_min"] == 61


def test_eight_threads_share_what_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_KEPT", 5)
    random, judge = Random(7), judge_of(*RULES)
    cases = [[random_delivery(random) for _ in range(4)] for _ in range(200)]
    expected = [judge.judge(records, lambda _: POLICY, OCCASION, oracle=True) for records in cases]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda records: judged(judge, *records), cases)) == expected
