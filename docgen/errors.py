"""Every error of the product, in families by who must act; each carries a stable code.

An error says what failed, on what, and what to do. A refusal by a rule is not an error but a `CheckReport`.
The table from family to exit code and HTTP status lives with the delivery (`service`).
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """One of the faults an error reports: where, what it is called in Chinese, and what is wrong with it."""

    path: str
    label: str
    message: str
    code: str = ""


class DocgenError(Exception):
    """Base of all errors; `code` is stable and machine readable, `remedy` tells a person what to do."""

    code = "error"

    def __init__(self, message: str, *, remedy: str = "", details: Sequence[Detail] = (), code: str = "") -> None:
        """Carry a Chinese `message`, an optional `remedy`, and every single fault in `details`."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = tuple(details)
        if code:
            self.code = code


class InputError(DocgenError):
    """The caller gave something that cannot be accepted; the caller corrects it."""

    code = "invalid_input"


class NotFoundError(DocgenError):
    """The named thing does not exist."""

    code = "not_found"


class AccessError(DocgenError):
    """Who asks may not do this, whatever the state; `code` is `forbidden` or `not_logged_in`."""

    code = "forbidden"


class StateError(DocgenError):
    """The thing exists but is in a state that does not allow this act; `state` names it, else its code does."""

    code = "wrong_state"

    def __init__(
        self, message: str, *, remedy: str = "", details: Sequence[Detail] = (), code: str = "", state: str = ""
    ) -> None:
        """Carry what every error carries, and the present state."""
        super().__init__(message, remedy=remedy, details=details, code=code)
        self.state = state or self.code


class DeclarationError(DocgenError):
    """A template, form, rule pack, policy or setting is wrong; its author corrects it."""

    code = "bad_declaration"


class BackendError(DocgenError):
    """Something outside failed: disk, database, converter, store; the operator acts."""

    code = "backend_failed"


class IntegrityError(DocgenError):
    """Kept bytes or records are not what was recorded; nobody may go on as if they were."""

    code = "integrity"


_FAILURES = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘只读",
    errno.ENOENT: "目录不存在",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EISDIR: "该路径是目录",
    errno.EEXIST: "同名文件已存在",
    errno.ENAMETOOLONG: "文件名过长",
    errno.EIO: "磁盘读写出错",
}


def failure(error: OSError) -> str:
    """Say in Chinese why the system refused; a rare reason is named by its symbol."""
    code = error.errno or 0
    return _FAILURES.get(code) or f"系统错误 {errno.errorcode.get(code, str(code))}"
