"""Conditions as Python closures: what works out `applies` and `pending`, and the oracle for the engine."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from docgen.rulebook.expression import And, Compare, Known, Literal, Name, Node, Or, Value

Values: TypeAlias = Mapping[str, Value]
"""Facts and policy values (`policy.…`) by name; an absent one is not in it."""

Condition: TypeAlias = Callable[[Values], bool | None]
"""Tells whether a condition holds for some values; None = unknown."""

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def closure(node: Node) -> Condition:
    """Compile a normalised tree to a function with three-valued (Kleene) logic."""
    match node:
        case And(items):
            return _all(tuple(closure(item) for item in items))
        case Or(items):
            return _any(tuple(closure(item) for item in items))
        case Known(Name(name), present):
            return lambda values: (name in values) is present
        case Compare(sign, Name(name), Literal(constant)):
            return _against(_OPERATORS[sign], name, constant)
        case Compare(sign, left, right):
            return _between(_OPERATORS[sign], _reader(left), _reader(right))
        case _:
            raise TypeError("the tree is not normalised")


def _all(items: tuple[Condition, ...]) -> Condition:
    def holds(values: Values) -> bool | None:
        result: bool | None = True
        for item in items:
            found = item(values)
            if found is False:
                return False
            if found is None:
                result = None
        return result

    return holds


def _any(items: tuple[Condition, ...]) -> Condition:
    def holds(values: Values) -> bool | None:
        result: bool | None = False
        for item in items:
            found = item(values)
            if found:
                return True
            if found is None:
                result = None
        return result

    return holds


def _against(compare: Callable[[Any, Any], bool], name: str, constant: Value) -> Condition:
    def holds(values: Values) -> bool | None:
        value = values.get(name)
        return None if value is None else compare(value, constant)

    return holds


def _between(
    compare: Callable[[Any, Any], bool], left: Callable[[Values], Any], right: Callable[[Values], Any]
) -> Condition:
    def holds(values: Values) -> bool | None:
        first, second = left(values), right(values)
        return None if first is None or second is None else compare(first, second)

    return holds


def _reader(operand: Name | Literal) -> Callable[[Values], Value | None]:
    if isinstance(operand, Name):
        name = operand.name
        return lambda values: values.get(name)
    constant = operand.value
    return lambda _: constant
