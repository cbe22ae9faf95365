"""Accounts: made and changed by administrators, entered with a password, blocked for a while after failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from docgen.clock import Clock
from docgen.db.delivery import Account, ApiKey, LoginSession
from docgen.db.engine import Database
from docgen.errors import InputError, NotFoundError, StateError
from service.access import AccessError, Role
from service.auth import passwords

FREE_FAILURES = 5
"""Wrong passwords in a row that cost nothing; every further one doubles the wait."""
LONGEST_BLOCK = timedelta(minutes=15)

_ROLES = {one.value: one for one in Role}


@dataclass(frozen=True, slots=True)
class Person:
    """An account as it is shown: who it is, and what it may do; `second_factor` tells whether one is set up."""

    id: int
    name: str
    display: str
    staff_id: str | None
    roles: frozenset[Role]
    active: bool
    second_factor: bool
    created_at: datetime

    @property
    def actor(self) -> str:
        """Return who acts, as the log of events names it."""
        return self.staff_id or self.name


class Accounts:
    """The accounts of a workspace."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database they lie in."""
        self._database, self._clock = database, clock

    def exist(self) -> bool:
        """Tell whether there is any account yet."""
        with self._database.reading() as session:
            return bool(session.scalar(select(func.count()).select_from(Account)))

    def add(  # noqa: PLR0913 - an account has this many parts
        self,
        name: str,
        *,
        display: str,
        roles: Sequence[Role],
        password: str | None = None,
        staff_id: str | None = None,
        oidc_subject: str | None = None,
        first: bool = False,
    ) -> Person:
        """Make an account; `first` only where there is none yet.

        Raises:
            InputError: the password is weak, or there is no way to log in.
            StateError: the name or the subject is taken (`account_exists`), or there are accounts already.
        """
        if password is None and oidc_subject is None:
            raise InputError("账号须有密码或单点登录标识", code="no_login")
        password_hash = passwords.hashed(password, name) if password is not None else None
        with self._database.writing() as session:
            if first and session.scalar(select(func.count()).select_from(Account)):
                raise StateError("已有账号，首次设置已完成", remedy="请登录", code="already_set_up")
            taken = (Account.name == name) | ((Account.oidc_subject == oidc_subject) & (oidc_subject is not None))
            if session.scalars(select(Account).where(taken)).first():
                raise StateError("这个账号名或单点登录标识已被使用", code="account_exists")
            row = Account(
                name=name,
                display=display,
                staff_id=staff_id or None,
                roles=sorted(roles),
                password_hash=password_hash,
                oidc_subject=oidc_subject,
                created_at=self._clock.now(),
            )
            session.add(row)
            session.flush()
            return person_of(row)

    def all(self) -> tuple[Person, ...]:
        """Return every account by name."""
        with self._database.reading() as session:
            return tuple(person_of(row) for row in session.scalars(select(Account).order_by(Account.name)))

    def get(self, account_id: int) -> Person:
        """Return an account by its id."""
        with self._database.reading() as session:
            return person_of(session.get_one(Account, account_id))

    def named(self, name: str) -> Person:
        """Return an account by its name; raise `NotFoundError` where there is none."""
        with self._database.reading() as session:
            return person_of(_by_name(session, name))

    def of_subject(self, subject: str) -> Person | None:
        """Return the account of a person known to the identity provider; None where there is none in force."""
        with self._database.reading() as session:
            row = session.scalars(select(Account).where(Account.oidc_subject == subject, Account.active)).first()
            return person_of(row) if row else None

    def enter(self, name: str, password: str) -> Person:
        """Return the account of who knows its password.

        Raises:
            AccessError: name or password is wrong (`bad_login`), or there were too many failures (`blocked`).
        """
        now = self._clock.now()
        with self._database.reading() as session:
            row = session.scalars(select(Account).where(Account.name == name)).first()
            kept = (row.id, row.password_hash, row.blocked_until, row.active) if row else None
        if kept and kept[2] and kept[2] > now:
            raise AccessError("登录失败次数过多，请稍后再试", code="blocked")
        right = passwords.matches(password, kept[1] if kept else None)
        if kept is None or not right or not kept[3]:
            if kept:
                self._failed(kept[0], now)
            raise AccessError("账号或密码不正确", code="bad_login")
        with self._database.writing() as session:
            row = session.get_one(Account, kept[0])
            row.failures, row.blocked_until = 0, None
            return person_of(row)

    def change(self, name: str, *, roles: Sequence[Role] | None = None, active: bool | None = None) -> Person:
        """Change roles of an account, or whether it is in force; all its sessions and keys end with it."""
        with self._database.writing() as session:
            row = _by_name(session, name)
            if roles is not None:
                row.roles = sorted(roles)
            if active is not None:
                row.active = active
            _keep_an_admin(session)
            if active is False:
                _end(session, row.id, self._clock.now())
            return person_of(row)

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password; every session of it ends."""
        password_hash = passwords.hashed(password, name)
        with self._database.writing() as session:
            row = _by_name(session, name)
            row.password_hash, row.failures, row.blocked_until = password_hash, 0, None
            session.execute(delete(LoginSession).where(LoginSession.account_id == row.id))

    def _failed(self, account_id: int, now: datetime) -> None:
        with self._database.writing() as session:
            row = session.get_one(Account, account_id)
            row.failures += 1
            over = row.failures - FREE_FAILURES
            if over > 0:
                row.blocked_until = now + min(timedelta(seconds=2 ** min(over, 12)), LONGEST_BLOCK)


def role_set(names: Sequence[str]) -> frozenset[Role]:
    """Return roles by their names; names that are none (any more) give nothing."""
    return frozenset(_ROLES[name] for name in names if name in _ROLES)


def _by_name(session: Session, name: str) -> Account:
    row = session.scalars(select(Account).where(Account.name == name)).first()
    if row is None:
        raise NotFoundError("没有这个账号", remedy="账号见 docgen user list", code="account_unknown")
    return row


def _keep_an_admin(session: Session) -> None:
    rows = session.scalars(select(Account).where(Account.active))
    if not any(Role.ADMIN in row.roles for row in rows):
        raise StateError("至少须保留一名系统管理员", code="last_admin")


def _end(session: Session, account_id: int, now: datetime) -> None:
    session.execute(delete(LoginSession).where(LoginSession.account_id == account_id))
    for key in session.scalars(select(ApiKey).where(ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))):
        key.revoked_at = now


def person_of(row: Account) -> Person:
    """Return the person an account stands for."""
    return Person(
        id=row.id,
        name=row.name,
        display=row.display,
        staff_id=row.staff_id,
        roles=role_set(row.roles),
        active=row.active,
        second_factor=row.totp_confirmed,
        created_at=row.created_at,
    )
