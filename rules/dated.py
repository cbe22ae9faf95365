"""Types of policy values: strict numbers and flags, and values with the days from which they are in force."""

import bisect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

PolicyValue = bool | int | str | tuple[str | int, ...]
"""A policy value as conditions and facts see it: cents, minutes, days, basis points, texts or a tuple of texts."""


def _number(pattern: str, example: str) -> BeforeValidator:
    def parse(value: object) -> str:
        text = str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
        if re.fullmatch(r"-\d+(\.\d+)?", text):
            raise ValueError("不得为负数")
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"应为数字，如{example}")
        return text

    return BeforeValidator(parse)


def _flag(value: object) -> object:
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    if not isinstance(value, bool):
        raise ValueError("应为true或false")  # noqa: TRY004 - pydantic reports ValueError
    return value


def _regular(value: str) -> str:
    try:
        re.compile(value)
    except re.error:
        raise ValueError("不是正确的正则表达式") from None
    return value


Whole = Annotated[int, _number(r"0|[1-9]\d{0,5}", "24")]
Cny = Annotated[Decimal, _number(r"\d{1,13}(\.\d{1,2})?", "500000.00")]
Rate = Annotated[Decimal, _number(r"0(\.\d{1,4})?|1(\.0{1,4})?", "0.2500")]
Flag = Annotated[bool, BeforeValidator(_flag)]
Pattern = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_regular)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]
Months = Annotated[tuple[Annotated[Whole, Field(ge=1, le=120)], ...], Field(min_length=1, max_length=24)]

T = TypeVar("T")


class _Entry(BaseModel, Generic[T]):
    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date = Field(alias="from")
    value: T | None


class Dated(RootModel[tuple[_Entry[T], ...]], Generic[T]):
    """A value with the days from which each of its versions is in force."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        if isinstance(value, list | tuple) and any(isinstance(entry, dict) for entry in value):
            return value
        return [{"from": date.min, "value": value}]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        days = [entry.since for entry in self.root]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("生效日期须由早到晚且不重复")
        return self

    def at(self, on: date) -> T | None:
        """Give the value in force on the day `on`, or None where there is none."""
        index = bisect.bisect_right(self.root, on, key=lambda entry: entry.since)
        return self.root[index - 1].value if index else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Views of the policy, each in force from its day to the next; the first day is the first of all."""

    days: tuple[date, ...]
    views: tuple[Mapping[str, PolicyValue], ...]

    def at(self, on: date) -> Mapping[str, PolicyValue]:
        """Give the view in force on a day."""
        return self.views[bisect.bisect_right(self.days, on) - 1]
