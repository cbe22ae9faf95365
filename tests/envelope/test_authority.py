"""Who may sign: asked when the envelope is sent, and again at the moment of signing, by the rules and by name."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from docgen.case import CaseFile
from docgen.case.enums import SealKind
from docgen.clock import SHANGHAI
from docgen.envelope import sending
from docgen.envelope.authority import Refusal
from docgen.envelope.plan import Choices
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope
from docgen.errors import StateError
from tests.envelope.world import CHOICES, VISIT, Scene, case, with_contract, with_power

UnderWay = tuple[Scene, Envelope]
TODAY = date(2024, 12, 31)
TOTAL = Decimal("680000.00")


def rules_of(refusal: Refusal) -> set[str]:
    return {one.rule for one in refusal.findings}


def approval_without_gm() -> CaseFile:
    contract = case().contract
    assert contract is not None
    assert contract.approval is not None
    return with_contract(approval=contract.approval.model_copy(update={"steps": contract.approval.steps[:2]}))


def approved_text_differs() -> CaseFile:
    contract = case().contract
    assert contract is not None
    assert contract.approval is not None
    steps = tuple(one.model_copy(update={"content_sha256": "f" * 64}) for one in contract.approval.steps)
    return with_contract(approval=contract.approval.model_copy(update={"steps": steps}))


def approved_for_another_version() -> CaseFile:
    contract = case().contract
    assert contract is not None
    assert contract.approval is not None
    steps = tuple(one.model_copy(update={"contract_version": 2}) for one in contract.approval.steps)
    return with_contract(approval=contract.approval.model_copy(update={"steps": steps}))


SHORT = {
    "one fen": (with_power(amount_limit=TOTAL - Decimal("0.01")), "CT-15"),
    "one day at the end": (with_power(valid_to=TODAY - timedelta(days=1)), "CT-15"),
    "one day at the beginning": (with_power(valid_from=TODAY + timedelta(days=1), valid_to=date(2025, 6, 1)), "CT-15"),
    "revoked today": (with_power(revoked_on=TODAY), "CT-15"),
    "another contract": (with_power(contract_no="YB-XS-2024-0099"), "CT-15"),
    "another principal": (with_power(principal_name="示例贸易有限公司"), "CT-15"),
    "without the matter": (with_power(matters=()), "CT-15"),
    "unsigned": (with_power(principal_signed=False, principal_seal=SealKind.NONE), "CT-14"),
    "for another agent": (with_power(agent_name="张明", agent_contact_ref="C01"), "CT-13"),
    "approval incomplete": (approval_without_gm(), "CT-09"),
    "approved another text": (approved_text_differs(), "CT-29"),
    "approved another version": (approved_for_another_version(), "CT-11"),
}  # fmt: skip
COVERED = {
    "the very amount": with_power(amount_limit=TOTAL),
    "the last day": with_power(valid_to=TODAY),
    "the first day": with_power(valid_from=TODAY),
    "revoked tomorrow": with_power(revoked_on=TODAY + timedelta(days=1)),
    "any contract": with_power(contract_no=None),
}


@pytest.mark.parametrize("name", SHORT)
def test_a_signer_without_authority_is_refused_when_sending_by_name_of_the_rule(scene: Scene, name: str):
    of, rule = SHORT[name]
    refusals = scene.refused(of)
    found = [one for refusal in refusals for one in refusal.findings if one.rule == rule]
    assert found, [rules_of(one) for one in refusals]
    assert found[0].message
    assert found[0].suggestion
    assert not scene.room.envelopes(of.case_no)


@pytest.mark.parametrize("name", COVERED)
def test_authority_that_just_reaches_is_enough(scene: Scene, name: str):
    assert scene.send(COVERED[name]).state == "sent"


@pytest.mark.parametrize("name", ["one fen", "one day at the end", "revoked today", "approval incomplete"])
def test_a_signer_who_lost_authority_since_sending_is_refused_at_the_moment_of_signing(under_way: UnderWay, name: str):
    scene, envelope = under_way
    of, rule = SHORT[name]
    refusal = scene.sign(envelope, "customer", of)
    assert isinstance(refusal, Refusal)
    assert rule in rules_of(refusal)
    (logged,) = scene.logged(envelope, "envelope.signing_refused")
    assert rule in {one["rule"] for one in logged["findings"]}  # type: ignore[attr-defined]
    assert not scene.logged(envelope, "envelope.signed")


def test_the_day_of_signing_counts_not_the_day_of_sending(under_way: UnderWay):
    scene, envelope = under_way
    scene.clock.at = datetime(2024, 12, 31, 23, 59, tzinfo=SHANGHAI)
    session, shown = scene.consented(envelope, "customer")
    scene.clock.forward(minutes=1)
    refusal = scene.ceremony.sign(session, case(), shown, VISIT)
    assert isinstance(refusal, Refusal)
    assert rules_of(refusal) == {"CT-15"}


def test_a_contract_changed_since_it_was_issued_needs_a_new_envelope(under_way: UnderWay):
    scene, envelope = under_way
    with pytest.raises(StateError) as error:
        scene.sign(envelope, "customer", with_contract(payment_method="承兑汇票"))
    assert error.value.code == "content_changed"


def test_a_document_that_was_void_meanwhile_cannot_be_signed(under_way: UnderWay):
    scene, envelope = under_way
    scene.room.workspace.void(envelope.definition.documents[0].doc_no, reason="作废", by="S01")
    with pytest.raises(StateError) as error:
        scene.sign(envelope, "customer")
    assert error.value.code == "document_withdrawn"


def test_the_legal_representative_needs_no_power_of_attorney(scene: Scene):
    without = case().model_copy(update={"authorizations": ()})
    envelope = scene.send(without, Choices(signers={"customer": "周华"}, keeper="S05", approver="S02"))
    signer = envelope.signer("customer")
    assert signer.person.name == "周华"
    assert signer.seats[0].auth_no is None


def test_somebody_else_of_the_customer_is_refused(scene: Scene):
    (refusal, *_) = scene.refused(case(), Choices(signers={"customer": "C01"}, keeper="S05", approver="S02"))
    assert "CT-13" in rules_of(refusal)


def test_our_own_agent_needs_an_authorization_too(scene: Scene):
    refusals = scene.refused(case(), Choices(signers={"supplier": "S02"}, keeper="S05", approver="S06"))
    assert any("CT-16" in rules_of(one) for one in refusals)


def test_of_several_powers_of_attorney_the_one_that_covers_is_used(scene: Scene):
    first = case().authorizations[0]
    old = first.model_copy(update={"auth_no": "SQ-2024-0012-00", "valid_to": date(2024, 5, 1)})
    both = case().model_copy(update={"authorizations": (old, *case().authorizations)})
    assert scene.send(both).signer("customer").seats[0].auth_no == "SQ-2024-0012-01"


def test_the_platform_must_be_declared_compliant_by_a_person(scene: Scene):
    room = scene.room
    strict = type(room)(**{**{name: getattr(room, name) for name in room.__slots__},
                           "practice": room.practice.model_copy(update={"compliant": False})})  # fmt: skip
    refused = sending.send(strict, case(), scene.documents, CHOICES, by="S01")
    assert isinstance(refused, tuple)
    assert any("CT-18" in rules_of(one) for one in refused)


def test_delegation_goes_to_a_person_the_rules_accept_only(under_way: UnderWay):
    scene, envelope = under_way
    refusal = sending.delegate(scene.room, envelope.id, "customer", "C01", case=case(), reason="出差", by="S01")
    assert isinstance(refusal, Refusal)
    assert "CT-13" in rules_of(refusal)
    agent = (
        case()
        .authorizations[0]
        .model_copy(update={"auth_no": "SQ-2024-0012-03", "agent_name": "张明", "agent_contact_ref": "C01"})
    )
    entitled = case().model_copy(update={"authorizations": (*case().authorizations, agent)})
    before = scene.token(envelope, "customer")
    sent = sending.delegate(scene.room, envelope.id, "customer", "C01", case=entitled, reason="出差", by="S01")
    assert isinstance(sent, Sent)
    assert sent.envelope.signer("customer").person.name == "张明"
    assert sent.envelope.signer("customer").seats[0].auth_no == "SQ-2024-0012-03"
    with pytest.raises(StateError):
        scene.ceremony.open(before, VISIT)
    assert isinstance(scene.sign(sent.envelope, "customer", entitled), Sent)
