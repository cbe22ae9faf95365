"""What named people did, recorded in the text of a case file: approvals, acceptances, confirmations.

Each act adds to the file and changes nothing a person stated before, except the state that the act itself moves.
Whether the person was entitled to act is for the rules to say; here they must only be known to the case.
All functions take and return the whole text, raise `InputError` where the text is no valid case (before or after the
act), and take instants with their offset.
"""

# ruff: noqa: PLR0913 - an act has as many parts as the statement it records

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeVar, cast

from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract, Signature
from docgen.case.editing import Value, replace
from docgen.case.emit import Plain
from docgen.case.enums import AcceptResult, ApprovalRole, ConfirmMethod, NeedStatus, Opinion, ProposalStatus
from docgen.case.loader import load_text
from docgen.case.orders import Order
from docgen.case.values import Entity
from docgen.errors import NotFoundError, StateError

_Found = TypeVar("_Found", bound=Entity)

_REPLACED = (ProposalStatus.SUPERSEDED, ProposalStatus.REJECTED)


def submit(text: str, *, approval_no: str, by: str, at: datetime) -> str:
    """Record that staff member `by` handed the contract in for approval (manual 二(四)步骤3).

    Raises:
        StateError: there is no contract, or it is under approval already.
    """
    contract = _contract(load_text(text))
    if contract.approval is not None:
        raise StateError("合同已提交审批", code="already_submitted", remedy="直接登记审批意见")
    approval = _record(approval_no=approval_no, submitted_ref=by, submitted_at=at)
    return _with(text, {"contract.approval": approval})


def approve(
    text: str,
    *,
    role: ApprovalRole,
    by: str,
    at: datetime,
    decision: Opinion = Opinion.PASS,
    comments: str | None = None,
    content_sha256: str | None = None,
) -> str:
    """Record the decision of approver `by` in `role` on the present version of the contract (manual 二(四)步骤3).

    `content_sha256` is the digest of the content decided on (rules.md section 5.1, M-07).

    Raises:
        StateError: there is no contract, or it was not submitted for approval.
    """
    contract = _contract(load_text(text))
    if contract.approval is None:
        raise StateError("合同尚未提交审批", code="not_submitted", remedy="先登记提交审批")
    done = len(contract.approval.steps)
    step = _record(
        seq=done + 1,
        role=role,
        approver_ref=by,
        decision=decision,
        comments=comments,
        decided_at=at,
        contract_version=contract.version,
        content_sha256=content_sha256,
    )
    return _with(text, {f"contract.approval.steps[{done}]": step})


def accept_proposal(text: str, *, version: int, at: datetime) -> str:
    """Record that the customer accepted a version of the proposal; the versions before it become superseded.

    Raises:
        NotFoundError: there is no such version.
        StateError: a version was accepted already.
    """
    proposals = load_text(text).proposals
    if not 1 <= version <= len(proposals):
        raise NotFoundError("没有这个方案版本", remedy=f"现有版本：1至{len(proposals)}")
    if any(proposal.status is ProposalStatus.ACCEPTED for proposal in proposals):
        raise StateError("已有方案版本获客户认可", code="already_accepted", remedy="不得重复登记")
    changes: dict[str, Value] = {
        f"proposals[{place}].status": ProposalStatus.SUPERSEDED.value
        for place, proposal in enumerate(proposals[: version - 1])
        if proposal.status not in _REPLACED
    }
    changes[f"proposals[{version - 1}].status"] = ProposalStatus.ACCEPTED.value
    changes[f"proposals[{version - 1}].accepted_at"] = at.isoformat()
    return _with(text, changes)


