import gc
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from docgen.errors import BackendError, DeclarationError
from docgen.rulebook import durable
from docgen.rulebook.closures import closure
from docgen.rulebook.durable import MAX_GROUPS, MAX_NODES, SESSION_FACTS, Clause, Engine, clause_size, written
from docgen.rulebook.expression import And, Compare, Literal, Name, Node, Or, Value, normalised
from docgen.rulebook.parser import parse

from .conditions import CONDITIONS, RECORDS


def clause(label: str, text: str, aspect: str = "a") -> Clause:
    return Clause(label, aspect, normalised(parse(text)))


def fits(condition: Node) -> bool:
    try:
        clause_size(Clause("x", "a", condition))
    except DeclarationError:
        return False
    return True


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from("ab"), CONDITIONS.map(normalised)), min_size=1, max_size=25),
    st.lists(st.tuples(st.sampled_from("ab"), RECORDS), max_size=12),
)
def test_the_engine_agrees_with_the_closures_on_any_conditions_and_records(
    conditions: list[tuple[str, Node]], records: list[tuple[str, dict[str, Value]]]
):
    assume(all(fits(condition) for _, condition in conditions))
    clauses = [Clause(f"r{n}", aspect, condition) for n, (aspect, condition) in enumerate(conditions)]
    expected = [
        frozenset(one.label for one in clauses if one.aspect == aspect and closure(one.condition)(record))
        for aspect, record in records
    ]
    assert Engine(clauses).fired(records) == expected


def test_two_thousand_records_in_one_run_are_judged_each_for_itself():
    engine = Engine([clause("late", "used > 100"), clause("equal", "used == limit")])
    records = [("a", {"used": n, "limit": 2 * n % 1999}) for n in range(2_000)]
    fired = engine.fired(records)
    assert sum("late" in labels for labels in fired if labels is not None) == 1_899
    for (_, record), labels in zip(records, fired, strict=True):
        assert labels == {
            name
            for name, holds in (("late", record["used"] > 100), ("equal", record["used"] == record["limit"]))
            if holds
        }


@pytest.mark.parametrize("count", [SESSION_FACTS - 1, SESSION_FACTS, SESSION_FACTS + 1])
def test_a_run_at_the_size_of_a_session_loses_no_record(count: int):
    fired = Engine([clause("x", "n > 0")]).fired([("a", {"n": n}) for n in range(count)])
    assert [bool(labels) for labels in fired] == [False] + [True] * (count - 1)


def test_an_absent_fact_fires_nothing_whatever_was_asserted_before():
    engine = Engine([clause("r", "x > y"), clause("e", "x == y"), clause("n", "x != y"), clause("u", "z != 1")])
    with_both, without = ("a", {"x": 2, "y": 1}), ("a", {"x": 2})
    assert engine.fired([with_both, without, with_both, ("a", {"y": 1}), ("a", {})]) == [
        {"r", "n"},
        set(),
        {"r", "n"},
        set(),
        set(),
    ]


def test_runs_in_which_nothing_fires_or_nothing_is_asserted_do_no_harm():
    engine = Engine([clause("r", "x > 1")])
    for _ in range(50):
        assert engine.fired([("a", {"x": 0})]) == [set()]
        assert engine.fired([]) == []
        assert engine.fired([("unread", {"x": 5})]) == [set()]


def test_more_runs_than_the_engine_has_sessions_are_no_trouble():
    engine = Engine([clause("r", "x > 1")])
    assert all(engine.fired([("a", {"x": n % 4})]) == [{"r"} if n % 4 > 1 else set()] for n in range(2_500))


def test_an_alternative_with_several_true_branches_is_reported_once():
    engine = Engine([clause("r", "x > 0 or x > 1 or x > 2 or y > 0")])
    assert engine.fired([("a", {"x": 5, "y": 5})]) == [{"r"}]


def test_equal_records_of_one_run_are_judged_each():
    assert Engine([clause("r", "x > 1")]).fired([("a", {"x": 2})] * 3) == [{"r"}] * 3


def test_the_sign_of_a_comparison_with_the_constant_first_is_turned():
    engine = Engine([clause("r", "2 < x"), clause("s", "2 >= x")])
    assert engine.fired([("a", {"x": 2}), ("a", {"x": 3})]) == [{"s"}, {"r"}]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (2**62 - 1, True),
        (2**62, False),
        (-(2**62) + 1, True),
        (-(2**62), False),
        (2**63, False),
        (10**40, False),
        ("审批", True),
        ("x" * 200, True),
        ("x" * 201, False),
        ("\ud800", False),
        ("a\x00b", False),
        ("a\nb", False),
        ('a"b', False),
        ("a\\b", False),
        ("𠮷", True),
        ("", True),
    ],
)
def test_what_the_engine_cannot_hold_is_refused_before_anything_is_asserted(value: Value, held: bool):
    assert (written(value) is not None) is held
    constant = "5" if isinstance(value, int) else '"审批"'
    engine = Engine([clause("r", f"x != {constant}"), clause("s", "y == 1"), clause("p", "x == z")])
    fired = engine.fired(
        [("a", {"y": 1}), ("a", {"x": value, "y": 1}), ("a", {"y": 1, "x": value, "z": value}), ("a", {"y": 1})]
    )
    assert fired[0] == fired[3] == {"s"}
    assert (fired[1] is None, fired[2] is None) == (not held, not held)
    if held:
        assert fired[1] == ({"s"} if value == "审批" else {"r", "s"})


