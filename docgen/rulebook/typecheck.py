"""Checks of a condition before it may decide anything: names, types, absent facts, and whether it can ever matter."""

import difflib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import islice, product

from docgen.rulebook.closures import closure
from docgen.rulebook.expression import (
    And,
    Compare,
    Known,
    Literal,
    Member,
    Name,
    Node,
    Not,
    Operand,
    Or,
    Truth,
    Value,
    leaves,
    normalised,
)
from docgen.rulebook.schema import FactType, Kind, Schema

MAX_TRIALS = 20_000
"""Most records tried to find out whether a condition can be true; beyond that nothing is said."""

_ORDERED = frozenset({"<", "<=", ">", ">="})


class Role(StrEnum):
    """What a condition is for; only `applies` may ask `known`, `applies` and `pending` read no absent facts."""

    APPLIES = "applies"
    VIOLATES = "violates"
    PENDING = "pending"


def check(  # noqa: C901 - one branch per kind of node
    node: Node, role: Role, schema: Schema, policy: Mapping[str, FactType]
) -> Iterator[str]:
    """Yield everything that is wrong with a condition as it was parsed, in Chinese."""
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from check(item, role, schema, policy)
        case Not(item):
            yield from check(item, role, schema, policy)
        case Known(fact, _):
            yield from _known(fact, role, schema)
        case Truth(operand):
            kind, faults = _operand(operand, role, schema, policy)
            yield from faults
            if kind and kind.kind is not Kind.BOOL:
                yield f"{_name(operand)}是{kind.kind.label}，不能单独作条件"
            elif isinstance(operand, Literal):
                yield "条件中不能只写常量"
        case Member(operand, choices, _):
            for choice in choices:
                yield from _comparison("==", operand, choice, role, schema, policy)
            if len(set(choices)) < len(choices):
                yield "in 的括号中有重复的值"
        case Compare(sign, left, right):
            yield from _comparison(sign, left, right, role, schema, policy)


def _known(fact: Name, role: Role, schema: Schema) -> Iterator[str]:
    if role is not Role.APPLIES:
        yield f"known 只能用在 applies 中，不能用在 {role} 中"
    kind = schema.facts.get(fact.name)
    if kind is None:
        yield _unknown(fact.name, schema.facts, f"{schema.aspect}没有事实")
    elif not kind.optional or kind.kind is Kind.DISPLAY:
        yield f"{fact.name}总是存在，不需要 known"


def _operand(
    operand: Operand, role: Role, schema: Schema, policy: Mapping[str, FactType]
) -> tuple[FactType | None, list[str]]:
    if isinstance(operand, Literal):
        kind = {bool: Kind.BOOL, int: Kind.INT, str: Kind.TEXT}[type(operand.value)]
        return FactType(kind), []
    if (key := operand.policy_key) is not None:
        found = policy.get(key)
        return found, [] if found else [_unknown(key, policy, "政策中没有")]
    found = schema.facts.get(operand.name)
    return found, list(_fact(operand.name, found, role, schema))


def _fact(name: str, found: FactType | None, role: Role, schema: Schema) -> Iterator[str]:
    if "." in name:
        yield f"“{name}”不是事实名，政策值须以 policy. 开头"
    elif found is None:
        yield _unknown(name, schema.facts, f"{schema.aspect}没有事实")
    elif found.kind is Kind.DISPLAY:
        yield f"{name}是展示文字，不能用在条件中"
    elif found.optional and role is not Role.VIOLATES:
        yield f"{name}可能缺失，不能用在 {role} 中"


