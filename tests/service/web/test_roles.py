"""Every route visited as every role: who may not is refused, who may is not; and the table itself."""

import re

import pytest
from flask_openapi.openapi import OpenAPI

from service.access import GRANTS, Action, Role, permitted
from service.gate import action_of
from tests.service.web.conftest import Person

DOCUMENT = "00000000-0000-4000-8000-000000000000"
VALUES = {
    "case_no": "XS2024-9999",
    "document_id": DOCUMENT,
    "record": "A-1",
    "hold": "1",
    "batch": DOCUMENT,
    "webhook": DOCUMENT,
    "key": "000000000000",
    "name": "nobody",
    "version": "1",
    "need_no": "N1",
    "change_no": "B1",
    "kind": "pdf",
    "filename": "house.css",
    "sha256": "0" * 64,
    "token": "guessed",
    "envelope_id": DOCUMENT,
    "envelope": DOCUMENT,
    "index": "0",
    "number": "1",
}


def routes(app: OpenAPI) -> list[tuple[str, str, Action]]:
    found = []
    for rule in app.url_map.iter_rules():
        action = action_of(app, rule.endpoint)
        assert action is not None, rule.endpoint
        path = re.sub(r"<[^>]*?(\w+)>", lambda name: VALUES[name[1]], rule.rule)
        found += [(method, path, action) for method in rule.methods - {"HEAD", "OPTIONS"}]
    return found


def test_every_action_but_the_public_one_is_in_the_table():
    assert set(GRANTS) == set(Action) - {Action.PUBLIC}


@pytest.mark.parametrize("role", Role)
def test_every_route_lets_pass_whom_the_table_names_and_nobody_else(
    role: Role, app: OpenAPI, people: dict[Role, Person]
):
    for method, path, action in routes(app):
        if path.startswith("/openapi/") and not path.endswith(".json"):
            continue
        answer = people[role].ask(method, path)
        refused = answer.status_code == 403 and (answer.json or {}).get("code", "") == "forbidden"
        if path.startswith("/api/"):
            assert refused is not permitted({role}, action), (method, path, answer.status_code)
        elif not permitted({role}, action):
            assert answer.status_code == 403, (method, path, answer.status_code)
        assert answer.status_code < 500, (method, path)
        answer.close()


def test_without_a_login_every_route_of_the_api_but_the_public_ones_is_closed(app: OpenAPI):
    client = app.test_client()
    for method, path, action in routes(app):
        if not path.startswith("/api/") or action is Action.PUBLIC:
            continue
        answer = client.open(path, method=method)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json["code"] == "not_logged_in"


@pytest.mark.parametrize("key", ["docgen_x_y", "docgen_", "Bearer", "docgen_000000000000_" + "a" * 43])
def test_a_wrong_key_is_refused_even_where_nobody_needs_one(app: OpenAPI, key: str):
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json["code"]) == (401, "bad_key")


def test_a_revoked_key_counts_no_more_at_once(anyone, app: OpenAPI):
    person = anyone(Role.EDITOR)
    assert person.get("/api/v1/me").status_code == 200
    assert person.ask("DELETE", f"/api/v1/keys/{person.key.split('_')[1]}").status_code == 200
    assert person.get("/api/v1/me").status_code == 401


def test_a_key_never_has_more_roles_than_who_makes_it(anyone):
    person = anyone(Role.EDITOR)
    answer = person.post("/api/v1/keys", json={"label": "more", "roles": ["admin"]})
    assert (answer.status_code, answer.json["code"]) == (422, "not_your_role")
