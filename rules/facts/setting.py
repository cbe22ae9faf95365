"""The setting of one check: moment, policy, calendar, what only a database knows, and look-ups over the case.

Witnessed before declared (rules.md section 1): an act that the service itself logged counts with the logged time, not
with the time written in the case file. `Setting.time` is the one place where this is decided.

Kinds of events and their subjects (case_model.md section 11); a subject is written as a path of natural keys such as
`orders/PO20240418001`, and any trailing part of the path is enough to name it:

| kind | subject |
|--|--|
| `first_contact.ended` `.recorded` `.crm_synced` | `first_contact` |
| `needs.confirmed` | need_no |
| `needs_review.held` | review_no |
| `proposal.drafted` `.presented` `.accepted` | `{proposal_no}/V{version}` |
| `feedback.received` `.revised` | feedback_no |
| `negotiation.agreed` | minutes_no |
| `approval.submitted` / `.decided` | approval_no / `{approval_no}/{seq}` |
| `contract.signed` | `{contract_no}/{party}` |
| `contract.crm_uploaded` `.archived_electronic` `.archived_paper` `.scanned` | contract_no |
| `order.created` `.dispatched` `.confirmed`, `goods.received`, `service.done` | order_no |
| `order.reviewed` | `{order_no}/{role}` |
| `progress.synced` | report_no |
| `exception.occurred` `.notified` | exception_no |
| `acceptance.signed` | sheet_no |
| `rectification.started` | rectification_no |
| `after_sales.assigned` | `after_sales` |
| `guide.sent` | guide_no |
| `ticket.reported` `.responded` `.resolved` `.followed_up` | ticket_no |
| `survey.done` | survey_no |
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Protocol, Self, TypeAlias, overload

from docgen.case.archive import Event
from docgen.case.casefile import CaseFile
from docgen.case.enums import Evidence, Party, Role
from docgen.case.parties import Contact, Staff
from docgen.case.values import SHANGHAI
from docgen.clock import WorkCalendar
from rules.facts.clauses import ClauseKind, clause_catalogue

PolicyValue: TypeAlias = bool | int | str | tuple[int | str, ...]
"""What a policy value may be in the numeric view of rules.md section 2."""

Log: TypeAlias = Mapping[tuple[str, str], tuple[datetime, ...]]
"""Witnessed times by kind and subject."""


class DatedPolicy(Protocol):
    """The company's policy, each value with the days on which it is in force."""

    def at(self, on: date, /) -> Mapping[str, PolicyValue]:
        """Return the values in force on a day; a value set to null is absent."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What only a database can know about a case.

    `contract_numbers` and `order_numbers` are those used by *other* cases; None means that nobody looked (the facts
    stay absent), an empty set that none is used. `witnessed` are the events the service logged for this case.
    """

    contract_numbers: frozenset[str] | None = None
    order_numbers: frozenset[str] | None = None
    witnessed: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything besides the case that facts depend on; `about(case)` adds the look-ups over one case.

    `as_of` stands for "now"; `clauses` are those a contract is checked for. `staff` and `contacts` are the people of
    the case by id; `log` the witnessed times by kind and subject; `signed_at` the moment both sides had signed the
    contract and `effective_at` the moment it took effect (None before).
    """

    as_of: datetime
    policy: DatedPolicy
    calendar: WorkCalendar
    known: Known = Known()
    clauses: Mapping[str, ClauseKind] = field(default_factory=clause_catalogue)
    staff: Mapping[str, Staff] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    log: Log = field(default_factory=dict)
    signed_at: datetime | None = None
    effective_at: datetime | None = None

    @property
    def today(self) -> date:
        """The local day of `as_of`."""
        return self.as_of.astimezone(SHANGHAI).date()

    def about(self, case: CaseFile) -> Self:
        """Return this setting with its look-ups filled from `case`; the derivations expect such a one."""
        bound = replace(
            self,
            as_of=self.as_of.astimezone(SHANGHAI),
            staff={person.staff_id: person for person in case.staff},
            contacts={person.contact_id: person for person in case.contacts},
            log=_log((*case.events, *self.known.witnessed)),
        )
        signed = bound.contract_signed_at(case)
        return replace(bound, signed_at=signed, effective_at=_effective(case, signed))

    @overload
    def time(self, kind: str, subject: str, declared: datetime) -> datetime: ...

    @overload
    def time(self, kind: str, subject: str, declared: datetime | None) -> datetime | None: ...

    def time(self, kind: str, subject: str, declared: datetime | None) -> datetime | None:
        """Return when the act `kind` on `subject` happened: the witnessed time if there is one, else `declared`.

        Of several witnessed acts of one kind the one nearest to the declared time counts (it is the one the author
        speaks of), the first where nothing is declared.
        """
        if not self.log or not (witnessed := self.log.get((kind, subject))):
            return declared
        if declared is None:
            return min(witnessed)
        return min(witnessed, key=lambda at: abs(at - declared))

    def saw(self, kind: str, at: datetime) -> bool:
        """Tell whether an act `kind` was witnessed at this very time."""
        return any(seen == kind and at in times for (seen, _), times in self.log.items())

    def holds(self, ref: str | None, role: Role) -> bool:
        """Tell whether `ref` is one of our people and has `role`."""
        person = self.staff.get(ref or "")
        return person is not None and role in person.roles

    def contract_signed_at(self, case: CaseFile) -> datetime | None:
        """Return when the last signature made the contract signed by both sides; None before that."""
        contract = case.contract
        if contract is None:
            return None
        times: dict[Party, list[datetime]] = {Party.CUSTOMER: [], Party.SUPPLIER: []}
        for signature in contract.signatures:
            at = self.time("contract.signed", f"{contract.contract_no}/{signature.party}", signature.signed_at)
            if signature.party in times and at is not None:
                times[signature.party].append(at)
        if not all(times.values()):
            return None
        return max(at for side in times.values() for at in side)


def _log(events: Iterable[Event]) -> Log:
    found: dict[tuple[str, str], list[datetime]] = {}
    for event in events:
        if event.evidence is Evidence.WITNESSED:
            for subject in _names(event.subject):
                found.setdefault((event.kind, subject), []).append(event.at)
    return {key: tuple(times) for key, times in found.items()}


def _names(subject: str) -> Iterator[str]:
    """Yield the subject path and each trailing part of it."""
    while subject:
        yield subject
        subject = subject.partition("/")[2]


def _effective(case: CaseFile, signed: datetime | None) -> datetime | None:
    """Return the agreed day of effect of a contract signed by both sides, else the moment of the last signature."""
    agreed = case.contract.effective_on if case.contract else None
    if signed is None or agreed is None or agreed == signed.date():
        return signed
    return datetime.combine(agreed, time(), SHANGHAI)
