"""The condition language of rule packs (rules.md section 1): text to a frozen tree, in negation normal form.

    condition = and / or / not over comparisons, `x in ("a", "b")`, `x not in (…)`, a bare truth value, `known(x)`
    operand   = field name | policy.section.key | integer | "text" | true | false

Logic is three-valued (Kleene): a comparison with an absent fact is unknown. `normalised` pushes `not` down to the
leaves and writes `in` as alternatives, which changes no value, absent facts included: `not x < y` is `x >= y`,
`not x` is `x == false`. What is left is monotone, so an engine that simply does not match an absent fact agrees.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

Value: TypeAlias = bool | int | str


@dataclass(frozen=True, slots=True)
class Name:
    """A fact of the record (`record_done`) or a policy value (`policy.deadlines.first_contact_min`)."""

    name: str

    @property
    def policy_key(self) -> str | None:
        """The key of the policy value, None for a fact."""
        return self.name.removeprefix("policy.") if self.name.startswith("policy.") else None


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: Value


Operand: TypeAlias = Name | Literal


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two operands; `operator` is one of == != < <= > >=."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Member:
    """Whether an operand is one of some constants."""

    operand: Operand
    choices: tuple[Literal, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A bare operand, which must be a truth value."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Known:
    """Whether an optional fact is present."""

    fact: Name
    present: bool = True


@dataclass(frozen=True, slots=True)
class Not:
    """Negation; absent from a normalised tree."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction; without items it is true."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction; without items it is false."""

    items: tuple["Node", ...]


Node: TypeAlias = Compare | Member | Truth | Known | Not | And | Or

ALWAYS = And(())
NEVER = Or(())

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def normalised(node: Node, *, negated: bool = False) -> Node:  # noqa: PLR0911 - one return per kind of node
    """Rewrite a tree to `And`, `Or`, `Compare` and `Known` only, without changing its value for any record."""
    match node:
        case Not(item):
            return normalised(item, negated=not negated)
        case And(items) | Or(items):
            joined = And if isinstance(node, And) is not negated else Or
            return _flat(joined, [normalised(item, negated=negated) for item in items])
        case Truth(operand):
            return Compare("==", operand, Literal(not negated))
        case Known(fact, present):
            return Known(fact, present is not negated)
        case Member(operand, choices, excluded):
            if excluded is not negated:
                return _flat(And, [Compare("!=", operand, choice) for choice in choices])
            return _flat(Or, [Compare("==", operand, choice) for choice in choices])
        case Compare(operator, left, right):
            return Compare(_OPPOSITE[operator], left, right) if negated else node


def _flat(joined: type[And] | type[Or], items: Sequence[Node]) -> Node:
    """Join items; a group inside a group of its kind, or of one item, is no group of its own."""
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, joined) else (item,))
    return flat[0] if len(flat) == 1 else joined(tuple(flat))


def conjunction(*items: Node) -> Node:
    """Join normalised trees so that all of them must hold."""
    return _flat(And, items)


def leaves(node: Node) -> Iterator[Compare | Known]:
    """Yield the comparisons and `known` tests of a normalised tree in reading order."""
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Compare() | Known():
            yield node
        case _:
            raise TypeError("the tree is not normalised")


def groups(node: Node) -> int:
    """Count the `And` and `Or` groups of a normalised tree."""
    return 1 + sum(groups(item) for item in node.items) if isinstance(node, And | Or) else 0


def paths(node: Node) -> int:
    """Count the ways in which a normalised tree can be true at most, one per combination of alternatives."""
    match node:
        case And(items):
            return prod(paths(item) for item in items)
        case Or(items):
            return sum(paths(item) for item in items)
        case _:
            return 1


def names(node: Node) -> tuple[str, ...]:
    """Give the names a normalised tree reads, in reading order, each once, without those only asked for by `known`."""
    found: dict[str, None] = {}
    for leaf in leaves(node):
        if isinstance(leaf, Compare):
            found.update((side.name, None) for side in (leaf.left, leaf.right) if isinstance(side, Name))
    return tuple(found)


def show(node: Node, values: Mapping[str, Value] | None = None) -> str:
    """Write a tree as text; with `values`, each name is followed by its value, or by 缺 where it is absent."""
    return _show(node, lambda name: name if values is None else f"{name}〔{_constant(values.get(name))}〕", 0)


def _show(node: Node, label: Callable[[str], str], binding: int) -> str:  # noqa: PLR0911 - one return per kind of node
    match node:
        case Or(()) | And(()):
            return "true" if isinstance(node, And) else "false"
        case Or(items):
            text = " or ".join(_show(item, label, 1) for item in items)
            return f"({text})" if binding > 0 else text
        case And(items):
            text = " and ".join(_show(item, label, 2) for item in items)
            return f"({text})" if binding > 1 else text
        case Not(item):
            return f"not {_show(item, label, 3)}"
        case Truth(operand):
            return _side(operand, label)
        case Known(fact, present):
            return f"{'' if present else 'not '}known({label(fact.name)})"
        case Member(operand, choices, negated):
            listed = ", ".join(_constant(choice.value) for choice in choices)
            return f"{_side(operand, label)} {'not ' if negated else ''}in ({listed})"
        case Compare(operator, left, right):
            return f"{_side(left, label)} {operator} {_side(right, label)}"


def _side(operand: Operand, label: Callable[[str], str]) -> str:
    return label(operand.name) if isinstance(operand, Name) else _constant(operand.value)


def _constant(value: Value | None) -> str:
    if value is None:
        return "缺"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f'"{value}"'
