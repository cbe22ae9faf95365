"""What a template may read of an entity besides its fields: people behind references, and what a document picks out.

`contact_ref` gives `contact`, `staff_refs` gives `staff`; the rest is listed in `COMPUTED`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from docgen import derived
from docgen.case.casefile import CaseFile
from docgen.case.contract import (
    ApprovalStep,
    Authorization,
    Clause,
    ClauseChange,
    Contract,
    ContractChange,
    Negotiation,
    Signature,
)
from docgen.case.enums import ApprovalRole, NeedStatus, Opinion, Party, ReviewDepartment, SealKind
from docgen.case.needs import Need
from docgen.case.orders import Acceptance
from docgen.case.parties import Customer
from docgen.case.proposal import DeptOpinion, ProposalReview
from docgen.forms.clauses import clause_title
from docgen.forms.people import Found

REVIEW_CHECKS: Mapping[ReviewDepartment, Mapping[str, str]] = {
    ReviewDepartment.LEGAL: {"contract_terms": "合同条款", "ip_statement": "知识产权声明"},
    ReviewDepartment.COMMERCE: {"price_reasonable": "报价合理性", "margin_policy": "利润空间"},
    ReviewDepartment.TECH: {"feasibility": "技术可行性", "resources": "实施资源"},
}
"""What each department checks in a proposal (manual 二(三)步骤3), by the keys of `DeptOpinion.checks`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One point that a department checked, with its result."""

    title: str = field(metadata={"title": "审核要点"})
    met: bool = field(metadata={"title": "是否符合"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractArticle:
    """One article of the contract as it is printed; `last` marks the one that the signature block follows."""

    number: str = field(metadata={"title": "条号"})
    title: str = field(metadata={"title": "条标题"})
    clauses: tuple[Clause, ...] = field(metadata={"title": "条款"})
    last: bool = field(metadata={"title": "是否末条"})


@dataclass(frozen=True, slots=True)
class Computed:
    """One computed member: its Chinese title, its type, and how it comes from its entity."""

    title: str
    annotation: Any
    of: Callable[[Any], object]


def computed(owner: type) -> Mapping[str, Computed]:
    """Return the computed members of entities of type `owner`, by name."""
    return COMPUTED.get(owner, {})


def _signature(party: Party) -> Computed:
    def pick(entity: Contract | Negotiation | Acceptance) -> object:
        for index, one in enumerate(entity.signatures):
            if one.party is party and one.signed:
                return Found(f"signatures[{index}]", one)
        return None

    return Computed(f"签署 › {party.label}", Signature | None, pick)


def _both_signatures() -> dict[str, Computed]:
    return {"customer_signature": _signature(Party.CUSTOMER), "supplier_signature": _signature(Party.SUPPLIER)}


def _final_approval(contract: Contract) -> object:
    """Pick the final approver's consent to the current version, unless a later step took it back."""
    steps = contract.approval.steps if contract.approval else ()
    for index, step in reversed(tuple(enumerate(steps))):
        if step.contract_version != contract.version or step.decision is not Opinion.PASS:
            return None
        if step.role in (ApprovalRole.VP, ApprovalRole.GM):
            return Found(f"approval.steps[{index}]", step)
    return None


def _articles(contract: Contract) -> tuple[ContractArticle, ...]:
    """Return the numbered articles: clauses without an article number are the head of the contract, set elsewhere."""
    found = [one for one in derived.articles(contract) if one.number and one.number.startswith("第")]
    return tuple(
        ContractArticle(number=one.number or "", title=one.title, clauses=one.clauses, last=one is found[-1])
        for one in found
    )


def _open_needs(case: CaseFile) -> tuple[Found, ...]:
    standing = [(index, need) for index, need in enumerate(case.needs) if need.status is not NeedStatus.WITHDRAWN]
    return tuple(Found(f"needs[{index}]", need) for index, need in standing)


def _check_items(opinion: DeptOpinion) -> tuple[CheckItem, ...]:
    titles = REVIEW_CHECKS[opinion.department]
    named = [(titles.get(key), met) for key, met in opinion.checks.items()]
    return tuple(CheckItem(title=title, met=met) for title, met in named if title)


def _executed(authorization: Authorization) -> bool | None:
    return authorization.principal_signed or authorization.principal_seal is not SealKind.NONE or None


def _copies_each(contract: Contract) -> int | None:
    return contract.copies // 2 if contract.copies % 2 == 0 else None


def _net_total(contract: Contract) -> Decimal:
    return sum((share.net for share in derived.tax_split(contract)), Decimal(0))


def _tax_total(contract: Contract) -> Decimal:
    return sum((share.tax for share in derived.tax_split(contract)), Decimal(0))


def _channels(customer: Customer) -> Sequence[str]:
    return tuple(dict.fromkeys(source.channel.label for source in customer.sources))


def _titled(change: ClauseChange | ContractChange) -> str:
    return clause_title(change.clause_id)


COMPUTED: Mapping[type, Mapping[str, Computed]] = {
    CaseFile: {"open_needs": Computed("需求", tuple[Need, ...], _open_needs)},
    Customer: {"source_channels": Computed("信息来源渠道", tuple[str, ...], _channels)},
    Contract: {
        **_both_signatures(),
        "final_approval": Computed("合同审批 › 最终审批", ApprovalStep | None, _final_approval),
        "articles": Computed("条款", tuple[ContractArticle, ...], _articles),
        "copies_each": Computed("双方各执份数", int | None, _copies_each),
        "net_total": Computed("不含税金额合计", Decimal, _net_total),
        "tax_total": Computed("税额合计", Decimal, _tax_total),
    },
    Authorization: {"executed": Computed("委托人签名或盖章", bool | None, _executed)},
    Negotiation: _both_signatures(),
    Acceptance: _both_signatures(),
    ProposalReview: {"conclusion": Computed("审核结论", Opinion | None, derived.review_conclusion)},
    ApprovalStep: {"scope": Computed("审批内容", str, lambda step: derived.approval_scope(step.role))},
    DeptOpinion: {"check_items": Computed("审核要点", tuple[CheckItem, ...], _check_items)},
    ClauseChange: {"clause_title": Computed("条款", str, _titled)},
    ContractChange: {"clause_title": Computed("条款", str, _titled)},
}
"""Computed members by the type of their entity."""
