"""Passwords after NIST SP 800-63B: long enough, not guessable, no rules of composition, hashed with argon2id."""

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from docgen.errors import Detail, InputError

MIN_LENGTH = 15
"""Fewest characters of a password that is the only factor (SP 800-63B-4, section 3.1.1.2)."""
MAX_LENGTH = 128
"""Most characters; longer ones would only make hashing slow."""

_HASHER = PasswordHasher()
_REPEATED = re.compile(r"(.{1,8}?)\1+")
_SEQUENCES = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_COMMON = ("password", "passw0rd", "iloveyou", "letmein", "welcome", "admin", "docgen", "anjuan", "woaini", "qwerty")
_NOBODY = _HASHER.hash("nobody has this password")


def hashed(password: str, name: str) -> str:
    """Return the hash of a new password for the account `name`.

    Raises:
        InputError: it is too short, too long or easily guessed (`weak_password`).
    """
    plain = _normal(password)
    if len(plain) < MIN_LENGTH:
        raise _weak(f"密码至少{MIN_LENGTH}个字符")
    if len(plain) > MAX_LENGTH:
        raise _weak(f"密码最多{MAX_LENGTH}个字符")
    if _guessable(plain.casefold(), name.casefold()):
        raise _weak("密码过于常见或有规律")
    return _HASHER.hash(plain)


def matches(password: str, kept: str | None) -> bool:
    """Tell whether `password` is the one whose hash is `kept`; takes as long where there is none."""
    try:
        _HASHER.verify(kept or _NOBODY, _normal(password)[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _guessable(plain: str, name: str) -> bool:
    rest = plain
    for known in (*_COMMON, name):
        rest = rest.replace(known, "") if len(known) > 2 else rest
    runs = any(plain in sequence * 2 or plain[::-1] in sequence * 2 for sequence in _SEQUENCES)
    return len(set(plain)) < 5 or len(rest) < 8 or runs or _REPEATED.fullmatch(plain) is not None


def _weak(message: str) -> InputError:
    return InputError(
        message,
        code="weak_password",
        remedy="用一句别人猜不到的话；不要求大小写或符号",
        details=(Detail("password", "密码", message, "weak_password"),),
    )
