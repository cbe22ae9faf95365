"""Every time and every amount of a case file, found by the types of the model (GN-02, GN-03).

The plan of an entity (which of its fields hold instants, money or further entities) is worked out once from the model,
so a field added to the model is covered without a change here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, NamedTuple, TypeAlias, get_args, get_origin

from docgen.case.values import Entity, Money, UnitPrice

_MAY_LIE_AHEAD = frozenset({"cert_valid_from", "cert_valid_to", "promised_by", "due_at", "as_of"})
"""Times that speak of a plan or a validity, not of something done."""

_PLACES = ((get_args(Money)[1:], 2), (get_args(UnitPrice)[1:], 4))


@dataclass(frozen=True, slots=True)
class Inspection:
    """Paths and times later than the moment of the check; paths of amounts that are no proper money."""

    future: tuple[tuple[str, datetime], ...]
    bad_money: tuple[str, ...]


class _Plan(NamedTuple):
    instants: tuple[str, ...]
    money: tuple[tuple[str, int], ...]
    entities: tuple[str, ...]
    sequences: tuple[str, ...]


_Place: TypeAlias = tuple["_Place | None", str, int | None]
"""Where an entity stands: in what, under which field, at which position; written out only where something is found."""


def inspected(case: Entity, as_of: datetime) -> Inspection:
    """Go through every entity below `case` once."""
    future: list[tuple[str, datetime]] = []
    bad_money: list[str] = []
    ahead: list[tuple[Entity, _Place]] = [(case, (None, "", None))]
    for entity, place in ahead:  # the list grows while it is walked
        values = entity.__dict__
        instants, money, entities, sequences = _plan(type(entity))
        for name in instants:
            at = values[name]
            if at is not None and at > as_of:
                future.append((_path(place, name), at))
        for name, places in money:
            if not _is_money(values[name], places):
                bad_money.append(_path(place, name))
        for name in entities:
            if (part := values[name]) is not None:
                ahead.append((part, (place, name, None)))  # noqa: PERF401 - a comprehension costs more where empty
        for name in sequences:
            for index, part in enumerate(values[name]):
                ahead.append((part, (place, name, index)))
    return Inspection(tuple(future), tuple(bad_money))


def _path(place: _Place, field: str) -> str:
    parent, name, index = place
    if parent is None:
        return field
    return _path(parent, f"{name}.{field}" if index is None else f"{name}[{index}].{field}")


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
