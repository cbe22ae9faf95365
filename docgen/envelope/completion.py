"""The end of an envelope: the signed files verified, the evidence kept, and a sealed certificate of completion made.

Done after the last signature, as often as it takes: a signature does not wait for a certificate, and a second try finds
what the first one left. Only then is a document `signed`, and may be archived.
"""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

from docgen.convert import Converter
from docgen.envelope import placing
from docgen.envelope.account import account
from docgen.envelope.evidence import evidence, expected
from docgen.envelope.room import SYSTEM, SigningRoom, read
from docgen.envelope.state import Envelope, State
from docgen.errors import IntegrityError, StateError
from docgen.signing import pades, seals
from docgen.signing.anchors import Box, occurrences
from docgen.signing.authority import Identity
from docgen.signing.verdict import Expectation
from docgen.signing.verify import verify
from docgen.template import CompiledTemplate, compile_template
from docgen.workspace import events
from docgen.workspace.events import EventKind as Kind
from docgen.workspace.signed import SignedFile

PDF: Final = "application/pdf"
JSON: Final = "application/json"
_FIELD: Final = "issuer-seal"


def certify(room: SigningRoom, converter: Converter, envelope_id: str) -> dict[str, tuple[SignedFile, ...]]:
    """Verify the signed documents of a completed envelope, keep the evidence and the certificate; return the files.

    The result is by document id. A second call returns what the first one made.

    Raises:
        StateError: the envelope is not complete (`not_completed`).
        IntegrityError: a signed file is not valid by our own verification (`signed_not_valid`).
        BackendError: no PDF or no time stamp could be had; nothing was recorded, try again.
    """
    envelope = room.envelope(envelope_id)
    if found := files(envelope):
        return found
    if envelope.state is not State.COMPLETED:
        raise StateError("签署尚未完成，不能出具签署证明", code="not_completed", remedy="待各方签署完成")
    _verify(room, envelope)
    store = room.workspace.store
    certificate = _sealed(room, converter.convert(_printed(room, envelope)).data, envelope)
    made: dict[str, tuple[SignedFile, ...]] = {}
    for index, document in enumerate(envelope.definition.documents):
        signed = store.get(envelope.current[index])
        bundle = evidence(envelope, index, room.consent).canonical()
        made[document.document_id] = (
            _file(room, "signed", f"{document.file_stem}（已签署）.pdf", PDF, signed),
            _file(room, "evidence", f"{document.file_stem}_签署证据.json", JSON, bundle),
            _file(room, "certificate", f"{document.file_stem}_签署证明.pdf", PDF, certificate),
        )
    _record(room, envelope, made)
    return files(room.envelope(envelope_id))


def files(envelope: Envelope) -> dict[str, tuple[SignedFile, ...]]:
    """Return the files that signing left, by document id; none before the certificate was made."""
    done = next((one for one in envelope.events if one.kind == Kind.ENVELOPE_CERTIFIED), None)
    said: Any = done.data["files"] if done else {}
    return {document: tuple(SignedFile(**one) for one in entries) for document, entries in said.items()}


def _verify(room: SigningRoom, envelope: Envelope) -> None:
    for index, document in enumerate(envelope.definition.documents):
        expectation = Expectation(sha256=envelope.current[index], signers=tuple(expected(envelope, index)))
        verdict = verify(room.workspace.content(envelope.current[index]), room.trust, expectation, clock=room.clock)
        if not verdict.valid:
            reasons = "；".join(reason.message for reason in verdict.reasons)
            raise IntegrityError(
                f"{document.doc_no}签署后的文件没有通过核验：{reasons}",
                code="signed_not_valid",
                remedy="检查签名密钥来源、时间戳和所信任的根证书",
            )


def _printed(room: SigningRoom, envelope: Envelope) -> bytes:
    return _template().render(account(envelope, room.consent, room.clock.now()))


@cache
def _template() -> CompiledTemplate:
    return compile_template(Path(__file__).with_name("completion.docx").read_bytes())


def _sealed(room: SigningRoom, pdf: bytes, envelope: Envelope) -> bytes:
    """Seal the certificate as the platform, on its closing line."""
    definition = envelope.definition
    credential = room.keys.credential(Identity(definition.practice.platform, definition.organisation))
    closing = occurrences(pdf, definition.organisation)[-1]
    box = placing.seal_box(closing)
    drawing = seals.seal(definition.practice.platform, seals.SealKind.OFFICIAL, mark=credential.mark)
    act = pades.Act(_FIELD, credential, drawing, f"签署证明 {envelope.id}")
    return pades.sign(pades.lay_out(pdf, {_FIELD: _inside(box)}), act, room.timestamper, room.clock)


def _inside(box: Box) -> Box:
    """Keep a box on the page where the closing line stands at its foot."""
    up = max(0.0, placing.FOOT - box.bottom)
    return Box(box.page, box.left, box.bottom + up, box.right, box.top + up)


def _file(room: SigningRoom, role: str, name: str, media_type: str, data: bytes) -> SignedFile:
    return SignedFile(role, name, media_type, room.workspace.store.put(data), len(data))


def _record(room: SigningRoom, envelope: Envelope, made: dict[str, tuple[SignedFile, ...]]) -> None:
    now = room.clock.now()
    with room.workspace.database.writing() as session:
        present = read(session, envelope.id)
        if files(present):
            return  # somebody else was faster
        data = {
            "files": {document: [asdict(one) for one in entries] for document, entries in made.items()},
            "objects": {one.sha256: one.name for entries in made.values() for one in entries},
        }
        room.note(session, present, Kind.ENVELOPE_CERTIFIED, actor=SYSTEM, data=data)
        for document in envelope.definition.documents:
            entries = [asdict(one) for one in made[document.document_id]]
            events.append(
                session,
                Kind.DOC_SIGNED,
                at=now,
                case_no=envelope.case_no,
                subject=document.doc_no,
                actor=SYSTEM,
                data={"document_id": document.document_id, "envelope_id": envelope.id, "files": entries},
            )
