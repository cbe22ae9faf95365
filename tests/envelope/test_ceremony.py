"""The whole ceremony: in turn, what was shown is what is signed, the seal last and by two people, and the ways out."""

import threading

import pytest

from docgen.case.enums import Party
from docgen.envelope import sending
from docgen.envelope.access import Visit
from docgen.envelope.courier import Invitation
from docgen.envelope.definition import Person
from docgen.envelope.plan import Choices, Order, plan
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope, Stage
from docgen.errors import BackendError, InputError, NotFoundError, StateError
from docgen.signing.timestamps import BuiltinTimestamper
from tests.envelope.world import CHOICES, CONSENT, VISIT, Scene, case, catalogue

UnderWay = tuple[Scene, Envelope]


def test_the_contract_of_the_sample_is_signed_by_its_agent_then_by_us_then_sealed(scene: Scene):
    envelope = scene.send()
    assert [(one.turn, one.key, one.person.name) for one in envelope.signers] == [
        (1, "customer", "王海"),
        (2, "supplier", "陈志远"),
        (3, "seal", "吴敏"),
    ]
    assert [one.key for one in envelope.awaited] == ["customer"]


def test_all_signed_means_completed_and_every_revision_begins_with_the_issued_file(complete: UnderWay):
    scene, envelope = complete
    assert envelope.state == "completed"
    (document,) = envelope.definition.documents
    issued, signed = (scene.room.workspace.content(one) for one in (document.pdf_sha256, envelope.current[0]))
    assert signed.startswith(issued)
    assert len(signed) > len(issued)


def test_nobody_signs_before_the_turn_comes(under_way: UnderWay):
    scene, envelope = under_way
    assert scene.outbox.newest("link", envelope.id, "supplier") is None
    with pytest.raises(StateError) as error:
        sending.remind(scene.room, envelope.id, by="S01", signer="supplier")
    assert error.value.code == "not_your_turn"
    with pytest.raises(StateError) as error:
        sending.release(scene.room, envelope.id, "seal", by="S02")
    assert error.value.code == "not_your_turn"


def test_signing_again_is_refused(under_way: UnderWay):
    scene, envelope = under_way
    session, shown = scene.consented(envelope, "customer")
    assert isinstance(scene.ceremony.sign(session, case(), shown, VISIT), Sent)
    with pytest.raises(StateError) as error:
        scene.ceremony.sign(session, case(), shown, VISIT)
    assert error.value.code == "link_closed"
    assert len(scene.logged(envelope, "envelope.signed")) == 1