def test_an_integer_near_the_limit_is_compared_exactly():
    engine = Engine([clause("r", "x > y"), clause("e", "x == y")])
    top = 2**62 - 1
    assert engine.fired(
        [("a", {"x": top, "y": top - 1}), ("a", {"x": top, "y": top}), ("a", {"x": -top, "y": top})]
    ) == [
        {"r"},
        {"e"},
        set(),
    ]


def test_every_condition_of_a_kind_may_hold_at_once_up_to_the_limit():
    for count in (1, MAX_NODES - 3, MAX_NODES, 3 * MAX_NODES):
        engine = Engine([clause(f"r{n}", f"x > {n}") for n in range(count)])
        assert engine.fired([("a", {"x": 10_000})]) == [{f"r{n}" for n in range(count)}]


def test_one_condition_may_be_as_wide_as_the_limit_and_no_wider():
    widest = MAX_NODES - 3
    wide: Node = Or(tuple(Compare(">", Name("x"), Literal(n)) for n in range(widest)))
    long: Node = And(tuple(Compare(">", Name("x"), Literal(n)) for n in range(widest)))
    assert Engine([Clause("w", "a", wide), Clause("l", "a", long)]).fired([("a", {"x": 99}), ("a", {"x": 0})]) == [
        {"w", "l"},
        set(),
    ]
    with pytest.raises(DeclarationError, match="过于复杂"):
        Engine([Clause("w", "a", Or((*wide.items, Compare(">", Name("y"), Literal(0)))))])


def nested(depth: int) -> Node:
    node: Node = Compare(">", Name("x"), Literal(0))
    for n in range(depth):
        joined = And if n % 2 else Or
        node = joined((node, Compare(">", Name("x"), Literal(n))))
    return node


def test_groups_of_one_condition_are_bounded():
    assert Engine([Clause("r", "a", nested(MAX_GROUPS - 1))]).fired([("a", {"x": 99})]) == [{"r"}]
    with pytest.raises(DeclarationError, match="过于复杂"):
        Engine([Clause("r", "a", nested(MAX_GROUPS))])


def test_combinations_of_alternatives_are_bounded():
    pairs = [Or((Compare(">", Name("x"), Literal(n)), Compare(">", Name("y"), Literal(n)))) for n in range(9)]
    assert Engine([Clause("r", "a", And(tuple(pairs[:8])))]).fired([("a", {"x": 99, "y": 99})]) == [{"r"}]
    with pytest.raises(DeclarationError, match="过于复杂"):
        Engine([Clause("r", "a", And(tuple(pairs)))])


def test_eight_threads_on_shared_and_replaced_engines_get_the_answers_of_one():
    engines = [Engine([clause(f"r{n}", f"x > {n}") for n in range(size)]) for size in (1, 20, 70)]
    wrong: list[object] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for turn in range(60):
            number = chance.randrange(3)
            if turn % 20 == 0:
                engines[number] = Engine([clause(f"r{n}", f"x > {n}") for n in range((1, 20, 70)[number])])
            records = [("a", {"x": chance.randrange(80)}) for _ in range(chance.randrange(6))]
            for (_, record), labels in zip(records, engines[number].fired(records), strict=True):
                if labels is None or len(labels) != min(record["x"], (1, 20, 70)[number]):
                    wrong.append((record, labels))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_replaced_engine_is_deleted_once_nobody_uses_it():
    durable._RETIRED.clear()
    engine = Engine([clause("r", "x > 1")])
    handle = engine._handle
    del engine
    gc.collect()
    assert list(durable._RETIRED) == [handle]
    Engine([clause("r", "x > 1")])
    assert handle not in durable._RETIRED


def test_memory_stays_flat_over_runs_and_reloads():
    script = """
import resource
from docgen.rulebook.durable import Clause, Engine
from docgen.rulebook.expression import normalised
from docgen.rulebook.parser import parse
clauses = [Clause(f"r{n}", "a", normalised(parse(f"x > {n} and y != z"))) for n in range(40)]
def grow(count):
    for _ in range(count):
        engine = Engine(clauses)
        for _ in range(20):
            engine.fired([("a", {"x": n, "y": n, "z": 3}) for n in range(10)])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
first = grow(20)
print(grow(60) - first)
"""
    grown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 2_000, "KiB more after 60 reloads and 1,200 runs"


def test_an_incomplete_evaluation_is_an_error_and_never_a_result(monkeypatch: pytest.MonkeyPatch):
    engine = Engine([clause("r", "x > 1")])
    monkeypatch.setattr(engine, "_matches", lambda offset: iter([("r", 0)]))
    with pytest.raises(BackendError, match="没有评估完") as caught:
        engine.fired([("a", {"x": 2})])
    assert caught.value.code == "engine_failed"


def test_a_refused_fact_ends_the_run_and_leaves_the_engine_usable(monkeypatch: pytest.MonkeyPatch):
    engine = Engine([clause("r", "x > 1")])

    class Refusing:
        def __getattr__(self, name: str) -> object:
            return getattr(durable_native, name)

        def assert_fact(self, handle: int, text: str) -> tuple[int, int]:
            code, offset = durable_native.assert_fact(handle, text)
            return (101, offset) if '"f0":7' in text else (code, offset)

    durable_native = durable.native
    with monkeypatch.context() as patched:
        patched.setattr(durable, "native", Refusing())
        with pytest.raises(BackendError, match="未接受"):
            engine.fired([("a", {"x": 5}), ("a", {"x": 7})])
    assert engine.fired([("a", {"x": 7})]) == [{"r"}]


def test_threads_of_a_pool_that_come_and_go_share_one_engine():
    engine = Engine([clause("r", "x > 1")])
    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda n: engine.fired([("a", {"x": n})]), range(4))) == [
                [set()],
                [set()],
                [{"r"}],
                [{"r"}],
            ]
