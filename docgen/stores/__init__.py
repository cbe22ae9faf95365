"""Backends that keep write-once bytes under their SHA-256, each named by a URI.

A store acknowledges only what is durable, never overwrites, and never returns bytes that differ from their name.
A new backend is one module here and one line in `_SCHEMES`; it has to pass the contract suite in `tests/contracts`.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from docgen.errors import BackendError, InputError
from docgen.stores.filesystem import FilesystemStore
from docgen.stores.holding import Holding, Swept


class Store(Protocol):
    """Write-once bytes addressed by their SHA-256 in lower-case hex."""

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its digest; keeping the same bytes again is a no-op."""
        ...

    def get(self, sha256: str) -> bytes:
        """Return the bytes of `sha256`; raise `NotFoundError` or, if they were altered, `IntegrityError`."""
        ...

    def has(self, sha256: str) -> bool:
        """Tell whether the bytes of `sha256` are kept."""
        ...


class Inventory(Protocol):
    """What an archive needs of its store beyond keeping: to look at all of it, and to let go of some of it."""

    def holdings(self) -> Iterator[Holding]:
        """Yield all that lies in the store, re-hashed while being read."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove the bytes of `sha256` durably; removing what is not there is a no-op."""
        ...

    def sweep(self, known: Container[str], before: datetime) -> Swept:
        """Clear away what interrupted writers left `before` an instant: temporaries and objects not in `known`."""
        ...


class ArchivalStore(Store, Inventory, Protocol):
    """A store that an archive can be kept in."""


_WRITERS = 8
"""Files that are made durable at the same time: the disk is waited for once for several."""


def put_all(store: Store, blobs: Sequence[bytes]) -> list[str]:
    """Keep all `blobs` durably and return their digests in order; what fails leaves others kept, which is no harm."""
    if len(blobs) < 2:
        return [store.put(blob) for blob in blobs]
    with ThreadPoolExecutor(min(_WRITERS, len(blobs))) as pool:
        return list(pool.map(store.put, blobs))


def open_store(uri: str) -> ArchivalStore:
    """Open the store that `uri` names: `file:/path`, or `s3://bucket/prefix?copy=/path&…`.

    Raises:
        InputError: the scheme is unknown (`unknown_store`), or the address is malformed; it is not repeated.
        BackendError: the store cannot be opened, or what it needs is not installed (`store_not_installed`).
    """
    parts = urlsplit(uri)
    if parts.scheme not in _SCHEMES:
        raise InputError(
            f"存储地址的类型未知：{parts.scheme or '（空）'}",
            remedy=f"可用的类型：{'、'.join(sorted(_SCHEMES))}，例如 file:/srv/docgen/objects",
            code="unknown_store",
        )
    return _SCHEMES[parts.scheme](parts)


def _filesystem(parts: SplitResult) -> ArchivalStore:
    return FilesystemStore(unquote(parts.path))


def _s3(parts: SplitResult) -> ArchivalStore:
    try:
        from docgen.stores.address import S3Address  # noqa: PLC0415 - only a cluster has it installed
        from docgen.stores.s3 import S3Store  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise BackendError(
            f"没有安装对象存储的部件{error.name}",
            remedy="安装带集群部件的版本：pip install 'anjuan[cluster]'",
            code="store_not_installed",
        ) from error
    return S3Store(S3Address.of(parts))


_SCHEMES: dict[str, Callable[[SplitResult], ArchivalStore]] = {"file": _filesystem, "s3": _s3}
