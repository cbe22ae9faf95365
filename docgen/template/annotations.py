"""Type annotations, asked what a template checker needs to know of them."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docgen.case.enums import Choice

__all__ = [
    "ANY",
    "Annotation",
    "accepts",
    "class_of",
    "element_of",
    "is_printable",
    "member_of",
    "names_of",
    "required",
    "title_of",
    "union",
    "variants",
]

Annotation: TypeAlias = Any
"""A type annotation as typing and pydantic give it."""
ANY: Annotation = Any
"""The type nothing is known about."""


def origin_of(annotation: Annotation) -> Any:  # noqa: ANN401 - a class or a special form
    """Return what `typing.get_origin` does; its own type hint claims less."""
    origin: Any = get_origin(annotation)
    return origin


def bare(annotation: Annotation) -> Annotation:
    """Return `annotation` without what only decorates it."""
    while True:
        if origin_of(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeVar):
            annotation = annotation.__bound__ or Any
        elif hasattr(annotation, "__value__"):  # the `type` statement of Python 3.12
            annotation = annotation.__value__
        else:
            return annotation


def variants(annotation: Annotation) -> Sequence[Annotation]:
    """Return the alternatives of a union, or the annotation alone; `None` is `NoneType`."""
    annotation = bare(annotation)
    if origin_of(annotation) in (Union, UnionType):
        return tuple(variant for member in get_args(annotation) for variant in variants(member))
    return (NoneType if annotation is None else annotation,)


def required(annotation: Annotation) -> tuple[Annotation, bool]:
    """Return `annotation` without None, and whether it could be None."""
    kept = [variant for variant in variants(annotation) if variant is not NoneType]
    optional = len(kept) < len(variants(annotation))
    if not kept:
        return Any, True
    return union(kept), optional


def union(alternatives: Sequence[Annotation]) -> Annotation:
    """Return the annotation of a value of any of these types."""
    return Union[tuple(alternatives)]  # noqa: UP007 - made at run time


def element_of(annotation: Annotation) -> Annotation | None:
    """Return the type of the elements of a list or tuple type, or None for any other."""
    found: list[Annotation] = []
    for variant in variants(annotation):
        origin = origin_of(variant) or variant
        if variant is ANY:
            return Any
        if (
            not isinstance(origin, type)
            or not issubclass(origin, Iterable)
            or issubclass(origin, str | bytes | Mapping)
        ):
            return None
        arguments = [argument for argument in get_args(variant) if argument is not Ellipsis]
        if not arguments and not issubclass(origin, list | tuple):
            return None
        found += arguments or [Any]
    return union(found) if found else None


def member_of(owner: type, name: str) -> Annotation | None:
    """Return the type of field or property `name` of `owner`: a pydantic model, a dataclass or a plain class."""
    if issubclass(owner, BaseModel) and name in owner.model_fields:
        return owner.model_fields[name].annotation
    member = getattr(owner, name, None)
    if isinstance(member, property) and member.fget:
        return get_type_hints(member.fget).get("return", Any)
    return None if issubclass(owner, BaseModel) else _hints(owner).get(name)


def _hints(owner: type) -> Mapping[str, Annotation]:
    return get_type_hints(owner, include_extras=True) if dataclasses.is_dataclass(owner) or is_typeddict(owner) else {}


def names_of(owner: type) -> Sequence[str]:
    """Return the names `member_of` may know."""
    fields = owner.model_fields if issubclass(owner, BaseModel) else _hints(owner)
    stock = dir(BaseModel) if issubclass(owner, BaseModel) else dir(object)
    properties = [name for name in dir(owner) if isinstance(getattr(owner, name, None), property)]
    return [*fields, *(name for name in properties if name not in stock)]


def title_of(owner: type, name: str) -> str | None:
    """Return the Chinese title of field `name` of `owner`, or None."""
    if issubclass(owner, BaseModel):
        field = owner.model_fields.get(name)
        return field.title if field else None
    if dataclasses.is_dataclass(owner):
        titles = {field.name: field.metadata.get("title") for field in dataclasses.fields(owner)}
        if titles.get(name):
            return titles[name]
    for extra in get_args(_hints(owner).get(name))[1:]:
        if isinstance(extra, FieldInfo):
            return extra.title
    return None


def is_printable(annotation: Annotation) -> bool:
    """Tell whether values of this type have one way of being printed: text, whole numbers, closed sets with labels."""
    return all(_prints(variant) for variant in variants(annotation))


def _prints(variant: Annotation) -> bool:
    if variant is ANY:
        return True
    if origin_of(variant) is Literal:
        return all(_prints(type(value)) for value in get_args(variant))
    if not isinstance(variant, type):
        return False
    if issubclass(variant, Enum):
        return issubclass(variant, Choice)
    return issubclass(variant, str) or variant is int


def accepts(parameter: Annotation, value: Annotation) -> bool:
    """Tell whether every value of type `value` may be given where `parameter` is asked for.

    Stricter than Python where a filter would print nonsense: a yes or no is no number, a text is no list of its
    characters, a member of a closed set is no text (its value is not its label).
    """
    wanted = variants(parameter)
    return all(any(_fits(one, variant) for one in wanted) for variant in variants(value))


def _fits(wanted: Annotation, given: Annotation) -> bool:
    if wanted in (ANY, object) or given is ANY:
        return True
    if origin_of(given) is Literal:
        return all(_fits(wanted, type(value)) for value in get_args(given))
    wanted_class, given_class = class_of(wanted), class_of(given)
    if wanted_class is None or given_class is None:
        return bool(wanted == given)
    if given_class is bool or not issubclass(given_class, wanted_class):
        return given_class is wanted_class
    if issubclass(given_class, str):
        return issubclass(wanted_class, Enum) or (wanted_class is str and not issubclass(given_class, Enum))
    inner = element_of(wanted) if get_args(wanted) else None
    return inner is None or accepts(inner, element_of(given) or Any)


def class_of(annotation: Annotation) -> type | None:
    """Return the class of an annotation that is no union: `tuple` for `tuple[int, ...]`; None if it has none."""
    origin = origin_of(annotation)
    found = annotation if origin is None else origin
    return found if isinstance(found, type) else None


def are_comparable(operator: str, left: Annotation, right: Annotation) -> bool:
    """Tell whether values of these types may be compared with Jinja's `operator`; with `in`, right may be a list."""
    if operator in {"in", "notin"} and element_of(right) is not None:
        right = element_of(right)
    return any(_are_alike(one, other) for one in variants(left) for other in variants(right))


def _are_alike(one: Annotation, other: Annotation) -> bool:
    if {one, other} == {dt.date, dt.datetime}:
        return False
    return accepts(one, other) or accepts(other, one) or {one, other} <= {int, float, Decimal}
