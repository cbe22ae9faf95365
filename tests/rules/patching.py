"""Variants of the complete sample case H01: paths and the values they get, on the raw data of its YAML file."""

import copy
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from docgen.case.casefile import CaseFile
from tests.samples import GONE

_H01 = Path(__file__).parents[2] / "samples" / "H01" / "case.yaml"
_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")


class _Loader(yaml.CSafeLoader):
    """Reads every plain scalar but true, false and null as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":bool", ":null"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@cache
def _raw() -> dict[str, Any]:
    return yaml.load(_H01.read_text(encoding="utf-8"), _Loader)


def h01(patches: Mapping[str, object] | None = None, /) -> CaseFile:
    """Return H01 with `patches`: `contract.lines[0].amount` → value, or `GONE`; an index at the end appends."""
    data = copy.deepcopy(_raw())
    for path, value in (patches or {}).items():
        _set(data, path, copy.deepcopy(value) if value is not GONE else GONE)
    return CaseFile.model_validate(data)


def part(path: str) -> Any:  # noqa: ANN401 - any part of a YAML document
    """Return a copy of the raw data of H01 at `path`."""
    place: Any = _raw()
    for step in _steps(path):
        place = place[step]
    return copy.deepcopy(place)


def _steps(path: str) -> list[str | int]:
    steps = [name or int(index) for name, index in _STEP.findall(path)]
    assert steps, path
    return steps


def _set(data: dict[str, Any], path: str, value: object) -> None:
    *before, last = _steps(path)
    place: Any = data
    for step in before:
        place = place[step]
    if value is GONE:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
