"""Decisions: what the rules said when documents were issued, with everything that is needed to ask them again.

A decision names its case, its rules and its report by digest (the bytes lie in the store) and is sealed: its digest
stands in the events of the documents issued under it, hence in the chain.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from docgen.case import CaseFile
from docgen.db.models import CaseSnapshot, Decision, Event, OrderNumber
from docgen.errors import StateError
from docgen.findings import CheckReport

SEAL = "decision_sha256"
"""Name of a decision's digest in the event of a document."""


@dataclass(frozen=True, slots=True)
class KnownNumbers:
    """Numbers that other cases of this workspace use already (CT-23, OD-02)."""

    contract_numbers: frozenset[str]
    order_numbers: frozenset[str]

    def of(self, case: CaseFile) -> "KnownNumbers":
        """Return those that `case` uses too: all that its check can depend on."""
        own_contract = {case.contract.contract_no} if case.contract else set[str]()
        own_orders = {order.order_no for order in case.orders}
        return KnownNumbers(self.contract_numbers & own_contract, self.order_numbers & own_orders)

    def covers(self, other: "KnownNumbers") -> bool:
        """Tell whether everything in `other` is known here."""
        return self.contract_numbers >= other.contract_numbers and self.order_numbers >= other.order_numbers


@dataclass(frozen=True, slots=True)
class Ruling:
    """A report with the text of every file of rules and policy behind it, by name, and what was known of other cases.

    `known` is None where nobody looked.
    """

    report: CheckReport
    files: Mapping[str, str]
    known: KnownNumbers | None = None


@dataclass(frozen=True, slots=True)
class Digests:
    """Under which names the store keeps the parts of a decision: the case, the files of rules, the report."""

    case: str
    rules: str
    report: str


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """One decision; `sealed` tells whether the log of events vouches for it."""

    id: int
    case_no: str
    as_of: datetime
    decided_at: datetime
    pack_version: str
    pack_sha256: str
    policy_sha256: str
    digests: Digests
    known: KnownNumbers | None
    sealed: bool


def known_numbers(session: Session, case: CaseFile) -> KnownNumbers:
    """Return the numbers of `case` that other cases use: all of other cases that its check can depend on."""
    contract_no = case.contract.contract_no if case.contract else None
    contracts = select(CaseSnapshot.contract_no).where(
        CaseSnapshot.contract_no == contract_no, CaseSnapshot.case_no != case.case_no
    )
    orders = select(OrderNumber.number).where(
        OrderNumber.number.in_([order.order_no for order in case.orders]), OrderNumber.case_no != case.case_no
    )
    return KnownNumbers(
        frozenset(number for number in session.scalars(contracts.limit(1)) if number),
        frozenset(session.scalars(orders)) if case.orders else frozenset(),
    )


def add(session: Session, case: CaseFile, ruling: Ruling, digests: Digests, *, at: datetime) -> Decision:
    """Register a decision inside the caller's writing transaction.

    Raises:
        StateError: since the check another case has taken a number of this one (code `changed_meanwhile`).
    """
    if ruling.known is not None and not ruling.known.covers(known_numbers(session, case)):
        raise StateError(f"案卷{case.case_no}的编号刚刚被其他案卷使用", remedy="重新签发", code="changed_meanwhile")
    if session.get(CaseSnapshot, digests.case) is None:
        session.add(
            CaseSnapshot(
                sha256=digests.case,
                case_no=case.case_no,
                title=case.title,
                contract_no=case.contract.contract_no if case.contract else None,
                order_nos=[order.order_no for order in case.orders],
                stored_at=at,
            )
        )
        for number in {order.order_no for order in case.orders}:
            session.merge(OrderNumber(number=number, case_no=case.case_no))
        session.flush()
    report = ruling.report
    decision = Decision(
        case_no=case.case_no,
        case_sha256=digests.case,
        as_of=report.as_of,
        decided_at=at,
        pack_version=report.pack.version,
        pack_sha256=report.pack.sha256,
        rules_sha256=digests.rules,
        policy_sha256=report.policy_sha256,
        report_sha256=digests.report,
        known=_written(ruling.known.of(case)) if ruling.known else None,
    )
    session.add(decision)
    session.flush()
    return decision


def read(session: Session, case_no: str | None = None) -> tuple[KeptDecision, ...]:
    """Return the decisions in order, of one case or of all."""
    decisions, events = select(Decision).order_by(Decision.id), select(Event.data)
    if case_no is not None:
        decisions = decisions.where(Decision.case_no == case_no)
        events = events.where(Event.case_no == case_no)
    seals = {data[SEAL] for data in session.scalars(events) if SEAL in data}
    return tuple(_kept(row, sealed=seal(row) in seals) for row in session.scalars(decisions))


def seal(decision: Decision | Row[Any]) -> str:
    """Return the digest over everything that a decision says."""
    said = {
        "id": decision.id,
        "case_no": decision.case_no,
        "as_of": decision.as_of.astimezone(UTC).isoformat(),
        "decided_at": decision.decided_at.astimezone(UTC).isoformat(),
        "pack_version": decision.pack_version,
        "pack_sha256": decision.pack_sha256,
        "policy_sha256": decision.policy_sha256,
        "case_sha256": decision.case_sha256,
        "rules_sha256": decision.rules_sha256,
        "report_sha256": decision.report_sha256,
        "known": decision.known,
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _kept(row: Decision, *, sealed: bool) -> KeptDecision:
    return KeptDecision(
        id=row.id,
        case_no=row.case_no,
        as_of=row.as_of,
        decided_at=row.decided_at,
        pack_version=row.pack_version,
        pack_sha256=row.pack_sha256,
        policy_sha256=row.policy_sha256,
        digests=Digests(row.case_sha256, row.rules_sha256, row.report_sha256),
        known=_known(row.known) if row.known is not None else None,
        sealed=sealed,
    )


def _written(known: KnownNumbers) -> dict[str, list[str]]:
    return {"contract_numbers": sorted(known.contract_numbers), "order_numbers": sorted(known.order_numbers)}


def _known(written: Mapping[str, Sequence[str]]) -> KnownNumbers:
    return KnownNumbers(frozenset(written["contract_numbers"]), frozenset(written["order_numbers"]))
