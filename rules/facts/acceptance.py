"""Facts of acceptance: rounds, rectification, who signed for the customer (manual 二(五)步骤4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.case.contract import Signature
from docgen.case.enums import AcceptResult, AuthMatter, OrderKind, Party
from docgen.case.orders import Acceptance, Order
from docgen.clock import day, minutes
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.periods import late_hours, minutes_due, policy_int
from rules.facts.progress import signing_time
from rules.facts.setting import Setting
from rules.facts.signers import Signers


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceFacts(Aspect):
    """One acceptance round of an order."""

    aspect: ClassVar[str] = "acceptance"
    title: ClassVar[str] = "验收"

    kind: OrderKind = fact("订单类型", "orders")
    result: AcceptResult = fact("验收结论", "{}.result")
    failed_item_count: int = fact("不通过项数", "{}.items")
    signed: bool = fact("已签署", "{}.signed_at")
    both_signed: bool = fact("双方已签", "{}.signatures")
    meeting_ok: bool = fact("有客户参加的验收会议", "{}.meeting_summary", "{}.contact_refs")
    rectify_started: bool = fact("已启动整改", "orders[].rectifications[].started_at")
    rectify_elapsed_min: int | None = fact(
        "启动整改用时(分钟)", "{}.signed_at", "orders[].rectifications[].started_at", optional=True
    )
    late_text: DisplayText = fact("超时小时数")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorFacts(Aspect):
    """One signature of the customer under an acceptance sheet.

    As for the contract, an authorization must be the customer's own and not revoked by the day of signing.
    """

    aspect: ClassVar[str] = "acceptor"
    title: ClassVar[str] = "验收签字人"

    authorised: bool = fact(
        "有验收授权", "{}.auth_no", "{}.signer_name", "orders[].acceptances[].signed_at", "authorizations"
    )
    signer_text: DisplayText = fact("签字人", "{}.signer_name")


ASPECTS: tuple[type[Aspect], ...] = (AcceptanceFacts, AcceptorFacts)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the facts of each acceptance round and of each customer signature under it."""
    signers = Signers(case, setting)
    for index, order in enumerate(case.orders):
        for number, acceptance in enumerate(order.acceptances):
            place = f"orders[{index}].acceptances[{number}]"
            yield _acceptance(setting, order, acceptance, place)
            yield from _acceptors(setting, signers, order, acceptance, place)


def _acceptance(setting: Setting, order: Order, acceptance: Acceptance, place: str) -> AcceptanceFacts:
    signed_at = signing_time(setting, acceptance)
    started = [
        setting.time("rectification.started", each.rectification_no, each.started_at)
        for each in order.rectifications
        if each.acceptance_round == acceptance.round
    ]
    first = min(started, default=None)
    on = day(signed_at or acceptance.started_at)
    limit = policy_int(setting, on, "deadlines.rectification_start_min")
    running = signed_at if acceptance.result is AcceptResult.FAIL else None
    elapsed = None if running is None else minutes(running, first or setting.as_of)
    signed_by = {signature.party for signature in acceptance.signatures}
    return AcceptanceFacts(
        subject=f"{order.order_no}/{acceptance.round}",
        path=place,
        on=on,
        due={} if running is None else minutes_due("rectify_elapsed_min", running, limit, first),
        unknown={"rectify_elapsed_min": "验收单尚未签署"} if signed_at is None else {},
        kind=order.kind,
        result=acceptance.result,
        failed_item_count=sum(item.result is AcceptResult.FAIL for item in acceptance.items),
        signed=signed_at is not None,
        both_signed={Party.CUSTOMER, Party.SUPPLIER} <= signed_by,
        meeting_ok=bool(acceptance.meeting_summary and acceptance.contact_refs),
        rectify_started=first is not None,
        rectify_elapsed_min=elapsed,
        late_text=late_hours(elapsed, limit),
    )


def _acceptors(
    setting: Setting, signers: Signers, order: Order, acceptance: Acceptance, place: str
) -> Iterator[AcceptorFacts]:
    for index, signature in enumerate(acceptance.signatures):
        if signature.party is not Party.CUSTOMER:
            continue
        at = setting.time("acceptance.signed", acceptance.sheet_no, signature.signed_at)
        yield AcceptorFacts(
            subject=f"{order.order_no}/{acceptance.round}/customer",
            path=f"{place}.signatures[{index}]",
            on=day(at),
            authorised=signers.is_legal_representative(signature) or _authorised(signers, signature, day(at)),
            signer_text=signers.masked(signature),
        )


def _authorised(signers: Signers, signature: Signature, on: date) -> bool:
    authorization = signers.authorization(signature)
    return (
        authorization is not None
        and AuthMatter.SIGN_ACCEPTANCE in authorization.matters
        and authorization.agent_name == signature.signer_name
        and authorization.valid_from <= on <= authorization.valid_to
        and (authorization.revoked_on is None or authorization.revoked_on > on)
    )
