"""Programs: all conditions over one aspect, compiled, with the projection of its records to what they read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

from docgen.rulebook.aspect import Aspect
from docgen.rulebook.closures import Condition, closure
from docgen.rulebook.expression import ALWAYS, Known, Value, leaves, names
from docgen.rulebook.pack import Part
from docgen.rulebook.schema import FactType, Schema

Row = tuple[Any, ...]
"""The facts of a record that conditions read, in the order of `Program.facts`; None = absent."""


class _Refused(Enum):
    FACT = "事实的类型不正确"


REFUSED = _Refused.FACT
"""Stands in a row for a fact of a wrong type, equal to no other; its value is the reason given for it."""


class Verdict(Enum):
    """What one part says about one record."""

    NOT_APPLICABLE = 1
    VIOLATED = 2
    PENDING = 3
    PASSED = 4


@dataclass(frozen=True, slots=True)
class Situation:
    """What a program judges: the present facts and policy values by name, and the names of refused facts.

    In a `complete` one nothing is absent, so nothing is unknown.
    """

    values: Mapping[str, Value]
    refused: frozenset[str] = frozenset()
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Conditions:
    """One part, compiled; `order` are the names it reads as `reads` gives them."""

    part: Part
    label: str
    order: tuple[str, ...]
    reads: frozenset[str]
    applies: Condition | None
    violates: Condition
    pending: Condition | None

    def verdict(self, situation: Situation, fired: frozenset[str] | None = None) -> Verdict:
        """Judge a situation; `fired` are the labels the engine found to hold, None = the closures decide."""
        if situation.refused and not self.reads.isdisjoint(situation.refused):
            return Verdict.PENDING
        values = situation.values
        if self.applies is not None and self.applies(values) is not True:
            return Verdict.NOT_APPLICABLE
        violated = False if situation.complete and fired is not None else self.violates(values)
        if violated if fired is None else self.label in fired:
            return Verdict.VIOLATED
        if violated is None or (self.pending is not None and self.pending(values)):
            return Verdict.PENDING
        return Verdict.PASSED

    def absent(self, situation: Situation) -> tuple[str, ...]:
        """Give the names whose absence keeps the part from being decided; none if it is decided."""
        if self.reads.isdisjoint(situation.refused) and self.violates(situation.values) is not None:
            return ()
        return tuple(name for name in self.order if name not in situation.values)


class Program:
    """All parts that read one aspect, in the order of the packs."""

    def __init__(self, schema: Schema, parts: Sequence[Part]) -> None:
        """Compile `parts`, all of which read the aspect of `schema`."""
        self.schema = schema
        self.conditions = tuple(_compiled(part) for part in parts)
        read = dict.fromkeys(name for part in parts for name in reads(part))
        self._policy_names = tuple(name for name in read if name.startswith("policy."))
        self.policy = tuple(name.removeprefix("policy.") for name in self._policy_names)
        self.facts = tuple(name for name in read if not name.startswith("policy."))
        self._types = tuple(schema.facts[name] for name in self.facts)
        self._choices = [
            (name, kind.choices) for name, kind in zip(self.facts, self._types, strict=True) if kind.choices
        ]
        self._fetch = attrgetter("subject", *self.facts)
        self._sound: set[tuple[type, ...]] = set()

    def row(self, record: Aspect) -> Row:
        """Fetch what conditions read of a record; rows are equal only if they are of the same types.

        A value of a wrong type is replaced by `REFUSED`.
        """
        row: Row = self._fetch(record)[1:] if self.facts else ()
        types = tuple(map(type, row))
        if types in self._sound:
            return row
        screened = tuple(value if _fits(kind, value) else REFUSED for kind, value in zip(self._types, row, strict=True))
        if screened == row and len(self._sound) < 1_000:
            self._sound.add(types)
        return screened

    def situation(self, row: Row, policy: Row) -> Situation:
        """Name the values of a row and of the policy values in the order of `policy`."""
        given = dict(zip(self.facts, row, strict=True))
        refused = [name for name, value in given.items() if value is REFUSED]
        values: dict[str, Value] = {name: value for name, value in given.items() if value is not None}
        refused += [name for name, choices in self._choices if values.get(name, choices[0]) not in choices]
        for name in refused:
            values.pop(name, None)
        named = zip(self._policy_names, policy, strict=True)
        values.update((name, value) for name, value in named if value is not None)
        return Situation(values, frozenset(refused), len(values) == len(row) + len(policy))

    def policy_row(self, view: Mapping[str, object]) -> Row:
        """Fetch the policy values that conditions read from those in force."""
        return tuple(view.get(key) for key in self.policy)


def reads(part: Part) -> tuple[str, ...]:
    """Give every name a part reads, those asked for by `known` included, `violates` first."""
    nodes = [part.violates, part.applies, part.pending or ALWAYS]
    known = (leaf.fact.name for leaf in leaves(part.applies) if isinstance(leaf, Known))
    return tuple(dict.fromkeys([*(name for node in nodes for name in names(node)), *known]))


def _compiled(part: Part) -> Conditions:
    applies = None if part.applies == ALWAYS else closure(part.applies)
    pending = None if part.pending is None else closure(part.pending)
    order = reads(part)
    return Conditions(part, part.label, order, frozenset(order), applies, closure(part.violates), pending)


def _fits(kind: FactType, value: object) -> bool:
    return kind.optional if value is None else kind.accepts(value)
