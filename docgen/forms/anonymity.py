"""A case as the public may see it: the customer named only where it consented to that (manual 二(六)步骤4).

Rule enforced here: without a consent that says otherwise, neither the customer's name nor a person's stands anywhere in
the success case, not in its prose either.
"""

import re
from collections.abc import Callable, Mapping

from docgen.case.after_sales import SuccessCase
from docgen.case.casefile import CaseFile
from docgen.case.parties import Customer
from docgen.masking import masked_contact_name, masked_phone, masked_staff_name

_SHORTEST = 2
"""Names shorter than this are words of everyday prose and not replaced."""


def published(case: CaseFile) -> CaseFile:
    """Return `case` for the public: as it is with a consent to be named, else with customer and people unnamed."""
    consent = case.success_case.consent if case.success_case else None
    people = {one.name: masked_contact_name(one) for one in case.contacts}
    people |= {one.phone: masked_phone(one.phone) for one in case.contacts if one.phone}
    people |= {one.name: masked_staff_name(one) for one in case.staff}
    if consent is None or consent.anonymized:
        alias = customer_alias(case.customer)
        people |= {name: alias for name in (case.customer.name, case.customer.short_name) if name}
        customer = case.customer.model_copy(update={"name": alias, "short_name": alias})
        case = case.model_copy(update={"customer": customer})
    if case.success_case is None:
        return case
    told = case.success_case.model_dump()
    return case.model_copy(update={"success_case": SuccessCase.model_validate(_replaced(told, _replacing(people)))})


def customer_alias(customer: Customer) -> str:
    """Return how a customer is called that is not named: 某制造企业 for one of 制造业."""
    stem = customer.industry.removesuffix("业")
    return f"某{stem if len(stem) >= _SHORTEST else customer.industry}企业"


def _replacing(names: Mapping[str, str]) -> Callable[[str], str]:
    longest_first = sorted((name for name in names if len(name) >= _SHORTEST), key=len, reverse=True)
    if not longest_first:
        return str
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return lambda text: pattern.sub(lambda found: names[found[0]], text)


def _replaced(value: object, replace: Callable[[str], str]) -> object:
    if type(value) is str:
        return replace(value)
    if isinstance(value, dict):
        return {key: one if key.endswith(("_ref", "_no")) else _replaced(one, replace) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_replaced(one, replace) for one in value)
    return value
