"""What a condition may read: the typed facts of an aspect and the typed values of the policy."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from docgen.rulebook.aspect import Aspect, DisplayText


class Kind(StrEnum):
    """Kinds of facts; `DISPLAY` is for messages only, the engine never sees it."""

    BOOL = "bool"
    INT = "int"
    CHOICE = "choice"
    TEXT = "text"
    DISPLAY = "display"

    @property
    def label(self) -> str:
        """The Chinese name of the kind."""
        return {"bool": "是否", "int": "整数", "choice": "选项", "text": "文字", "display": "展示文字"}[self.value]


@dataclass(frozen=True, slots=True)
class FactType:
    """Type of one fact or policy value: its kind, its choices, whether it may be absent, and how it is called."""

    kind: Kind
    choices: tuple[str, ...] = ()
    optional: bool = False
    title: str = ""
    paths: tuple[str, ...] = ()

    def accepts(self, value: object) -> bool:
        """Tell whether `value` is of this type; bool is no int here, an absent value is for the caller to judge."""
        if self.kind in {Kind.BOOL, Kind.INT}:
            return type(value) is (bool if self.kind is Kind.BOOL else int)
        return isinstance(value, str) and (self.kind is not Kind.CHOICE or value in self.choices)


@dataclass(frozen=True, slots=True)
class Schema:
    """The facts of one aspect by name."""

    aspect: str
    title: str
    record: type[Aspect]
    facts: Mapping[str, FactType]


def schema_of(record: type[Aspect]) -> Schema:
    """Read the schema of an aspect off its dataclass.

    Raises:
        TypeError: A field of the class is no fact type.
    """
    inherited = {field.name for field in dataclasses.fields(Aspect)}
    hints = get_type_hints(record, include_extras=True)
    facts = {
        field.name: _fact(hints[field.name], field.metadata)
        for field in dataclasses.fields(record)
        if field.name not in inherited
    }
    return Schema(record.aspect, record.title, record, facts)


def policy_types(types: Mapping[str, type]) -> Mapping[str, FactType]:
    """Make the fact types of policy values (all optional) from their Python types by key."""
    kinds = {bool: Kind.BOOL, int: Kind.INT, str: Kind.TEXT}
    return {key: FactType(kinds[kind], optional=True, title=f"政策值 {key}") for key, kind in types.items()}


def _fact(hint: Any, metadata: Mapping[str, Any]) -> FactType:  # noqa: ANN401 - any annotation
    optional = False
    if type(None) in get_args(hint):
        optional = True
        (hint,) = (argument for argument in get_args(hint) if argument is not type(None))
    kind, choices = _kind(hint)
    return FactType(kind, choices, optional, metadata.get("title", ""), tuple(metadata.get("paths", ())))


def _kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:  # noqa: ANN401 - any annotation
    if hint == DisplayText or (get_origin(hint) is Annotated and get_args(hint) == get_args(DisplayText)):
        return Kind.DISPLAY, ()
    if get_origin(hint) is Literal:
        return Kind.CHOICE, tuple(str(choice) for choice in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Kind.CHOICE, tuple(str(member.value) for member in hint)
    kinds = {bool: Kind.BOOL, int: Kind.INT, str: Kind.TEXT}
    if hint not in kinds:
        raise TypeError(f"{hint!r} is no type of a fact")
    return kinds[hint], ()
