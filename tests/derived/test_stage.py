"""The stage of a case, step by step through the manual."""

from collections.abc import Mapping

import pytest

from docgen.derived import CaseStage, stage
from tests.rules.patching import GONE, h01

_NOTHING = {
    "persona": None,
    "customer.grading": GONE,
    "customer.grade_history": [],
    "first_contact": None,
    "sessions": [],
    "needs": [],
    "need_changes": [],
    "needs_reviews": [],
    "proposals": [],
    "baseline": None,
    "negotiations": [],
    "contract": None,
    "orders": [],
    "after_sales": None,
    "success_case": None,
    "transfers": [],
}
"""Patches that leave of H01 a customer's bare data."""


def _with(*kept: str, **patches: object) -> CaseStage:
    """Return the stage of H01 with only these parts kept."""
    left = {path: value for path, value in _NOTHING.items() if path not in kept}
    return stage(h01({**left, **{path.replace("__", "."): value for path, value in patches.items()}}))


_TALKED = ("customer.grading", "first_contact", "sessions")
_REVIEWED = (*_TALKED, "needs", "needs_reviews")
_CONTRACT = (*_REVIEWED, "proposals", "baseline", "negotiations", "contract")


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ((), CaseStage.LEAD),
        (("customer.grading",), CaseStage.GRADED),
        (("customer.grading", "first_contact"), CaseStage.CONTACTED),
        (_TALKED, CaseStage.NEEDS_TALKED),
        ((*_TALKED, "needs"), CaseStage.NEEDS_CONFIRMED),
        (_REVIEWED, CaseStage.NEEDS_REVIEWED),
        ((*_REVIEWED, "proposals"), CaseStage.PROPOSAL_ACCEPTED),
        ((*_REVIEWED, "proposals", "baseline"), CaseStage.NEGOTIATING),
        ((*_REVIEWED, "proposals", "negotiations"), CaseStage.NEGOTIATED),
        (_CONTRACT, CaseStage.CONTRACT_EFFECTIVE),
        (("contract",), CaseStage.CONTRACT_EFFECTIVE),
        ((*_CONTRACT, "orders"), CaseStage.ACCEPTED),
        ((*_CONTRACT, "orders", "after_sales"), CaseStage.AFTER_SALES),
        ((*_CONTRACT, "orders", "after_sales", "transfers"), CaseStage.CLOSED),
        (("orders",), CaseStage.LEAD),
    ],
)
def test_the_stage_is_the_furthest_the_facts_reach(kept: tuple[str, ...], expected: CaseStage):
    assert _with(*kept) is expected


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        ({"needs[0].confirmation": None}, CaseStage.NEEDS_TALKED),
        ({"needs[0].confirmation": None, "needs[0].status": "withdrawn"}, CaseStage.NEEDS_CONFIRMED),
        ({"needs": []}, CaseStage.NEEDS_TALKED),
    ],
)
def test_needs_are_confirmed_when_every_open_one_is(patches: Mapping[str, object], expected: CaseStage):
    assert _with(*_TALKED, "needs", **patches) is expected


def test_a_customer_of_grade_c_is_dormant_until_contacted():
    assert _with("customer.grading", customer__grading__grade="C") is CaseStage.DORMANT
    assert _with("customer.grading", "first_contact", customer__grading__grade="C") is CaseStage.CONTACTED


def test_needs_that_cannot_be_met_lose_the_case():
    assert _with(*_REVIEWED, **{"needs_reviews[0].decision": "no_go"}) is CaseStage.CLOSED_LOST
    assert _with(*_REVIEWED, **{"needs_reviews[0].decision": "conditional"}) is CaseStage.NEEDS_REVIEWED


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        ({"status": "presented"}, CaseStage.PROPOSAL_PRESENTED),
        ({"status": "rejected"}, CaseStage.CLOSED_LOST),
        ({"status": "reviewed", "presentation": None}, CaseStage.PROPOSAL_REVIEWED),
        ({"status": "in_review", "presentation": None, "review.opinions[2]": GONE}, CaseStage.PROPOSAL_DRAFT),
        (
            {"status": "in_review", "presentation": None, "review.opinions[2].decision": "reject"},
            CaseStage.PROPOSAL_DRAFT,
        ),
        ({"status": "draft", "presentation": None, "review": None}, CaseStage.PROPOSAL_DRAFT),
    ],
)
def test_the_last_version_of_the_proposal_decides(patches: Mapping[str, object], expected: CaseStage):
    assert (
        _with(*_REVIEWED, "proposals", **{f"proposals[1].{key}": value for key, value in patches.items()}) is expected
    )


