"""Every time and every amount of a case file, found by the types of the model (GN-02, GN-03).

The plan of an entity (which of its fields hold instants, money or further entities) is worked out once from the model,
so a field added to the model is covered without a change here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, get_args, get_origin

from docgen.case.values import Entity, Money, UnitPrice

_MAY_LIE_AHEAD = frozenset({"cert_valid_from", "cert_valid_to", "promised_by", "due_at", "as_of"})
"""Times that speak of a plan or a validity, not of something done."""

_PLACES = ((get_args(Money)[1:], 2), (get_args(UnitPrice)[1:], 4))


@dataclass(frozen=True, slots=True)
class Inspection:
    """Paths and times later than the moment of the check; paths of amounts that are no proper money."""

    future: tuple[tuple[str, datetime], ...]
    bad_money: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    instants: tuple[str, ...]
    money: tuple[tuple[str, int], ...]
    entities: tuple[str, ...]
    sequences: tuple[str, ...]


def inspected(case: Entity, as_of: datetime) -> Inspection:
    """Go through every entity below `case` once."""
    future: list[tuple[str, datetime]] = []
    bad_money: list[str] = []
    open_entities: list[tuple[Entity, str]] = [(case, "")]
    while open_entities:
        entity, prefix = open_entities.pop()
        values, plan = entity.__dict__, _plan(type(entity))
        for name in plan.instants:
            at = values[name]
            if at is not None and at > as_of:
                future.append((prefix + name, at))
        bad_money.extend(prefix + name for name, places in plan.money if not _is_money(values[name], places))
        open_entities.extend((part, f"{prefix}{name}.") for name in plan.entities if (part := values[name]) is not None)
        for name in plan.sequences:
            open_entities.extend((part, f"{prefix}{name}[{index}].") for index, part in enumerate(values[name]))
    return Inspection(tuple(sorted(future)), tuple(sorted(bad_money)))


def _is_money(value: object, places: int) -> bool:
    if value is None:
        return True
    if not isinstance(value, Decimal):
        return False
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value < 0:
        return False
    return exponent >= -places or value == round(value, places)


@cache
def _plan(kind: type[Entity]) -> _Plan:
    instants: list[str] = []
    money: list[tuple[str, int]] = []
    entities: list[str] = []
    sequences: list[str] = []
    for name, info in kind.model_fields.items():
        bare, metadata = _without_none(info.annotation, tuple(info.metadata))
        if bare is datetime and name not in _MAY_LIE_AHEAD:
            instants.append(name)
        elif bare is Decimal:
            money.extend((name, places) for marks, places in _PLACES if metadata == marks)
        elif _holds_values(bare):
            entities.append(name)
        elif get_origin(bare) is tuple and _holds_values(get_args(bare)[0]):
            sequences.append(name)
    return _Plan(tuple(instants), tuple(money), tuple(entities), tuple(sequences))


def _holds_values(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Entity) and _plan(kind) != _Plan((), (), (), ())


def _without_none(annotation: object, metadata: tuple[object, ...]) -> tuple[object, tuple[object, ...]]:
    """Return the bare type of `X | None` and the marks of its `Annotated`."""
    kinds: Iterator[object] = (kind for kind in get_args(annotation) if kind is not type(None))
    if type(None) in get_args(annotation):
        annotation = next(kinds)
    if get_origin(annotation) is Annotated:
        bare, *marks = get_args(annotation)
        return bare, tuple(marks)
    return annotation, metadata