def accept_order(
    text: str,
    *,
    order_no: str,
    result: AcceptResult,
    started_at: datetime,
    signatures: Sequence[Signature],
    staff: Sequence[str],
    contacts: Sequence[str],
    problems: str | None = None,
    meeting_summary: str | None = None,
) -> str:
    """Record a round of acceptance of a whole order, every line with the same result (manual 二(五)步骤4).

    The lines come from the order, the criterion from the contract; it counts as signed with the last signature.

    Raises:
        NotFoundError: there is no such order.
        StateError: there is no contract.
    """
    case = load_text(text)
    criterion = _contract(case).acceptance_standard
    place, order = _find(case.orders, "order_no", order_no, "订单")
    done = len(order.acceptances)
    acceptance = _record(
        sheet_no=f"YS-{order_no}-{done + 1:02d}",
        round=done + 1,
        started_at=started_at,
        place=order.delivery_place,
        staff_refs=staff,
        contact_refs=contacts,
        meeting_summary=meeting_summary,
        items=_items(order, criterion, result),
        result=result,
        problems=problems,
        signed_at=max((signature.signed_at for signature in signatures), default=None),
        signatures=[signature.model_dump(mode="json", exclude_none=True) for signature in signatures],
    )
    return _with(text, {f"orders[{place}].acceptances[{done}]": acceptance})


def _items(order: Order, criterion: str, result: AcceptResult) -> list[Plain]:
    return [
        _record(
            contract_line_no=line.contract_line_no,
            name=line.name,
            spec=line.spec,
            unit=line.unit,
            quantity_due=line.quantity,
            quantity_actual=line.quantity,
            criterion=criterion,
            result=result,
        )
        for line in order.lines
    ]


def confirm_need(text: str, *, need_no: str, by: str, at: datetime, method: ConfirmMethod, evidence: str) -> str:
    """Record that contact `by` confirmed a need (manual 二(二)步骤3).

    Raises:
        NotFoundError: there is no such need.
        StateError: it is confirmed or withdrawn already.
    """
    place, need = _find(load_text(text).needs, "need_no", need_no, "需求")
    if need.confirmation is not None or need.status is NeedStatus.WITHDRAWN:
        raise StateError("需求已确认或已撤回", code="already_confirmed", remedy="需求有变更时另行登记变更")
    confirmation = _record(method=method, contact_ref=by, at=at, evidence=evidence)
    here = f"needs[{place}]"
    return _with(text, {f"{here}.confirmation": confirmation, f"{here}.status": NeedStatus.CONFIRMED.value})


def confirm_change(text: str, *, change_no: str, by: str, at: datetime, method: ConfirmMethod) -> str:
    """Record that contact `by` confirmed a change of the contract made during approval (manual 二(四)步骤3).

    Raises:
        NotFoundError: there is no such change.
        StateError: there is no contract, or the change is confirmed already.
    """
    place, change = _find(_contract(load_text(text)).changes, "change_no", change_no, "条款修改")
    if change.customer_confirmed_at is not None:
        raise StateError("该修改已由客户确认", code="already_confirmed", remedy="不得重复登记")
    here = f"contract.changes[{place}]"
    return _with(
        text,
        {
            f"{here}.customer_contact_ref": by,
            f"{here}.customer_confirmed_at": at.isoformat(),
            f"{here}.confirm_method": method.value,
        },
    )


def _contract(case: CaseFile) -> Contract:
    if case.contract is None:
        raise StateError("案卷尚无合同", code="no_contract", remedy="先拟定合同")
    return case.contract


def _find(items: Sequence[_Found], name: str, value: str, what: str) -> tuple[int, _Found]:
    for place, item in enumerate(items):
        if getattr(item, name) == value:
            return place, item
    raise NotFoundError(f"没有这个编号的{what}", remedy="核对编号")


def _record(**fields: object) -> Plain:
    """Return plain data for the file; what is None is left out."""
    return {name: _plain(value) for name, value in fields.items() if value is not None}


def _plain(value: object) -> Plain:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return cast("Plain", value)


def _with(text: str, changes: Mapping[str, Value]) -> str:
    """Make all `changes`; the result must be a valid case."""
    for path, value in changes.items():
        text = replace(text, path, value)
    load_text(text)
    return text
