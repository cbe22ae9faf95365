"""Signing on pages: sent, opened, proven, read, consented, signed, sealed by two, certified; and every way out."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from flask.testing import FlaskClient

from service.access import Role
from service.installation import Installation
from tests.service.web.conftest import Person
from tests.service.web.signing_service import CASE, signing_service


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with signing_service(tmp_path_factory.mktemp("signing")) as made:
        yield made


@pytest.fixture
def envelope(people: dict[Role, Person]) -> Iterator[str]:
    """Send the contract of the sample; make the envelope void at the end."""
    editor = people[Role.EDITOR]
    answer = editor.post(f"/envelopes/of/{CASE}", data={"form": "contract/", "keeper": "S05", "approver": "S02"})
    assert answer.status_code == 302, answer.text
    found = answer.headers["Location"].rpartition("/")[2]
    yield found
    editor.post(f"/envelopes/{found}/void", data={"reason": "测试结束"})


class Signer:
    """A person with a browser and the two channels by which messages arrive."""

    def __init__(self, app, envelope: str, key: str) -> None:
        self.app, self.envelope, self.key = app, envelope, key
        self.client: FlaskClient = app.test_client()
        self.outbox = Path(app.extensions["docgen"].settings.workspace) / "outbox"

    def message(self, kind: str) -> dict[str, str]:
        found = [json.loads(path.read_text()) for path in sorted(self.outbox.glob(f"*-{kind}.json"))]
        return [one for one in found if (one["envelope_id"], one["signer"]) == (self.envelope, self.key)][-1]

    def post(self, path: str, client: FlaskClient | None = None, **data: object):
        client = client or self.client
        page = client.get("/sign").text
        token = re.search(r'csrf_token" value="([^"]+)', page) or re.search(
            r'csrf_token" value="([^"]+)', client.get("/login").text
        )
        return client.post(path, data={"csrf_token": token[1], **data})

    def opened(self):
        return self.post(f"/sign/{self.message('link')['token']}")

    def identified(self) -> str:
        assert self.opened().status_code == 302
        assert "验证码已发出" in self.post("/sign/code").text
        assert self.post("/sign/identify", code=self.message("code")["code"]).status_code == 302
        return self.client.get("/sign").text

    def signed(self):
        page = self.identified()
        shown = re.findall(r'name="shown" value="([0-9a-f]{64})"', page)
        version = re.search(r'name="version" value="([^"]+)"', page)[1]
        return self.post("/sign/act", shown=shown, version=version, consent="yes")


def keys(here: Installation, envelope: str) -> list[str]:
    return [one.key for one in here.room.envelope(envelope).signers]


def test_a_link_is_not_spent_by_looking_at_it_and_opens_once(app, here: Installation, envelope: str):
    signer = Signer(app, envelope, keys(here, envelope)[0])
    token = signer.message("link")["token"]
    for _ in range(3):
        assert "打开" in app.test_client().get(f"/sign/{token}").text
    assert signer.opened().status_code == 302
    again = Signer(app, envelope, signer.key).opened()
    assert again.status_code == 409
    assert "新的链接" in again.text


def test_nothing_is_shown_before_the_code(app, here: Installation, envelope: str):
    signer = Signer(app, envelope, keys(here, envelope)[0])
    signer.opened()
    assert "核验身份" in signer.client.get("/sign").text
    assert signer.client.get("/sign/documents/0.pdf").status_code == 409
    assert signer.client.get("/sign/documents/0/pages/1.png").status_code == 409
    wrong = signer.post("/sign/identify", code="000000")
    assert wrong.status_code in {409, 422}


def test_the_pages_are_those_of_the_document(app, here: Installation, envelope: str):
    signer = Signer(app, envelope, keys(here, envelope)[0])
    page = signer.identified()
    assert "阅读并签署" in page
    pdf = signer.client.get("/sign/documents/0.pdf").data
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
    assert page.count("<img") == pages
    assert signer.client.get("/sign/documents/0/pages/1.png").data.startswith(b"\x89PNG")
    assert signer.client.get(f"/sign/documents/0/pages/{pages + 1}.png").status_code == 404
    assert signer.client.get("/sign/documents/1.pdf").status_code == 404


def test_nobody_signs_without_consent_or_what_was_not_shown(app, here: Installation, envelope: str):
    signer = Signer(app, envelope, keys(here, envelope)[0])
    page = signer.identified()
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    shown = re.findall(r'name="shown" value="([0-9a-f]{64})"', page)
    assert "尚未同意" in signer.post("/sign/act", shown=shown, version=version).text
    assert signer.post("/sign/act", shown=["0" * 64], version=version, consent="yes").status_code == 409
    assert signer.post("/sign/act", shown=shown, version="1999", consent="yes").status_code == 409
    assert not here.room.envelope(envelope).has_signed(here.room.envelope(envelope).signer(signer.key))


def test_declining_ends_it_with_the_reason(app, here: Installation, people: dict[Role, Person], envelope: str):
    signer = Signer(app, envelope, keys(here, envelope)[0])
    signer.identified()
    assert signer.post("/sign/decline", reason=" ").status_code == 422
    assert "已拒签" in signer.post("/sign/decline", reason="价格<b>不符</b>").text
    page = people[Role.EDITOR].get(f"/envelopes/{envelope}").text
    assert "价格&lt;b&gt;不符" in page


def test_who_sends_cannot_open_the_link(app, here: Installation, people: dict[Role, Person], envelope: str):
    token = Signer(app, envelope, keys(here, envelope)[0]).message("link")["token"]
    assert token not in people[Role.EDITOR].get(f"/envelopes/{envelope}").text
    answer = people[Role.EDITOR].post(f"/sign/{token}")
    assert answer.status_code == 409
    assert "不是发给您的" in answer.text


def test_a_guessed_link_and_a_page_without_session_say_so(app):
    client = app.test_client()
    assert "请从收到的签署链接打开" in client.get("/sign").text
    token = re.search(r'csrf_token" value="([^"]+)', client.get("/sign/guessed").text)[1]
    assert client.post("/sign/guessed", data={"csrf_token": token}).status_code == 404
    assert client.post("/sign/act", data={"csrf_token": token, "consent": "yes"}).status_code == 404


def test_a_form_that_rules_forbid_is_refused_with_reasons(app, here: Installation, people: dict[Role, Person]):
    answer = people[Role.EDITOR].post(f"/envelopes/of/{CASE}", data={"form": "contract/"})
    assert answer.status_code in {409, 422}
    assert 'role="alert"' in answer.text


def test_the_whole_way_to_the_certificate(app, here: Installation, people: dict[Role, Person], envelope: str, anyone):
    for key in keys(here, envelope):
        signer = here.room.envelope(envelope).signer(key)
        if signer.approver:
            assert people[Role.APPROVER].post(f"/envelopes/{envelope}/release", data={"signer": key}).status_code == 403
            approver = anyone(Role.APPROVER, staff_id="S02")
            assert "批准用印" in approver.get(f"/envelopes/{envelope}").text
            assert approver.post(f"/envelopes/{envelope}/release", data={"signer": key}).status_code == 302
        assert Signer(app, envelope, key).signed().status_code == 200
    editor = people[Role.EDITOR]
    assert editor.post(f"/envelopes/{envelope}/certify").status_code == 302
    page = editor.get(f"/envelopes/{envelope}").text
    assert "签署证明" in page
    addresses = re.findall(r'href="(/envelopes/[^"]+/files/[0-9a-f]{64})"', page)
    assert len(addresses) == 3
    signed = editor.get(addresses[0])
    verdict = app.test_client().post(
        "/api/v1/verify", data={"file": (io.BytesIO(signed.data), "a.pdf")}, content_type="multipart/form-data"
    )
    assert verdict.json["status"] != "invalid"
