"""The pages as a browser meets them: first run, login, forged requests, headers, escaping, the public verdict."""

import io
import re
from pathlib import Path

import pyotp
import pytest

from service.access import Role
from service.app import create_app
from service.settings import Settings
from tests.service.web.conftest import PASSWORD


@pytest.fixture
def fresh(tmp_path: Path):
    app = create_app(Settings(workspace=tmp_path))
    yield app
    app.extensions["docgen"].close()


def token(page) -> str:
    return re.search(r'csrf_token" value="([^"]+)', page.text)[1]


def first_account(client, **more):
    page = client.get("/setup")
    given = {"name": "first", "display": "<b>甲</b>", "password": PASSWORD, "repeat": PASSWORD, **more}
    return client.post("/setup", data={"csrf_token": token(page), **given})


def test_the_first_visitor_makes_an_account_and_finds_the_samples(fresh):
    client = fresh.test_client()
    assert client.get("/").headers["Location"] == "/setup"
    assert first_account(client, samples="1").status_code == 302
    page = client.get("/cases/XS2024-0012")
    assert page.status_code == 200
    assert "检查结果" in page.text
    assert len(page.data) < 200_000
    assert "<b>甲</b>" not in page.text
    assert "&lt;b&gt;甲&lt;/b&gt;" in page.text


def test_there_is_only_one_first_account(fresh):
    first_account(fresh.test_client())
    client = fresh.test_client()
    assert client.get("/setup").headers["Location"] == "/login"
    page = client.get("/login")
    again = client.post(
        "/setup",
        data={"csrf_token": token(page), "name": "second", "display": "乙", "password": PASSWORD, "repeat": PASSWORD},
    )
    assert again.status_code == 422
    assert "已有账号" in again.text


@pytest.mark.parametrize("bad", ["short", "a" * 20, "passwordpassword", "123456789012345", "first-first-first"])
def test_a_password_that_is_short_or_guessable_is_refused(fresh, bad: str):
    answer = first_account(fresh.test_client(), password=bad, repeat=bad)
    assert answer.status_code == 422
    assert bad not in answer.text


@pytest.mark.parametrize("path", ["/setup", "/login", "/verify"])
def test_a_forged_request_is_refused(fresh, path: str):
    assert fresh.test_client().post(path, data={"name": "x"}).status_code == 400


def test_a_browser_that_is_logged_in_cannot_be_made_to_use_the_api(fresh):
    client = fresh.test_client()
    first_account(client)
    assert client.get("/api/v1/me").status_code == 200
    assert client.post("/api/v1/keys", json={"label": "x", "roles": ["editor"]}).status_code == 400


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_login_never_sends_anybody_to_another_host(fresh, target: str):
    first_account(fresh.test_client())
    client = fresh.test_client()
    page = client.get("/login")
    data = {"csrf_token": token(page), "name": "first", "password": PASSWORD}
    answer = client.post("/login", query_string={"next": target}, data=data)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_logging_out_ends_the_session_on_the_server(fresh):
    client = fresh.test_client()
    first_account(client)
    kept = client.get_cookie("docgen").value
    client.post("/login/out", data={"csrf_token": token(client.get("/account"))})
    client.set_cookie("docgen", kept)
    assert client.get("/api/v1/me").status_code == 401


def test_an_approver_counts_as_one_only_with_the_second_factor(fresh):
    here = fresh.extensions["docgen"]
    here.accounts.add("boss", display="经理", roles=[Role.APPROVER, Role.EDITOR], password=PASSWORD)
    client = fresh.test_client()
    data = {"csrf_token": token(client.get("/login")), "name": "boss", "password": PASSWORD}
    client.post("/login", data=data)
    assert client.get("/api/v1/me").json["roles_now"] == ["editor"]
    offered = client.post("/account/app", data={"csrf_token": token(client.get("/account")), "password": PASSWORD})
    secret = re.search(r"secret=([A-Z2-7]+)", offered.text)[1]
    code = pyotp.TOTP(secret).now()
    done = client.post("/account/app/confirm", data={"csrf_token": token(offered), "code": code})
    assert done.status_code == 302
    assert client.get("/api/v1/me").json["roles_now"] == ["approver", "editor"]
    replayed = fresh.test_client()
    data = {"csrf_token": token(replayed.get("/login")), "name": "boss", "password": PASSWORD, "code": code}
    assert replayed.post("/login", data=data).status_code == 403


def test_after_some_failures_even_the_right_password_has_to_wait(fresh):
    first_account(fresh.test_client())
    accounts = fresh.extensions["docgen"].accounts
    codes = []
    for password in [*["wrong"] * 7, PASSWORD]:
        with pytest.raises(Exception, match=r"登录失败|不正确") as raised:
            accounts.enter("first", password)
        codes.append(raised.value.code)
    assert codes[:5] == ["bad_login"] * 5
    assert codes[-1] == "blocked"


def test_every_answer_has_the_headers_that_protect_a_browser(fresh):
    client = fresh.test_client()
    for path in ("/setup", "/api/v1/me", "/nothing", "/openapi/openapi.json"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
    page = client.get("/setup").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|style=", page)


def test_another_host_is_refused(fresh):
    assert fresh.test_client().get("/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\n%%EOF", b"PK\x03\x04" + b"x" * 100, b"<html>" * 100, b"\x00" * 1000]
)
def test_any_upload_gets_a_verdict_or_a_reason_and_never_a_failure(fresh, content: bytes):
    client = fresh.test_client()
    answer = client.post("/api/v1/verify", data={"file": (io.BytesIO(content), "../../etc/passwd")})
    assert answer.status_code in (200, 422)
    assert answer.json.get("status") != "有效"
    assert "passwd" not in answer.text
