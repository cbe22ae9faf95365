"""What a form may see of a case: by audience, by what it declares to disclose, and by its personal-data mode.

Rules enforced here: a value that a form may not see is not in its context at all, so no template can print it; the
template checker and the context builder ask the same object, so what type-checks is what exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docgen.case.casefile import CaseFile
from docgen.case.contract import Authorization, Contract, Issue, Signature
from docgen.case.orders import Order, OrderConfirmation
from docgen.case.parties import Contact, Customer, Source, Staff, Supplier
from docgen.case.proposal import Proposal
from docgen.case.values import Entity
from docgen.errors import InputError
from docgen.forms.people import People
from docgen.forms.spec import Audience, Disclosure, FormSpec
from docgen.masking import (
    PiMode,
    masked_account,
    masked_contact_name,
    masked_email,
    masked_phone,
    masked_staff_name,
)

Field = tuple[type[Entity], str]
"""A field of the case file: the entity that holds it, and its name."""

_ON_REQUEST: Mapping[Field, Disclosure] = {
    (CaseFile, "baseline"): Disclosure.BASELINE,
    (Proposal, "margin_rate"): Disclosure.MARGIN_RATE,
    (Issue, "support_data"): Disclosure.SUPPORT_DATA,
    (Authorization, "agent_id_tail"): Disclosure.AGENT_ID_TAIL,
}

_INTERNAL: frozenset[Field] = frozenset(
    {
        (CaseFile, "archived"),
        (CaseFile, "archived_count"),
        (CaseFile, "archived_pages"),
        (CaseFile, "attestations"),
        (CaseFile, "contacts"),
        (CaseFile, "events"),
        (CaseFile, "needs_reviews"),
        (CaseFile, "persona"),
        (CaseFile, "sessions"),
        (CaseFile, "staff"),
        (CaseFile, "transfers"),
        (Contact, "personal_info"),
        (Contract, "approval"),
        (Contract, "archive"),
        (Contract, "commissions"),
        (Customer, "follow_ups"),
        (Customer, "grade_history"),
        (Customer, "grading"),
        (Customer, "integrity"),
        (Customer, "source_channels"),
        (Customer, "sources"),
        (Customer, "verifications"),
        (Order, "dispatch"),
        (Order, "manager_review"),
        (Order, "operations_review"),
        (Order, "reviews"),
        (Proposal, "review"),
    }
)
"""What no form for the customer or the public needs: judgements of the customer, approvals, internal traces."""

_PUBLIC: Mapping[type[Entity], frozenset[str]] = {
    CaseFile: frozenset({"customer", "success_case", "supplier"}),
    Customer: frozenset({"industry", "name"}),
    Supplier: frozenset({"name"}),
}
"""All that a form for the public sees of these; who the customer is, only with consent (`docgen.forms.anonymity`)."""

_PERSONAL: Mapping[Field, Callable[[Any, People], str]] = {
    (Authorization, "agent_name"): lambda one, people: people.name(one.agent_contact_ref, one.agent_title or "代理人"),
    (Authorization, "principal_legal_rep"): lambda *_: "*法定代表人",
    (Contact, "email"): lambda one, _: masked_email(one.email),
    (Contact, "name"): lambda one, _: masked_contact_name(one),
    (Contact, "phone"): lambda one, _: masked_phone(one.phone),
    (Customer, "legal_representative"): lambda *_: "*法定代表人",
    (OrderConfirmation, "owner_phone"): lambda one, _: masked_phone(one.owner_phone),
    (Signature, "signer_name"): lambda one, people: people.name(one.signer_ref, one.signer_kind.label),
    (Source, "referrer"): lambda *_: "*推荐人",
    (Staff, "email"): lambda one, _: masked_email(one.email),
    (Staff, "name"): lambda one, _: masked_staff_name(one),
    (Staff, "phone"): lambda one, _: masked_phone(one.phone),
    (Supplier, "legal_representative"): lambda *_: "*法定代表人",
}
"""Personal data that is reached as a field, and what a masked form prints instead; people by reference: `people`."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """What one form sees."""

    internal: bool
    discloses: frozenset[Disclosure]
    pi_mode: PiMode
    public: bool = False

    @classmethod
    def of(cls, spec: FormSpec, pi_mode: PiMode | None = None) -> "Visibility":
        """Return what `spec` sees, in its own personal-data mode unless another that it offers is asked for.

        Raises:
            InputError: `pi_mode_not_offered`.
        """
        mode = pi_mode or spec.pi_mode
        if mode not in (spec.pi_mode, spec.pi_mode_on_request, PiMode.MASKED):
            raise InputError(
                f"《{spec.title}》不以此方式显示个人信息",
                code="pi_mode_not_offered",
                remedy="使用表单声明的个人信息方式，或改用脱敏方式",
            )
        public = spec.audience is Audience.PUBLIC
        return cls(spec.audience is Audience.INTERNAL, frozenset(spec.discloses), mode, public)

    def shows(self, owner: type, name: str) -> bool:
        """Tell whether the field `name` of `owner` is in the form's context."""
        if self.public and name not in _PUBLIC.get(owner, {name}):
            return False
        disclosure = _ON_REQUEST.get((owner, name))
        if disclosure is not None:
            return disclosure in self.discloses
        return self.internal or (owner, name) not in _INTERNAL

    def mask(self, owner: type, name: str) -> Callable[[Any, People], str] | None:
        """Return what replaces the value of a field that this form must not print in full, or None."""
        if (owner, name) == (Supplier, "bank_account") and Disclosure.BANK_ACCOUNT not in self.discloses:
            return lambda one, _: masked_account(one.bank_account)
        return None if self.pi_mode is PiMode.FULL else _PERSONAL.get((owner, name))
