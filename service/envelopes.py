"""Signing as pages and API ask for it: what may be sent, sent, reminded, made void, released, certified, handed out.

An act names its action and is held against the state of the envelope (`service.access`) before it is done.
"""

from collections.abc import Iterator, Sequence

from docgen.case import CaseFile
from docgen.editions import Edition
from docgen.envelope import sending
from docgen.envelope.authority import Refusal as SignerRefusal
from docgen.envelope.plan import Choices
from docgen.envelope.room import Sent
from docgen.envelope.state import Envelope
from docgen.errors import AccessError, DeclarationError, NotFoundError
from docgen.forms.spec import FormSpec
from docgen.forms.subjects import subjects
from docgen.pipeline import Refusal, Wish, sign
from docgen.workspace.signed import SignedFile
from service.access import Action
from service.gate import actor, allow, installation, visitor
from service.reading_log import archive_read

Refusals = tuple[Refusal | SignerRefusal, ...]


def signable(case: CaseFile) -> Iterator[tuple[FormSpec, str]]:
    """Yield the forms of a case that may be signed electronically, each with the key of a subject."""
    for form in installation().catalogue:
        spec = form.spec
        if spec.esign_allowed and Edition.SIGNING in spec.editions and spec.signers:
            yield from ((spec, one.key) for one in subjects(spec, case))


def send(case_no: str, wishes: Sequence[Wish], choices: Choices) -> Sent | Refusals:
    """Issue the signing editions of `wishes` where needed and send them in one envelope; or return every reason."""
    here = installation()
    _, case = here.case(case_no)
    room = here.room
    with here.office(pdf=True) as office:
        return sign(case, wishes, office, room, choices, by=actor())


def find(envelope_id: str) -> Envelope:
    """Return an envelope; raise `NotFoundError` where there is none."""
    return installation().room.envelope(envelope_id)


def remind(envelope_id: str, signer: str = "") -> Sent:
    """Send new links to everybody whose turn it is, or to one of them."""
    allow(Action.ENVELOPE_CHANGE, find(envelope_id).state)
    return sending.remind(installation().room, envelope_id, by=actor(), signer=signer)


def void(envelope_id: str, reason: str) -> Envelope:
    """End an envelope that is not complete."""
    allow(Action.ENVELOPE_CHANGE, find(envelope_id).state)
    return sending.void(installation().room, envelope_id, reason=reason, by=actor())


def release(envelope_id: str, signer: str) -> Envelope:
    """Let our seal be used: the person named for that when it was sent, and nobody else.

    Raises:
        AccessError: the account stands for nobody of the case (`no_staff_id`).
    """
    allow(Action.SEAL_RELEASE, find(envelope_id).state)
    staff = visitor().person.staff_id
    if staff is None:
        raise AccessError("您的账号没有对应的人员编号", remedy="请系统管理员登记", code="no_staff_id")
    return sending.release(installation().room, envelope_id, signer, by=staff)


def releasable(envelope: Envelope) -> tuple[str, ...]:
    """Return the keys of the signers whose seal waits to be released by who asks."""
    me = visitor().person.staff_id
    return tuple(
        one.key
        for one in envelope.awaited
        if one.approver and me and one.approver.ref == me and not envelope.progress[one.key].released
    )


def certify(envelope_id: str) -> None:
    """Make evidence and the sealed certificate of completion.

    Raises:
        DeclarationError: no converter is set (`no_converter`): the certificate is a PDF.
    """
    from docgen.envelope import completion  # noqa: PLC0415 - loads pyHanko

    here = installation()
    allow(Action.ENVELOPE_CERTIFY, find(envelope_id).state)
    with here.office(pdf=True) as office:
        if office.converter is None:
            raise DeclarationError("没有设置 PDF 转换器", remedy="设置 DOCGEN_CONVERTER", code="no_converter")
        completion.certify(here.room, office.converter, envelope_id)


def files(envelope: Envelope) -> tuple[SignedFile, ...]:
    """Return the signed documents, the evidence and the certificate of an envelope; nothing before it is certified."""
    from docgen.envelope import completion  # noqa: PLC0415 - loads pyHanko

    made = completion.files(envelope).values()
    return tuple({one.sha256: one for entries in made for one in entries}.values())


def file(envelope_id: str, sha256: str) -> tuple[SignedFile, bytes]:
    """Return one file of an envelope with its bytes; the reading is logged."""
    found = next((one for one in files(find(envelope_id)) if one.sha256 == sha256), None)
    if found is None:
        raise NotFoundError("这次签署没有这个文件", remedy="从签署页面下载", code="no_file")
    archive_read([envelope_id], "download")
    return found, installation().workspace.content(sha256)