def test_two_clicks_at_once_make_one_signature(under_way: UnderWay):
    scene, envelope = under_way
    session, shown = scene.consented(envelope, "customer")
    results: list[object] = []

    def click() -> None:
        try:
            results.append(scene.ceremony.sign(session, case(), shown, VISIT))
        except StateError as error:
            results.append(error.code)

    threads = [threading.Thread(target=click) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(isinstance(one, Sent) for one in results) == 1
    assert len(scene.logged(envelope, "envelope.signed")) == 1


def test_consent_comes_after_reading_and_to_the_present_text(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.identified(envelope, "customer")
    with pytest.raises(StateError) as error:
        scene.ceremony.consent(session, CONSENT.version, VISIT)
    assert error.value.code == "step_missing"
    scene.ceremony.view(session, VISIT)
    with pytest.raises(StateError) as error:
        scene.ceremony.consent(session, "0", VISIT)
    assert error.value.code == "consent_changed"


def test_without_consent_nothing_is_signed(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.identified(envelope, "customer")
    shown = tuple(one.sha256 for one in scene.ceremony.view(session, VISIT))
    with pytest.raises(StateError) as error:
        scene.ceremony.sign(session, case(), shown, VISIT)
    assert error.value.code == "step_missing"


def test_what_is_signed_must_be_what_was_shown(under_way: UnderWay):
    scene, envelope = under_way
    session, _ = scene.consented(envelope, "customer")
    with pytest.raises(StateError) as error:
        scene.ceremony.sign(session, case(), ("f" * 64,), VISIT)
    assert error.value.code == "shown_differs"


def test_of_two_signers_at_once_the_second_reads_again(scene: Scene):
    envelope = scene.send(choices=Choices(keeper="S05", approver="S02", order=Order.PARALLEL))
    assert [one.key for one in envelope.awaited] == ["customer", "supplier"]
    customer, shown = scene.consented(envelope, "customer")
    supplier, also_shown = scene.consented(envelope, "supplier", Visit("203.0.113.9", "another"))
    assert shown == also_shown
    assert isinstance(scene.ceremony.sign(customer, case(), shown, VISIT), Sent)
    with pytest.raises(StateError) as error:
        scene.ceremony.sign(supplier, case(), shown, Visit("203.0.113.9", "another"))
    assert error.value.code == "shown_differs"
    again = tuple(one.sha256 for one in scene.ceremony.view(supplier, Visit("203.0.113.9", "another")))
    scene.ceremony.consent(supplier, CONSENT.version, Visit("203.0.113.9", "another"))
    done = scene.ceremony.sign(supplier, case(), again, Visit("203.0.113.9", "another"))
    assert isinstance(done, Sent)
    assert [one.key for one in done.envelope.awaited] == ["seal"]


def test_without_a_time_stamp_nothing_is_signed_and_the_signer_may_try_again(
    under_way: UnderWay, monkeypatch: pytest.MonkeyPatch
):
    scene, envelope = under_way
    session, shown = scene.consented(envelope, "customer")

    async def fails(*_: object) -> None:
        raise BackendError("没有取得时间戳", code="timestamp_failed")

    with monkeypatch.context() as patch:
        patch.setattr(BuiltinTimestamper, "async_request_tsa_response", fails)
        with pytest.raises(BackendError):
            scene.ceremony.sign(session, case(), shown, VISIT)
    assert not scene.logged(envelope, "envelope.signed")
    assert isinstance(scene.ceremony.sign(session, case(), shown, VISIT), Sent)


def test_declining_ends_the_envelope_with_the_reason(under_way: UnderWay):
    scene, envelope = under_way
    session = scene.identified(envelope, "customer")
    with pytest.raises(InputError) as error:
        scene.ceremony.decline(session, "  ", VISIT)
    assert error.value.code == "reason_missing"
    done = scene.ceremony.decline(session, "付款条件须再议", VISIT)
    assert (done.state, done.reason) == ("declined", "付款条件须再议")
    with pytest.raises(StateError) as wrong:
        sending.remind(scene.room, envelope.id, by="S01")
    assert wrong.value.code == "envelope_declined"


def test_a_completed_envelope_cannot_be_void_and_its_documents_not_sent_again(complete: UnderWay):
    scene, envelope = complete
    with pytest.raises(StateError) as error:
        sending.void(scene.room, envelope.id, reason="反悔", by="S01")
    assert error.value.code == "envelope_completed"
    with pytest.raises(StateError) as error:
        sending.send(scene.room, case(), scene.documents, CHOICES, by="S01")
    assert error.value.code == "already_sent"


def test_a_void_envelope_makes_room_for_another(under_way: UnderWay):
    scene, envelope = under_way
    sending.void(scene.room, envelope.id, reason="换签字人", by="S01")
    assert scene.send().id != envelope.id


def test_the_seal_waits_for_its_approver_who_is_somebody_else(under_way: UnderWay):
    scene, envelope = under_way
    for key in ("customer", "supplier"):
        assert isinstance(scene.sign(envelope, key), Sent)
    session, shown = scene.consented(envelope, "seal")
    with pytest.raises(StateError) as error:
        scene.ceremony.sign(session, case(), shown, VISIT)
    assert error.value.code == "seal_not_released"
    for other in ("S05", "S01", "吴敏"):
        with pytest.raises(StateError) as error:
            sending.release(scene.room, envelope.id, "seal", by=other)
        assert error.value.code == "not_the_approver"
    sending.release(scene.room, envelope.id, "seal", by="钱国栋")
    done = scene.ceremony.sign(session, case(), shown, VISIT)
    assert isinstance(done, Sent)
    assert done.envelope.state == "completed"


def test_one_person_alone_cannot_seal(scene: Scene):
    with pytest.raises(StateError) as error:
        scene.send(choices=Choices(keeper="S05", approver="吴敏"))
    assert error.value.code == "seal_two_people"
    with pytest.raises(InputError) as missing:
        scene.send(choices=Choices(keeper="S05"))
    assert missing.value.code == "seal_people_missing"


def test_the_seal_cannot_be_delegated_to_its_approver(under_way: UnderWay):
    scene, envelope = under_way
    with pytest.raises(StateError) as error:
        sending.delegate(scene.room, envelope.id, "seal", "S02", case=case(), reason="休假", by="S01")
    assert error.value.code == "seal_two_people"


def test_a_message_that_does_not_arrive_is_told_and_can_be_sent_again(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    def fails(to: Person, invitation: Invitation) -> None:
        raise BackendError("邮件服务器没有应答", code="not_delivered")

    with monkeypatch.context() as patch:
        patch.setattr(scene.outbox, "invite", fails)
        sent = sending.send(scene.room, case(), scene.documents, CHOICES, by="S01")
    assert isinstance(sent, Sent)
    assert [one.key for one in sent.undelivered] == ["customer"]
    assert scene.logged(sent.envelope, "envelope.undelivered") == [{"signer": "customer", "code": "not_delivered"}]
    assert not sending.remind(scene.room, sent.envelope.id, by="S01").undelivered
    assert scene.identified(sent.envelope, "customer")


def test_the_orders_of_signing():
    spec = (catalogue().get("contract").spec,)
    turns = {
        order: [one.turn for one in plan(case(), spec, Choices(keeper="S05", approver="S02", order=order))]
        for order in Order
    }
    assert turns == {Order.DECLARED: [1, 2, 3], Order.SEQUENTIAL: [1, 2, 3], Order.PARALLEL: [1, 1, 2]}


def test_signers_of_one_turn_are_a_mixed_order():
    spec = (catalogue().get("acceptance_meeting_minutes").spec,)
    choices = Choices(signers={"recorder": "S12", "customer": "C02", "supplier": "S13"})
    signers = plan(case(), spec, choices)
    assert [(one.turn, one.key) for one in signers] == [(1, "recorder"), (2, "customer"), (2, "supplier")]


def test_two_documents_of_one_person_in_one_turn_are_signed_together():
    specs = tuple(catalogue().get(one).spec for one in ("contract", "negotiation_minutes"))
    choices = Choices(signers={"customer": "C03", "supplier": "S09", "recorder": "S01"}, keeper="S05", approver="S02")
    signers = plan(case(), specs, choices)
    assert [(one.person.name, [seat.document for seat in one.seats]) for one in signers][:2] == [
        ("王海", [0]),
        ("赵一凡", [1]),
    ]


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        (Choices(signers={"buyer": "C03"}), "unknown_place"),
        (Choices(signers={"customer": "C99"}), "person_unknown"),
        (Choices(signers={"customer": "S09"}), "person_unknown"),
        (Choices(powers={"customer": "SQ-0"}), "authorization_unknown"),
        (Choices(seals={"customer": "business_seal"}), "seal_unknown"),
        (Choices(seals={"supplier": "SEAL-99"}), "seal_unknown"),
    ],
)
def test_a_choice_that_means_nothing_is_named(choices: Choices, code: str):
    with pytest.raises((InputError, NotFoundError)) as error:
        plan(case(), (catalogue().get("contract").spec,), choices)
    assert error.value.code == code


def test_where_several_could_sign_the_sender_has_to_say_who():
    with pytest.raises(InputError) as error:
        plan(case(), (catalogue().get("negotiation_minutes").spec,), Choices())
    assert error.value.code == "which_signer"
    assert error.value.details


def test_a_form_that_nobody_signs_needs_no_envelope():
    with pytest.raises(StateError) as error:
        plan(case(), (catalogue().get("proposal").spec,), Choices())
    assert error.value.code == "nobody_signs"


def test_the_customers_seal_goes_with_the_customers_signature(scene: Scene):
    (seat,) = scene.send().signer("customer").seats
    assert seat.party is Party.CUSTOMER
    assert [act.value for act in seat.acts] == ["sign", "seal"]
    assert seat.seal
    assert seat.seal.owner == "示例科技有限公司"


def test_progress_is_read_off_the_ledger(under_way: UnderWay):
    scene, envelope = under_way
    scene.consented(envelope, "customer")
    again = scene.room.envelope(envelope.id)
    assert again.progress["customer"].stage is Stage.CONSENTED
    assert scene.room.workspace.verify_events() is None