def test_talks_without_final_terms_are_still_negotiations():
    for patch in ({"negotiations[0].is_final": False}, {"negotiations[0].agreed": None}):
        assert _with(*_REVIEWED, "negotiations", **patch) is CaseStage.NEGOTIATING


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        ({"approval": None}, CaseStage.CONTRACT_DRAFT),
        ({"approval.steps": []}, CaseStage.CONTRACT_APPROVING),
        ({"approval.steps[2]": GONE}, CaseStage.CONTRACT_APPROVING),
        ({"approval.steps[1].decision": "return"}, CaseStage.CONTRACT_APPROVING),
        ({"approval.steps[2].decision": "reject"}, CaseStage.CONTRACT_DRAFT),
        ({"approval.steps[2].decision": "return"}, CaseStage.CONTRACT_DRAFT),
        ({"approval.steps[2].decision": "conditional"}, CaseStage.CONTRACT_APPROVING),
        ({"version": "2"}, CaseStage.CONTRACT_DRAFT),
        ({"approval.steps[2].role": "vp"}, CaseStage.CONTRACT_APPROVED),
        ({"approval.steps[0]": GONE}, CaseStage.CONTRACT_APPROVING),
        ({}, CaseStage.CONTRACT_APPROVED),
    ],
)
def test_the_approval_of_the_current_version_decides(patches: Mapping[str, object], expected: CaseStage):
    changed = {f"contract.{path}": value for path, value in patches.items()}
    assert _with(*_CONTRACT, **changed, **{"contract.signatures": []}) is expected


def test_one_signature_is_signing_and_two_are_effect():
    assert _with(*_CONTRACT, **{"contract.signatures[1]": GONE}) is CaseStage.CONTRACT_SIGNING


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        ({"orders[0].status": "cancelled", "orders[1].status": "cancelled"}, CaseStage.CONTRACT_EFFECTIVE),
        ({"orders[1].status": "cancelled"}, CaseStage.EXECUTING),
        ({"orders[1].acceptances[1]": GONE}, CaseStage.EXECUTING),
        ({"orders[1].acceptances": [], "orders[1].rectifications": []}, CaseStage.EXECUTING),
        ({"orders[0].lines[1].quantity": "19"}, CaseStage.EXECUTING),
        ({"orders[0].lines[1].quantity": "21"}, CaseStage.CLOSED),
        ({"after_sales.surveys[2].done_at": GONE}, CaseStage.AFTER_SALES),
        ({"after_sales.surveys[2]": GONE}, CaseStage.AFTER_SALES),
        ({"after_sales.tickets[1].follow_up": GONE}, CaseStage.AFTER_SALES),
        ({"after_sales.tickets[1].resolved_at": GONE}, CaseStage.AFTER_SALES),
        ({"contract.archive.paper_archived_at": GONE}, CaseStage.AFTER_SALES),
        ({"contract.archive": None}, CaseStage.AFTER_SALES),
        ({"transfers[1].items[1]": GONE}, CaseStage.AFTER_SALES),
        ({"transfers[1]": GONE}, CaseStage.AFTER_SALES),
        ({}, CaseStage.CLOSED),
    ],
)
def test_delivery_and_after_sales_run_to_the_end(patches: Mapping[str, object], expected: CaseStage):
    assert stage(h01(patches)) is expected


def test_every_stage_has_a_label_of_its_own():
    assert len({each.label for each in CaseStage}) == len(CaseStage) == 23
