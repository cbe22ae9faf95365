"""Logins in force: sessions of browsers, and keys with which programs act for an account."""

import hashlib
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from docgen.clock import Clock
from docgen.db.delivery import Account, ApiKey, LoginSession
from docgen.db.engine import Database
from docgen.errors import InputError, NotFoundError
from service.access import NEEDS_SECOND_FACTOR, Role
from service.auth.accounts import Person, person_of, role_set

IDLE = timedelta(hours=2)
"""A session ends when it was not used for so long."""
LONGEST = timedelta(hours=12)
"""A session ends after so long in any case."""
KEY_PREFIX = "docgen_"
_SEEN_EVERY = timedelta(minutes=5)
_TRUSTED_SECONDS = timedelta(seconds=60)
_MOST_CACHED = 1000

_HASHER = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
"""Keys are 256 random bits: the hash need not be slow, only one-way."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who makes a request: the person, in the roles that count for this request, and through which key, if any."""

    person: Person
    roles: frozenset[Role]
    key_id: str | None = None
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key as it is shown; the key itself is shown once, when it is made."""

    id: str
    label: str
    roles: frozenset[Role]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Logins:
    """Sessions and keys of a workspace."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database they lie in."""
        self._database, self._clock = database, clock
        self._known: dict[bytes, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def begin(self, person: Person, *, second_factor: bool) -> str:
        """Begin a session; return its token."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with self._database.writing() as session:
            session.execute(delete(LoginSession).where(LoginSession.created_at < now - LONGEST))
            session.add(
                LoginSession(
                    token_sha256=_digest(token),
                    account_id=person.id,
                    second_factor=second_factor,
                    created_at=now,
                    seen_at=now,
                )
            )
        return token

    def visitor(self, token: str) -> Visitor | None:
        """Return who has the session of a token; None where it is none, has ended, or the account is not in force."""
        now = self._clock.now()
        with self._database.reading() as session:
            row = session.get(LoginSession, _digest(token))
            account = session.get(Account, row.account_id) if row else None
            if row is None or account is None or not account.active:
                return None
            if now - row.seen_at > IDLE or now - row.created_at > LONGEST:
                return None
            stale, twice = now - row.seen_at > _SEEN_EVERY, row.second_factor
            person = person_of(account)
        if stale:
            with self._database.writing() as session:
                if seen := session.get(LoginSession, _digest(token)):
                    seen.seen_at = now
        return Visitor(person, person.roles if twice else person.roles - NEEDS_SECOND_FACTOR, second_factor=twice)

    def end(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as session:
            session.execute(delete(LoginSession).where(LoginSession.token_sha256 == _digest(token)))

    def make_key(
        self, person: Person, *, label: str, roles: Sequence[Role], days: int, within: frozenset[Role]
    ) -> tuple[KeptKey, str]:
        """Make a key for some of the roles `within` which the person acts; return it with its text, kept nowhere.

        Raises:
            InputError: a role is not one of theirs.
        """
        if not set(roles) <= within & person.roles:
            raise InputError("密钥只能有本人此刻已有的角色", code="not_your_role")
        key_id, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), self._clock.now()
        row = ApiKey(
            id=key_id,
            account_id=person.id,
            label=label,
            roles=sorted(roles),
            key_hash=_HASHER.hash(secret),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            return _kept(row), f"{KEY_PREFIX}{key_id}_{secret}"

    def keys(self, person: Person) -> tuple[KeptKey, ...]:
        """Return the keys of a person, the newest first."""
        query = select(ApiKey).where(ApiKey.account_id == person.id).order_by(ApiKey.created_at.desc())
        with self._database.reading() as session:
            return tuple(_kept(row) for row in session.scalars(query))

    def revoke(self, person: Person, key_id: str) -> None:
        """Revoke a key of a person; raise `NotFoundError` where they have no such key."""
        with self._database.writing() as session:
            row = session.get(ApiKey, key_id)
            if row is None or row.account_id != person.id:
                raise NotFoundError("没有这把密钥", code="key_unknown")
            row.revoked_at = row.revoked_at or self._clock.now()

    def bearer(self, text: str) -> Visitor | None:
        """Return for whom a key acts; None where it is none, was revoked or is too old.

        A key that was right counts as right for a minute, so that hashing does not slow every request down; whether it
        was revoked is asked every time.
        """
        key_id, _, secret = text.removeprefix(KEY_PREFIX).partition("_")
        now = self._clock.now()
        with self._database.reading() as session:
            row = session.get(ApiKey, key_id)
            account = session.get(Account, row.account_id) if row else None
            if row is None or account is None or not account.active or row.revoked_at or row.expires_at <= now:
                return None
            if not self._right(row.key_hash, secret, now):
                return None
            person = person_of(account)
            return Visitor(person, role_set(row.roles) & person.roles, key_id=row.id, second_factor=True)

    def _right(self, key_hash: str, secret: str, now: datetime) -> bool:
        digest = hashlib.sha256(secret.encode()).digest()
        with self._lock:
            known = self._known.get(digest)
        if known and known[0] == key_hash and timedelta(0) <= now - known[1] < _TRUSTED_SECONDS:
            return True
        try:
            _HASHER.verify(key_hash, secret)
        except (VerificationError, InvalidHashError):
            return False
        with self._lock:
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            self._known[digest] = (key_hash, now)
        return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _kept(row: ApiKey) -> KeptKey:
    return KeptKey(row.id, row.label, role_set(row.roles), row.created_at, row.expires_at, row.revoked_at)
