"""The secret of an installation: one file that only the service reads; everything secret is derived from it.

What is derived need not be kept: the secret of a webhook, of one-time codes, of cookies.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from docgen.errors import BackendError, InputError, failure

MIN_BYTES = 32


class Secret:
    """The secret; never printed."""

    def __init__(self, content: bytes) -> None:
        """Take the content of the file; raise `InputError` where it is too short to be a secret."""
        if len(content) < MIN_BYTES:
            raise InputError(
                f"服务密钥文件少于{MIN_BYTES}字节", remedy="用 openssl rand -out 文件 32 生成", code="weak_secret"
            )
        self._content = content

    def __repr__(self) -> str:
        return "Secret(…)"

    def derived(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose, which tell nothing of those for another."""
        return hmac.new(self._content, purpose.encode(), hashlib.sha256).digest()

    def words(self, purpose: str) -> str:
        """Return a derived secret in the letters of base32, for apps and people."""
        return base64.b32encode(self.derived(purpose)).decode().rstrip("=")


def read_secret(named: Path | None, folder: Path | None) -> Secret:
    """Read the secret from the file named, else from the folder of the workspace, where it is made at the first time.

    Raises:
        InputError: there is neither a file nor a folder (`no_secret`), or the secret is too short.
        BackendError: the file cannot be read or written.
    """
    if named is None and folder is None:
        raise InputError("没有服务密钥", remedy="用 DOCGEN_SECRET_FILE 指明密钥文件", code="no_secret")
    path = named or (folder or Path()) / "service.secret"
    try:
        if named is None:
            _make(path)
        return Secret(path.read_bytes())
    except OSError as error:
        raise BackendError(f"服务密钥文件无法读写：{failure(error)}", code="secret_unreadable") from error


def _make(path: Path) -> None:
    """Write a new secret, readable by its owner only; whoever comes second takes the one of the first."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(MIN_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process of the service was faster: its secret counts
    finally:
        draft.unlink()
