import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import tsp

from docgen.errors import BackendError, DeclarationError
from docgen.signing.keys import builtin_trust
from docgen.signing.pades import Act, sign
from docgen.signing.seals import SealKind, seal
from docgen.signing.timestamps import open_timestamper
from docgen.signing.verify import verify
from tests.signing.world import CUSTOMER, World

Answer = Callable[[bytes], tuple[int, bytes]]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Answer time stamp requests by HTTP as `answer` says: status and body."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            thread.join()


def real(world: World):
    def answer(body: bytes) -> tuple[int, bytes]:
        request = tsp.TimeStampReq.load(body)
        return 200, asyncio.run(world.timestamper.async_request_tsa_response(request)).dump()

    return answer


def other_imprint(world: World):
    def answer(body: bytes) -> tuple[int, bytes]:
        request = tsp.TimeStampReq.load(body)
        request["message_imprint"]["hashed_message"] = bytes(32)
        return 200, asyncio.run(world.timestamper.async_request_tsa_response(request)).dump()

    return answer


def other_nonce(world: World) -> Answer:
    def answer(body: bytes) -> tuple[int, bytes]:
        request = tsp.TimeStampReq.load(body)
        request["nonce"] = 7
        return 200, asyncio.run(world.timestamper.async_request_tsa_response(request)).dump()

    return answer


def signed_by(url: str, prepared: bytes, world: World) -> bytes:
    timestamper = open_timestamper(url, world.clock, trust=builtin_trust(world.authority))
    drawing = seal("示例科技有限公司", SealKind.OFFICIAL)
    return sign(
        prepared, Act("customer-sign", world.keys.credential(CUSTOMER), drawing, "同意"), timestamper, world.clock
    )


def test_a_service_by_http_stamps_a_signature(prepared: bytes, world: World) -> None:
    with serving(real(world)) as url:
        pdf = signed_by(url, prepared, world)
    assert verify(pdf, world.trust, clock=world.clock).valid


ANSWERS = {
    "error": lambda _: (500, b""),
    "elsewhere": lambda _: (302, b""),
    "no token": lambda _: (200, b"hello"),
    "nothing": lambda _: (200, b""),
    "too much": lambda _: (200, b"0" * 70_000),
    "refused": lambda _: (200, tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_signature_without_a_sound_answer(prepared: bytes, world: World, answer: Answer) -> None:
    with serving(answer) as url, pytest.raises(BackendError) as caught:
        signed_by(url, prepared, world)
    assert caught.value.code == "timestamp_failed"


@pytest.mark.parametrize("other", [other_imprint, other_nonce])
def test_a_token_for_something_else_is_refused(prepared: bytes, world: World, other: Callable[[World], Answer]) -> None:
    with serving(other(world)) as url, pytest.raises(BackendError) as caught:
        signed_by(url, prepared, world)
    assert caught.value.code == "timestamp_failed"


def test_no_signature_where_no_service_answers(prepared: bytes, world: World) -> None:
    with pytest.raises(BackendError) as caught:
        signed_by("http://127.0.0.1:1/tsa", prepared, world)
    assert caught.value.code == "timestamp_failed"


@pytest.mark.parametrize(
    ("uri", "code"),
    [("file:/etc/passwd", "timestamper_unknown"), ("local:", "timestamper_unknown"), ("http:", "timestamper_unknown"),
     ("https://tsa.example.cn/", "timestamper_untrusted")],
)  # fmt: skip
def test_other_sources_are_refused(uri: str, code: str, world: World) -> None:
    with pytest.raises(DeclarationError) as caught:
        open_timestamper(uri, world.clock)
    assert caught.value.code == code
