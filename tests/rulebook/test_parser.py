import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.rulebook.expression import ALWAYS, And, Compare, Known, Literal, Member, Name, Not, Or, Truth
from docgen.rulebook.parser import MAX_DEPTH, MAX_LENGTH, ExpressionError, parse


def test_and_binds_closer_than_or_and_not_closer_than_and():
    a, b, c = (Truth(Name(name)) for name in "abc")
    assert parse("a or b and not c") == Or((a, And((b, Not(c)))))


def test_every_kind_of_operand_and_comparison_is_read():
    assert parse('kind == "product"') == Compare("==", Name("kind"), Literal("product"))
    assert parse("x != true") == Compare("!=", Name("x"), Literal(value=True))
    assert parse("x>=-5") == Compare(">=", Name("x"), Literal(-5))
    assert parse("policy.a.b_min < y") == Compare("<", Name("policy.a.b_min"), Name("y"))
    assert parse('x in ("审", "b")') == Member(Name("x"), (Literal("审"), Literal("b")))
    assert parse("x not in (1)") == Member(Name("x"), (Literal(1),), negated=True)
    assert parse("known(x)") == Known(Name("x"))


def test_true_alone_is_the_condition_that_always_holds():
    assert parse(" true ") == ALWAYS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "a and",
        "and a",
        "a b",
        "(a",
        "a)",
        "a = 1",
        "a === 1",
        "a < 1 < 2",
        "1.5 > a",
        "1e5 > a",
        "a > 5x",
        "x in ()",
        "x in (y)",
        "x in (1,)",
        "x not (1)",
        "known(1)",
        "known x",
        "known()",
        'a == "x',
        'a == "x\\""',
        "a / 2 > 1",
        "a * 2 > 1",
        "a + 1 > 1",
        "a =~ x",
        "A > 1",
        "__class__",
        "a.b.__class__ == 1",
        "a[0]",
        "f(x)",
        "lambda: 1",
        "in (1)",
        "not",
        "a > 1; b",
        "a # b",
        "ａ > 1",
        "a\x00 > 1",
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str):
    with pytest.raises(ExpressionError):
        parse(text)


def test_an_error_tells_the_column():
    with pytest.raises(ExpressionError, match="第7个字符") as caught:
        parse("a and = b")
    assert caught.value.column == 7


def test_length_is_bounded():
    fitting = "a" * (MAX_LENGTH - 4) + " > 1"
    assert parse(fitting) == Compare(">", Name("a" * (MAX_LENGTH - 4)), Literal(1))
    with pytest.raises(ExpressionError, match="超过"):
        parse(fitting + " ")


def test_depth_is_bounded():
    parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    parse("not " * MAX_DEPTH + "a")
    for text in ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "not " * (MAX_DEPTH + 1) + "a"):
        with pytest.raises(ExpressionError, match="嵌套"):
            parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_a_named_error(text: str):
    columns: list[int] = []
    try:
        parse(text)
    except ExpressionError as error:
        columns.append(error.column)
    assert all(1 <= column <= len(text) + 1 for column in columns)
