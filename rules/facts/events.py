"""The event log that a case file implies: every act it dates, by kind and subject (case_model.md section 11)."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from docgen.case.after_sales import AfterSales
from docgen.case.casefile import CaseFile
from docgen.case.contract import Contract
from docgen.case.orders import Order
from docgen.case.proposal import Proposal

_Dated: TypeAlias = tuple[str, str, datetime | None]


def declared_events(case: CaseFile) -> Iterator[tuple[str, str, datetime]]:
    """Yield kind, subject and declared time of each act; kinds and subjects are those of `rules.facts.setting`."""
    for kind, subject, at in _acts(case):
        if at is not None:
            yield kind, subject, at


def _acts(case: CaseFile) -> Iterator[_Dated]:
    if contact := case.first_contact:
        yield "first_contact.ended", "first_contact", contact.ended_at
        yield "first_contact.recorded", "first_contact", contact.recorded_at
        yield "first_contact.crm_synced", "first_contact", contact.crm_synced_at
    for need in case.needs:
        yield "needs.confirmed", need.need_no, need.confirmation.at if need.confirmation else None
    for review in case.needs_reviews:
        yield "needs_review.held", review.review_no, review.meeting_at
    for proposal in case.proposals:
        yield from _of_proposal(proposal)
    for talk in case.negotiations:
        yield "negotiation.agreed", talk.minutes_no, talk.ended_at if talk.is_final else None
    if case.contract:
        yield from _of_contract(case.contract)
    for order in case.orders:
        yield from _of_order(order)
    if case.after_sales:
        yield from _of_after_sales(case.after_sales)


def _of_proposal(proposal: Proposal) -> Iterator[_Dated]:
    subject = f"{proposal.proposal_no}/V{proposal.version}"
    yield "proposal.drafted", subject, proposal.drafted_at
    yield "proposal.presented", subject, proposal.presentation.at if proposal.presentation else None
    yield "proposal.accepted", subject, proposal.accepted_at
    for feedback in proposal.feedback:
        yield "feedback.received", feedback.feedback_no, feedback.received_at
        yield "feedback.revised", feedback.feedback_no, feedback.revised_at


def _of_contract(contract: Contract) -> Iterator[_Dated]:
    if approval := contract.approval:
        yield "approval.submitted", approval.approval_no, approval.submitted_at
        for step in approval.steps:
            yield "approval.decided", f"{approval.approval_no}/{step.seq}", step.decided_at
    for signature in contract.signatures:
        yield "contract.signed", f"{contract.contract_no}/{signature.party}", signature.signed_at
    if archive := contract.archive:
        yield "contract.scanned", contract.contract_no, archive.scanned_at
        yield "contract.crm_uploaded", contract.contract_no, archive.crm_uploaded_at
        yield "contract.archived_electronic", contract.contract_no, archive.electronic_archived_at
        yield "contract.archived_paper", contract.contract_no, archive.paper_archived_at


def _of_order(order: Order) -> Iterator[_Dated]:
    yield "order.created", order.order_no, order.created_at
    yield "order.dispatched", order.order_no, order.dispatch.at if order.dispatch else None
    yield "order.confirmed", order.order_no, order.confirmation.sent_at if order.confirmation else None
    yield "goods.received", order.order_no, order.received_at
    yield "service.done", order.order_no, order.service_done_at
    for review in order.reviews:
        yield "order.reviewed", f"{order.order_no}/{review.role}", review.reviewed_at
    for progress in order.progress:
        if progress.report_no:
            yield "progress.synced", progress.report_no, progress.synced_at
    for trouble in order.exceptions:
        yield "exception.occurred", trouble.exception_no, trouble.occurred_at
        yield "exception.notified", trouble.exception_no, trouble.notified_at
    for sheet in order.acceptances:
        yield "acceptance.signed", sheet.sheet_no, sheet.signed_at
    for rectification in order.rectifications:
        yield "rectification.started", rectification.rectification_no, rectification.started_at


def _of_after_sales(after_sales: AfterSales) -> Iterator[_Dated]:
    yield "after_sales.assigned", "after_sales", after_sales.assigned_at
    if guide := after_sales.guide:
        yield "guide.sent", guide.guide_no, guide.sent_at
    for ticket in after_sales.tickets:
        yield "ticket.reported", ticket.ticket_no, ticket.reported_at
        yield "ticket.responded", ticket.ticket_no, ticket.responded_at
        yield "ticket.resolved", ticket.ticket_no, ticket.resolved_at
        yield "ticket.followed_up", ticket.ticket_no, ticket.follow_up.at if ticket.follow_up else None
    for survey in after_sales.surveys:
        yield "survey.done", survey.survey_no, survey.done_at
