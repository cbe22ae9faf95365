"""What follows from the contract: when it was signed and took effect, its digest, its articles (manual 二(四))."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType

from docgen.case.casefile import CaseFile
from docgen.case.contract import Clause, Contract
from docgen.case.enums import ApprovalRole, Party
from docgen.clock import SHANGHAI, day

_APPROVAL_SCOPES: Mapping[ApprovalRole, str] = MappingProxyType(
    {
        ApprovalRole.SALES_MANAGER: "商务条款合理性",
        ApprovalRole.LEGAL: "法律条款合规性",
        ApprovalRole.VP: "最终审批",
        ApprovalRole.GM: "最终审批",
    }
)

_PARTIES = frozenset({Party.CUSTOMER, Party.SUPPLIER})


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the contract: its number (`第二条`; None where its clause states none), its title, its clauses."""

    number: str | None
    title: str
    clauses: tuple[Clause, ...]


def articles(contract: Contract) -> tuple[Article, ...]:
    """Group the clauses by article, in the order of the file; a clause without an article stands alone.

    The title names every heading of the article once: `交付时间、交付地点`.
    """
    groups: dict[str | int, list[Clause]] = {}
    for place, clause in enumerate(contract.clauses):
        groups.setdefault(clause.article or place, []).append(clause)
    return tuple(
        Article(group[0].article, "、".join(dict.fromkeys(clause.heading for clause in group)), tuple(group))
        for group in groups.values()
    )


def approval_scope(role: ApprovalRole) -> str:
    """Return what an approver of `role` answers for (二(四)步骤3)."""
    return _APPROVAL_SCOPES[role]


def contract_signed_at(case: CaseFile) -> datetime | None:
    """Return the instant of the last signature; None until both parties have signed."""
    signatures = case.contract.signatures if case.contract else ()
    last = {signature.party: signature.signed_at for signature in sorted(signatures, key=lambda each: each.signed_at)}
    if not last.keys() >= _PARTIES:
        return None
    return max(last[party] for party in _PARTIES)


def contract_signed_on(case: CaseFile) -> date | None:
    """Return the day of the last signature; None until both parties have signed."""
    signed_at = contract_signed_at(case)
    return day(signed_at) if signed_at else None


def contract_effective_at(case: CaseFile) -> datetime | None:
    """Return when the contract took effect; None until both parties have signed.

    That is the last signature, or the beginning of the agreed day if that is another day.
    """
    signed_at = contract_signed_at(case)
    agreed_on = case.contract.effective_on if case.contract else None
    if signed_at is None or agreed_on is None or agreed_on == day(signed_at):
        return signed_at
    return datetime.combine(agreed_on, time(), SHANGHAI)


def contract_effective_on(case: CaseFile) -> date | None:
    """Return the day on which the contract took effect; None until both parties have signed."""
    effective_at = contract_effective_at(case)
    return day(effective_at) if effective_at else None


def contract_content_sha256(contract: Contract) -> str:
    """Return the SHA-256 of what is approved and signed: the contract without approval, signatures and archive.

    Canonical form: JSON in UTF-8 with sorted keys and no spaces; absent fields left out; decimals as strings without
    trailing zeros; instants in UTC. So two files that say the same give the same digest, however they write it.
    """
    content = contract.model_dump(exclude={"approval", "signatures", "archive"}, exclude_none=True)
    canonical = json.dumps(content, default=_canonical, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize() if value else 0:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    assert isinstance(value, date), "a contract holds no other type that JSON lacks"
    return value.isoformat()
