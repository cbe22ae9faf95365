"""A content-addressed store in a folder that survives power loss.

The safe protocol: write to `tmp/`, fsync the file, `link()` it to the path made of its digest (exclusive, so nothing
is ever overwritten), unlink the temporary name, fsync the folders, and only then acknowledge.
"""

import hashlib
import os
import re
from collections.abc import Container, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from docgen.errors import BackendError, InputError, IntegrityError, NotFoundError, failure
from docgen.stores.holding import Holding, Swept

_SHELVES = tuple(f"{number:02x}" for number in range(256))
_TEMPORARY = re.compile(r"[0-9a-f]{32}")

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FilesystemStore:
    """Bytes under `root/<first two hex digits>/<digest>`."""

    def __init__(self, root: str | Path) -> None:
        """Open the store in `root`, creating the folder where it does not exist yet."""
        self._root = Path(root)
        self._tmp = self._root / "tmp"
        self._quarantine = self._root / "quarantine"
        try:
            for folder in (self._root, self._tmp, self._quarantine):
                folder.mkdir(parents=True, exist_ok=True)
            if not (self._root / _SHELVES[-1]).is_dir():
                for shelf in _SHELVES:
                    (self._root / shelf).mkdir(exist_ok=True)
            for folder in (self._root, self._root.parent):
                _sync(folder)
        except OSError as error:
            raise _failed(error) from error

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        target = self._path(digest)
        temporary = self._tmp / uuid4().hex
        try:
            if target.exists():
                os.utime(target)  # an orphan that is wanted again is not swept away
            else:
                try:
                    _write(temporary, data)
                    _link(temporary, target)
                finally:
                    temporary.unlink(missing_ok=True)
            _sync(target.parent)  # of an object found here too: its writer may have died before this step
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

    def holdings(self) -> Iterator[Holding]:
        """Yield every file of the store but temporaries and quarantine, re-hashed in a stream."""
        for folder, folders, names in os.walk(self._root):
            here = Path(folder).relative_to(self._root)
            folders[:] = sorted(set(folders) - {"quarantine"}) if here == Path() else sorted(folders)
            for name in sorted(names):
                if here != Path("tmp") or not _TEMPORARY.fullmatch(name):
                    yield self._holding(here / name)

    def remove(self, sha256: str) -> None:
        """Unlink the file of `sha256` and fsync its folder."""
        path = self._path(sha256)
        try:
            path.unlink(missing_ok=True)
            _sync(path.parent)
        except OSError as error:
            raise _failed(error) from error

    def sweep(self, known: Container[str], before: datetime) -> Swept:
        """Remove temporaries and quarantine objects outside `known`, as far as they are older than `before`."""
        try:
            stale = [path for path in self._tmp.iterdir() if _older(path, before)]
            for path in stale:
                path.unlink(missing_ok=True)
            orphans = [path for path in self._objects() if path.name not in known and _older(path, before)]
            gone = tuple(path.name for path in orphans if self._put_aside(path, before))
            for folder in {self._quarantine, *(path.parent for path in orphans)}:
                _sync(folder)
        except OSError as error:
            raise _failed(error) from error
        return Swept(len(stale), gone)

    def _put_aside(self, path: Path, before: datetime) -> bool:
        """Move an orphan into quarantine; back again where a writer has asked for it in between."""
        aside = path.rename(self._quarantine / path.name)
        if wanted := not _older(aside, before):
            aside.rename(path)
        return not wanted

    def _objects(self) -> Iterator[Path]:
        for shelf in _SHELVES:
            yield from (path for path in (self._root / shelf).iterdir() if _DIGEST.fullmatch(path.name))

    def _holding(self, place: Path) -> Holding:
        path = self._root / place
        in_place = _DIGEST.fullmatch(place.name) and place == Path(place.name[:2]) / place.name
        expected = place.name if in_place and path.is_file() and not path.is_symlink() else None
        try:
            with path.open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest() if expected else None
            return Holding(str(place), expected, actual, path.stat().st_size)
        except OSError:  # unreadable is a finding of the audit, which has to look at all the rest
            return Holding(str(place), expected, None)

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / checked(sha256)


def checked(sha256: str) -> str:
    """Return a digest that is one; raise `InputError` for anything else (code `bad_digest`)."""
    if not _DIGEST.fullmatch(sha256):
        raise InputError("文件摘要应为64位小写十六进制", code="bad_digest")
    return sha256


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - an open descriptor
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _older(path: Path, before: datetime) -> bool:
    return path.stat().st_mtime < before.timestamp()


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
        f"文件存储读写失败：{failure(error)}",
        remedy="检查磁盘空间、目录权限后重试；未写完的文件不会被登记",
        code="store_failed",
    )
