"""What can still be read of a faulty case file, so that one class of faults does not hide another.

The result is not a valid case: refused and missing values are None. Only the invariants may see it, and they treat
None as "not known".
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from docgen.case.casefile import CaseFile
from docgen.case.shape import Shape, shapes
from docgen.case.values import Entity


def salvage(root: Mapping[str, object]) -> CaseFile:
    """Return a case of every part of `root` that is right by itself."""
    case = _entity(CaseFile, root)
    assert isinstance(case, CaseFile)
    return case


def _entity(entity: type[Entity], raw: Mapping[str, object]) -> Entity:
    values: dict[str, Any] = {}
    for name, shape in shapes(entity).items():
        if name in raw:
            values[name] = _value(entity, shape, raw[name])
        elif shape.required:
            values[name] = None
    return entity.model_construct(**values)


def _value(owner: type[Entity], shape: Shape, raw: object) -> object:
    if shape.entity and shape.many:
        items = raw if isinstance(raw, list) else []
        return tuple(_entity(shape.entity, item if isinstance(item, dict) else {}) for item in items)
    if shape.entity:
        return _entity(shape.entity, raw) if isinstance(raw, dict) else None
    try:
        return _adapter(owner, shape.name).validate_python(raw)
    except ValidationError:
        return () if shape.many else None


@cache
def _adapter(owner: type[Entity], name: str) -> TypeAdapter[Any]:
    return TypeAdapter(shapes(owner)[name].annotation)
