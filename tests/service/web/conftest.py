"""A service over an empty workspace, and people with every role who ask it things."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.test import TestResponse

from service.access import Role
from service.app import create_app
from service.installation import Installation
from service.settings import Settings

SAMPLES = Path(__file__).parents[3] / "samples"
PASSWORD = "春眠不觉晓处处闻啼鸟夜来风雨声"


@dataclass
class Person:
    """Somebody with a key."""

    client: FlaskClient
    key: str

    def ask(self, method: str, path: str, **more) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **more)

    def get(self, path: str, **more) -> TestResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more) -> TestResponse:
        return self.ask("POST", path, **more)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenAPI]:
    made = create_app(Settings(workspace=tmp_path_factory.mktemp("web"), rate="100000 per minute"))
    yield made
    made.extensions["docgen"].close()


@pytest.fixture(scope="module")
def here(app: OpenAPI) -> Installation:
    return app.extensions["docgen"]


@pytest.fixture(scope="module")
def anyone(app: OpenAPI, here: Installation) -> Callable[..., Person]:
    """Return a function that makes a person with some roles."""
    count = iter(range(1, 10_000))

    def make(*roles: Role, staff_id: str | None = None) -> Person:
        name = f"person{next(count)}"
        person = here.accounts.add(name, display=name, roles=roles, oidc_subject=f"subject:{name}", staff_id=staff_id)
        _, key = here.logins.make_key(person, label="test", roles=roles, days=1, within=person.roles)
        return Person(app.test_client(), key)

    return make


@pytest.fixture(scope="module")
def people(anyone: Callable[..., Person]) -> dict[Role, Person]:
    """Return one person for each role."""
    return {role: anyone(role) for role in Role}


@pytest.fixture(scope="module")
def h01() -> str:
    return (SAMPLES / "H01" / "case.yaml").read_text()


def put_case(person: Person, text: str) -> TestResponse:
    return person.post("/api/v1/cases", data=text.encode(), content_type="application/yaml")
