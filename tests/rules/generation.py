"""Generated cases: samples with some values changed to others that their types accept, sensible or absurd.

A mutation is one number that says which place of the case, what to do there, and with what. Any number does, so that it
may come from hypothesis (which then finds the shortest list that breaks a law) or from a plain random generator. Places
are those of the sample; a mutation whose place an earlier one removed does nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from docgen.case import CaseFile, load_case
from docgen.case.shape import Shape, shapes
from docgen.case.values import Entity
from rules.policy import DEFAULT_POLICY
from tests.samples import Kind, samples

BITS = 48
"""Size of the number that a mutation is."""

Place = tuple[str | int, ...]
Values = tuple[Any, ...]

_FIXED = {"schema_version", "timezone", "case_no"}
_ABSURD = (
    None, True, False, 0, 1, 2, 3, 5, 99, 999_999_999, "0.0001", "0.01", "0.30", "680000.00", "999999999999999.99",
    "2024-04-17", "2024-02-29", "1900-01-01", "0001-01-01", "2028-05-01", "9999-12-31", "2024-04-17T10:20:00+08:00",
    "2024-12-31T18:00:00+08:00", "0001-01-02T00:00:00+08:00", "2028-05-01T10:00:00+08:00", "9999-12-30T23:59:59+08:00",
    "S01", "S08", "C01", "C03", "DEMO001", "YB-XS-2024-0012", "示例科技有限公司", "王海", "无", "甲" * 300, '"', "\\",
    "{subject}", "{{ case }}", "None", "e\u0301", "\U0001f600",
)  # fmt: skip
_DEMANDS = {
    "min_margin_rate: null": 'min_margin_rate: "0.3100"',
    "templates: []": "templates: [std-sale-v2]",
    "approved_platforms: []": "approved_platforms: [样板认可平台]",
    "required: []": "required: [lawful_source, customer_words, terms_explained, no_oral_promise, no_concealment]",
    "warn_before_acceptance: false": "warn_before_acceptance: true",
}
_SPANS = (
    timedelta(seconds=1), timedelta(minutes=11), timedelta(hours=24), timedelta(days=7), timedelta(days=31),
    timedelta(days=366), timedelta(days=36_500),
)  # fmt: skip


@cache
def bases() -> tuple[CaseFile, ...]:
    """Return the cases that are mutated: every sample that loads."""
    return tuple(load_case(each.case) for each in samples(*Kind) if each.kind is not Kind.LOAD_ERROR)


def demanding_policy(folder: Path) -> Path:
    """Write a policy under which also the rules apply that the shipped one leaves off; return its path."""
    text = DEFAULT_POLICY.read_text(encoding="utf-8")
    for shipped, demanded in _DEMANDS.items():
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, demanded)
    path = folder / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def cases() -> st.SearchStrategy[CaseFile]:
    """Generate cases of the model's own types; whether their parts fit together is left open."""
    return st.builds(mutated, st.integers(0, len(bases()) - 1), st.lists(st.integers(0, 2**BITS - 1), max_size=6))


def random_case(random: Random) -> CaseFile:
    """Return a case drawn by a plain random generator."""
    drawn = [random.getrandbits(BITS) for _ in range(random.randint(0, 6))]
    return mutated(random.randrange(len(bases())), drawn)


def mutated(base: int, mutations: Sequence[int]) -> CaseFile:
    """Return one of the `bases` with some changes."""
    case, places = bases()[base], _places_of(base)
    for mutation in mutations:
        rest, where = divmod(mutation, len(places))
        which, what = divmod(rest, 2**16)
        place = places[where]
        present = _at(case, place)
        if present is not _GONE:
            shape = _shape(place)
            others = [value for value in _instead(shape, present, which, case) if value != present]
            if others:
                case = _with(case, place, others[what % len(others)])
    return case


_GONE = object()


@cache
def _places_of(base: int) -> tuple[Place, ...]:
    return tuple(_places(bases()[base], ()))


def _places(entity: Entity, here: Place) -> Iterator[Place]:
    """Yield the place of every field; one that holds entities comes before what is in them."""
    for name, shape in shapes(type(entity)).items():
        if not here and name in _FIXED:
            continue
        yield (*here, name)
        value = getattr(entity, name)
        if shape.entity and value:
            for at, item in enumerate(value) if shape.many else ((None, value),):
                yield from _places(item, (*here, name) if at is None else (*here, name, at))


@cache
def _shape(place: Place) -> Shape:
    entity: type[Entity] = CaseFile
    *before, last = (name for name in place if isinstance(name, str))
    for name in before:
        inner = shapes(entity)[name].entity
        assert inner is not None
        entity = inner
    return shapes(entity)[last]


def _at(case: Entity, place: Place) -> Any:  # noqa: ANN401 - any value of a case
    value: Any = case
    for step in place:
        if isinstance(step, int):
            if not isinstance(value, tuple) or step >= len(value):
                return _GONE
            value = value[step]
        elif value is None:
            return _GONE
        else:
            value = getattr(value, step)
    return value


def _with(value: Any, place: Place, new: object) -> Any:  # noqa: ANN401 - any value of a case
    """Return `value` with `new` at a place in it."""
    if not place:
        return new
    step, *rest = place
    if isinstance(step, int):
        return (*value[:step], _with(value[step], tuple(rest), new), *value[step + 1 :])
    return value.model_copy(update={step: _with(getattr(value, step), tuple(rest), new)})


def _instead(shape: Shape, present: Any, which: int, case: CaseFile) -> Iterator[Any]:  # noqa: ANN401 - any value
    """Yield what a place may hold instead of `present`, all of it accepted by its type."""
    if shape.many:
        yield from _rearranged(present, which)
    elif shape.entity:
        if not shape.required:
            yield None
    else:
        yield from _accepted(shape)
        yield from _near(present, _SPANS[which % len(_SPANS)])
        yield from _moments(present, case)


def _rearranged(items: Values, which: int) -> Iterator[Values]:
    """Yield a list emptied, turned round, with one item dropped, doubled, or swapped with the next one."""
    yield ()
    yield items[::-1]
    if items:
        at = which % len(items)
        yield (*items[:at], *items[at + 1 :])
        yield (*items[: at + 1], *items[at:])
        yield (*items[:at], *items[at : at + 2][::-1], *items[at + 2 :])


@cache
def _accepted(shape: Shape) -> Values:
    """Return those of the absurd values, and of the choices, that the type of a field accepts."""
    adapter: TypeAdapter[Any] = TypeAdapter(shape.annotation)
    found = []
    for candidate in (*_ABSURD, *(value for value, _ in shape.choices)):
        try:
            found.append(adapter.validate_python(candidate))
        except ValidationError:
            continue
    return tuple(found)


def _near(present: object, span: timedelta) -> Iterator[object]:
    """Yield values a little, or far, off the present one."""
    match present:
        case bool():
            yield not present
        case datetime() | date():
            for sign in (1, -1):
                try:
                    yield present + sign * span
                except OverflowError:
                    continue
        case Decimal() if present.is_finite():
            yield from (present + Decimal("0.01"), max(present - Decimal("0.01"), Decimal()))
        case int():
            yield from (present + 1, max(present - 1, 0))


def _moments(present: object, case: CaseFile) -> Iterator[object]:
    """Yield, instead of an instant, some that other rules look at: deadlines are then met or missed by a moment."""
    if isinstance(present, datetime) and case.contract is not None:
        yield from (each.signed_at for each in case.contract.signatures)
        yield case.contract.drafted_at
