"""Webhooks: where they may not go, what they say, that each event is told once, and again after a failure."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from standardwebhooks import Webhook

from docgen.errors import InputError
from service.access import Role
from service.webhooks import Webhooks
from tests.service.web.conftest import put_case


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/x",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0x7f000001/",
        "http://1.1.1.1/",
        "https://user:pass@1.1.1.1/",
        "file:///etc/passwd",
    ],
)
def test_an_address_inside_is_refused(here, url: str):
    with pytest.raises(InputError) as raised:
        here.webhooks.add(url, [], 1)
    assert raised.value.code == "unsafe_target"


@pytest.fixture
def listener():
    heard: list[tuple[dict[str, str], bytes]] = []
    statuses = [503, 204]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(statuses[min(len(heard), len(statuses)) - 1])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], heard
    server.shutdown()
    server.server_close()


class Later:
    """A clock that runs ahead of the one of the service."""

    def __init__(self, clock) -> None:
        self._clock, self.ahead = clock, timedelta(0)

    def now(self):
        return self._clock.now() + self.ahead


def test_an_event_is_told_signed_again_after_a_failure_and_then_never_again(here, anyone, h01: str, listener):
    port, heard = listener
    person = anyone(Role.EDITOR, Role.ADMIN)
    clock = Later(here.clock)
    hooks = Webhooks(here.database, clock, here.secret, frozenset({"127.0.0.1"}))
    _, secret = hooks.add(f"http://127.0.0.1:{port}/hook", ["case.recorded"], 1)
    assert put_case(person, h01).status_code == 201
    assert hooks.deliver() == 1
    assert hooks.deliver() == 0
    clock.ahead = timedelta(minutes=1)
    assert hooks.deliver() == 1
    clock.ahead = timedelta(days=2)
    assert hooks.deliver() == 0
    headers, body = heard[-1]
    assert len(heard) == 2
    lowered = {name.lower(): value for name, value in headers.items()}
    message = json.loads(body)
    assert message["type"] == "case.recorded"
    assert message["data"]["case_no"] == "XS2024-0012"
    sent_at = datetime.fromtimestamp(int(lowered["webhook-timestamp"]), UTC)
    signed = Webhook(secret).sign(lowered["webhook-id"], sent_at, body.decode())
    assert lowered["webhook-signature"] == signed
