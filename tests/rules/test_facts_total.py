"""Laws of the facts of contract and orders: defined for every loadable case, of the declared types, deterministic."""

import re
from collections.abc import Iterator
from functools import cache

from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from docgen.case.casefile import CaseFile
from docgen.rulebook.schema import schema_of
from rules.facts import acceptance, approval, contract, orders, signing
from rules.facts.setting import Known
from tests.rules.judging import all_said, setting
from tests.rules.patching import GONE, h01, part

MODULES = (contract, approval, signing, orders, acceptance)
ROOTS = ("negotiations", "authorizations", "baseline", "contract", "orders", "supplier", "customer")
INSTANTS = [
    "0001-01-02T00:00:00+08:00",
    "9999-12-31T23:59:59+08:00",
    "2028-05-01T10:00:00+08:00",
    "2024-02-29T24:00:00+08:00"[:11] + "23:59:59.999999+08:00",
    "1900-01-01T00:00:00+08:00",
]
DAYS = ["0001-01-01", "9999-12-31", "2028-05-01", "2024-02-29"]
NUMBERS = ["999999999999999.99", "99999999999.9999", "0.0001", "1000000", "1000000000", "1", "0", "0.5"]


def _paths(place: object, path: str) -> Iterator[tuple[str, object]]:
    yield path, place
    if isinstance(place, dict):
        for name, value in place.items():
            yield from _paths(value, f"{path}.{name}")
    if isinstance(place, list):
        for index, value in enumerate(place):
            yield from _paths(value, f"{path}[{index}]")


PLACES = [
    (path, value) for root in ROOTS for path, value in _paths(part(root), root) if path not in {"supplier", "customer"}
]


def _values(value: object) -> list[object]:
    """List what a place of H01 may hold instead."""
    if isinstance(value, list):
        return [[], value[:1], [*value, *value[-1:]], value[::-1]]
    if not isinstance(value, str):
        return [None, True, False]
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
        return [None, *INSTANTS]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return [None, *DAYS]
    if re.fullmatch(r"[\d.]+", value):
        return [None, *NUMBERS]
    return [None, "S01", "C03", "product", "service", "pass", "reject", "customer", "supplier", "cancelled", "甲" * 300]


CHANGE = st.sampled_from(PLACES).flatmap(lambda place: st.tuples(st.just(place[0]), st.sampled_from(_values(place[1]))))
MOMENT = st.sampled_from([*INSTANTS, "2024-06-05T12:00:00+08:00"])


@cache
def _loadable(path: str, value: object) -> bool:
    try:
        h01({path: value})
    except (ValidationError, LookupError):
        return False
    return True


def changed(changes: list[tuple[str, object]]) -> CaseFile:
    """Return H01 with the changes; assume that it is loadable."""
    assume(all(_loadable(path, value) for path, value in changes if not isinstance(value, list)))
    try:
        return h01(dict(changes))
    except (ValidationError, LookupError, TypeError):
        reject()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CHANGE, min_size=1, max_size=4), MOMENT)
def test_facts_are_defined_and_typed_for_every_loadable_case(changes: list[tuple[str, object]], moment: str):
    case = changed(changes)
    about = setting(case, as_of=moment, known=Known(frozenset(), frozenset()))
    for module in MODULES:
        for record in module.derive(case, about):
            assert type(record) in module.ASPECTS
            for name, kind in schema_of(type(record)).facts.items():
                value = getattr(record, name)
                assert (value is None and kind.optional) or kind.accepts(value), (record.aspect, name)
                assert not isinstance(value, int) or abs(value) < 2**63
            assert set(record.due) | set(record.unknown) <= set(schema_of(type(record)).facts)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CHANGE, min_size=1, max_size=3))
def test_deriving_twice_says_the_same(changes: list[tuple[str, object]]):
    case = changed(changes)
    assert all_said(case) == all_said(case)


def test_removing_whole_parts_raises_nothing():
    for path in ("contract", "orders", "negotiations", "authorizations", "baseline", "staff", "contacts"):
        value = None if path in {"contract", "baseline"} else GONE
        assert isinstance(all_said(h01({path: value})), list)
