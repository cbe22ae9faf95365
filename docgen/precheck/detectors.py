"""Detectors: what clauses look like, and everything else that is looked for, declared as data (YAML).

The declaration names the clauses, the words of vague and one-sided terms, the laws repealed and the sentences that
tell a person what was found. A wrong declaration is refused whole, with file and line of every fault.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from docgen.rulebook.source import Fault, conform, read, refusal

_Line = Annotated[str, Field(min_length=1, max_length=300)]


def _regex(value: object) -> re.Pattern[str]:
    if not isinstance(value, str) or not value or len(value) > 1200:
        raise ValueError("应为正则表达式")
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"正则表达式有误：{error.msg}") from None


Regex = Annotated[re.Pattern[str], PlainValidator(_regex)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Sign(_Entry):
    """A pattern, and what has to be true around it.

    `within` and `without` are looked for in the same sentence, `after` directly before the hit (where it must not
    be), `inside` in the titles of the sections around it.
    """

    match: Regex
    within: Regex | None = None
    without: Regex | None = None
    after: Regex | None = None
    inside: Regex | None = None

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, value: Any) -> Any:  # noqa: ANN401 - as it was written
        return {"match": value} if isinstance(value, str) else value


class Clause(_Entry):
    """One clause: titles that name it, signs that prove it, signs that leave it unsure."""

    title: _Line
    headings: tuple[Regex, ...] = ()
    found: Annotated[tuple[Sign, ...], Field(min_length=1)]
    unsure: tuple[Sign, ...] = ()
    optional_for: tuple[_Line, ...] = ()


class Term(_Entry):
    """A wording that a person should look at: a sign and why."""

    id: _Line
    kind: _Line
    sign: Sign
    why: _Line
    article: _Line | None = None
    mirrored: bool = False
    limit: Annotated[int, Field(ge=0)] | None = None


class Law(_Entry):
    """A law that is cited: repealed, or in force with other numbers, from a day on."""

    names: Annotated[tuple[_Line, ...], Field(min_length=1)]
    repealed_on: date | None = None
    renumbered_on: date | None = None
    by: _Line
    now: _Line
    source: _Line
    checked_on: date | None = None

    @model_validator(mode="after")
    def _one_day(self) -> Self:
        if (self.repealed_on is None) is (self.renumbered_on is None):
            raise ValueError("repealed_on 与 renumbered_on 须填且只填一项")
        return self


class Declared(_Entry):
    """The whole declaration; `messages` holds a sentence for each reason that a check gives."""

    version: _Line
    kinds: Mapping[str, Regex]
    clauses: Mapping[str, Clause]
    terms: tuple[Term, ...]
    laws: tuple[Law, ...]
    laws_still: tuple[_Line, ...]
    messages: Mapping[str, _Line]
    differences: Annotated[Mapping[str, _Line], BeforeValidator(lambda value: value or {})] = {}


@dataclass(frozen=True, slots=True)
class Detectors:
    """A valid declaration, with the digest of the file it was read from."""

    declared: Declared
    sha256: str
    titles: re.Pattern[str]

    @property
    def version(self) -> str:
        """The version the file gives itself."""
        return self.declared.version


def parse_detectors(name: str, content: bytes) -> Detectors:
    """Read the declaration in the file `name`.

    Raises:
        DeclarationError: Code `bad_detectors`.
    """
    faults: list[Fault] = []
    source = read(name, content, faults)
    declared = conform(Declared, source, faults) if source else None
    if declared is None or source is None:
        raise refusal(faults, "条款识别表", "bad_detectors")
    titles = "|".join(f"(?:{one.pattern})" for clause in declared.clauses.values() for one in clause.headings)
    return Detectors(declared, source.sha256, re.compile(titles))
