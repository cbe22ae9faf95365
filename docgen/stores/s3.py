"""A content-addressed store in a bucket of S3, or of a server that speaks its protocol.

`s3://BUCKET/PREFIX?copy=FOLDER&…` names it. Bytes are made durable in the local folder `copy` first, then put once
(`If-None-Match: *`) with their SHA-256, and only then acknowledged. The local copy stays until a later reading of the
whole object has confirmed the remote one: servers have lost what they had acknowledged. Reads are re-hashed.
"""

import hashlib
import os
import re
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store as Bucket

from docgen.errors import BackendError, IntegrityError, NotFoundError
from docgen.stores.address import S3Address
from docgen.stores.filesystem import FilesystemStore, checked
from docgen.stores.holding import Holding, Swept
from docgen.stores.objectlock import ObjectLock

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import S3Credential

SETTLED = timedelta(hours=24)
"""Age from which reading an object says something about the server's disks, not about its memory."""

_QUARANTINE = "quarantine"
_PLACE = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})")
_RETRIES = 4
_BATCH = 1000
_REASON = re.compile(r"<Code>(\w{1,64})</Code>|status code: (\d{3})|(timed out|error sending request)")


class S3Store:
    """Bytes under `PREFIX/<first two hex digits>/<digest>` of a bucket, and copies of the newest ones in a folder."""

    def __init__(self, address: S3Address, *, settled: timedelta = SETTLED) -> None:
        """Prepare the connection and the folder of copies; the bucket is first asked when it is needed."""
        self._copies = FilesystemStore(address.copy)
        self._settled = settled
        self._process = os.getpid()
        self._lock = ObjectLock(address) if address.retain_years else None
        seconds = timedelta(seconds=address.timeout)
        self._bucket = Bucket(
            address.bucket,
            prefix=address.prefix or None,
            endpoint=address.endpoint,
            region=address.region,
            credential_provider=lambda: _keys(address),
            skip_signature=False,
            checksum_algorithm="SHA256",
            client_options={
                "allow_http": address.endpoint.startswith("http:"),
                "connect_timeout": seconds,
                "timeout": seconds,
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": 3 * seconds},
        )

    def put(self, data: bytes) -> str:
        """Keep `data` durably here and in the bucket, under lock where one is asked for; return its SHA-256."""
        digest = self._copies.put(data)
        self._send(digest, data)
        return digest

    def get(self, sha256: str) -> bytes:
        """Return the bytes, re-hashed; those of the local copy where the bucket has lost or altered its own."""
        try:
            return self._read(sha256)
        except (NotFoundError, IntegrityError):
            if self._copies.has(sha256):
                return self._copies.get(sha256)
            raise

    def has(self, sha256: str) -> bool:
        """Tell whether the bytes of `sha256` are kept."""
        if self._copies.has(sha256):
            return True
        try:
            with self._asking():
                obstore.head(self._bucket, _place(sha256))
        except NotFoundError:
            return False
        return True

    def holdings(self) -> Iterator[Holding]:
        """Yield every object of the bucket, re-hashed; a copy whose object has stood the test of time is let go."""
        for found in self._listed():
            name = found["path"]
            if name.startswith(f"{_QUARANTINE}/"):
                continue
            if (place := _PLACE.fullmatch(name)) is None:
                yield Holding(name, None, None, found["size"])
                continue
            holding = Holding(name, place[2], self._digest(name), found["size"])
            if holding.actual == holding.expected:
                self._release(place[2], found["last_modified"])
            yield holding

    def remove(self, sha256: str) -> None:
        """Delete the object and its copy; in a bucket that keeps versions, only the present one is hidden."""
        with self._asking(absent_is_fine=True):
            obstore.delete(self._bucket, _place(sha256))
        self._copies.remove(sha256)

    def sweep(self, known: Container[str], before: datetime) -> Swept:
        """Clear away what interrupted writers left, and send again what the bucket has lost of the copies."""
        there: set[str] = set()
        orphans = []
        for found in self._listed():
            if place := _PLACE.fullmatch(found["path"]):
                there.add(place[2])
                if place[2] not in known and found["last_modified"] < before:
                    orphans.append(place[2])
        for digest in orphans:
            with self._asking(absent_is_fine=True):
                obstore.copy(self._bucket, _place(digest), f"{_QUARANTINE}/{digest}")
                obstore.delete(self._bucket, _place(digest))
        swept = self._copies.sweep(known, before)
        return Swept(swept.temporaries, tuple(sorted({*orphans, *swept.quarantined})), self._sent_again(known, there))

    def _sent_again(self, known: Container[str], there: Container[str]) -> tuple[str, ...]:
        lost = [one.expected for one in self._copies.holdings() if one.expected and one.expected == one.actual]
        again = tuple(digest for digest in lost if digest in known and digest not in there)
        for digest in again:
            self._send(digest, self._copies.get(digest))
        return again

    def _send(self, digest: str, data: bytes) -> None:
        try:
            with self._asking():
                obstore.put(self._bucket, _place(digest), data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            self._read(digest)  # kept before, or by an attempt whose answer was lost: only its bytes tell
        if self._lock:
            self._lock.retain(_place(digest))

    def _read(self, sha256: str) -> bytes:
        with self._asking():
            data = bytes(obstore.get(self._bucket, _place(sha256)).bytes())
        if hashlib.sha256(data).hexdigest() != sha256:
            raise IntegrityError(
                f"摘要为{sha256[:16]}…的文件内容已被改动",
                remedy="不要使用该文件；从备份恢复后重新核对",
                code="object_altered",
            )
        return data

    def _digest(self, name: str) -> str | None:
        """Return the SHA-256 of an object, None where it is gone meanwhile; memory does not grow with its size."""
        digest = hashlib.sha256()
        try:
            with self._asking():
                for part in obstore.get(self._bucket, name).stream():
                    digest.update(part)
        except NotFoundError:
            return None
        return digest.hexdigest()

    def _release(self, digest: str, kept_at: datetime) -> None:
        if datetime.now(UTC) - kept_at >= self._settled and self._copies.has(digest):
            self._copies.remove(digest)

    def _listed(self) -> "Iterator[ObjectMeta]":
        with self._asking():
            for batch in obstore.list(self._bucket, chunk_size=_BATCH):
                yield from batch

    @contextmanager
    def _asking(self, *, absent_is_fine: bool = False) -> Iterator[None]:
        """Turn what the bucket answers into errors a person can act on."""
        if os.getpid() != self._process:  # its threads did not come along: a call would wait for ever
            raise BackendError("对象存储的连接不能带入派生的进程", remedy="在新进程中重新打开", code="store_forked")
        try:
            yield
        except AlreadyExistsError:
            raise
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise _failed(error) from error
            if not absent_is_fine:
                raise NotFoundError("存储中没有这个文件", code="object_missing") from error
        except (BaseError, OSError, ValueError) as error:
            raise _failed(error) from error


def _keys(address: S3Address) -> "S3Credential":
    """Return the keys as one whole: a key alone would be completed from the environment, with a stale session even."""
    return {
        "access_key_id": address.access_key,
        "secret_access_key": address.secret_key,
        "token": None,
        "expires_at": None,
    }


def _place(sha256: str) -> str:
    return f"{checked(sha256)[:2]}/{sha256}"


def _failed(error: Exception) -> BackendError:
    found: Any = _REASON.search(str(error))
    reason = next((part for part in found.groups() if part), "") if found else type(error).__name__
    return BackendError(
        f"对象存储操作失败：{reason}",
        remedy="检查对象存储是否在运行、地址、桶和密钥是否正确；本机副本仍在，重试即可继续",
        code="store_failed",
    )
