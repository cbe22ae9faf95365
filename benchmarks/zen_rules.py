"""The rules in force written for zen-engine (GoRules): a decision graph per aspect, an expression per part.

zen-engine is no dependency of the project; `pip install zen-engine` where the comparison is wanted.
"""

import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docgen.rulebook.durable import Clause
from docgen.rulebook.expression import And, Compare, Known, Literal, Name, Node, Or, Value


class ZenRules:
    """Some clauses decided by zen-engine."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        """Write and compile the decisions.

        Raises:
            ImportError: zen-engine is not installed.
        """
        engine = importlib.import_module("zen").ZenEngine()
        by_aspect: dict[str, list[Clause]] = {}
        for clause in clauses:
            by_aspect.setdefault(clause.aspect, []).append(clause)
        self._labels = {aspect: [clause.label for clause in found] for aspect, found in by_aspect.items()}
        self._decisions: dict[str, Any] = {
            aspect: engine.create_decision(json.dumps(_graph(found))) for aspect, found in by_aspect.items()
        }

    def fired(self, records: Iterable[tuple[str, Mapping[str, Value]]]) -> list[frozenset[str]]:
        """Tell for each record (aspect, values by name) the labels of the clauses that hold for it."""
        return [self._fired(aspect, values) for aspect, values in records]

    def _fired(self, aspect: str, values: Mapping[str, Value]) -> frozenset[str]:
        flat = {_flat(name): value for name, value in values.items()}
        result = self._decisions[aspect].evaluate(flat)["result"]
        return frozenset(label for number, label in enumerate(self._labels[aspect]) if result[f"r{number}"])


def _graph(clauses: Sequence[Clause]) -> dict[str, object]:
    expressions = [
        {"id": str(number), "key": f"r{number}", "value": _written(clause.condition)}
        for number, clause in enumerate(clauses)
    ]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": expressions}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }


def _written(node: Node) -> str:
    """Write a normalised tree; every name is asked for null, since zen refuses to compare it with an absent value."""
    match node:
        case And(items) | Or(items) if not items:
            return "true" if isinstance(node, And) else "false"
        case And(items) | Or(items):
            return "(" + (" and " if isinstance(node, And) else " or ").join(map(_written, items)) + ")"
        case Known(fact, present):
            return f"{_flat(fact.name)} {'!=' if present else '=='} null"
        case Compare(operator, left, right):
            there = [f"{_flat(side.name)} != null" for side in (left, right) if isinstance(side, Name)]
            return "(" + " and ".join([*there, f"{_operand(left)} {operator} {_operand(right)}"]) + ")"
        case _:
            raise TypeError("the tree is not normalised")


def _operand(operand: Name | Literal) -> str:
    return _flat(operand.name) if isinstance(operand, Name) else json.dumps(operand.value, ensure_ascii=False)


def _flat(name: str) -> str:
    return name.replace(".", "_")
