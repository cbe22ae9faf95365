"""Masking of personal data in ledgers and internal records (个人信息保护法, case_model.md section 7).

Rule enforced here: a masked form holds no part of a name, at most the first three and last four digits of a mobile
number, and of anything that does not look like what it should be, nothing.
"""

import re
from enum import StrEnum
from typing import Protocol, TypeGuard

_TITLE_SUFFIXES = ("经理", "专员", "工程师", "客服", "总监", "主管")
_HONORIFICS = {"male": "先生", "female": "女士"}
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d)\d{4}(\d{4})", re.ASCII)
_FIXED_LINE = re.compile(r"(?:\+?86|0086)?(0(?:10|2\d|[3-9]\d{2}))(\d{5,6})(\d{2})", re.ASCII)
_EMAIL = re.compile(r"([^\s@])[^\s@]*@([^\s@]+)")
_SEPARATORS = re.compile(r"[\s()（）—–-]+")
_HIDDEN = "****"


class PiMode(StrEnum):
    """How a form treats personal data: it has none, masks it, or prints it in full."""

    NONE = "none"
    MASKED = "masked"
    FULL = "full"


class Person(Protocol):
    """Somebody on either side: what an honorific is taken from."""

    @property
    def title(self) -> str: ...  # noqa: D102 - a field

    @property
    def gender(self) -> StrEnum | None: ...  # noqa: D102 - a field


class Employee(Person, Protocol):
    """One of our people, who may state how to be called."""

    @property
    def honorific(self) -> str | None: ...  # noqa: D102 - a field


def honorific(person: Person) -> str:
    """Return how to call `person`: the stated honorific, the suffix of an employee's title, 先生 or 女士, the title.

    A customer's title is used only where the gender is unknown.
    """
    by_gender = _HONORIFICS.get(person.gender or "")
    if _states_honorific(person):
        return person.honorific or _title_suffix(person.title) or by_gender or person.title
    return by_gender or person.title


def masked_staff_name(staff: Employee) -> str:
    """Return the masked name of one of our people: `*经理`, `*专员`."""
    return f"*{honorific(staff)}"


def masked_contact_name(contact: Person) -> str:
    """Return the masked name of a customer's person: `*先生`, `*女士`, or `*` and the title."""
    return f"*{honorific(contact)}"


def masked_phone(phone: str) -> str:
    """Return `139****0001` for a mobile number, `0571-******01` for a fixed line, nothing readable for others."""
    digits = _SEPARATORS.sub("", phone)
    if mobile := _MOBILE.fullmatch(digits):
        return f"{mobile[1]}{_HIDDEN}{mobile[2]}"
    if line := _FIXED_LINE.fullmatch(digits):
        return f"{line[1]}-{'*' * len(line[2])}{line[3]}"
    return _HIDDEN


def masked_email(email: str) -> str:
    """Return the first character and the domain: `c***@example.com`; nothing readable if it is no address."""
    match = _EMAIL.fullmatch(email.strip())
    return f"{match[1]}***@{match[2]}" if match else _HIDDEN


def masked_account(account: str) -> str:
    """Return `****` and the last four digits; nothing readable of an account shorter than eight characters."""
    digits = _SEPARATORS.sub("", account)
    return f"{_HIDDEN}{digits[-4:]}" if len(digits) >= 8 else _HIDDEN


def _states_honorific(person: Person) -> TypeGuard[Employee]:
    # One look-up: `isinstance` on a protocol costs ten times as much, and ledgers mask thousands of people.
    return hasattr(person, "honorific")


def _title_suffix(title: str) -> str:
    return next((suffix for suffix in _TITLE_SUFFIXES if title.endswith(suffix)), "")
