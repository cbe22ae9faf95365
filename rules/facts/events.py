"""The event log that a case file implies: every act it dates, by kind and subject (case_model.md section 11)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from docgen.case.after_sales import AfterSales
from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract, ContractArchive
from docgen.case.orders import Order
from docgen.case.proposal import Proposal

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Act:
    """An act that a case file can date: kind, subject, the path at which it does, the time there (None: none yet)."""

    kind: str
    subject: str
    path: str
    declared: datetime | None


def declared_events(case: CaseFile) -> Iterator[tuple[str, str, datetime]]:
    """Yield kind, subject and declared time of each act; kinds and subjects are those of `rules.facts.setting`."""
    for act in acts(case):
        if act.declared is not None:
            yield act.kind, act.subject, act.declared


def acts(case: CaseFile) -> Iterator[Act]:
    """Yield each act that the case file dates or could date where it speaks of its subject."""
    if contact := case.first_contact:
        for kind, field, at in (
            ("ended", "ended_at", contact.ended_at),
            ("recorded", "recorded_at", contact.recorded_at),
            ("crm_synced", "crm_synced_at", contact.crm_synced_at),
        ):
            yield Act(f"first_contact.{kind}", "first_contact", f"first_contact.{field}", at)
    for place, need in _placed("needs", case.needs):
        confirmed = need.confirmation.at if need.confirmation else None
        yield Act("needs.confirmed", need.need_no, f"{place}.confirmation.at", confirmed)
    for place, review in _placed("needs_reviews", case.needs_reviews):
        yield Act("needs_review.held", review.review_no, f"{place}.meeting_at", review.meeting_at)
    for place, proposal in _placed("proposals", case.proposals):
        yield from _of_proposal(place, proposal)
    for place, talk in _placed("negotiations", case.negotiations):
        agreed = talk.ended_at if talk.is_final else None
        yield Act("negotiation.agreed", talk.minutes_no, f"{place}.ended_at", agreed)
    if case.contract:
        yield from _of_contract(case.contract)
    for place, order in _placed("orders", case.orders):
        yield from _of_order(place, order)
    if case.after_sales:
        yield from _of_after_sales(case.after_sales)


def _placed(path: str, items: Iterable[Item]) -> Iterator[tuple[str, Item]]:
    for index, item in enumerate(items):
        yield f"{path}[{index}]", item


def _of_proposal(place: str, proposal: Proposal) -> Iterator[Act]:
    subject = f"{proposal.proposal_no}/V{proposal.version}"
    presented = proposal.presentation.at if proposal.presentation else None
    yield Act("proposal.drafted", subject, f"{place}.drafted_at", proposal.drafted_at)
    yield Act("proposal.presented", subject, f"{place}.presentation.at", presented)
    yield Act("proposal.accepted", subject, f"{place}.accepted_at", proposal.accepted_at)
    for where, feedback in _placed(f"{place}.feedback", proposal.feedback):
        yield Act("feedback.received", feedback.feedback_no, f"{where}.received_at", feedback.received_at)
        yield Act("feedback.revised", feedback.feedback_no, f"{where}.revised_at", feedback.revised_at)


def _of_contract(contract: Contract) -> Iterator[Act]:
    number = contract.contract_no
    if approval := contract.approval:
        place = "contract.approval"
        yield Act("approval.submitted", approval.approval_no, f"{place}.submitted_at", approval.submitted_at)
        for where, step in _placed(f"{place}.steps", approval.steps):
            yield Act("approval.decided", f"{approval.approval_no}/{step.seq}", f"{where}.decided_at", step.decided_at)
    for where, signature in _placed("contract.signatures", contract.signatures):
        yield Act("contract.signed", f"{number}/{signature.party}", f"{where}.signed_at", signature.signed_at)
    archive = contract.archive or ContractArchive()
    for kind, field, at in (
        ("scanned", "scanned_at", archive.scanned_at),
        ("crm_uploaded", "crm_uploaded_at", archive.crm_uploaded_at),
        ("archived_electronic", "electronic_archived_at", archive.electronic_archived_at),
        ("archived_paper", "paper_archived_at", archive.paper_archived_at),
    ):
        yield Act(f"contract.{kind}", number, f"contract.archive.{field}", at)


def _of_order(place: str, order: Order) -> Iterator[Act]:
    number = order.order_no
    yield Act("order.created", number, f"{place}.created_at", order.created_at)
    yield Act("order.dispatched", number, f"{place}.dispatch.at", order.dispatch.at if order.dispatch else None)
    confirmed = order.confirmation.sent_at if order.confirmation else None
    yield Act("order.confirmed", number, f"{place}.confirmation.sent_at", confirmed)
    yield Act("goods.received", number, f"{place}.received_at", order.received_at)
    yield Act("service.done", number, f"{place}.service_done_at", order.service_done_at)
    for where, review in _placed(f"{place}.reviews", order.reviews):
        yield Act("order.reviewed", f"{number}/{review.role}", f"{where}.reviewed_at", review.reviewed_at)
    for where, progress in _placed(f"{place}.progress", order.progress):
        if progress.report_no:
            yield Act("progress.synced", progress.report_no, f"{where}.synced_at", progress.synced_at)
    for where, trouble in _placed(f"{place}.exceptions", order.exceptions):
        yield Act("exception.occurred", trouble.exception_no, f"{where}.occurred_at", trouble.occurred_at)
        yield Act("exception.notified", trouble.exception_no, f"{where}.notified_at", trouble.notified_at)
    for where, sheet in _placed(f"{place}.acceptances", order.acceptances):
        yield Act("acceptance.signed", sheet.sheet_no, f"{where}.signed_at", sheet.signed_at)
    for where, repair in _placed(f"{place}.rectifications", order.rectifications):
        yield Act("rectification.started", repair.rectification_no, f"{where}.started_at", repair.started_at)


def _of_after_sales(service: AfterSales) -> Iterator[Act]:
    yield Act("after_sales.assigned", "after_sales", "after_sales.assigned_at", service.assigned_at)
    if guide := service.guide:
        yield Act("guide.sent", guide.guide_no, "after_sales.guide.sent_at", guide.sent_at)
    for where, ticket in _placed("after_sales.tickets", service.tickets):
        number, call = ticket.ticket_no, ticket.follow_up
        yield Act("ticket.reported", number, f"{where}.reported_at", ticket.reported_at)
        yield Act("ticket.responded", number, f"{where}.responded_at", ticket.responded_at)
        yield Act("ticket.resolved", number, f"{where}.resolved_at", ticket.resolved_at)
        yield Act("ticket.followed_up", number, f"{where}.follow_up.at", call.at if call else None)
    for where, survey in _placed("after_sales.surveys", service.surveys):
        yield Act("survey.done", survey.survey_no, f"{where}.done_at", survey.done_at)
