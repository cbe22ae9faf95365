"""What the sender of an envelope does, and the approver of a seal: send, remind, void, delegate, release.

Before anything is sent the rules are asked about every signer, as if all signed now; they are asked again at the
moment of signing. One document changed is a new envelope: an envelope holds issued bytes, and never others.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from docgen.case import CaseFile
from docgen.case.contract import Contract
from docgen.derived import contract_content_sha256
from docgen.editions import Edition
from docgen.envelope import access, authority, placing
from docgen.envelope import plan as planning
from docgen.envelope.authority import Refusal
from docgen.envelope.definition import Definition, EnvelopeDocument, Seat, Signer
from docgen.envelope.plan import Choices
from docgen.envelope.room import Made, Post, Sent, SigningRoom, append, made, of_case, read
from docgen.envelope.state import Envelope, State, begin, standing
from docgen.errors import InputError, StateError
from docgen.findings import Finding
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import subject as subject_of
from docgen.signing.pades import lay_out
from docgen.workspace import KeptDocument
from docgen.workspace.documents import ISSUED
from docgen.workspace.events import EventKind as Kind

STANDS_FOR: Final = timedelta(days=14)
"""How long an envelope stands where the sender does not say."""
MAX_REASON: Final = 1000


def send(  # noqa: PLR0913 - see Args
    room: SigningRoom,
    case: CaseFile,
    documents: Sequence[KeptDocument],
    choices: Choices,
    *,
    by: str,
    until: datetime | None = None,
) -> Sent | tuple[Refusal, ...]:
    """Send issued signing editions of one case to their signers, or say by which rules somebody may not sign.

    Args:
        room: where it is sent.
        case: the case as it is now.
        documents: the issued documents, with PDF.
        choices: what forms and case leave open.
        by: who sends; signs nothing by that, and sees no link.
        until: when the envelope expires; a fortnight from now where None.

    Raises:
        InputError, NotFoundError, StateError: as `docgen.envelope.plan.plan` and `docgen.envelope.placing.places`; or
            a document is no signing edition in force with a PDF (`not_signable`), or lies in another envelope
            (`already_sent`).
    """
    now = room.clock.now()
    specs = tuple(room.catalogue.get(one.identity.form_id).spec for one in documents)
    described = tuple(_described(case, spec, one) for spec, one in zip(specs, documents, strict=True))
    _not_elsewhere(room.envelopes(case.case_no), described)  # those that have expired are no obstacle
    signers, refused = _forecast(room, case, described, planning.plan(case, specs, choices))
    if refused:
        return refused
    laid = tuple(
        _laid_out(room, index, *pair, signers) for index, pair in enumerate(zip(described, documents, strict=True))
    )
    definition = Definition(
        documents=laid,
        signers=signers,
        organisation=case.supplier.name,
        practice=room.practice,
        consent_version=room.consent.version,
        consent_sha256=room.consent.sha256,
        expires_at=until or now + STANDS_FOR,
    )
    envelope = begin(str(uuid4()), case.case_no, definition, by=by, at=now)
    objects = {one.prepared_sha256: f"{one.doc_no} {one.title}（待签署）" for one in laid}
    post = Post()
    with room.workspace.database.writing() as session:
        _not_elsewhere([read(session, one) for one in of_case(session, case.case_no)], described)
        data = {"definition": definition.model_dump(mode="json"), "objects": objects}
        append(session, envelope, Kind.ENVELOPE_SENT, at=now, actor=by, data=data)
        room.invite(session, envelope, envelope.awaited, post, by=by, reminder=False)
    return room.deliver(envelope.id, post)


def remind(room: SigningRoom, envelope_id: str, *, by: str, signer: str = "") -> Sent:
    """Send a new link to everybody whose turn it is, or to one of them; the links before it no longer work."""
    room.envelope(envelope_id)
    post = Post()
    with room.workspace.database.writing() as session:
        envelope = read(session, envelope_id)
        standing(envelope)
        for one in [envelope.signer(signer)] if signer else envelope.awaited:
            envelope = room.note(session, envelope, Kind.ENVELOPE_REMINDED, actor=by, signer=one.key)
            room.invite(session, envelope, [one], post, by=by, reminder=True)
    return room.deliver(envelope_id, post)


def void(room: SigningRoom, envelope_id: str, *, reason: str, by: str) -> Envelope:
    """End an envelope that is not complete; its links no longer work."""
    room.envelope(envelope_id)
    data = {"reason": reasoned(reason)}
    with room.workspace.database.writing() as session:
        envelope = room.note(session, read(session, envelope_id), Kind.ENVELOPE_VOIDED, actor=by, data=data)
        access.close(session, envelope_id, [one.key for one in envelope.signers], room.clock.now())
    return room.envelope(envelope_id)


def delegate(  # noqa: PLR0913 - who to whom, on what grounds
    room: SigningRoom, envelope_id: str, signer: str, to: str, *, case: CaseFile, reason: str, by: str
) -> Sent | Refusal:
    """Let another person of the same side (id or name) sign instead, if the rules let that person sign.

    Raises:
        InputError, NotFoundError, StateError: as `docgen.envelope.plan.taken_by`, or it is too late for it.
    """
    envelope = room.envelope(envelope_id)
    data = {"reason": reasoned(reason)}
    before = planning.taken_by(case, envelope.signer(signer), to)
    instead, found = _authorised(room, case, envelope.definition.documents, before, made(envelope))
    if found:
        return Refusal(instead, found)
    post = Post()
    with room.workspace.database.writing() as session:
        said = {"to": instead.model_dump(mode="json"), **data}
        envelope = room.note(
            session, read(session, envelope_id), Kind.ENVELOPE_DELEGATED, actor=by, signer=signer, data=said
        )
        access.close(session, envelope_id, [signer], room.clock.now())
        if envelope.signer(signer) in envelope.awaited:
            room.invite(session, envelope, [envelope.signer(signer)], post, by=by, reminder=False)
    return room.deliver(envelope_id, post)


def release(room: SigningRoom, envelope_id: str, signer: str, *, by: str) -> Envelope:
    """Release a seal for its keeper, as its approver `by` (id or name, as the service or the operator vouches).

    Raises:
        StateError: `by` is not the approver of this seal (`not_the_approver`), or it is not its turn.
    """
    room.envelope(envelope_id)
    with room.workspace.database.writing() as session:
        envelope = read(session, envelope_id)
        approver = envelope.signer(signer).approver
        if approver is None or by not in {approver.ref, approver.name}:
            raise StateError("只有发起时指定的批准人可以批准用印", code="not_the_approver", remedy="由指定的批准人办理")
        room.note(session, envelope, Kind.ENVELOPE_RELEASED, actor=by, signer=signer)
    return room.envelope(envelope_id)


def reasoned(reason: str) -> str:
    """Return a stated reason; raise `InputError` (`reason_missing`, `reason_long`) where it is none."""
    text = reason.strip()
    if not text or len(text) > MAX_REASON:
        code = "reason_long" if text else "reason_missing"
        raise InputError(f"须说明原因（{MAX_REASON}字以内）", code=code, remedy="写明原因")
    return text


def _described(case: CaseFile, spec: FormSpec, document: KeptDocument) -> EnvelopeDocument:
    if document.identity.edition != Edition.SIGNING or document.state != ISSUED or not document.pdf_sha256:
        raise StateError(
            f"{document.doc_no}不是有效的签署件，或没有 PDF", code="not_signable", remedy="先签发签署件（含 PDF）"
        )
    return EnvelopeDocument(
        document_id=document.id,
        doc_no=document.doc_no,
        title=document.title,
        form_id=document.identity.form_id,
        subject=document.identity.subject,
        pages=document.pages or 0,
        file_stem=document.file_stem,
        pdf_sha256=document.pdf_sha256,
        prepared_sha256=document.pdf_sha256,
        content_sha256=approved_content(case, spec, document.identity.subject),
    )


def approved_content(case: CaseFile, spec: FormSpec, subject: str) -> str | None:
    """Return the digest of the content that is approved before it is signed; None for what is not a contract's."""
    about = subject_of(spec, case, subject)
    contract = next((entity for _, entity in about.names.values() if isinstance(entity, Contract)), None)
    return contract_content_sha256(contract) if contract else None


