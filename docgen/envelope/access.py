"""Links, sessions and one-time codes of signers: secrets, of which only digests are kept.

A link has 256 random bits and opens one session; a session lasts half an hour and belongs to one browser; a code of
six digits lives ten minutes and is lost with the link after five wrong guesses. All of it is bound to the documents.
Every act answers for itself inside the caller's writing transaction, so two at once cannot both succeed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.db.models import SigningAccess
from docgen.envelope.definition import Definition
from docgen.errors import DocgenError, InputError, StateError

LINK_BYTES: Final = 32
SESSION_LIFE: Final = timedelta(minutes=30)
CODE_LIFE: Final = timedelta(minutes=10)
CODE_PAUSE: Final = timedelta(seconds=60)
"""Between two codes, and between two links that a signer asks for."""
MAX_CODES: Final = 5
MAX_FAILURES: Final = 5

MAX_REFUSALS: Final = 50
"""Refusals with one link that go into the ledger."""

REPLACED, LOCKED, ENDED = "replaced", "locked", "ended"


@dataclass(frozen=True, slots=True)
class Visit:
    """From where somebody acts; `login` is the id or name of the account in use, empty without one."""

    ip: str = ""
    user_agent: str = ""
    login: str = ""

    def evidence(self) -> dict[str, str]:
        """Return what the log keeps of it, bounded."""
        return {"ip": _clean(self.ip, 64), "user_agent": _clean(self.user_agent, 300)}


def digest_of(definition: Definition) -> str:
    """Return the digest over the documents of an envelope, to which links and codes are bound."""
    parts = "\n".join(one.pdf_sha256 for one in definition.documents)
    return hashlib.sha256(parts.encode()).hexdigest()


def issue(  # noqa: PLR0913 - a link, and what it is bound to
    session: Session, envelope_id: str, signer: str, bound_to: str, *, at: datetime, until: datetime
) -> str:
    """Make a new link for a signer and close all before it; return its secret, which is kept nowhere."""
    for row in _open_rows(session, envelope_id, signer):
        row.closed_at, row.closed_as = at, REPLACED
    token = secrets.token_urlsafe(LINK_BYTES)
    session.add(
        SigningAccess(
            envelope_id=envelope_id,
            signer=signer,
            bound_to=bound_to,
            link_sha256=_hash(token),
            issued_at=at,
            expires_at=until,
            codes_sent=0,
            failures=0,
            refusals=0,
        )
    )
    session.flush()
    return token


def by_link(session: Session, token: str) -> SigningAccess | None:
    """Return the access that a link belongs to, whatever its state; None for a link that was never issued."""
    return session.scalars(select(SigningAccess).where(SigningAccess.link_sha256 == _hash(token))).first()


def by_session(session: Session, secret: str) -> SigningAccess | None:
    """Return the access that a session belongs to."""
    return session.scalars(select(SigningAccess).where(SigningAccess.session_sha256 == _hash(secret))).first()


def open_session(session: Session, row: SigningAccess, visit: Visit, at: datetime) -> str | DocgenError:
    """Spend the link of `row` on a session and return its secret; return why not otherwise."""
    if denied := _closed(row, at):
        return denied
    if row.opened_at is not None:
        return StateError("这个签署链接已经用过", code="link_used", remedy="请索取新的链接")
    secret = secrets.token_urlsafe(LINK_BYTES)
    row.opened_at, row.session_sha256, row.agent_sha256 = at, _hash(secret), _hash(visit.user_agent)
    session.flush()
    return secret


def may_renew(row: SigningAccess, at: datetime) -> DocgenError | None:
    """Tell why the signer of a link may not have a new one; None where that is all right."""
    if denied := _closed(row, at):
        return denied
    if at < row.issued_at + CODE_PAUSE:
        return StateError("链接刚刚发送过", code="link_too_soon", remedy="一分钟后再试")
    return None


def standing(row: SigningAccess, visit: Visit, at: datetime) -> DocgenError | None:
    """Tell why a session cannot be used; None where it can."""
    if denied := _closed(row, at):
        return denied
    if row.opened_at is None or at >= row.opened_at + SESSION_LIFE:
        return StateError("签署页面已超时", code="session_expired", remedy="请索取新的链接")
    if row.agent_sha256 != _hash(visit.user_agent):
        return StateError("签署页面在另一个浏览器中被打开", code="session_moved", remedy="在打开链接的浏览器中继续")
    return None


def new_code(row: SigningAccess, at: datetime) -> str | DocgenError:
    """Make a code, which replaces the one before; return why not otherwise."""
    if row.codes_sent >= MAX_CODES:
        return StateError("验证码发送次数过多", code="too_many_codes", remedy="请索取新的链接")
    if row.code_sent_at is not None and at < row.code_sent_at + CODE_PAUSE:
        return StateError("验证码刚刚发送过", code="code_too_soon", remedy="一分钟后再试")
    code, salt = f"{secrets.randbelow(1_000_000):06d}", secrets.token_bytes(16)
    row.code_salt, row.code_hash, row.code_sent_at = salt.hex(), _slow(code, salt), at
    row.codes_sent += 1
    return code


def check_code(row: SigningAccess, code: str, at: datetime) -> DocgenError | None:
    """Accept a code, once; return why not otherwise, and lock the access after too many guesses."""
    if row.code_hash is None or row.code_salt is None or row.code_sent_at is None:
        return StateError("还没有发送验证码", code="no_code", remedy="先获取验证码")
    if at >= row.code_sent_at + CODE_LIFE:
        return StateError("验证码已过期", code="code_expired", remedy="重新获取验证码")
    guess = _slow(code.strip()[:16], bytes.fromhex(row.code_salt))
    if hmac.compare_digest(guess, row.code_hash):
        row.code_hash = row.code_salt = None
        row.identified_at = at
        return None
    row.failures += 1
    if row.failures >= MAX_FAILURES:
        row.closed_at, row.closed_as, row.code_hash, row.code_salt = at, LOCKED, None, None
        return StateError("验证码多次错误，链接已锁定", code="access_locked", remedy="请发起人重新发送链接")
    left = MAX_FAILURES - row.failures
    return InputError(f"验证码不正确，还可尝试{left}次", code="wrong_code", remedy="核对收到的六位数字")


def close(session: Session, envelope_id: str, signers: Iterable[str], at: datetime) -> None:
    """End every link and session of these signers."""
    for signer in signers:
        for row in _open_rows(session, envelope_id, signer):
            row.closed_at, row.closed_as, row.code_hash, row.code_salt = at, ENDED, None, None
    session.flush()


def _closed(row: SigningAccess, at: datetime) -> DocgenError | None:
    match row.closed_as:
        case None if at < row.expires_at:
            return None
        case None:
            return StateError("签署链接已过期", code="link_expired", remedy="请发起人重新发起")
        case "locked":
            return StateError("验证码多次错误，链接已锁定", code="access_locked", remedy="请发起人重新发送链接")
        case "replaced":
            return StateError("签署链接已被新的链接代替", code="link_replaced", remedy="使用最近收到的链接")
        case _:
            return StateError("签署链接已失效", code="link_closed", remedy="如需签署，请发起人重新发起")


def _open_rows(session: Session, envelope_id: str, signer: str) -> list[SigningAccess]:
    query = select(SigningAccess).where(
        SigningAccess.envelope_id == envelope_id, SigningAccess.signer == signer, SigningAccess.closed_at.is_(None)
    )
    return list(session.scalars(query))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _slow(code: str, salt: bytes) -> str:
    """Six digits are quickly tried by whoever reads the database: make each try cost."""
    return hashlib.scrypt(code.encode("utf-8", "surrogatepass"), salt=salt, n=2**14, r=8, p=1).hex()


def _clean(text: str, length: int) -> str:
    return "".join(one for one in text[:length] if one.isprintable())
