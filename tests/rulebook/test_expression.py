from hypothesis import given

from docgen.rulebook.closures import closure
from docgen.rulebook.expression import (
    ALWAYS,
    NEVER,
    And,
    Compare,
    Known,
    Literal,
    Name,
    Node,
    Or,
    Value,
    conjunction,
    groups,
    leaves,
    names,
    normalised,
    paths,
    show,
)
from docgen.rulebook.parser import parse

from .conditions import CONDITIONS, RECORDS, meaning


@given(CONDITIONS, RECORDS)
def test_normalising_changes_the_value_for_no_record_even_with_absent_facts(condition: Node, record: dict[str, Value]):
    assert closure(normalised(condition))(record) is meaning(condition, record)


@given(CONDITIONS)
def test_a_normalised_tree_is_its_own_normal_form(condition: Node):
    once = normalised(condition)
    assert normalised(once) == once
    assert all(isinstance(leaf, Compare | Known) for leaf in leaves(once))


@given(CONDITIONS)
def test_what_is_shown_parses_back_to_the_same_meaning(condition: Node):
    assert normalised(parse(show(condition))) == normalised(condition)


@given(CONDITIONS, RECORDS)
def test_a_conjunction_holds_only_where_both_sides_hold(condition: Node, record: dict[str, Value]):
    joined = conjunction(normalised(condition), normalised(condition), ALWAYS)
    assert closure(joined)(record) is closure(normalised(condition))(record)


def test_not_is_pushed_down_to_the_comparisons():
    assert show(normalised(parse("not (a and b > 1)"))) == "a == false or b <= 1"
    assert show(normalised(parse('not (g in ("x", "y") or known(z))'))) == 'g != "x" and g != "y" and not known(z)'
    assert show(normalised(parse("not not a"))) == "a == true"


def test_alternatives_inside_alternatives_are_one_group():
    node = normalised(parse('a or (b or g in ("x", "y"))'))
    assert isinstance(node, Or)
    assert len(node.items) == 4
    assert (groups(node), paths(node)) == (1, 4)


def test_paths_multiply_over_and_and_add_over_or():
    node = normalised(parse("(a or b) and (c or d or e) and f"))
    assert (groups(node), paths(node)) == (3, 6)


def test_names_come_in_reading_order_without_those_only_asked_for():
    node = normalised(parse("b > policy.x.y and known(z) and (a or b > 2)"))
    assert names(node) == ("b", "policy.x.y", "a")


def test_show_puts_values_in_and_names_what_is_absent():
    node = parse("elapsed > policy.limit and not done")
    assert show(node, {"elapsed": 61, "done": False}) == "elapsed〔61〕 > policy.limit〔缺〕 and not done〔false〕"


def test_show_keeps_the_brackets_that_matter():
    for text in ("a and (b or c)", "not (a or b)", "a or b and c", 'g not in ("x", "y")', "true"):
        assert show(parse(text)) == text


def test_the_constants_hold_always_and_never():
    constants: tuple[Node, Node] = (ALWAYS, NEVER)
    assert [closure(node)({}) for node in constants] == [True, False]
    assert show(NEVER) == "false"


def test_false_decides_a_conjunction_and_true_an_alternative_whatever_is_absent():
    absent, false, true = parse("gone > 1"), parse("x > 1"), parse("x < 1")
    record = {"x": 0}
    assert closure(normalised(And((absent, false))))(record) is False
    assert closure(normalised(And((absent, true))))(record) is None
    assert closure(normalised(Or((absent, true))))(record) is True
    assert closure(normalised(Or((absent, false))))(record) is None


def test_a_policy_value_knows_its_key_and_a_fact_has_none():
    assert Name("policy.deadlines.x_min").policy_key == "deadlines.x_min"
    assert Name("policy_deadline").policy_key is None
    assert normalised(Compare("<", Literal(1), Name("x"))) == Compare("<", Literal(1), Name("x"))
