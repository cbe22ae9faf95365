"""A proxy before a real S3 server that behaves badly as told."""

import threading
import time
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = frozenset({"connection", "transfer-encoding", "content-length", "date", "server"})


class Proxy:
    """Hands requests on unchanged, except for what is set here; `seen` counts them by method."""

    def __init__(self, upstream: str) -> None:
        self.failing = 0
        """Requests that are answered with 500 from now on."""
        self.slow = 0.0
        """Seconds before every answer."""
        self.flips = False
        """Whether a byte of everything read is changed."""
        self.swallows = False
        """Whether what is put is acknowledged and forgotten."""
        self.loses_answers = 0
        """Requests that are carried out, after which the line is cut."""
        self.seen: Counter[str] = Counter()
        self._host = urlsplit(upstream).netloc
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                proxy.seen[self.command] += 1
                time.sleep(proxy.slow)
                if proxy.failing:
                    proxy.failing -= 1
                    self.reply(500, {}, b"<Error><Code>InternalError</Code></Error>")
                elif proxy.swallows and self.command == "PUT":
                    self.reply(200, {"etag": '"x"'}, b"")
                else:
                    self.forward(body)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815

            def forward(self, body: bytes) -> None:
                line = HTTPConnection(proxy._host, timeout=20)
                try:
                    line.request(self.command, self.path, body, dict(self.headers))
                    got = line.getresponse()
                    data = got.read()
                finally:
                    line.close()
                if proxy.loses_answers:
                    proxy.loses_answers -= 1
                    self.close_connection = True
                    return
                if proxy.flips and self.command == "GET" and data:
                    data = bytes([data[0] ^ 1]) + data[1:]
                headers = {name: value for name, value in got.getheaders() if name.lower() not in _HOP}
                length = got.getheader("content-length") if self.command == "HEAD" else None
                self.reply(got.status, headers, data, length)

            def reply(self, status: int, headers: dict[str, str], data: bytes, length: str | None = None) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", length or str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
