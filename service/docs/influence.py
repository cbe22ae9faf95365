"""Which rules a setting of the policy decides on: by the conditions, and by trying other values on the samples.

Conditions name the policy values they read. What facts do with a setting in Python shows when the setting is changed
and the facts of the samples are derived anew: the rules that read a fact which then differs depend on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from docgen.case import CaseFile, load_case
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.pack import Rule
from docgen.rulebook.program import reads
from docgen.rulebook.source import Fault, read
from rules.dated import PolicyValue
from rules.facts import Known, Setting, derive
from rules.facts.setting import DatedPolicy
from rules.policy import DEFAULT_POLICY, Policy
from service.samples import samples
from service.wording import settings_by_key

_RIGHT = {"happy", "in_progress", "boundary"}
_TRIED = 2
_OTHER_VALUES: Sequence[object] = (
    None,
    "999999",
    "1",
    "0.9",
    "false",
    "allowed",
    "full",
    "18:00",
    ["lawful_source", "customer_words", "terms_explained", "no_oral_promise", "no_concealment"],
    ["1"],
    {f"2024-{month:02}-{day:02}": "holiday" for month in range(3, 13) for day in range(1, 29, 2)},
)

Fact = tuple[str, str]
"""An aspect and the name of one of its facts."""


class _Watched:
    """A policy that notes which of its values are looked up."""

    def __init__(self, policy: Policy) -> None:
        self.read: set[str] = set()
        self._policy = policy

    def at(self, on: date, /) -> Mapping[str, PolicyValue]:
        """Give the values in force on a day, watched."""
        return _WatchedValues(self._policy.at(on), self.read)


class _WatchedValues(Mapping[str, PolicyValue]):
    def __init__(self, values: Mapping[str, PolicyValue], read: set[str]) -> None:
        self._values = values
        self._read = read

    def __getitem__(self, key: str) -> PolicyValue:
        self._read.add(key)
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class Samples:
    """The sample cases in which nothing is wrong, and the policy that ships, as it is written."""

    cases: tuple[CaseFile, ...]
    policy: Mapping[str, Mapping[str, object]]

    @classmethod
    @cache
    def of(cls, folder: Path) -> "Samples":
        """Read the samples of a folder, and add one without a contract: then the company's word counts."""
        faults: list[Fault] = []
        source = read(DEFAULT_POLICY.name, DEFAULT_POLICY.read_bytes(), faults)
        assert source is not None, faults
        cases = tuple(load_case(sample.case) for sample in samples(folder) if sample.expected.kind in _RIGHT)
        without_contract = (case.model_copy(update={"contract": None}) for case in cases[:1])
        return cls((*cases, *without_contract), source.data)

    def records(self, policy: Policy, seen: DatedPolicy | None = None) -> Iterator[Aspect]:
        """Derive the facts of all samples by a policy; `seen` stands before it where its reading is watched."""
        calendar = policy.calendar()
        for case in self.cases:
            if case.as_of is not None:
                yield from derive(case, Setting(case.as_of, seen or policy, calendar, Known()))

    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """Return the titles of the aspects whose facts look a policy value up, by the key that conditions use."""
        policy = Policy.model_validate(self.policy)
        watched = _Watched(policy)
        found: dict[str, dict[str, None]] = {}
        for record in self.records(policy, watched):
            for key in watched.read:
                found.setdefault(key, {})[record.title] = None
            watched.read.clear()
        return {key: tuple(titles) for key, titles in found.items()}

    def with_other_values(self, path: str) -> Iterator[Policy]:
        """Yield the policy with other values of one setting, no more than a few."""
        section, _, key = path.partition(".")
        shipped = Policy.model_validate(self.policy)
        tried = 0
        for value in _OTHER_VALUES:
            try:
                other = Policy.model_validate({**self.policy, section: {**self.policy[section], key: value}})
            except ValidationError:
                continue
            if other.sha256 != shipped.sha256:
                tried += 1
                yield other
            if tried == _TRIED:
                return


@dataclass(frozen=True, slots=True)
class Influence:
    """What a setting decides on: rules by number, and aspects whose facts look it up without any sample showing it."""

    rules: tuple[str, ...]
    aspects: tuple[str, ...]


def influences(rules: Iterable[Rule], tried: Samples) -> Mapping[str, Influence]:
    """Return what depends on each setting, by its place in the policy file."""
    rules = tuple(rules)
    readers = tried.readers()
    shipped = tuple(tried.records(Policy.model_validate(tried.policy)))
    found: dict[str, Influence] = {}
    for key, setting in settings_by_key().items():
        changed: set[Fact] = set()
        if key in readers or setting.path.startswith("calendar."):
            for policy in tried.with_other_values(setting.path):
                changed.update(_differences(shipped, tuple(tried.records(policy))))
        dependent = tuple(
            rule.id
            for rule in rules
            if any(f"policy.{key}" in names or changed & facts for names, facts in _read(rule))
        )
        found[setting.path] = Influence(dependent, () if dependent else readers.get(key, ()))
    return found


def _read(rule: Rule) -> Iterator[tuple[frozenset[str], frozenset[Fact]]]:
    for part in rule.parts:
        names = frozenset(reads(part))
        yield names, frozenset((part.schema.aspect, name) for name in names)


def _differences(before: Sequence[Aspect], after: Sequence[Aspect]) -> Iterator[Fact]:
    """Yield every fact that differs; all facts of an aspect that has records in only one of the two."""
    old, new = _by_place(before), _by_place(after)
    for place in old.keys() | new.keys():
        one, other = old.get(place), new.get(place)
        if one != other:
            for field in fields(one or other):  # type: ignore[arg-type]  # one of them is a record
                if one is None or other is None or getattr(one, field.name) != getattr(other, field.name):
                    yield place[0], field.name


def _by_place(records: Sequence[Aspect]) -> Mapping[tuple[str, int], Aspect]:
    counts: dict[str, int] = {}
    placed: dict[tuple[str, int], Aspect] = {}
    for record in records:
        number = counts[record.aspect] = counts.get(record.aspect, 0) + 1
        placed[record.aspect, number] = record
    return placed