def _comparison(  # noqa: PLR0913, PLR0917 - a comparison has this many sides
    sign: str, left: Operand, right: Operand, role: Role, schema: Schema, policy: Mapping[str, FactType]
) -> Iterator[str]:
    first, first_faults = _operand(left, role, schema, policy)
    second, second_faults = _operand(right, role, schema, policy)
    yield from first_faults
    yield from second_faults
    if first is None or second is None or first_faults or second_faults:
        return
    if isinstance(left, Literal) and isinstance(right, Literal):
        yield "两个常量相比没有意义"
    elif left == right:
        yield f"{_name(left)}与自身相比没有意义"
    elif _family(first) != _family(second):
        yield f"{_name(left)}是{first.kind.label}，不能与{second.kind.label}{_name(right)}比较"
    elif sign in _ORDERED and first.kind is not Kind.INT:
        yield f"{first.kind.label}{_name(left)}不能比较大小"
    else:
        yield from _choices(left, first, right)
        yield from _choices(right, second, left)
        if first.choices and second.choices and set(first.choices).isdisjoint(second.choices):
            yield f"{_name(left)}与{_name(right)}的选项没有交集"


def _choices(operand: Operand, kind: FactType, constant: Operand) -> Iterator[str]:
    if kind.kind is Kind.CHOICE and isinstance(constant, Literal) and constant.value not in kind.choices:
        yield _unknown(str(constant.value), kind.choices, f"{_name(operand)}没有选项")


def _family(kind: FactType) -> Kind:
    return Kind.TEXT if kind.kind is Kind.CHOICE else kind.kind


def _name(operand: Operand) -> str:
    return operand.name if isinstance(operand, Name) else repr(operand.value)


def _unknown(name: str, known: Mapping[str, object] | tuple[str, ...], what: str) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"{what}“{name[:60]}”" + (f"，是否为“{near[0]}”" if near else "")


def futile(applies: Node, violates: Node, schema: Schema, policy: Mapping[str, FactType]) -> str | None:
    """Say in Chinese why a part can never decide anything, or None if it can or if that is not decidable.

    Tries one value of every kind that the comparisons can tell apart, for all names together; complete, hence a
    verdict, as long as that takes at most `MAX_TRIALS` records.
    """
    applies, violates = normalised(applies), normalised(violates)
    domains = _domains(And((applies, violates)), schema, policy)
    candidates = product(*domains.values())
    trials = islice(candidates, MAX_TRIALS)
    relevant, broken = closure(applies), closure(violates)
    reached = fires = spares = False
    for trial in trials:
        values = {name: value for name, value in zip(domains, trial, strict=True) if value is not None}
        if relevant(values):
            reached = True
            verdict = broken(values)
            fires, spares = fires or verdict is True, spares or verdict is not True
            if fires and spares:
                return None
    if next(candidates, None) is not None:
        return None
    if not reached:
        return "applies 不可能成立"
    return None if fires and spares else "violates 不可能成立" if not fires else "violates 总是成立"


def _domains(node: Node, schema: Schema, policy: Mapping[str, FactType]) -> dict[str, tuple[Value | None, ...]]:
    asked = {leaf.fact.name for leaf in leaves(node) if isinstance(leaf, Known)}
    compared: set[str] = set()
    numbers: set[int] = set()
    texts: set[str] = set()
    spread = 1  # as many values beside each constant as names are compared with each other
    for leaf in leaves(node):
        sides = (leaf.left, leaf.right) if isinstance(leaf, Compare) else (leaf.fact,)
        found = {side.value for side in sides if isinstance(side, Literal)}
        numbers.update(value for value in found if type(value) is int)
        texts.update(str(value) for value in found if isinstance(value, str))
        spread += len(sides) > 1 and not found
        compared.update(side.name for side in sides if isinstance(side, Name))
    return {
        name: (
            *_domain(_type_of(name, schema, policy), texts, numbers or {0}, spread),
            *((None,) if name in asked else ()),
        )
        for name in sorted(compared)
    }


def _type_of(name: str, schema: Schema, policy: Mapping[str, FactType]) -> FactType:
    return policy[name.removeprefix("policy.")] if name.startswith("policy.") else schema.facts[name]


def _domain(kind: FactType, texts: set[str], numbers: set[int], spread: int) -> tuple[Value, ...]:
    if kind.kind is Kind.BOOL:
        return (True, False)
    if kind.kind is Kind.CHOICE:
        return kind.choices
    if kind.kind is Kind.INT:
        return tuple(sorted({number + step for number in numbers for step in range(-spread, spread + 1)}))
    return (*sorted(texts), *(f"…{number}" for number in range(spread)))
