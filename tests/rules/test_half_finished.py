"""A half-finished case does not fail for what is still to come: H01 as it stood after each of its acts."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar

import pytest

from docgen.case import CaseFile, load_case
from docgen.case.enums import AcceptResult, OrderStatus
from docgen.case.orders import Order
from docgen.case.shape import shapes
from docgen.case.values import Entity
from docgen.derived import CaseStage, stage
from docgen.findings import Outcome
from rules.book import Rulebook, load_rulebook
from tests.samples import sample

E = TypeVar("E", bound=Entity)

_PLANNED = {"cert_valid_from", "cert_valid_to", "promised_by", "due_at", "as_of"}
"""Times that may lie ahead."""
_WITHOUT_DEADLINE = {"CD-04", "CD-11", "PR-08", "CT-07", "AS-01", "AS-02", "AS-08"}
"""What these ask for is due at once, by the letter of rules.md, from the moment that what it belongs to is there."""


def as_it_stood(case: CaseFile, at: datetime) -> CaseFile:
    """Return a case without what happened after `at`."""
    known = _known(case, at)
    assert known is not None
    orders = tuple(order.model_copy(update={"status": _status(order)}) for order in known.orders)
    return known.model_copy(update={"as_of": at, "orders": orders})


def _known(entity: E, at: datetime) -> E | None:
    """Return what was known of an entity, None if it was not there yet."""
    changed: dict[str, object] = {}
    for name, shape in shapes(type(entity)).items():
        value = getattr(entity, name)
        if _lies_ahead(name, value, at):
            if shape.required:
                return None
            changed[name] = None
        elif shape.entity and shape.many:
            parts = (_known(each, at) for each in value)
            changed[name] = tuple(part for part in parts if part is not None)
        elif shape.entity and value is not None:
            changed[name] = _known(value, at)
            if changed[name] is None and shape.required:
                return None
    return entity.model_copy(update=changed)


def _lies_ahead(name: str, value: object, at: datetime) -> bool:
    if isinstance(value, datetime):
        return name not in _PLANNED and value > at
    return name == "issued_on" and isinstance(value, date) and value > at.date()


def _status(order: Order) -> OrderStatus:
    passed = bool(order.acceptances) and order.acceptances[-1].result is AcceptResult.PASS
    return OrderStatus.ACCEPTED if passed else OrderStatus.IN_PROGRESS


def _acts(entity: Entity) -> Iterator[datetime]:
    for name, shape in shapes(type(entity)).items():
        value = getattr(entity, name)
        if isinstance(value, datetime) and name not in _PLANNED:
            yield value
        elif shape.entity and value is not None:
            for part in value if shape.many else (value,):
                yield from _acts(part)


@cache
def book() -> Rulebook:
    return load_rulebook()


@cache
def h01() -> CaseFile:
    return load_case(sample("H01").case)


def blamed(case: CaseFile) -> set[str]:
    return {rule for rule, outcome in book().check(case).outcomes.items() if outcome in {Outcome.FAIL, Outcome.WARN}}


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=5)], ids=str)
def test_after_any_act_only_what_has_no_deadline_is_missed(later: timedelta):
    moments = sorted({at + later for at in _acts(h01())})
    assert len(moments) > 100
    assert {rule for at in moments for rule in blamed(as_it_stood(h01(), at))} <= _WITHOUT_DEADLINE


def test_the_way_of_h01_leads_through_every_stage_but_the_side_tracks():
    reached = {stage(as_it_stood(h01(), at)) for at in _acts(h01())}
    assert set(CaseStage) - reached == {CaseStage.DORMANT, CaseStage.CLOSED_LOST, CaseStage.ACCEPTED}


def test_with_its_last_act_done_nothing_is_blamed():
    last = max(_acts(h01()))
    assert as_it_stood(h01(), last) == h01().model_copy(update={"as_of": last})
    assert blamed(as_it_stood(h01(), last)) == set()


def test_an_act_that_stays_undone_is_blamed_once_its_time_is_over():
    signed = max(each.signed_at for each in h01().contract.signatures) if h01().contract else None
    assert signed is not None
    before = as_it_stood(h01(), signed)
    in_time, over = signed.replace(day=22, hour=23, minute=59), signed.replace(day=23, hour=0, minute=0, second=1)
    assert "CT-20" not in blamed(before.model_copy(update={"as_of": in_time}))
    assert "CT-20" in blamed(before.model_copy(update={"as_of": over}))
