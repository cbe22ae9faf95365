"""Conditions decided by durable_rules: the only module that knows it, in the one pattern found to hold.

Used as documented, durable_rules 2.0.28 kills the process or loses findings. What this module does about it:

* no host threads (they steal actions and read freed sessions), and no host callbacks: actions are taken one by one
  at C level, so no exception is swallowed and none times out;
* one lock for all engines, ONE fixed session id, and the session deleted after every run (1024 sessions at most,
  32-bit session ids, about 0.9 MB each);
* facts asserted one by one (a bad fact in a batch silently drops those after it), each with an id of its own;
* flat facts of bool, 63-bit int and short plain text, checked before the first one is asserted; no regular
  expression, arithmetic, division, negation, join or empty alternative, each of which crashes or hangs it;
* two facts are compared only under names that both are present or both absent: an absent right side would be read from
  the fact before;
* at most `MAX_NODES` comparisons and alternatives per kind of fact (its match stack has 64 places); more are split over
  kinds; per condition at most `MAX_GROUPS` groups (its table has 32 places, two for a group) and `MAX_PATHS`
  combinations of alternatives (it walks, and fires on, each);
* a sentinel and one "seen" rule per kind prove that every fact was evaluated;
* one run at build, since deleting a session in which no action ever started frees garbage;
* a replaced engine is deleted when its last user has gone, never under another thread's feet.
"""

import json
import re
import threading
import weakref
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import durable_rules_engine as native

from docgen.errors import BackendError, DeclarationError
from docgen.rulebook.expression import (
    ALWAYS,
    And,
    Compare,
    Known,
    Literal,
    Name,
    Node,
    Or,
    Value,
    groups,
    leaves,
    paths,
)

MAX_NODES = 56
MAX_GROUPS = 14
MAX_PATHS = 256
MAX_INT = 2**62
MAX_TEXT = 200
SESSION_FACTS = 256
"""Facts asserted in one session."""

_SESSION = "e"
_END = "end"
_SEEN = "seen:"
_LOCK = threading.Lock()
_RETIRED: deque[int] = deque()
_SIGNS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "!=": "$neq"}
_MATCH = re.compile(r'\{"([^"]+)":\{"m":\{"id":"(\d+)"')


