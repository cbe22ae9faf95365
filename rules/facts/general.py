"""Facts of the rules GN: the whole case, order of the stages, attestations, witnessed times (rules.md section 3)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

from docgen.case.archive import Attestation
from docgen.case.casefile import CaseFile
from docgen.case.enums import AttestationKind, AuthorizationSide
from docgen.clock import day, minutes
from docgen.credit_code import valid_credit_code
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.events import declared_events
from rules.facts.inspection import inspected
from rules.facts.needs import open_needs
from rules.facts.setting import Setting
from rules.facts.wording import listed, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCoreFacts(Aspect):
    """What concerns the whole case: times, money, identities, need numbers."""

    aspect: ClassVar[str] = "case_core"
    title: ClassVar[str] = "案卷基础"

    future_ts_count: int = fact("晚于评估时点的时间数", "as_of")
    future_ts_text: DisplayText = fact("晚于评估时点的时间")
    money_bad_count: int = fact("不合格金额数")
    money_bad_text: DisplayText = fact("不合格金额")
    supplier_uscc_ok: bool = fact("我方信用代码校验通过", "supplier.uscc")
    customer_uscc_ok: bool | None = fact("客户信用代码校验通过", "customer.uscc", optional=True)
    seal_owner_bad_count: int = fact("名称不符的我方印章数", "supplier.seals")
    principal_id_bad_count: int = fact("委托人证照不符的授权数", "authorizations")
    party_bad_text: DisplayText = fact("不一致之处")
    gm_threshold_set: bool = fact("已配置总经理审批限额")
    has_proposal: bool = fact("已有方案", "proposals")
    needs_review_count: int = fact("需求评审次数", "needs_reviews")
    need_no_bad_count: int = fact("格式错误的需求编号数", "needs")
    need_no_dup_count: int = fact("重复的需求编号数", "needs")
    need_no_text: DisplayText = fact("有误的需求编号")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronologyFacts(Aspect):
    """Two neighbouring milestones of the case, both dated."""

    aspect: ClassVar[str] = "chronology"
    title: ClassVar[str] = "阶段先后"

    out_of_order: bool = fact("后一阶段早于前一阶段")
    from_text: DisplayText = fact("前一阶段")
    to_text: DisplayText = fact("后一阶段")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationFacts(Aspect):
    """A statement that the policy demands of a named person."""

    aspect: ClassVar[str] = "attestation"
    title: ClassVar[str] = "声明"

    kind: AttestationKind = fact("声明类型", "attestations")
    stage_reached: bool = fact("已到应作声明的阶段")
    given: bool = fact("已作声明", "attestations")
    affirmed: bool | None = fact("声明予以确认", "attestations", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPairFacts(Aspect):
    """An act that both the case file and the service have dated."""

    aspect: ClassVar[str] = "event_pair"
    title: ClassVar[str] = "申报与见证时间"

    skew_min: int = fact("相差分钟数", "events")
    times_text: DisplayText = fact("两个时间")


ASPECTS: tuple[type[Aspect], ...] = (CaseCoreFacts, ChronologyFacts, AttestationFacts, EventPairFacts)


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield the records of this module for `case`."""
    yield _case_core(case, setting)
    yield from _chronology(case, setting)
    yield from _attestations(case, setting)
    yield from _event_pairs(case, setting)


def _case_core(case: CaseFile, setting: Setting) -> CaseCoreFacts:
    policy = setting.policy.at(setting.today)
    found = inspected(case, setting.as_of)
    seals = [seal.seal_id for seal in case.supplier.seals if seal.owner_name != case.supplier.name]
    principals = [auth_no for auth_no, differs in _principals(case) if differs]
    bad_numbers = _badly_numbered(case, policy.get("numbering.need_no"))
    repeated = [no for no, count in Counter(need.need_no for need in case.needs).items() if count > 1]
    return CaseCoreFacts(
        subject="case",
        on=setting.today,
        future_ts_count=len(found.future),
        future_ts_text=listed(f"{path} {stamp(at)}" for path, at in found.future),
        money_bad_count=len(found.bad_money),
        money_bad_text=listed(found.bad_money),
        supplier_uscc_ok=valid_credit_code(case.supplier.uscc),
        customer_uscc_ok=None if case.customer.uscc is None else valid_credit_code(case.customer.uscc),
        seal_owner_bad_count=len(seals),
        principal_id_bad_count=len(principals),
        party_bad_text=listed(
            [f"印章{each}的名称" for each in seals] + [f"授权委托书{each}的委托人" for each in principals]
        ),
        gm_threshold_set="approval.gm_threshold_cents" in policy,
        has_proposal=bool(case.proposals),
        needs_review_count=len(case.needs_reviews),
        need_no_bad_count=len(bad_numbers),
        need_no_dup_count=len(repeated),
        need_no_text=listed(dict.fromkeys((*bad_numbers, *repeated))),
    )


def _principals(case: CaseFile) -> Iterator[tuple[str, bool]]:
    """Yield each authorization with whether its data on the principal contradict those of that side."""
    for each in case.authorizations:
        party = case.customer if each.side is AuthorizationSide.CUSTOMER else case.supplier
        stated = ((each.principal_uscc, party.uscc), (each.principal_legal_rep, party.legal_representative))
        yield each.auth_no, any(None not in pair and pair[0] != pair[1] for pair in stated)


