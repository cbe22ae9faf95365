"""A signer's standing session: found, held against its browser and account, and every refusal logged.

A refusal is written in a transaction of its own right and raised after it is durable; what nobody issued (a guessed
link) belongs to no case and goes to the program's log, without the secret.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from docgen.db.models import SigningAccess
from docgen.envelope import access, authority
from docgen.envelope.access import Visit
from docgen.envelope.definition import Signer
from docgen.envelope.room import SigningRoom, read
from docgen.envelope.state import Envelope
from docgen.errors import DocgenError, NotFoundError, StateError
from docgen.workspace.events import EventKind as Kind

UNKNOWN = "unknown"
"""Who acts where nobody has proven who it is."""

_LOG = logging.getLogger("docgen.envelope")


@dataclass(frozen=True, slots=True)
class Here:
    """A signer in a standing session, inside a writing transaction."""

    session: Session
    row: SigningAccess
    envelope: Envelope
    signer: Signer


@contextmanager
def acting(room: SigningRoom, secret: str, visit: Visit, *, identified: bool = False) -> Iterator[Here]:
    """Yield the signer of a session in one writing transaction; with `identified`, only one who has proven who it is.

    Raises:
        NotFoundError: there is no such session (`session_unknown`).
        StateError: it does not stand: timed out, moved to another browser or account, closed, or not identified
            (`not_identified`).
    """
    with room.workspace.database.reading() as session:
        settle(room, access.by_session(session, secret), "session_unknown", visit)
    denied: DocgenError | None = None
    with room.workspace.database.writing() as session:
        row = access.by_session(session, secret)
        assert row is not None, "rows of signers are never removed"
        envelope = read(session, row.envelope_id)
        signer = envelope.signer(row.signer)
        denied = access.standing(row, visit, room.clock.now()) or other_account(signer, visit)
        if denied is None and identified and row.identified_at is None:
            denied = StateError("还没有核验身份", code="not_identified", remedy="先输入收到的验证码")
        here = Here(session, row, envelope, signer)
        if denied:
            refuse(room, here, denied, visit)
        else:
            yield here
    if denied:
        raise denied


def settle(room: SigningRoom, row: SigningAccess | None, code: str, visit: Visit) -> None:
    """Record first that the envelope of an access has expired; raise `NotFoundError` for a secret nobody issued."""
    if row is None:
        _LOG.warning("signing access refused: %s from %s", code, visit.evidence()["ip"])
        raise NotFoundError("没有这个签署链接或页面", code=code, remedy="使用收到的完整链接")
    room.envelope(row.envelope_id)


def refuse(room: SigningRoom, here: Here, denied: DocgenError, visit: Visit) -> None:
    """Log a refusal; after very many with one link only the program's log is told, so that nobody fills the ledger."""
    _LOG.warning("signing access refused: %s envelope %s signer %s", denied.code, here.envelope.id, here.signer.key)
    here.row.refusals += 1
    if here.row.refusals <= access.MAX_REFUSALS:
        data = {"signer": here.signer.key, "code": denied.code, **visit.evidence()}
        room.log(here.session, here.envelope, Kind.ENVELOPE_ACCESS_REFUSED, actor=visit.login or UNKNOWN, data=data)


def other_account(signer: Signer, visit: Visit) -> DocgenError | None:
    """Refuse whoever is logged in as somebody else, above all the sender."""
    if visit.login and visit.login not in {signer.person.ref, signer.person.name}:
        return StateError("这个签署链接不是发给您的", code="link_not_yours", remedy="由收到链接的签署人本人打开")
    return None


def note(room: SigningRoom, here: Here, kind: Kind, data: Mapping[str, object]) -> Envelope:
    """Append an event of this signer."""
    named = authority.named(here.signer.person)
    return room.note(here.session, here.envelope, kind, actor=named, signer=here.signer.key, data=data)
