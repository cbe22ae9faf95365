"""Writing finished files into a folder: complete or not at all (write, fsync, rename)."""

import os
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from docgen.errors import BackendError, failure


def write_file(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` as `folder/name` and return the path; leave nothing half-written.

    Raises:
        BackendError: the folder cannot be written or the disk is full (code `export_failed`).
    """
    (path,) = write_files(folder, {name: data})
    return path


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files that belong together, by their names, and return their paths; none appears before all are written.

    Raises:
        BackendError: the folder cannot be written or the disk is full (code `export_failed`).
    """
    written: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, data in contents.items():
                temporary = written[folder / name] = folder / f".{uuid4().hex}.tmp"
                with temporary.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            for target, temporary in written.items():
                temporary.replace(target)
        finally:
            for temporary in written.values():
                temporary.unlink(missing_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise BackendError(
            f"无法写入输出目录：{failure(error)}",
            remedy="检查目录权限和磁盘空间后重试；没有留下不完整的文件",
            code="export_failed",
        ) from error
    return list(written)
