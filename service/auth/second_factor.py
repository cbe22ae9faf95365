"""The second factor: one-time codes of an app (RFC 6238), each good once; the secret is derived, never kept."""

import pyotp

from docgen.clock import Clock
from docgen.db.delivery import Account
from docgen.db.engine import Database
from service.access import AccessError
from service.auth.accounts import Person
from service.secret import Secret

_STEP = 30
_ISSUER = "案卷"


class SecondFactor:
    """One-time codes of the accounts of a workspace."""

    def __init__(self, database: Database, clock: Clock, secret: Secret) -> None:
        """Take the database of the accounts and the secret that codes are derived from."""
        self._database, self._clock, self._secret = database, clock, secret

    def offer(self, person: Person) -> str:
        """Return the address (`otpauth:`) with which an app is set up; every offer makes the ones before worthless."""
        with self._database.writing() as session:
            row = session.get_one(Account, person.id)
            row.totp_series, row.totp_confirmed, row.totp_step = row.totp_series + 1, False, 0
            return self._totp(row).provisioning_uri(name=row.name, issuer_name=_ISSUER)

    def confirm(self, person: Person, code: str) -> None:
        """Take the app in use, whose first code is given; raise `AccessError` (`bad_code`) where it is wrong."""
        self._use(person, code, confirmed=False)

    def check(self, person: Person, code: str) -> None:
        """Use a code up; raise `AccessError` (`bad_code`) where it is wrong or was used before."""
        self._use(person, code, confirmed=True)

    def _use(self, person: Person, code: str, *, confirmed: bool) -> None:
        with self._database.writing() as session:
            row = session.get_one(Account, person.id)
            step = self._step(row, code) if row.totp_series and row.totp_confirmed is confirmed else None
            if step is not None:
                row.totp_confirmed, row.totp_step = True, step
        if step is None:
            raise AccessError("动态码不正确或已用过", remedy="等待下一个动态码后重试", code="bad_code")

    def _step(self, row: Account, code: str) -> int | None:
        """Return the time step of a code that is right and newer than the last one used; None where it is none."""
        totp, now = self._totp(row), int(self._clock.now().timestamp()) // _STEP
        for step in (now - 1, now, now + 1):
            if step > row.totp_step and pyotp.utils.strings_equal(code, totp.generate_otp(step)):
                return step
        return None

    def _totp(self, row: Account) -> pyotp.TOTP:
        return pyotp.TOTP(self._secret.words(f"totp:{row.id}:{row.totp_series}")[:32])
