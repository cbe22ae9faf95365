"""Who may act: roles, parties, what they authorized, and how a signer is shown without the name."""

from dataclasses import dataclass

from docgen.case.casefile import CaseFile
from docgen.case.contract import Authorization, Signature
from docgen.case.enums import ApprovalRole, OrderReviewRole, Party
from docgen.masking import masked_contact_name, masked_staff_name
from rules.facts.setting import Setting


@dataclass(frozen=True, slots=True)
class PartyIdentity:
    """One side of the contract: 甲方 or 乙方, its registered name and its legal representative."""

    title: str
    name: str
    legal_representative: str | None


def holds(setting: Setting, ref: str, role: ApprovalRole | OrderReviewRole) -> bool:
    """Tell whether `ref` is one of our people and holds `role`."""
    person = setting.staff.get(ref)
    return person is not None and any(held.value == role.value for held in person.roles)


class Signers:
    """Look-ups over the parties and authorizations of one case, built once."""

    def __init__(self, case: CaseFile, setting: Setting) -> None:
        """Index the parties and authorizations of `case`; the first of equal numbers counts."""
        self._setting = setting
        self._authorizations: dict[tuple[str, str], Authorization] = {}
        for each in case.authorizations:
            self._authorizations.setdefault((each.side, each.auth_no), each)
        ours, theirs = case.supplier, case.customer
        self._parties: dict[Party, PartyIdentity] = {
            Party.CUSTOMER: PartyIdentity("甲方", theirs.name, theirs.legal_representative),
            Party.SUPPLIER: PartyIdentity("乙方", ours.name, ours.legal_representative),
        }

    def party(self, signature: Signature) -> PartyIdentity | None:
        """Return the company signed for; None for an internal signature."""
        return self._parties.get(signature.party)

    def is_legal_representative(self, signature: Signature) -> bool:
        """Tell whether the signer is the registered legal representative of the side signed for."""
        party = self.party(signature)
        return party is not None and signature.signer_name == party.legal_representative

    def authorization(self, signature: Signature) -> Authorization | None:
        """Return the authorization that `signature` names, if the side signed for gave it."""
        return self._authorizations.get((signature.party, signature.auth_no)) if signature.auth_no else None

    def masked(self, signature: Signature) -> str:
        """Return the signer without the name: `*经理`, `*先生`, else the capacity in which they sign."""
        ref, name = signature.signer_ref or "", signature.signer_name
        if (member := self._setting.staff.get(ref)) and member.name == name:
            return masked_staff_name(member)
        if (contact := self._setting.contacts.get(ref)) and contact.name == name:
            return masked_contact_name(contact)
        return f"*{signature.signer_kind.label}"
