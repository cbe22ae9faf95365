"""People of a case as documents print them: a reference becomes a person, masked where the form masks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from docgen.case.casefile import CaseFile
from docgen.case.parties import Contact, Staff
from docgen.masking import (
    PiMode,
    honorific,
    masked_contact_name,
    masked_email,
    masked_phone,
    masked_staff_name,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the case that stands elsewhere than the member which shows it: its place, and the part itself.

    The place is below the record that shows it, or `from_root` of the case file.
    """

    place: str
    part: object
    from_root: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of our people or of the customer's, in the words of a document; `reach` is the phone, else the e-mail."""

    name: str = field(metadata={"title": "姓名"})
    title: str = field(metadata={"title": "职务"})
    honorific: str = field(metadata={"title": "称谓"})
    department: str | None = field(metadata={"title": "部门"})
    phone: str | None = field(metadata={"title": "电话"})
    email: str | None = field(metadata={"title": "邮箱"})
    reach: str | None = field(metadata={"title": "联系方式"})


class People:
    """Everybody of a case, found by reference."""

    def __init__(self, case: CaseFile, mode: PiMode) -> None:
        """Index the people of `case`, to be printed in full or masked."""
        self._full = mode is PiMode.FULL
        self._known: Mapping[str, tuple[str, Staff | Contact]] = {
            **{one.staff_id: (f"staff[{index}]", one) for index, one in enumerate(case.staff)},
            **{one.contact_id: (f"contacts[{index}]", one) for index, one in enumerate(case.contacts)},
        }

    def get(self, ref: str | None) -> Found | None:
        """Return the person `ref` names, with the place in the case file, or None for no reference."""
        if ref is None:
            return None
        path, one = self._known[ref]
        return Found(path, self._printed(one), from_root=True)

    def name(self, ref: str | None, otherwise: str) -> str:
        """Return the masked name of the person `ref` names, else `otherwise` marked as masked."""
        known = self._known.get(ref or "")
        return _masked_name(known[1]) if known else f"*{otherwise}"

    def _printed(self, one: Staff | Contact) -> Person:
        department = one.department.label if isinstance(one, Staff) else one.department
        name, phone, email = one.name, one.phone, one.email
        if not self._full:
            name = _masked_name(one)
            phone = phone and masked_phone(phone)
            email = email and masked_email(email)
        return Person(
            name=name,
            title=one.title,
            honorific=honorific(one),
            department=department,
            phone=phone,
            email=email,
            reach=phone or email,
        )


def _masked_name(one: Staff | Contact) -> str:
    return masked_staff_name(one) if isinstance(one, Staff) else masked_contact_name(one)