def _laid_out(
    room: SigningRoom, index: int, document: EnvelopeDocument, kept: KeptDocument, signers: Sequence[Signer]
) -> EnvelopeDocument:
    """Put the empty signature fields on the pages of a document."""
    docx, pdf = room.workspace.content(kept.docx_sha256), room.workspace.content(document.pdf_sha256)
    seats = [seat for signer in signers for seat in signer.seats if seat.document == index]
    prepared = lay_out(pdf, placing.places(docx, pdf, seats))
    return document.model_copy(update={"prepared_sha256": room.workspace.store.put(prepared)})


def _not_elsewhere(envelopes: Sequence[Envelope], documents: Sequence[EnvelopeDocument]) -> None:
    wanted = {one.document_id for one in documents}
    for one in envelopes:
        theirs = {document.document_id for document in one.definition.documents}
        if one.state in {State.SENT, State.COMPLETED} and wanted & theirs:
            raise StateError(
                "这份文书已在一次签署中", code="already_sent", remedy=f"查看 docgen sign status {one.id}，或先作废它"
            )


def _forecast(
    room: SigningRoom, case: CaseFile, documents: Sequence[EnvelopeDocument], signers: Sequence[Signer]
) -> tuple[tuple[Signer, ...], tuple[Refusal, ...]]:
    """Choose the authorizations, and ask the rules of all signers as if they signed now, one after the other."""
    chosen: list[Signer] = []
    refused: list[Refusal] = []
    so_far: list[Made] = []
    told: set[str] = set()
    for signer in signers:
        taken, found = _authorised(room, case, documents, signer, so_far)
        chosen.append(taken)
        # What stops one signer stops those after, too; it is said once.
        fresh = tuple(one for one in found if one.model_dump_json() not in told)
        told.update(one.model_dump_json() for one in fresh)
        refused += [Refusal(taken, fresh)] if fresh else []
        so_far += [
            Made(
                seat.document,
                authority.signature_of(seat, taken, documents[seat.document], room.practice, None, room.clock.now()),
            )
            for seat in taken.seats
            if authority.takes(seat)
        ]
    return tuple(chosen), tuple(refused)


def _authorised(
    room: SigningRoom,
    case: CaseFile,
    documents: Sequence[EnvelopeDocument],
    signer: Signer,
    so_far: Sequence[Made],
) -> tuple[Signer, tuple[Finding, ...]]:
    """Return the signer under the authorizations that the rules accept, else under the first, and what stops it."""
    grounds = room.grounds(case)
    seats: list[Seat] = []
    stopped: dict[str, Finding] = {}
    for seat in signer.seats:
        document = documents[seat.document]
        matter = room.matter(case, documents, seat.document, so_far)
        tried: list[tuple[Seat, tuple[Finding, ...]]] = []
        for option in planning.candidates(case, seat, signer.person):
            taken = authority.takes(option)
            signature = (
                authority.signature_of(option, signer, document, room.practice, None, grounds.at) if taken else None
            )
            tried.append((option, authority.judged(matter, option, signature, grounds).findings))
            if not tried[-1][1]:
                break
        option, found = next((one for one in tried if not one[1]), tried[0])
        seats.append(option)
        stopped |= {one.model_dump_json(): one for one in found}
    return signer.model_copy(update={"seats": tuple(seats)}), tuple(stopped.values())
