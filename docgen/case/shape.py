"""What the entities of the case file are made of: titles, nested entities, lists, references.

Read once from the pydantic models, so that labels, reference checks and scaffolds never repeat the model.
A *location* is a tuple of field names and list indexes; a *path* is the same as text: `contract.lines[0].unit_price`.
"""

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from docgen.case.enums import Choice
from docgen.case.values import Entity, Ref
from docgen.errors import InputError

Location = tuple[str | int, ...]

MAX_STEPS = 20
"""Most names and indexes a path may have; the model needs nine."""

_PATH_STEP = re.compile(r"(?:^|\.)([A-Za-z_][A-Za-z0-9_]{0,39})|\[([0-9]{1,6})\]", re.ASCII)
_SHOWN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Shape:
    """One field of an entity."""

    name: str
    title: str
    required: bool
    many: bool
    """Whether it holds a list."""
    entity: type[Entity] | None
    """The entity it holds, or holds a list of; None for a plain value."""
    default: str | bool | int | None
    """Plain value that an absent field stands for; None where it stands for nothing, or for an empty list."""
    is_flag: bool
    """Whether it holds true or false."""
    choices: tuple[tuple[str, str], ...]
    """Value and Chinese label of each allowed value, where the set is closed."""
    is_reference: bool
    """Whether it names people by id (case_model.md section 3); a voucher number (`booked_ref`) does not."""
    annotation: Any


def _core(annotation: Any) -> Any:  # noqa: ANN401 - a type expression
    """Strip `Annotated[…]` and `… | None` off a type."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        else:
            return annotation


def _refers(annotation: Any) -> bool:  # noqa: ANN401 - a type expression
    return annotation == Ref or any(_refers(part) for part in get_args(annotation))


def _choices(core: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - a type expression
    if isinstance(core, type) and issubclass(core, Choice):
        return tuple((member.value, member.label) for member in core)
    if get_origin(core) is Literal:
        return tuple((str(value), "") for value in get_args(core))
    return ()


def _default(value: object) -> str | bool | int | None:
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str | bool | int) else None


@cache
def shapes(entity: type[Entity]) -> Mapping[str, Shape]:
    """Return the fields of `entity` by name, in the order of the model."""
    found = {}
    for name, field in entity.model_fields.items():
        core = _core(field.annotation)
        many = get_origin(core) is tuple
        item = _core(get_args(core)[0]) if many else core
        nested = item if isinstance(item, type) and issubclass(item, Entity) else None
        found[name] = Shape(
            name=name,
            title=field.title or name,
            required=field.is_required(),
            many=many,
            entity=nested,
            default=_default(field.default),
            is_flag=item is bool,
            choices=_choices(item),
            is_reference=_refers(field.rebuild_annotation()),
            annotation=field.rebuild_annotation(),
        )
    return found


def shape_at(root: type[Entity], location: Location) -> Shape | None:
    """Return the field of `root` at `location`, None where the model has no such field."""
    entity: type[Entity] | None = root
    shape = None
    for part in location:
        if isinstance(part, int):
            continue
        if entity is None or part not in shapes(entity):
            return None
        shape = shapes(entity)[part]
        entity = shape.entity
    return shape


def label(root: type[Entity], location: Location) -> str:
    """Name `location` by the Chinese titles along it: `合同 › 标的清单 › 单价(元)`."""
    entity: type[Entity] | None = root
    titles = []
    for part in location:
        if isinstance(part, int):
            continue
        if entity is None or part not in shapes(entity):
            break
        titles.append(shapes(entity)[part].title)
        entity = shapes(entity)[part].entity
    return " › ".join(titles)


def path(location: Location) -> str:
    """Write `location` as text; a key that could be content instead of a field name shows as `?`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = part if _SHOWN_KEY.fullmatch(part) else "?"
            text += f".{shown}" if text else shown
    return text


def location(written: str) -> Location:
    """Read a path such as `contract.lines[0].unit_price`.

    Raises:
        InputError: it is not a path (code `bad_path`).
    """
    steps: list[str | int] = []
    at = 0
    while at < len(written):
        step = _PATH_STEP.match(written, at)
        if step is None or len(steps) >= MAX_STEPS:
            break
        steps.append(step[1] or int(step[2]))
        at = step.end()
    if at < len(written) or not steps or isinstance(steps[0], int):
        raise InputError(
            "路径写法有误", code="bad_path", remedy="写成 contract.lines[0].unit_price 的形式，列表序号从0起"
        )
    return tuple(steps)
