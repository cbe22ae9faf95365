"""Facts as a whole: every aspect of rules.md, and a derivation that never fails on a case that can be loaded."""

import copy
import dataclasses
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docgen.case.casefile import CaseFile
from docgen.errors import InputError
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.schema import schema_of
from rules.facts import ASPECTS, Setting, derive
from tests.rules.judging import load_policy_once
from tests.rules.patching import h01, part

H01: dict[str, Any] = {name: part(name) for name in CaseFile.model_fields if getattr(h01(), name) not in (None, ())}
POLICY = load_policy_once()
CALENDAR = POLICY.calendar()
LARGEST = 2**63 - 1

INSTANTS = ["0001-01-02T00:00:00+08:00", "1900-12-31T23:59:59+08:05", "2024-02-29T23:59:59.999999+08:00"]
INSTANTS += ["2028-06-01T00:00:00+08:00", "9999-12-31T15:59:59+00:00", "9998-01-01T00:00:00-12:00"]
KINDS = {
    r"\d{4}-\d\d-\d\dT.*": INSTANTS,
    r"\d{4}-\d\d-\d\d": ["0001-01-01", "1988-02-29", "2024-04-17", "2028-06-01", "9999-12-31"],
    r"[\d.]+": ["0", "0.01", "1", "999999999999999.99", "2", "6"],
    r"[SC]\d\d": ["C01", "S01", "S08"],
    r"customer|supplier": ["customer", "supplier"],
    r"(PO|DEMO|YB|SQ|DY).*": ["PO20240418001", "DEMO001", "YB-XS-2024-0012", "无"],
}


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in parts for place in paths(inner, (*path, key)))]


PLACES = [place for place in paths(H01) if place]


def changed(value: object, data: st.DataObject) -> object:
    """Draw something else of the same kind; an empty list, a repeated or a turned one; nothing in place of a part."""
    match value:
        case list():
            return data.draw(st.sampled_from([[], value[:1], value * 2, value[::-1]]))
        case bool():
            return not value
        case str() | int():
            kinds = (others for pattern, others in KINDS.items() if re.fullmatch(pattern, str(value)))
            return data.draw(st.sampled_from(next(kinds, [value])))
        case _:
            return None


def derived(case: CaseFile, as_of: str) -> list[Aspect]:
    return list(derive(case, Setting(datetime.fromisoformat(as_of), POLICY, CALENDAR)))


@given(st.data())
def test_no_case_that_can_be_loaded_makes_the_derivation_fail(data: st.DataObject):
    raw = copy.deepcopy(H01)
    for place in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=12)):
        inner: Any = raw
        try:
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = changed(inner[place[-1]], data)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change removed this place
    try:
        case = CaseFile.model_validate(raw)
    except (ValueError, InputError):
        assume(False)
    for record in derived(case, data.draw(st.sampled_from(INSTANTS))):
        for name, kind in schema_of(type(record)).facts.items():
            value = getattr(record, name)
            if value is None:
                assert kind.optional, name
            else:
                assert not isinstance(value, int) or abs(value) <= LARGEST
        assert record.due.keys() | record.unknown.keys() <= {field.name for field in dataclasses.fields(record)}


@pytest.mark.parametrize("as_of", INSTANTS)
def test_the_bare_minimum_of_a_case_is_judged(as_of: str):
    bare = {name: H01[name] for name in ("schema_version", "case_no", "title", "timezone", "supplier")}
    bare["customer"] = {"name": "示例科技有限公司", "industry": "制造业"}
    found = {record.aspect for record in derived(CaseFile.model_validate(bare), as_of)}
    assert found == {"case_core", "customer", "first_contact", "after_sales"}


@pytest.mark.parametrize("aspect", ASPECTS, ids=lambda aspect: aspect.aspect)
def test_every_aspect_says_what_its_facts_are_called(aspect: type[Aspect]):
    assert aspect.title
    for field in dataclasses.fields(aspect):
        if field.name not in {inherited.name for inherited in dataclasses.fields(Aspect)}:
            assert field.metadata["title"], field.name


def test_aspects_are_those_of_the_specification():
    assert {aspect.aspect for aspect in ASPECTS} >= {
        *("case_core", "chronology", "customer", "source", "contact", "first_contact", "session", "need"),
        *("need_change", "needs_review", "proposal", "dept_opinion", "coverage", "case_ref", "feedback"),
        *("negotiation", "minutes_change", "contract", "clause", "term_pair", "approval", "approval_step"),
        *("contract_change", "signature", "signer_auth", "archive_item", "order", "order_line", "exception"),
        *("acceptance", "acceptor", "after_sales", "ticket", "survey_slot", "survey", "survey_item", "quarter"),
        *("success_case", "commission", "attestation", "document", "event_pair"),
    }
    assert len({aspect.aspect for aspect in ASPECTS}) == len(ASPECTS)
