"""What a form's template can reach from each kind of record: one table for the type checker and for the context.

Fields of the case file, of computed dataclasses, of `calc` and of `chart`; people instead of references; computed
members. What the form may not see (`docgen.forms.visibility`) is not in the table.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, make_dataclass
from functools import lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docgen.forms import calc, charts
from docgen.forms.members import Computed, computed
from docgen.forms.people import People, Person
from docgen.forms.visibility import Visibility

Read = Callable[[Any, People], object]


@dataclass(frozen=True, slots=True)
class Member:
    """One thing that templates reach from a record: its Chinese title, its type, and how it is read."""

    title: str
    annotation: Any
    read: Read


@lru_cache(maxsize=4096)
def members(owner: type, visibility: Visibility) -> Mapping[str, Member]:
    """Return what a form with this `visibility` reaches from records of type `owner`, by name."""
    if issubclass(owner, BaseModel):
        return dict(_of_entity(owner, visibility))
    if owner in _TITLED:
        return dict(_of_titled(owner))
    if is_dataclass(owner):
        return dict(_of_dataclass(owner))
    return {}


@lru_cache(maxsize=256)
def record_type(name: str, parts: tuple[tuple[str, str, Any], ...]) -> type:
    """Return a type of records with these members: name, Chinese title and type of each; the same type every time."""
    return make_dataclass(name, [(part, kind, field(metadata={"title": title})) for part, title, kind in parts])


def is_record(annotation: object) -> bool:
    """Tell whether values of this type have members of their own."""
    return isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation))


def required(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return `annotation` without `| None`."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not NoneType]
        return inner[0] if len(inner) == 1 else annotation
    return annotation


def element(annotation: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return the type of the elements of a tuple type, or None for any other."""
    inner = required(annotation)
    return get_args(inner)[0] if get_origin(inner) is tuple else None


def annotation_at(roots: Mapping[str, Any], visibility: Visibility, path: str) -> Any:  # noqa: ANN401 - any annotation
    """Return the type of what `path` (`order.lines[].name`) reaches from `roots`, or None if there is no such thing."""
    here: Any = roots.get(path.split(".", maxsplit=1)[0].removesuffix("[]"))
    for place, step in enumerate(path.split(".")):
        if place:
            member = (
                members(required(here), visibility).get(step.removesuffix("[]")) if is_record(required(here)) else None
            )
            here = member and member.annotation
        if step.endswith("[]"):
            here = element(here)
    return here


def _of_entity(owner: type[BaseModel], visibility: Visibility) -> Iterator[tuple[str, Member]]:
    for name, info in owner.model_fields.items():
        if visibility.shows(owner, name) and not _is_mapping(info.annotation):
            yield _of_field(owner, name, info, visibility)
    for name, one in computed(owner).items():
        if visibility.shows(owner, name):
            yield name, _of_computed(one)


def _of_field(owner: type, name: str, info: FieldInfo, visibility: Visibility) -> tuple[str, Member]:
    title = info.title or name
    optional = not info.is_required() and info.default is None
    if name.endswith("_ref"):
        person: Any = Person | None if optional else Person
        return name.removesuffix("_ref"), Member(title, person, _person(name))
    if name.endswith("_refs"):
        return plural(name.removesuffix("_refs")), Member(title, tuple[Person, ...], _persons(name))
    mask = visibility.mask(owner, name)
    return name, Member(title, info.annotation, _masked(name, mask) if mask else _attribute(name))


def plural(name: str) -> str:
    """Return what a list of people is called that the case file refers to: `contact_refs` is `contacts`."""
    return name if name == "staff" else f"{name}s"


def _of_computed(one: Computed) -> Member:
    return Member(one.title, one.annotation, lambda entity, _: one.of(entity))


_TITLED: Mapping[type, Mapping[str, str]] = {
    calc.Calc: calc.TITLES,
    charts.Charts: charts.TITLES,
    charts.SurveyCharts: charts.SURVEY_TITLES,
}


def _of_titled(owner: type) -> Iterator[tuple[str, Member]]:
    for name, title in _TITLED[owner].items():
        getter = getattr(owner, name).fget
        yield name, Member(title, get_type_hints(getter)["return"], _attribute(name))


def _of_dataclass(owner: Any) -> Iterator[tuple[str, Member]]:  # noqa: ANN401 - a dataclass has no type of its own
    hints = get_type_hints(owner)
    for one in fields(owner):
        yield one.name, Member(one.metadata.get("title", one.name), hints[one.name], _attribute(one.name))


def _attribute(name: str) -> Read:
    read = attrgetter(name)
    return lambda record, _: read(record)


def _masked(name: str, mask: Callable[[Any, People], str]) -> Read:
    read = attrgetter(name)
    return lambda record, people: None if read(record) is None else mask(record, people)


def _person(name: str) -> Read:
    read = attrgetter(name)
    return lambda record, people: people.get(read(record))


def _persons(name: str) -> Read:
    read = attrgetter(name)
    return lambda record, people: tuple(people.get(ref) for ref in read(record))


def _is_mapping(annotation: object) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)
