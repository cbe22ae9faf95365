"""Which facts rest on a time that the service witnessed, so that a finding can say so (case_model.md section 1).

A fact tells by its paths which times it is read from; a path that leads to the declared time of an act that was
witnessed means that the witnessed time counted instead (`Setting.time`).
"""

import dataclasses
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from itertools import zip_longest
from typing import cast

from docgen.case.casefile import CaseFile
from docgen.case.shape import label, location
from docgen.rulebook.aspect import Aspect
from rules.facts.events import acts
from rules.facts.setting import Setting
from rules.facts.wording import stamp

_INDEX = re.compile(r"\[\w*\]")

Witnessed = Mapping[str, Mapping[str, str]]
"""What is said of each witnessed time, by its path, under that path without indexes."""


def noted(records: Iterable[Aspect], case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records, each with the facts noted that rest on witnessed times."""
    witnessed = _witnessed(case, setting)
    if not witnessed:
        yield from records
        return
    for record in records:
        notes = {
            name: text
            for name, paths in _paths(cast("Hashable", type(record)))
            if (text := _note(record, paths, witnessed))
        }
        yield dataclasses.replace(record, witnessed={**notes, **record.witnessed}) if notes else record


def _witnessed(case: CaseFile, setting: Setting) -> Witnessed:
    found: dict[str, dict[str, str]] = {}
    for act in acts(case):
        at = setting.time(act.kind, act.subject, act.declared)
        if (act.kind, act.subject) in setting.log and at is not None:
            text = f"{label(CaseFile, location(act.path))} {stamp(at)}"
            found.setdefault(_INDEX.sub("[]", act.path), {})[act.path] = text
    return found


@cache
def _paths(record: type[Aspect]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    facts = ((field.name, field.metadata.get("paths", ())) for field in dataclasses.fields(record))
    return tuple((name, paths) for name, paths in facts if paths)


def _note(record: Aspect, paths: Iterable[str], witnessed: Witnessed) -> str:
    """Say which witnessed times a fact rests on, those that concern the record's subject; empty if on none."""
    found: dict[str, None] = {}
    for path in paths:
        resolved = path.replace("{}", record.path)
        places = witnessed.get(_INDEX.sub("[]", resolved), {})
        found.update({text: None for place, text in places.items() if _within(place, resolved, record.path)})
    return "、".join(found)


def _within(place: str, *others: str) -> bool:
    """Tell whether a place lies on each of the other paths as far as these go the same way; `[]` is any entry."""
    return all(_agree(place, other) for other in others)


def _agree(place: str, other: str) -> bool:
    for step, expected in zip_longest(place.split("."), other.split(".")):
        if step is None or expected is None or _INDEX.sub("", step) != _INDEX.sub("", expected):
            return True
        if step != expected and not expected.endswith("[]"):
            return False
    return True
