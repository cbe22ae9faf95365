"""Random conditions and records for laws about them, and a slow, independent reading of what a condition means."""

from collections.abc import Mapping

from hypothesis import strategies as st

from docgen.rulebook.expression import And, Compare, Known, Literal, Member, Name, Node, Not, Operand, Or, Truth, Value

INTS = tuple(f"i{n}" for n in range(4))
BOOLS = tuple(f"b{n}" for n in range(4))
TEXTS = tuple(f"t{n}" for n in range(3))
WORDS = ("a", "b", "审批", "1", "true")
NUMBERS = (-(2**59), -1, 0, 1, 2, 10**12)
SIGNS = ("==", "!=", "<", "<=", ">", ">=")

_ints = st.sampled_from(INTS).map(Name)
_numbers = st.sampled_from(NUMBERS).map(Literal)
_bools = st.sampled_from(BOOLS).map(Name)
_texts = st.sampled_from(TEXTS).map(Name)
_words = st.sampled_from(WORDS).map(Literal)

LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Compare, st.sampled_from(SIGNS), _ints, st.one_of(_numbers, _ints)),
    st.builds(Compare, st.sampled_from(SIGNS), _numbers, _ints),
    st.builds(Compare, st.sampled_from(SIGNS[:2]), _texts, st.one_of(_words, _texts)),
    st.builds(Compare, st.sampled_from(SIGNS[:2]), _bools, _bools),
    st.builds(Truth, _bools),
    st.builds(Known, st.one_of(_ints, _bools, _texts)),
    st.builds(Member, _texts, st.lists(_words, min_size=1, max_size=3, unique=True).map(tuple), st.booleans()),
)


def _groups(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, items), st.builds(Or, items))


CONDITIONS: st.SearchStrategy[Node] = st.recursive(LEAVES, _groups, max_leaves=12)

RECORDS: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(NUMBERS) for name in INTS},
        **{name: st.booleans() for name in BOOLS},
        **{name: st.sampled_from(WORDS) for name in TEXTS},
    },
)


def meaning(node: Node, record: Mapping[str, Value]) -> bool | None:  # noqa: PLR0911 - one return per kind of node
    """Evaluate a condition as it was parsed: Kleene logic by the smallest of false < unknown < true."""
    rank = {False: 0, None: 1, True: 2}
    match node:
        case And(items):
            return min((meaning(item, record) for item in items), key=rank.__getitem__, default=True)
        case Or(items):
            return max((meaning(item, record) for item in items), key=rank.__getitem__, default=False)
        case Not(item):
            return {True: False, False: True, None: None}[meaning(item, record)]
        case Truth(operand):
            value = _value(operand, record)
            return None if value is None else value is True
        case Known(fact, present):
            return (fact.name in record) == present
        case Member(operand, choices, negated):
            value = _value(operand, record)
            return None if value is None else (value in [choice.value for choice in choices]) != negated
        case Compare(sign, left, right):
            return _compared(sign, _value(left, record), _value(right, record))


def _value(operand: Operand, record: Mapping[str, Value]) -> Value | None:
    return operand.value if isinstance(operand, Literal) else record.get(operand.name)


def _compared(sign: str, left: Value | None, right: Value | None) -> bool | None:
    if left is None or right is None:
        return None
    order = 0 if left == right else -1 if left < right else 1  # type: ignore[operator]
    return {
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[sign]
