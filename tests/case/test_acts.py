"""`docgen.case.acts`: what named people did is recorded, and nothing else changes."""

from datetime import datetime

import pytest

from docgen.case import load_case
from docgen.case.acts import accept_order, accept_proposal, approve, confirm_change, confirm_need, submit
from docgen.case.contract import Signature
from docgen.case.enums import (
    AcceptResult,
    ApprovalRole,
    ConfirmMethod,
    NeedStatus,
    Opinion,
    Party,
    ProposalStatus,
    SignerKind,
    SignMethod,
)
from docgen.errors import InputError, NotFoundError, StateError
from tests.case.variants import GONE, h01_text, part, variant
from tests.samples import sample

_AT = datetime.fromisoformat("2024-04-12T10:00:00+08:00")


def test_a_submission_and_a_decision_are_recorded_in_order_and_bound_to_the_version():
    text = submit(variant({"contract.approval": GONE, "contract.version": "2"}), approval_no="SP-1", by="S01", at=_AT)
    text = approve(text, role=ApprovalRole.SALES_MANAGER, by="S02", at=_AT, comments="同意: 可签")
    text = approve(text, role=ApprovalRole.LEGAL, by="S06", at=_AT, decision=Opinion.RETURN, content_sha256="ab" * 32)
    approval = load_case(text).contract.approval
    assert (approval.approval_no, approval.submitted_ref, approval.submitted_at) == ("SP-1", "S01", _AT)
    first, second = approval.steps
    assert (first.seq, first.role, first.approver_ref, first.decision) == (1, "sales_manager", "S02", "pass")
    assert (first.comments, first.contract_version, first.content_sha256) == ("同意: 可签", 2, None)
    assert (second.seq, second.decision, second.content_sha256) == (2, "return", "ab" * 32)


def test_a_decision_adds_one_line_to_the_file():
    after = approve(h01_text(), role=ApprovalRole.VP, by="S07", at=_AT)
    assert len(after.splitlines()) == len(h01_text().splitlines()) + 1
    assert set(h01_text().splitlines()) < set(after.splitlines())


def test_nothing_is_approved_before_it_is_submitted_and_nothing_is_submitted_twice():
    with pytest.raises(StateError, match="尚未提交"):
        approve(variant({"contract.approval": GONE}), role=ApprovalRole.GM, by="S08", at=_AT)
    with pytest.raises(StateError, match="已提交"):
        submit(h01_text(), approval_no="SP-2", by="S01", at=_AT)
    with pytest.raises(StateError, match="尚无合同"):
        approve(variant({"contract": GONE}), role=ApprovalRole.GM, by="S08", at=_AT)


def test_an_act_of_somebody_unknown_or_without_time_zone_is_refused():
    with pytest.raises(InputError) as caught:
        approve(h01_text(), role=ApprovalRole.GM, by="S99", at=_AT)
    assert [(found.path, found.code) for found in caught.value.details] == [
        ("contract.approval.steps[3].approver_ref", "unresolved_ref")
    ]
    with pytest.raises(InputError) as caught:
        approve(h01_text(), role=ApprovalRole.GM, by="x", at=_AT.replace(tzinfo=None))
    assert {found.code for found in caught.value.details} >= {"naive_datetime", "string_pattern_mismatch"}


def test_the_accepted_version_of_the_proposal_supersedes_the_ones_before():
    text = variant(
        {"proposals[0].status": "presented", "proposals[1].status": "presented", "proposals[1].accepted_at": GONE}
    )
    case = load_case(accept_proposal(text, version=2, at=_AT))
    assert [proposal.status for proposal in case.proposals] == [ProposalStatus.SUPERSEDED, ProposalStatus.ACCEPTED]
    assert case.proposals[1].accepted_at == _AT
    rejected = variant({"proposals[0].status": "rejected", "proposals[1].status": "presented"})
    assert load_case(accept_proposal(rejected, version=2, at=_AT)).proposals[0].status is ProposalStatus.REJECTED


