"""What a signer does, step by step: open the link, prove who it is, read, consent, sign; or decline, or delegate.

    link → session → one-time code → the very documents → consent → signature

The web pages stand on this and on nothing else. The rules are asked again at the moment of signing, about the case as
it is then; what is signed are the bytes that were shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.case import CaseFile
from docgen.clock import SHANGHAI
from docgen.envelope import access, authority, sending, signature
from docgen.envelope.access import Visit
from docgen.envelope.authority import Refusal
from docgen.envelope.courier import Passcode
from docgen.envelope.definition import EnvelopeDocument, Signer
from docgen.envelope.room import SYSTEM, Post, Sent, SigningRoom, read
from docgen.envelope.session import Here, acting, note, other_account, refuse, settle
from docgen.envelope.state import Envelope
from docgen.errors import BackendError, DocgenError, NotFoundError, StateError
from docgen.workspace.events import EventKind as Kind


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was opened: the secret of the session (for a cookie), the envelope, and as whom."""

    session: str
    envelope: Envelope
    signer: Signer


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as it is to be read and signed: the very bytes, and their digest, which `sign` wants again."""

    document: EnvelopeDocument
    pdf: bytes
    sha256: str


class Ceremony:
    """The acts of signers in a signing room; `visit` says from where, with the account in use if there is one."""

    def __init__(self, room: SigningRoom) -> None:
        """Act in `room`."""
        self._room = room

    def open(self, token: str, visit: Visit) -> Opened:
        """Spend a link on a session.

        Raises:
            NotFoundError: nobody issued this link (`link_unknown`).
            StateError: it was used (`link_used`), is replaced, locked, expired or closed, or belongs to somebody else
                than the account in use (`link_not_yours`); all of it is logged.
        """
        with self._room.workspace.database.reading() as database:
            settle(self._room, access.by_link(database, token), "link_unknown", visit)
        with self._room.workspace.database.writing() as database:
            row = access.by_link(database, token)
            assert row is not None, "rows of signers are never removed"
            envelope = read(database, row.envelope_id)
            signer = envelope.signer(row.signer)
            here = Here(database, row, envelope, signer)
            secret = other_account(signer, visit) or access.open_session(database, row, visit, self._now())
            if isinstance(secret, DocgenError):
                refuse(self._room, here, secret, visit)
            else:
                envelope = note(self._room, here, Kind.ENVELOPE_OPENED, dict(visit.evidence()))
        if isinstance(secret, DocgenError):
            raise secret
        return Opened(secret, envelope, signer)

    def renew(self, token: str, visit: Visit) -> str:
        """Send the signer of a used or timed-out link a new one; return by which channel.

        Raises:
            NotFoundError: nobody issued this link (`link_unknown`).
            StateError: it was locked, replaced or closed, or one was sent a moment ago (`link_too_soon`).
            BackendError: it could not be delivered (`not_delivered`).
        """
        with self._room.workspace.database.reading() as database:
            settle(self._room, access.by_link(database, token), "link_unknown", visit)
        post = Post()
        with self._room.workspace.database.writing() as database:
            row = access.by_link(database, token)
            assert row is not None, "rows of signers are never removed"
            envelope = read(database, row.envelope_id)
            signer = envelope.signer(row.signer)
            here = Here(database, row, envelope, signer)
            denied = other_account(signer, visit) or access.may_renew(row, self._now())
            if denied:
                refuse(self._room, here, denied, visit)
            else:
                envelope = note(self._room, here, Kind.ENVELOPE_REMINDED, dict(visit.evidence()))
                by = authority.named(signer.person)
                self._room.invite(database, envelope, [signer], post, by=by, reminder=True)
        if denied:
            raise denied
        if self._room.deliver(envelope.id, post).undelivered:
            raise BackendError("新的链接没有送达", code="not_delivered", remedy="稍后再试，或联系发起人")
        return self._room.courier.channels(signer.person)[0]

    def where(self, session: str, visit: Visit) -> tuple[Envelope, Signer]:
        """Return the envelope of a standing session and who signs there, to draw a page from."""
        with acting(self._room, session, visit) as here:
            return here.envelope, here.signer

    def request_code(self, session: str, visit: Visit) -> str:
        """Send a one-time code by the second channel and return which that is (masked).

        Raises:
            StateError: the session does not stand, or codes are asked for too quickly or too often.
            BackendError: it could not be delivered (`not_delivered`).
        """
        with acting(self._room, session, visit) as here:
            _, channel = self._room.courier.channels(here.signer.person)
            code = access.new_code(here.row, self._now())
            if isinstance(code, DocgenError):
                refuse(self._room, here, code, visit)
            else:
                data = {"channel": channel, "documents_sha256": here.row.bound_to, **visit.evidence()}
                note(self._room, here, Kind.ENVELOPE_CODE_SENT, data)
                bound_to = here.row.bound_to
        if isinstance(code, DocgenError):
            raise code
        self._send_code(here, code, bound_to)
        return channel

    def identify(self, session: str, code: str, visit: Visit) -> None:
        """Prove by the one-time code who it is; five wrong ones lock the link.

        Raises:
            InputError: it is wrong (`wrong_code`).
            StateError: there is none, it is too old, or the link is locked now (`access_locked`).
        """
        with acting(self._room, session, visit) as here:
            denied = access.check_code(here.row, code, self._now())
            if denied:
                refuse(self._room, here, denied, visit)
            else:
                data = {"method": "one_time_code", "documents_sha256": here.row.bound_to, **visit.evidence()}
                note(self._room, here, Kind.ENVELOPE_IDENTIFIED, data)
        if denied:
            raise denied

    def view(self, session: str, visit: Visit) -> tuple[Shown, ...]:
        """Return the documents as they are now, and record that they were shown to whoever has proven who it is."""
        with acting(self._room, session, visit, identified=True) as here:
            note(self._room, here, Kind.ENVELOPE_VIEWED, {"shown": list(here.envelope.current), **visit.evidence()})
        documents = here.envelope.definition.documents
        return tuple(
            Shown(document, self._room.workspace.content(sha256), sha256)
            for document, sha256 in zip(documents, here.envelope.current, strict=True)
        )

    def again(self, session: str, index: int, visit: Visit) -> Shown:
        """Return one document (counted from 0) as it is now, for a page that shows it in parts.

        Raises:
            NotFoundError: there is none of this number (`document_unknown`).
            StateError: the session does not stand, or nobody has proven who it is.
        """
        with acting(self._room, session, visit, identified=True) as here:
            documents, current = here.envelope.definition.documents, here.envelope.current
        if not 0 <= index < len(documents):
            raise NotFoundError("这次签署没有这份文件", code="document_unknown", remedy="回到签署页面")
        return Shown(documents[index], self._room.workspace.content(current[index]), current[index])

    def consent(self, session: str, version: str, visit: Visit) -> None:
        """Record the consent to sign electronically what was shown, to the text of this `version`.

        Raises:
            StateError: it is another version (`consent_changed`), nothing was shown, or it has changed since.
        """
        with acting(self._room, session, visit, identified=True) as here:
            definition = here.envelope.definition
            if version != definition.consent_version:
                raise StateError("同意书的版本不符", code="consent_changed", remedy="重新打开签署页面")
            shown = list(here.envelope.current)
            data = {"version": version, "sha256": definition.consent_sha256, "shown": shown, **visit.evidence()}
            note(self._room, here, Kind.ENVELOPE_CONSENTED, data)

    def sign(self, session: str, case: CaseFile, shown: Sequence[str], visit: Visit) -> Sent | Refusal:
        """Sign everything that is this signer's, with keys of the signer's own; or say by which rules that may not be.

        Args:
            session: the secret of the session.
            case: the case as it is now; the rules judge it, not the case as it was when the envelope was sent.
            shown: the digests of the documents as they were shown.
            visit: from where.

        Raises:
            StateError: a step before is missing, what was shown is not what would be signed (`shown_differs`), a
                document is no longer in force (`document_withdrawn`) or its content changed (`content_changed`).
            BackendError: no time stamp, or no key, could be had; nothing was signed.
        """
        with acting(self._room, session, visit, identified=True) as here:
            pass  # signing takes longer than anybody should hold the lock of all writers
        prepared = signature.prepare(self._room, here.envelope, here.signer, case, shown)
        if isinstance(prepared, Refusal):
            signature.log_refusal(self._room, here.envelope, prepared, visit)
            return prepared
        signed = signature.apply(self._room, here.envelope, prepared)
        post = Post()
        with acting(self._room, session, visit, identified=True) as here:
            signature.keep(self._room, here, signed, visit, post)
        return self._room.deliver(here.envelope.id, post)

    def decline(self, session: str, reason: str, visit: Visit) -> Envelope:
        """Refuse to sign, with the reason; that ends the envelope."""
        data = {"reason": sending.reasoned(reason), **visit.evidence()}
        with acting(self._room, session, visit, identified=True) as here:
            note(self._room, here, Kind.ENVELOPE_DECLINED, dict(data))
            access.close(here.session, here.envelope.id, [one.key for one in here.envelope.signers], self._now())
        return self._room.envelope(here.envelope.id)

    def delegate(self, session: str, to: str, reason: str, *, case: CaseFile, visit: Visit) -> Sent | Refusal:
        """Let another person of the same side sign instead, if the rules let that person; see `sending.delegate`."""
        with acting(self._room, session, visit, identified=True) as here:
            envelope, signer = here.envelope, here.signer
        by = authority.named(signer.person)
        return sending.delegate(self._room, envelope.id, signer.key, to, case=case, reason=reason, by=by)

    def _now(self) -> datetime:
        return self._room.clock.now()

    def _send_code(self, here: Here, code: str, bound_to: str) -> None:
        definition = here.envelope.definition
        titles = tuple(f"《{document.title}》{document.doc_no}" for document in definition.documents)
        until = (self._now() + access.CODE_LIFE).astimezone(SHANGHAI)
        message = Passcode(here.envelope.id, here.signer.key, titles, bound_to[:8], code, until)
        try:
            self._room.courier.send_code(here.signer.person, message)
        except BackendError as error:
            with self._room.workspace.database.writing() as database:
                envelope = read(database, here.envelope.id)
                data = {"signer": here.signer.key, "code": error.code}
                self._room.log(database, envelope, Kind.ENVELOPE_UNDELIVERED, actor=SYSTEM, data=data)
            raise
