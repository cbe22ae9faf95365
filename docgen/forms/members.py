"""What a template may read of an entity besides its fields: people behind references, and what a document picks out.

`contact_ref` gives `contact`, `staff_refs` gives `staff`; the rest is listed in `COMPUTED`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from docgen import derived
from docgen.case.archive import TransferItem
from docgen.case.casefile import CaseFile
from docgen.case.contract import (
    ApprovalStep,
    Authorization,
    ClauseChange,
    Contract,
    ContractChange,
    Negotiation,
    Signature,
)
from docgen.case.development import TargetPersona
from docgen.case.enums import (
    AcceptResult,
    ApprovalRole,
    NeedStatus,
    Opinion,
    OrderReviewRole,
    Party,
    ProposalStatus,
    ReviewDepartment,
    SealKind,
    SpinKind,
)
from docgen.case.needs import Need, Session, SpinEntry
from docgen.case.orders import Acceptance, Order, OrderException, OrderReview
from docgen.case.parties import Customer
from docgen.case.proposal import DeptOpinion, NeedsReview, Proposal, ProposalReview
from docgen.forms.clauses import ContractArticle, clause_title, contract_articles
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


@dataclass(frozen=True, slots=True)
class Computed:
    """One computed member: its Chinese title, its type, and how it comes from its entity."""

    title: str
    annotation: Any
    of: Callable[[Any], object]


def computed(owner: type) -> Mapping[str, Computed]:
    """Return the computed members of entities of type `owner`, by name."""
    return COMPUTED.get(owner, {})


def _problems(acceptance: Acceptance) -> str | None:
    return acceptance.problems


def _comments(step: ApprovalStep | DeptOpinion) -> str | None:
    return step.comments


def _signature(party: Party) -> Computed:
    def pick(entity: Contract | Negotiation | Acceptance) -> object:
        for index, one in enumerate(entity.signatures):
            if one.party is party and one.signed:
                return Found(f"signatures[{index}]", one)
        return None

    return Computed(f"签署 › {party.label}", Signature | None, pick)


def _both_signatures() -> dict[str, Computed]:
    return {"customer_signature": _signature(Party.CUSTOMER), "supplier_signature": _signature(Party.SUPPLIER)}


def _approved(contract: Contract) -> bool | None:
    """Return True if the final approver's consent to the current version is the last word on it, else None.

    Whose limit suffices and whether the order was kept, rules judge.
    """
    steps = contract.approval.steps if contract.approval else ()
    last = steps[-1] if steps else None
    if last is None or last.contract_version != contract.version or last.decision is not Opinion.PASS:
        return None
    return last.role in (ApprovalRole.VP, ApprovalRole.GM) or None


def _open_needs(case: CaseFile) -> tuple[Found, ...]:
    standing = [(index, need) for index, need in enumerate(case.needs) if need.status is not NeedStatus.WITHDRAWN]
    return tuple(Found(f"needs[{index}]", need) for index, need in standing)


def _archived(case: CaseFile) -> tuple[Found, ...]:
    return tuple(
        Found(f"transfers[{number}].items[{index}]", item)
        for number, transfer in enumerate(case.transfers)
        for index, item in enumerate(transfer.items)
    )


def _archived_pages(case: CaseFile) -> int:
    return sum(item.pages for transfer in case.transfers for item in transfer.items)


def _review(role: OrderReviewRole) -> Computed:
    def last(order: Order) -> Found | None:
        found = [Found(f"reviews[{index}]", one) for index, one in enumerate(order.reviews) if one.role is role]
        return found[-1] if found else None

    return Computed(f"订单审核 › {role.label}", OrderReview | None, last)


def _new_delivery(exception: OrderException) -> date | None:
    return exception.new_delivery_on


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


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(str.strip, text.splitlines()) if line)


def _spin_in_order(session: Session) -> tuple[Found, ...]:
    kinds = list(SpinKind)
    entries = sorted(enumerate(session.spin), key=lambda one: kinds.index(one[1].kind))
    return tuple(Found(f"spin[{index}]", entry) for index, entry in entries)


def _reviewed(proposal: Proposal) -> bool | None:
    """Return True if all three departments have let the proposal pass, else None; who and how, rules judge."""
    conclusion = derived.review_conclusion(proposal.review) if proposal.review else None
    return conclusion in (Opinion.PASS, Opinion.CONDITIONAL) or None


def _titled(change: ClauseChange | ContractChange) -> str:
    return clause_title(change.clause_id)


def _accepted_proposal(case: CaseFile) -> Found | None:
    """Return the proposal that the customer accepted, the newest if there are several."""
    accepted = [(one.version, index, one) for index, one in enumerate(case.proposals) if _accepted(one)]
    if not accepted:
        return None
    _, index, proposal = max(accepted, key=lambda found: found[:2])
    return Found(f"proposals[{index}]", proposal)


def _accepted(proposal: Proposal) -> bool:
    return proposal.accepted_at is not None or proposal.status is ProposalStatus.ACCEPTED


def _settled(proposal: Proposal) -> bool | None:
    """Return True once the customer has accepted or rejected the proposal: no later version will follow it."""
    return _accepted(proposal) or proposal.status is ProposalStatus.REJECTED or None


def _passed(order: Order) -> bool | None:
    """Return True once the last round of acceptance was passed and signed."""
    last = max(order.acceptances, key=lambda one: one.round, default=None)
    return (last is not None and last.result is AcceptResult.PASS and last.signed_at is not None) or None


COMPUTED: Mapping[type, Mapping[str, Computed]] = {
    CaseFile: {
        "accepted_proposal": Computed("客户认可的方案", Proposal | None, _accepted_proposal),
        "archived": Computed("已移交档案", tuple[TransferItem, ...], _archived),
        "archived_count": Computed("归档件数", int, lambda case: len(_archived(case))),
        "archived_pages": Computed("归档页数", int, _archived_pages),
        "open_needs": Computed("需求", tuple[Need, ...], _open_needs),
    },
    Customer: {"source_channels": Computed("信息来源渠道", tuple[str, ...], _channels)},
    Contract: {
        **_both_signatures(),
        "approved": Computed("最终审批", bool | None, _approved),
        "articles": Computed("条款", tuple[ContractArticle, ...], contract_articles),
        "copies_each": Computed("双方各执份数", int | None, _copies_each),
        "net_total": Computed("不含税金额合计", Decimal, _net_total),
        "tax_total": Computed("税额合计", Decimal, _tax_total),
    },
    Authorization: {"executed": Computed("委托人签名或盖章", bool | None, _executed)},
    Negotiation: _both_signatures(),
    Order: {
        "manager_review": _review(OrderReviewRole.SALES_MANAGER),
        "operations_review": _review(OrderReviewRole.OPERATIONS),
        "passed": Computed("复验通过", bool | None, _passed),
    },
    OrderException: {"stated_new_delivery_on": Computed("预计交付日期", date, _new_delivery)},
    Acceptance: {**_both_signatures(), "stated_problems": Computed("存在问题", str, _problems)},
    ProposalReview: {"conclusion": Computed("审核结论", Opinion | None, derived.review_conclusion)},
    ApprovalStep: {
        "scope": Computed("审批内容", str, lambda step: derived.approval_scope(step.role)),
        "stated_comments": Computed("意见说明", str, _comments),
    },
    NeedsReview: {"stated_conditions": Computed("附加条件", str, lambda review: review.conditions)},
    Proposal: {
        "background_paragraphs": Computed("项目背景", tuple[str, ...], lambda one: _paragraphs(one.background)),
        "needs_paragraphs": Computed("需求分析", tuple[str, ...], lambda one: _paragraphs(one.needs_analysis)),
        "running_title": Computed("方案名称及版本", str, lambda one: f"{one.title}　V{one.version}"),
        "numbered": Computed("方案编号及版本", str, lambda proposal: f"{proposal.proposal_no} V{proposal.version}"),
        "reviewed": Computed("内部审核", bool | None, _reviewed),
        "settled": Computed("客户认可（或方案终结）", bool | None, _settled),
    },
    Session: {"spin_in_order": Computed("SPIN 记录", tuple[SpinEntry, ...], _spin_in_order)},
    TargetPersona: {
        "employees_text": Computed("员工人数", str | None, derived.persona_employees_text),
        "revenue_text": Computed("年营收", str | None, derived.persona_revenue_text),
    },
    DeptOpinion: {
        "check_items": Computed("审核要点", tuple[CheckItem, ...], _check_items),
        "stated_comments": Computed("意见说明", str, _comments),
    },
    ClauseChange: {"clause_title": Computed("条款", str, _titled)},
    ContractChange: {"clause_title": Computed("条款", str, _titled)},
}
"""Computed members by the type of their entity.

`stated_…` repeats an optional field under a type that is not optional: a template prints it where a condition makes it
mandatory (problems after a failed acceptance), and its absence is then a missing field instead of an empty cell.
"""
