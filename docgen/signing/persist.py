"""Files of an authority, readable by their owner only and durable before they are relied on."""

import os
from pathlib import Path


def write_new(path: Path, data: bytes) -> None:
    """Write `data` to a file that must not exist yet; raises FileExistsError."""
    _write(path, data, os.O_WRONLY | os.O_CREAT | os.O_EXCL)


def append_line(path: Path, line: str) -> None:
    """Add one `line` (ASCII) at the end of a file, in one write."""
    _write(path, f"{line}\n".encode("ascii"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def _write(path: Path, data: bytes, flags: int) -> None:
    descriptor = os.open(path, flags, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
