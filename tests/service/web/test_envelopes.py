"""Envelopes over the API: sent once, read, reminded, made void, released by the one who was named."""

from collections.abc import Iterator

import pytest

from service.access import Role
from service.installation import Installation
from service.signing import enact
from tests.service.web.conftest import Person
from tests.service.web.signing_service import CASE, signing_service

ORDER = {
    "case_no": CASE,
    "documents": [{"form": "contract", "subject": None}],
    "keeper": "S05",
    "approver": "S02",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with signing_service(tmp_path_factory.mktemp("envelopes")) as made:
        yield made


@pytest.fixture
def address(people: dict[Role, Person]) -> Iterator[str]:
    """Send the contract; make the envelope void at the end."""
    sent = people[Role.EDITOR].post("/api/v1/envelopes", json=ORDER)
    assert sent.status_code == 201, sent.text
    yield sent.headers["Location"]
    people[Role.EDITOR].post(sent.headers["Location"] + "/void", json={"reason": "测试结束"})


def test_an_envelope_from_sending_to_void(here: Installation, people: dict[Role, Person]):
    editor = people[Role.EDITOR]
    key = {"Idempotency-Key": "send-0"}
    sent = editor.post("/api/v1/envelopes", json=ORDER, headers=key)
    again = editor.post("/api/v1/envelopes", json=ORDER, headers=key)
    assert (sent.status_code, again.status_code, again.data) == (201, 201, sent.data)
    address = sent.headers["Location"]
    assert len(here.room.envelopes(CASE)) == 1
    assert editor.get(f"/api/v1/cases/{CASE}/envelopes").json["total"] == 1
    read = editor.get(address)
    assert read.json["state"] == "sent"
    assert editor.get(address, headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    other = editor.post("/api/v1/envelopes", json=ORDER)
    assert (other.status_code, other.json["code"], other.json["state"]) == (409, "already_sent", "already_sent")
    assert editor.post(f"{address}/remind", json={"signer": "nobody"}).json["code"] == "signer_unknown"
    reminded = editor.post(f"{address}/remind", json={})
    assert (reminded.status_code, reminded.json["undelivered"]) == (200, [])
    assert editor.post(f"{address}/void", json={"reason": ""}).status_code == 422
    gone = editor.post(f"{address}/void", json={"reason": "重发"})
    assert (gone.status_code, gone.json["state"], gone.json["reason"]) == (200, "voided", "重发")
    for act in ("void", "remind"):
        late = editor.post(f"{address}/{act}", json={"reason": "x"} if act == "void" else {})
        assert (late.status_code, late.json["state"]) == (409, "voided")


def test_no_answer_tells_how_a_signer_is_reached(address: str, here: Installation, people: dict[Role, Person]):
    told = people[Role.AUDITOR].get(address).text
    for one in here.room.envelope(address.rpartition("/")[2]).signers:
        for private in (one.person.email, one.person.phone):
            assert not private or private not in told
    assert "token" not in told
    assert "/sign/" not in told


def test_a_form_that_may_not_be_signed_so_is_refused_with_reasons(people: dict[Role, Person]):
    editor = people[Role.EDITOR]
    nobody = editor.post("/api/v1/envelopes", json={**ORDER, "keeper": None, "approver": None})
    assert (nobody.status_code, nobody.json["code"]) == (422, "seal_people_missing")
    same = editor.post("/api/v1/envelopes", json={**ORDER, "approver": "S05"})
    assert (same.status_code, same.json["code"]) == (409, "seal_two_people")
    unknown = editor.post("/api/v1/envelopes", json={**ORDER, "case_no": "XS2024-9999"})
    assert unknown.status_code == 404


def test_only_the_person_named_releases_the_seal(address: str, here: Installation, people: dict[Role, Person], anyone):
    _, case = here.case(CASE)
    envelope = here.room.envelope(address.rpartition("/")[2])
    *before, keeper = envelope.signers
    for one in before:
        enact(here.room, here.room.envelope(envelope.id), one, case)
    asked = {"signer": keeper.key}
    assert people[Role.EDITOR].post(f"{address}/release", json=asked).json["code"] == "forbidden"
    assert people[Role.APPROVER].post(f"{address}/release", json=asked).json["code"] == "no_staff_id"
    other = anyone(Role.APPROVER, staff_id="S05").post(f"{address}/release", json=asked)
    assert (other.status_code, other.json["code"]) == (409, "not_the_approver")
    named = anyone(Role.APPROVER, staff_id="S02").post(f"{address}/release", json=asked)
    assert (named.status_code, named.json["signers"][-1]["released"]) == (200, True)
    assert people[Role.EDITOR].post(f"{address}/certify").json["state"] == "sent"
