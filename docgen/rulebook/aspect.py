"""Aspects: flat, typed records of facts that conditions are evaluated on (rules.md sections 1 and 3).

An aspect is a frozen dataclass that derives from `Aspect`. Each of its own fields is one fact: `bool`, `int` or a
short string or `Choice`; `X | None` marks a fact that may be absent (None = left out, never passed to the engine);
`DisplayText` marks a string that only messages use. `fact(...)` says what a fact is called in Chinese and from which
paths of the case file it comes; `{}` in such a path stands for the record's own `path`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

DisplayText = Annotated[str, "display only"]
"""A string for messages; the engine never sees it."""


@dataclass(frozen=True, slots=True)
class Due:
    """When an act was due and when it was done (None while it is not)."""

    due_at: datetime
    actual_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One record of facts about one subject.

    `subject` is the key printed in messages; `path` is the place in the case file that the record is about
    (`orders[0].acceptances[1]`, empty for the whole case); `on` is the day on which policy values and law articles
    are looked up; `due` holds the deadline behind a fact, by fact name; `unknown` the Chinese reason why a fact is
    absent, by fact name, where the reason is not simply that the case does not say; `witnessed` names the times that
    the service itself logged and that a fact was read from instead of those in the case, by fact name.
    """

    aspect: ClassVar[str]
    title: ClassVar[str]

    subject: str
    path: str = ""
    on: date
    due: Mapping[str, Due] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    witnessed: Mapping[str, str] = field(default_factory=dict)


def fact(title: str, *paths: str, optional: bool = False) -> Any:  # noqa: ANN401 - stands for a field of any type
    """Declare one fact: its Chinese `title` and the case `paths` it is read from."""
    metadata = {"title": title, "paths": paths}
    if optional:
        return field(default=None, metadata=metadata)
    return field(metadata=metadata)