def test_only_an_existing_version_can_be_accepted_and_only_once():
    with pytest.raises(StateError):
        accept_proposal(h01_text(), version=2, at=_AT)
    for version in (0, 3):
        with pytest.raises(NotFoundError):
            accept_proposal(variant({"proposals[1].status": "presented"}), version=version, at=_AT)


def test_an_acceptance_takes_its_lines_from_the_order_and_its_number_from_the_round():
    at = datetime.fromisoformat("2024-04-06T15:00:00+08:00")
    signatures = [
        Signature(
            party=party, signer_kind=kind, signer_ref=ref, signer_name=name, method=SignMethod.PAPER, signed_at=at
        )
        for party, kind, ref, name in (
            (Party.CUSTOMER, SignerKind.AUTHORIZED_REPRESENTATIVE, "C01", "何静"),
            (Party.SUPPLIER, SignerKind.STAFF, "S01", "赵一凡"),
        )
    ]
    text = sample("S02").case.read_text(encoding="utf-8")
    order_no = load_case(text).orders[0].order_no
    case = load_case(
        accept_order(
            text,
            order_no=order_no,
            result=AcceptResult.PASS,
            started_at=at,
            signatures=signatures,
            staff=["S01"],
            contacts=["C01"],
            meeting_summary="复验合格",
        )
    )
    order = case.orders[0]
    _, acceptance = order.acceptances
    assert (acceptance.sheet_no, acceptance.round, acceptance.result) == (f"YS-{order_no}-02", 2, AcceptResult.PASS)
    assert acceptance.signed_at == at
    assert acceptance.signatures == tuple(signatures)
    assert [(item.contract_line_no, item.quantity_due) for item in acceptance.items] == [
        (line.contract_line_no, line.quantity) for line in order.lines
    ]
    assert {item.criterion for item in acceptance.items} == {case.contract.acceptance_standard}
    with pytest.raises(NotFoundError):
        accept_order(
            text,
            order_no="PO0",
            result=AcceptResult.FAIL,
            started_at=at,
            signatures=[],
            staff=[],
            contacts=[],
            problems="x",
        )


def test_a_need_is_confirmed_once_with_its_evidence():
    text = variant({"needs[1].confirmation": GONE, "needs[1].status": "draft"})
    after = confirm_need(
        text, need_no="DEMO002", by="C02", at=_AT, method=ConfirmMethod.EMAIL, evidence="<m@example.com>"
    )
    need = load_case(after).needs[1]
    assert need.status is NeedStatus.CONFIRMED
    assert (need.confirmation.contact_ref, need.confirmation.evidence) == ("C02", "<m@example.com>")
    with pytest.raises(StateError):
        confirm_need(after, need_no="DEMO002", by="C02", at=_AT, method=ConfirmMethod.EMAIL, evidence="x")
    with pytest.raises(NotFoundError):
        confirm_need(after, need_no="DEMO999", by="C02", at=_AT, method=ConfirmMethod.EMAIL, evidence="x")


def test_a_change_of_the_contract_is_confirmed_by_the_customer():
    change = {
        "change_no": "XG-1",
        "at": "2024-04-11T17:00:00+08:00",
        "clause_id": "payment",
        "before": "甲",
        "after": "乙",
        "reason": "丙",
        "version_from": "1",
        "version_to": "2",
    }
    text = variant({"contract.changes": [change], "contract.lines": part("contract.lines")})
    after = confirm_change(text, change_no="XG-1", by="C01", at=_AT, method=ConfirmMethod.EMAIL)
    confirmed = load_case(after).contract.changes[0]
    assert (confirmed.customer_contact_ref, confirmed.customer_confirmed_at) == ("C01", _AT)
    assert confirmed.confirm_method is ConfirmMethod.EMAIL
    with pytest.raises(StateError):
        confirm_change(after, change_no="XG-1", by="C01", at=_AT, method=ConfirmMethod.EMAIL)
