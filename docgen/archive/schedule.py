"""The retention schedule as data: classes, how long each is kept, and how archive numbers are composed.

A period runs from 1 January after the year of the document (国家档案局令第10号); numbers follow DA/T 13 and DA/T 22:
全宗号-门类·年度-保管期限-件号.
"""

import re
from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from docgen.case.enums import Retention
from docgen.errors import DeclarationError, Detail

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{1,16}$")]
_PARTS = frozenset({"fonds", "category", "year", "retention", "item"})
_PATTERN = re.compile(r"^[\w{}:·.-]{1,100}$")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RetentionClass(_Data):
    """One retention class: its code in archive numbers, and its years (None: for ever)."""

    code: Code
    years: Annotated[int, Field(ge=1, le=200)] | None
    basis: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Schedule(_Data):
    """The retention classes, the fonds and category of this archive, and the pattern of its numbers."""

    fonds: Code
    category: Code
    pattern: str = "{fonds}-{category}·{year}-{retention}-{item:04d}"
    classes: Mapping[Retention, RetentionClass]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = {name for _, name, _, _ in Formatter().parse(self.pattern) if name is not None}
        if named != _PARTS or not _PATTERN.fullmatch(self.pattern):
            raise ValueError(f"pattern 须恰好由{'、'.join(sorted(_PARTS))}组成")
        if missing := [one.label for one in Retention if one not in self.classes]:
            raise ValueError(f"classes 缺少{'、'.join(missing)}")
        codes = [one.code for one in self.classes.values()]
        if len(set(codes)) < len(codes):
            raise ValueError("classes 的 code 不得重复")
        self.archive_number(2024, Retention.PERMANENT, 1)
        return self

    def archive_number(self, year: int, retention: Retention, item: int) -> str:
        """Return the archive number (档号) of item number `item` of a year and retention class."""
        return self.pattern.format(
            fonds=self.fonds,
            category=self.category,
            year=year,
            retention=self.classes[retention].code,
            item=item,
        )

    def kept_until(self, dated: date, retention: Retention) -> date | None:
        """Return the first day on which a document of `dated` may be disposed of; None means never."""
        years = self.classes[retention].years
        return None if years is None else date(dated.year + 1 + years, 1, 1)


def load_schedule(source: bytes, *, file: str) -> Schedule:
    """Read a schedule from YAML.

    Raises:
        DeclarationError: `bad_schedule`, with a detail for each fault, naming file and key.
    """
    try:
        return Schedule.model_validate(yaml.safe_load(source.decode("utf-8")))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _bad([Detail(file, "保管期限表", "不是有效的 UTF-8 YAML")]) from error
    except ValidationError as error:
        faults = [Detail(f"{file} › {'.'.join(map(str, e['loc']))}", "保管期限表", e["msg"]) for e in error.errors()]
        raise _bad(faults) from None
    except (ValueError, IndexError, KeyError) as error:
        raise _bad([Detail(f"{file} › pattern", "档号格式", "格式有误")]) from error


def _bad(details: list[Detail]) -> DeclarationError:
    return DeclarationError(
        f"保管期限表有{len(details)}处错误", code="bad_schedule", remedy="按所列的键逐处更正", details=details
    )