def _badly_numbered(case: CaseFile, pattern: object) -> list[str]:
    if not isinstance(pattern, str):
        return []
    accepted = _compiled(pattern)
    return [need.need_no for need in case.needs if not accepted.fullmatch(need.need_no)]


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _chronology(case: CaseFile, setting: Setting) -> Iterator[ChronologyFacts]:
    dated = [(kind, title, at) for kind, title, at in _milestones(case, setting) if at is not None]
    for (first, first_title, start), (second, second_title, end) in pairwise(dated):
        yield ChronologyFacts(
            subject=f"{first}→{second}",
            on=day(start),
            witnessed=_seen(setting, (first, first_title, start), (second, second_title, end)),
            out_of_order=end < start,
            from_text=f"{first_title}（{stamp(start)}）",
            to_text=f"{second_title}（{stamp(end)}）",
        )


def _seen(setting: Setting, *milestones: tuple[str, str, datetime]) -> Mapping[str, str]:
    seen = [f"{title} {stamp(at)}" for kind, title, at in milestones if setting.saw(kind, at)]
    return {"out_of_order": "、".join(seen)} if seen else {}


def _milestones(case: CaseFile, setting: Setting) -> Iterator[tuple[str, str, datetime | None]]:
    """Yield kind, name and time of each milestone in the order of the stages (rules.md, aspect `chronology`)."""
    contact, contract = case.first_contact, case.contract
    yield (
        "first_contact.ended",
        "首次接触结束",
        setting.time("first_contact.ended", "first_contact", contact.ended_at) if contact else None,
    )
    yield "needs.confirmed", "需求确认", _needs_confirmed_at(case, setting)
    yield (
        "needs_review.held",
        "需求评审会",
        _last(setting.time("needs_review.held", each.review_no, each.meeting_at) for each in case.needs_reviews),
    )
    first = case.proposals[0] if case.proposals else None
    yield (
        "proposal.drafted",
        "方案编制完成",
        setting.time("proposal.drafted", f"{first.proposal_no}/V{first.version}", first.drafted_at) if first else None,
    )
    yield (
        "proposal.accepted",
        "客户认可方案",
        _last(
            setting.time("proposal.accepted", f"{each.proposal_no}/V{each.version}", each.accepted_at)
            for each in case.proposals
        ),
    )
    yield (
        "negotiation.agreed",
        "谈判达成一致",
        _last(
            setting.time("negotiation.agreed", each.minutes_no, each.ended_at)
            for each in case.negotiations
            if each.is_final
        ),
    )
    approval = contract.approval if contract else None
    yield (
        "approval.decided",
        "审批完成",
        _last(
            setting.time("approval.decided", f"{approval.approval_no}/{step.seq}", step.decided_at)
            for step in approval.steps
        )
        if approval
        else None,
    )
    yield "contract.signed", "合同签署", setting.signed_at


def _needs_confirmed_at(case: CaseFile, setting: Setting) -> datetime | None:
    """Return the last confirmation, once every open need has one."""
    times = [
        setting.time("needs.confirmed", need.need_no, need.confirmation.at if need.confirmation else None)
        for need in open_needs(case)
    ]
    return None if None in times else _last(times)


def _last(times: Iterator[datetime | None] | list[datetime | None]) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _attestations(case: CaseFile, setting: Setting) -> Iterator[AttestationFacts]:
    required = setting.policy.at(setting.today).get("attestations.required", ())
    if not isinstance(required, tuple) or not required:
        return
    reached = _stages_reached(case)
    given: dict[AttestationKind, Attestation] = {each.kind: each for each in sorted(case.attestations, key=_made_at)}
    for kind in (each for each in AttestationKind if each in required):
        made = given.get(kind)
        yield AttestationFacts(
            subject=f"attestations/{kind}",
            on=day(made.at) if made else setting.today,
            kind=kind,
            stage_reached=reached[kind],
            given=made is not None,
            affirmed=made.affirmed if made else None,
        )


def _made_at(attestation: Attestation) -> datetime:
    return attestation.at


def _stages_reached(case: CaseFile) -> dict[AttestationKind, bool]:
    submitted = case.contract is not None and case.contract.approval is not None
    return {
        AttestationKind.LAWFUL_SOURCE: bool(case.customer.sources),
        AttestationKind.CUSTOMER_WORDS: bool(case.sessions),
        AttestationKind.TERMS_EXPLAINED: submitted,
        AttestationKind.NO_ORAL_PROMISE: submitted,
        AttestationKind.NO_CONCEALMENT: any(each.received_at or each.service_done_at for each in case.orders),
    }


def _event_pairs(case: CaseFile, setting: Setting) -> Iterator[EventPairFacts]:
    if not setting.log:
        return
    for kind, subject, declared in declared_events(case):
        witnessed = setting.time(kind, subject, declared)
        if (kind, subject) not in setting.log or witnessed is None:
            continue
        yield EventPairFacts(
            subject=f"{subject}/{kind}",
            on=day(witnessed),
            skew_min=minutes(declared, witnessed) or minutes(witnessed, declared),
            times_text=f"申报{stamp(declared)}，见证{stamp(witnessed)}",
        )
