"""A content-addressed store in a folder that survives power loss.

The safe protocol: write to `tmp/`, fsync the file, `link()` it to the path made of its digest (exclusive, so nothing
is ever overwritten), unlink the temporary name, fsync the folders, and only then acknowledge.
"""

import hashlib
import os
import re
from pathlib import Path
from uuid import uuid4

from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FilesystemStore:
    """Bytes under `root/<first two hex digits>/<digest>`."""

    def __init__(self, root: str | Path) -> None:
        """Open the store in `root`, creating the folder where it does not exist yet."""
        self._root = Path(root)
        self._tmp = self._root / "tmp"
        try:
            if not self._tmp.is_dir():
                self._tmp.mkdir(parents=True, exist_ok=True)
                _sync(self._root)
        except OSError as error:
            raise _failed(error) from error

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        target = self._path(digest)
        if target.exists():
            return digest
        temporary = self._tmp / uuid4().hex
        try:
            if not target.parent.is_dir():
                target.parent.mkdir(exist_ok=True)
                _sync(self._root)
            try:
                _write(temporary, data)
                _link(temporary, target)
            finally:
                temporary.unlink(missing_ok=True)
            _sync(target.parent)
        except OSError as error:
            raise _failed(error) from error
        return digest

    def get(self, sha256: str) -> bytes:
        """Return the kept bytes, re-hashed."""
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"存储中没有摘要为{sha256[:16]}…的文件", code="object_missing") from error
        except OSError as error:
            raise _failed(error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise IntegrityError(
                f"摘要为{sha256[:16]}…的文件内容已被改动",
                remedy="不要使用该文件；从备份恢复后重新核对",
                code="object_altered",
            )
        return data

    def has(self, sha256: str) -> bool:
        """Tell whether the bytes of `sha256` are kept."""
        return self._path(sha256).is_file()

    def _path(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise InputError("文件摘要应为64位小写十六进制", code="bad_digest")
        return self._root / sha256[:2] / sha256


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - an open descriptor
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _link(temporary: Path, target: Path) -> None:
    try:
        os.link(temporary, target)
    except FileExistsError:
        return  # another writer kept the same bytes first


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failed(error: OSError) -> BackendError:
    return BackendError(
        f"文件存储读写失败：{error.strerror}",
        remedy="检查磁盘空间、目录权限后重试；未写完的文件不会被登记",
        code="store_failed",
    )
