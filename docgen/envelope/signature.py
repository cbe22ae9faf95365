"""A signer's signature on all documents of an envelope: judged by the rules, made, and kept; or refused.

Made outside of any transaction, for it takes time and may ask a time stamping service; kept in one, in which the law
of the envelope decides whether it still fits. What does not fit is dropped and nothing says it was ever signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docgen.case import CaseFile, canonical_json
from docgen.db.models import Document
from docgen.envelope import access, authority, handwork
from docgen.envelope.access import Visit
from docgen.envelope.authority import Refusal
from docgen.envelope.definition import Act, Seat, Signer
from docgen.envelope.handwork import Held
from docgen.envelope.room import Post, SigningRoom, made, read
from docgen.envelope.sending import approved_content
from docgen.envelope.session import Here, note
from docgen.envelope.state import Envelope, advance, differs
from docgen.errors import StateError
from docgen.findings import Finding
from docgen.workspace.documents import ISSUED
from docgen.workspace.events import EventKind as Kind


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signature that the rules allow: the keys for each seat, and what the log will say of it."""

    signer: Signer
    held: tuple[tuple[Seat, Held], ...]
    said: tuple[Mapping[str, Any], ...]
    case_json: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """The documents after a signature, by digest, and what the log will say."""

    current: tuple[str, ...]
    said: tuple[Mapping[str, Any], ...]
    objects: Mapping[str, str]


def prepare(
    room: SigningRoom, envelope: Envelope, signer: Signer, case: CaseFile, shown: Sequence[str]
) -> Prepared | Refusal:
    """Ask the law of the envelope, then the rules, whether `signer` may sign what was `shown`; obtain the keys.

    Raises:
        StateError: as `docgen.envelope.ceremony.Ceremony.sign`.
    """
    mine = {seat.document for seat in signer.seats}
    after = [f"{index:064x}" if index in mine else sha256 for index, sha256 in enumerate(envelope.current)]
    advance(envelope, Kind.ENVELOPE_SIGNED, room.clock.now(), signer.key, {"documents": after})
    if tuple(shown) != envelope.current:
        raise differs()
    _in_force(room, case, envelope)
    grounds = room.grounds(case)
    documents, practice = envelope.definition.documents, envelope.definition.practice
    found: dict[str, Finding] = {}
    held: list[tuple[Seat, Held]] = []
    said: list[Mapping[str, Any]] = []
    for seat in signer.seats:
        keys = handwork.credentials(room.keys, signer, seat)
        matter = room.matter(case, documents, seat.document, made(envelope))
        given = None
        if authority.takes(seat):
            certified = handwork.certified(keys[Act.SIGN])
            document = documents[seat.document]
            given = authority.signature_of(seat, signer, document, practice, certified, grounds.at)
        judgement = authority.judged(matter, seat, given, grounds)
        found |= {one.model_dump_json(): one for one in judgement.findings}
        held.append((seat, keys))
        said.append(
            {
                "document": seat.document,
                "place": seat.place,
                "label": seat.label,
                "level": seat.level.value,
                "signature": given.model_dump(mode="json", exclude_none=True) if given else None,
                "acts": [handwork.described(seat, act, one) for act, one in keys.items()],
                "authority": authority.basis(matter, seat),
                "rules": judgement.report.pack.model_dump(),
                "policy_sha256": judgement.report.policy_sha256,
            }
        )
    if found:
        return Refusal(signer, tuple(found.values()))
    return Prepared(signer, tuple(held), tuple(said), canonical_json(case))


def apply(room: SigningRoom, envelope: Envelope, prepared: Prepared) -> Signed:
    """Sign; the new documents are durable afterwards, and nothing yet says that they count.

    Raises:
        BackendError: no time stamp could be had (`timestamp_failed`).
        StateError: a key is spent or its certificate refused.
    """
    store, documents = room.workspace.store, envelope.definition.documents
    current = list(envelope.current)
    for seat, held in prepared.held:
        document = documents[seat.document]
        pdf = store.get(current[seat.document])
        signed = handwork.applied(pdf, seat, prepared.signer, document, held, room.timestamper, room.clock)
        current[seat.document] = store.put(signed)
    objects = {
        sha256: f"{document.doc_no} {document.title}（{prepared.signer.label}已签）"
        for document, sha256 in zip(documents, current, strict=True)
    }
    objects[store.put(prepared.case_json)] = f"签署{documents[0].doc_no}时的案卷"
    return Signed(tuple(current), prepared.said, objects)


def keep(room: SigningRoom, here: Here, signed: Signed, visit: Visit, post: Post) -> None:
    """Record the signature if it still fits, complete the envelope with the last one, else invite who comes next."""
    data = {
        "documents": list(signed.current),
        "seats": [dict(one) for one in signed.said],
        "objects": dict(signed.objects),
        **visit.evidence(),
    }
    after = note(room, here, Kind.ENVELOPE_SIGNED, data)
    access.close(here.session, here.envelope.id, [here.signer.key], room.clock.now())
    if after.turn is None:
        final = {"documents": list(after.current)}
        room.note(here.session, after, Kind.ENVELOPE_COMPLETED, actor=authority.named(here.signer.person), data=final)
        return
    next_ones = [one for one in after.awaited if one not in here.envelope.awaited]
    by = authority.named(here.signer.person)
    room.invite(here.session, after, next_ones, post, by=by, reminder=False)


def log_refusal(room: SigningRoom, envelope: Envelope, refusal: Refusal, visit: Visit) -> None:
    """Record that the rules did not let a signer sign, and which."""
    data = {
        "signer": refusal.signer.key,
        "findings": [{"rule": one.rule, "part": one.part, "message": one.message} for one in refusal.findings],
        **visit.evidence(),
    }
    with room.workspace.database.writing() as session:
        named = authority.named(refusal.signer.person)
        room.log(session, read(session, envelope.id), Kind.ENVELOPE_SIGNING_REFUSED, actor=named, data=data)


def _in_force(room: SigningRoom, case: CaseFile, envelope: Envelope) -> None:
    """See that every document still counts, and says what was approved: one document changed is a new envelope."""
    with room.workspace.database.reading() as session:
        states = {
            one.document_id: session.get_one(Document, one.document_id).state for one in envelope.definition.documents
        }
    for document in envelope.definition.documents:
        if states[document.document_id] != ISSUED:
            raise StateError(
                f"{document.doc_no}已作废或已被新的修订版替代",
                code="document_withdrawn",
                remedy="作废这次签署，对现行的文书重新发起",
            )
        spec = room.catalogue.get(document.form_id).spec
        if document.content_sha256 != approved_content(case, spec, document.subject):
            raise StateError(
                f"{document.doc_no}签发之后，案卷中的合同内容有改动",
                code="content_changed",
                remedy="作废这次签署，重新审批、签发后再发起",
            )