def written(value: Value) -> str | None:
    """Write a value as the engine reads it, None if the engine cannot be trusted with it (the closures decide then).

    A text that is printable and has no quote or backslash stands in JSON as it is.
    """
    if isinstance(value, str):
        plain = len(value) <= MAX_TEXT and value.isprintable() and '"' not in value and "\\" not in value
        return f'"{value}"' if plain else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if -MAX_INT < value < MAX_INT else None


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition over the records of one aspect: `label` is what a match is reported as."""

    label: str
    aspect: str
    condition: Node


@dataclass(slots=True)
class _Kind:
    """A kind of fact of the engine: an aspect or a part of one, with the short names of what it needs.

    `pairs` are the names compared with each other, `known` those asked for by `known`.
    """

    name: str
    names: dict[str, str] = field(default_factory=dict)
    pairs: dict[tuple[str, str], str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    nodes: int = 1

    def fact(self, values: Mapping[str, Value]) -> str | None:
        """Write the members of the flat fact of a record, absent values left out; None if it cannot be held."""
        members = {"kind": f'"{self.name}"'}
        for name, short in self.names.items():
            if (value := values.get(name)) is not None:
                if (text := written(value)) is None:
                    return None
                members[short] = text
        for (left, right), short in self.pairs.items():
            if left in values and right in values:
                first, second = written(values[left]), written(values[right])
                if first is None or second is None:
                    return None
                members[short], members[f"{short}r"] = first, second
        for name, short in self.known.items():
            members[short] = "true" if name in values else "false"
        return ",".join([f'"{short}":{text}' for short, text in members.items()])


class Engine:
    """A set of clauses compiled once; `fired` tells which of them hold for some records."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        """Compile `clauses`, whose conditions are normalised.

        Raises:
            DeclarationError: A condition is larger than the engine can match.
        """
        self._kinds: dict[str, list[_Kind]] = {}
        definition: dict[str, object] = {_END: _rule({"kind": _END})}
        for clause in clauses:
            kind = self._kind_for(clause)
            tests = [{"kind": kind.name}, *_tests(clause.condition, kind)]
            definition[clause.label] = _rule({"$and": tests} if len(tests) > 1 else tests[0])
        for kinds in self._kinds.values():
            definition.update((_SEEN + kind.name, _rule({"kind": kind.name})) for kind in kinds)
        with _LOCK:
            while _RETIRED:
                native.delete_ruleset(_RETIRED.popleft())
            self._handle: int = native.create_ruleset("rules", json.dumps(definition, ensure_ascii=False))
            weakref.finalize(self, _RETIRED.append, self._handle)
        self._run([])

    def fired(self, records: Sequence[tuple[str, Mapping[str, Value]]]) -> list[frozenset[str] | None]:
        """Tell for each record (aspect, values by name) the labels of the clauses that hold for it.

        None stands for a record with a value that the engine cannot hold: it was not asserted.

        Raises:
            BackendError: Code `engine_failed`; not every record was evaluated, nothing of the run may be used.
        """
        facts: list[tuple[int, str]] = []
        found: list[set[str] | None] = []
        for number, (aspect, values) in enumerate(records):
            projected = [kind.fact(values) for kind in self._kinds.get(aspect, ())]
            held = None not in projected
            found.append(set() if held else None)
            facts.extend((number, fact) for fact in projected if held and fact is not None)
        for start in range(0, len(facts), SESSION_FACTS):
            batch = facts[start : start + SESSION_FACTS]
            for label, position in self._run([fact for _, fact in batch]):
                labels = found[batch[position][0]]
                assert labels is not None
                labels.add(label)
        return [None if labels is None else frozenset(labels) for labels in found]

    def _kind_for(self, clause: Clause) -> _Kind:
        size = clause_size(clause)
        kinds = self._kinds.setdefault(clause.aspect, [])
        kind = next((kind for kind in kinds if kind.nodes + size <= MAX_NODES), None)
        if kind is None:
            kind = _Kind(f"{clause.aspect}:{len(kinds)}")
            kinds.append(kind)
        kind.nodes += size
        return kind

    def _run(self, facts: Sequence[str]) -> list[tuple[str, int]]:
        with _LOCK:
            try:
                matches = list(self._matches(self._assert(facts)))
            except native.error as error:
                raise BackendError("规则引擎出错", code="engine_failed") from error
            finally:
                with suppress(native.error):  # there is no session if not even the first fact was taken
                    native.delete_state(self._handle, _SESSION)
        seen = sum(label.startswith(_SEEN) for label, _ in matches)
        if seen != len(facts) or (_END, len(facts)) not in matches:
            raise BackendError("规则引擎没有评估完全部事实", code="engine_failed")
        return [match for match in matches if match[0] != _END and not match[0].startswith(_SEEN)]

    def _assert(self, facts: Sequence[str]) -> int:
        offset = 0
        for number, fact in enumerate([*facts, f'"kind":"{_END}"']):
            code, offset = native.assert_fact(self._handle, f'{{"id":"{number}","sid":"{_SESSION}",{fact}}}')
            if code != 0:
                raise BackendError(f"规则引擎未接受事实（{code}）", code="engine_failed")
        return offset

    def _matches(self, offset: int) -> Iterator[tuple[str, int]]:
        started = native.start_action_for_state(self._handle, offset)
        message = started[1] if started else None
        while message:
            match = _MATCH.match(message)
            if match is None:
                raise BackendError("规则引擎的回答无法识别", code="engine_failed")
            yield match[1], int(match[2])
            message = native.complete_and_start_action(self._handle, offset)


def clause_size(clause: Clause) -> int:
    """Give the number of places a condition takes in the engine; refuse one that is too large for it."""
    group_count = groups(clause.condition) + 1
    size = sum(1 for _ in leaves(clause.condition)) + group_count
    if size >= MAX_NODES or group_count > MAX_GROUPS or paths(clause.condition) > MAX_PATHS:
        message = f"{clause.label}的条件过于复杂"
        raise DeclarationError(message, remedy="把条件分成几个部分，或改为一个事实", code="bad_rulebook")
    return size


def _rule(condition: object) -> dict[str, object]:
    return {"all": [{"m": condition}]}


def _tests(node: Node, kind: _Kind) -> list[object]:
    match node:
        case And(items):
            return [test for item in items for test in _tests(item, kind)]
        case Or(items) if items:
            return [{"$or": [_test(item, kind) for item in items]}]
        case Known(fact, present):
            return [{kind.known.setdefault(fact.name, f"k{len(kind.known)}"): present}]
        case Compare():
            return [_comparison(node, kind)]
        case _:
            raise TypeError("the tree is not normalised")


def _test(node: Node, kind: _Kind) -> object:
    if node == ALWAYS:
        raise TypeError("a constant inside a condition")
    tests = _tests(node, kind)
    return tests[0] if len(tests) == 1 else {"$and": tests}


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def _comparison(leaf: Compare, kind: _Kind) -> object:
    match leaf:
        case Compare(sign, Name(left), Name(right)):
            short = kind.pairs.setdefault((left, right), f"p{len(kind.pairs)}")
            return _signed(sign, short, {"$m": f"{short}r"})
        case Compare(sign, Name(name), Literal(constant)):
            return _signed(sign, kind.names.setdefault(name, f"f{len(kind.names)}"), constant)
        case Compare(sign, Literal() as constant, Name() as name):
            return _comparison(Compare(_MIRRORED[sign], name, constant), kind)
        case _:
            raise TypeError("two constants compared")


def _signed(sign: str, name: str, other: object) -> object:
    return {name: other} if sign == "==" else {_SIGNS[sign]: {name: other}}
