"""What must hold between the parts of a case file for it to be one (case_model.md section 10).

Everything else that can be wrong is a rule with a finding, so that a wrong case can be loaded, explained and shown.
A value of None stands for one that was refused or is missing (see `salvage`); nothing is said about it here.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache

from docgen.case.after_sales import AfterSales
from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract, Negotiation
from docgen.case.enums import AcceptResult, ProposalStatus
from docgen.case.orders import Order
from docgen.case.proposal import Proposal
from docgen.case.shape import Location, Shape, shapes
from docgen.case.tree import Fault
from docgen.case.values import Entity

_REPLACED = (ProposalStatus.SUPERSEDED, ProposalStatus.REJECTED)


def invariant_faults(case: CaseFile) -> Iterator[Fault]:
    """Yield every breach of an invariant."""
    yield from _people(case)
    yield from _periods(case)
    yield from _proposals(case.proposals)
    yield from _negotiations(case.negotiations)
    if case.contract is not None:
        yield from _contract(case.contract)
    yield from _unique("order_no", case.orders, ("orders",))
    for at, order in enumerate(case.orders):
        yield from _acceptances(order, ("orders", at))
    if case.after_sales is not None:
        yield from _after_sales(case.after_sales)


def _known(*values: object) -> bool:
    return None not in values


def _unique(name: str, items: Sequence[Entity], here: Location) -> Iterator[Fault]:
    """Yield a fault for each item whose field `name` repeats an earlier one."""
    first: dict[object, int] = {}
    for at, item in enumerate(items):
        value = getattr(item, name)
        if value is not None and first.setdefault(value, at) != at:
            yield Fault((*here, at, name), "duplicate_id", f"与第{first[value] + 1}项重复，须唯一")


def _running(name: str, items: Sequence[Entity], here: Location) -> Iterator[Fault]:
    """Yield a fault for each item whose field `name` is not its place in the list, from 1."""
    for at, item in enumerate(items):
        if getattr(item, name) not in (None, at + 1):
            yield Fault((*here, at, name), "not_consecutive", f"须从1起依次递增，此处应为{at + 1}")


def _people(case: CaseFile) -> Iterator[Fault]:
    """Yield repeated ids and references to nobody."""
    yield from _unique("staff_id", case.staff, ("staff",))
    yield from _unique("contact_id", case.contacts, ("contacts",))
    yield from _unique("session_id", case.sessions, ("sessions",))
    yield from _unique("event_id", case.events, ("events",))
    if case.supplier is not None:
        yield from _unique("seal_id", case.supplier.seals, ("supplier", "seals"))
    people = {person.staff_id for person in case.staff} | {person.contact_id for person in case.contacts}
    for location, ref in references(case):
        if ref not in people:
            yield Fault(location, "unresolved_ref", "人员编号不存在，须为 staff 或 contacts 中已登记的编号")


@cache
def _leading(entity: type[Entity]) -> tuple[Shape, ...]:
    """Return the fields of `entity` that are references or lead to some."""
    return tuple(shape for shape in shapes(entity).values() if shape.entity or shape.is_reference)


def references(entity: Entity, here: Location = ()) -> Iterator[tuple[Location, str]]:
    """Yield every reference to a person in `entity`, with its location."""
    for shape in _leading(type(entity)):
        name, value = shape.name, getattr(entity, shape.name)
        if not value:
            continue
        items: Iterable[tuple[Location, object]] = (
            (((*here, name, at), item) for at, item in enumerate(value)) if shape.many else (((*here, name), value),)
        )
        for location, item in items:
            if isinstance(item, Entity):
                yield from references(item, location)
            else:
                yield location, str(item)


def _periods(case: CaseFile) -> Iterator[Fault]:
    """Yield every period that ends before it starts."""
    if case.first_contact is not None:
        yield from _period(case.first_contact, "started_at", "ended_at", ("first_contact",))
    for name, items in (("sessions", case.sessions), ("negotiations", case.negotiations)):
        for at, item in enumerate(items):
            yield from _period(item, "started_at", "ended_at", (name, at))
    for at, proposal in enumerate(case.proposals):
        for step, phase in enumerate(proposal.plan):
            yield from _period(phase, "start_on", "end_on", ("proposals", at, "plan", step))
    for at, authorization in enumerate(case.authorizations):
        yield from _period(authorization, "valid_from", "valid_to", ("authorizations", at))
    if case.supplier is not None:
        for at, seal in enumerate(case.supplier.seals):
            yield from _period(seal, "valid_from", "valid_to", ("supplier", "seals", at))


def _period(item: Entity, start: str, end: str, here: Location) -> Iterator[Fault]:
    first: date | None = getattr(item, start)
    last: date | None = getattr(item, end)
    if first is not None and last is not None and last < first:
        title = shapes(type(item))[start].title
        yield Fault((*here, end), "ends_before_start", f"不得早于“{title}”")


def _proposals(proposals: Sequence[Proposal]) -> Iterator[Fault]:
    """Yield breaches of: versions 1..n, at most one accepted, the ones before it replaced."""
    yield from _running("version", proposals, ("proposals",))
    accepted = [at for at, proposal in enumerate(proposals) if proposal.status is ProposalStatus.ACCEPTED]
    for at in accepted[1:]:
        yield Fault(("proposals", at, "status"), "several_accepted", "只能有一个方案版本为 accepted（客户认可）")
    for at, proposal in enumerate(proposals[: accepted[0]] if accepted else ()):
        if proposal.status not in (*_REPLACED, None):
            message = "后一版本已获客户认可，此版本须为 superseded（已被新版替代）或 rejected（客户否决）"
            yield Fault(("proposals", at, "status"), "not_superseded", message)


def _negotiations(negotiations: Sequence[Negotiation]) -> Iterator[Fault]:
    """Yield breaches of: rounds 1..n, only the last one final."""
    yield from _running("round", negotiations, ("negotiations",))
    for at, negotiation in enumerate(negotiations[:-1]):
        if negotiation.is_final:
            yield Fault(("negotiations", at, "is_final"), "final_not_last", "只有最后一轮谈判可以标记为达成一致")


def _contract(contract: Contract) -> Iterator[Fault]:
    """Yield breaches of: line numbers unique, payment stages 1..n."""
    yield from _unique("line_no", contract.lines, ("contract", "lines"))
    yield from _running("seq", contract.payment, ("contract", "payment"))


def _acceptances(order: Order, here: Location) -> Iterator[Fault]:
    """Yield breaches of: rounds 1..n, rectification of a failed round, the next round after it."""
    yield from _running("round", order.acceptances, (*here, "acceptances"))
    failed = {found.round for found in order.acceptances if found.result in (AcceptResult.FAIL, None)}
    rectified: dict[int, datetime] = {}  # by failed round: the end of its last rectification
    for at, rectification in enumerate(order.rectifications):
        number, end = rectification.acceptance_round, rectification.finished_at or rectification.started_at
        if _known(number) and number not in failed:
            place = (*here, "rectifications", at, "acceptance_round")
            yield Fault(place, "no_failed_round", "须为本订单中验收不通过的那一次")
        if _known(number, end):
            rectified[number] = max(end, rectified.get(number, end))
    for at, acceptance in enumerate(order.acceptances):
        if not _known(acceptance.round, acceptance.started_at):
            continue
        if acceptance.started_at < rectified.get(acceptance.round - 1, acceptance.started_at):
            place = (*here, "acceptances", at, "started_at")
            yield Fault(place, "before_rectification", "须在上一次验收的整改之后开始")


def _after_sales(after_sales: AfterSales) -> Iterator[Fault]:
    """Yield repeated ticket numbers, survey numbers and survey months."""
    yield from _unique("ticket_no", after_sales.tickets, ("after_sales", "tickets"))
    yield from _unique("survey_no", after_sales.surveys, ("after_sales", "surveys"))
    yield from _unique("month", after_sales.surveys, ("after_sales", "surveys"))
