"""Variants of the complete sample case, and what the loader says of them."""

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from docgen.case import load_case
from docgen.case.shape import location
from docgen.case.yaml_reader import read_yaml
from docgen.errors import Detail, InputError
from tests.samples import GONE, sample

MINIMAL = """\
case_no: XS2026-0001
title: 示例项目
supplier:
  {name: 样板公司, uscc: 91330100MA0000001F, legal_representative: 陈某, address: 杭州,
   phone: 0571-00000001, contract_prefix: YB-XS}
customer: {name: 示例公司, industry: 制造业}
"""


@cache
def h01_text() -> str:
    return sample("H01").case.read_text(encoding="utf-8")


@cache
def _h01_data() -> Any:  # noqa: ANN401 - plain data
    return read_yaml(h01_text()).root


def variant(patches: Mapping[str, object] | None = None) -> str:
    """Return H01 as JSON text with `patches`: `contract.total` → value or `GONE`; an index at the end appends."""
    data = copy.deepcopy(_h01_data())
    for path, value in (patches or {}).items():
        *before, last = location(path)
        place = data
        for step in before:
            place = place[step]
        if value is GONE:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return json.dumps(data, ensure_ascii=False)


def part(path: str) -> Any:  # noqa: ANN401 - any part of plain data
    """Return a copy of the plain data of H01 at `path`."""
    place = _h01_data()
    for step in location(path):
        place = place[step]
    return copy.deepcopy(place)


def refused(source: str | bytes) -> tuple[Detail, ...]:
    """Return the faults for which `source` is refused."""
    with pytest.raises(InputError) as caught:
        load_case(source)
    assert caught.value.code == "invalid_case"
    assert caught.value.details
    return caught.value.details


def faults(source: str | bytes) -> list[tuple[str, str]]:
    """Return path and code of every fault for which `source` is refused, by path."""
    return sorted((detail.path, detail.code) for detail in refused(source))
