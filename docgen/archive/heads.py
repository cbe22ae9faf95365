"""Signed tree heads: the newest head signed and time-stamped, so that it proves who vouches for the ledger, and when.

A signed head is an event of the ledger with its parts in the store, hence itself under every later head: signing the
newest head renews the proof of all that came before. It is made per day or per batch, outside of archiving, because a
time stamp comes from afar. Written out, it lies in four files that OpenSSL checks without us.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import ScalarResult, select
from sqlalchemy.orm import Session

from docgen.archive import ledger
from docgen.archive.archive import Archive
from docgen.archive.ledger import SIGNED_PARTS, Head, Proof, read_head
from docgen.clock import Clock
from docgen.db.models import ArchiveRecord, Event
from docgen.errors import InputError, IntegrityError, NotFoundError, StateError
from docgen.signing.authority import Identity
from docgen.signing.detached import Detached, Vouched, sign_detached, verify_detached
from docgen.signing.keys import KeySource
from docgen.signing.timestamps import Timestamper
from docgen.signing.trust import Trust
from docgen.stores import Store
from docgen.workspace import events
from docgen.workspace.events import EventKind


class HeadSigner(Protocol):
    """Signs the text of a tree head, `SIZE:ROOT`."""

    def sign(self, head: bytes) -> Detached:
        """Return signature and time stamp over `head`, with the certificates behind them."""
        ...


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with the key of an identity, and has the time of a stamper."""

    keys: KeySource
    identity: Identity
    timestamper: Timestamper
    clock: Clock

    def sign(self, head: bytes) -> Detached:
        """Sign `head` with a key of `identity`."""
        return sign_detached(head, self.keys.credential(self.identity), self.timestamper, self.clock)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head with what vouches for it."""

    head: Head
    detached: Detached

    def files(self, name: str) -> Iterator[tuple[str, bytes]]:
        """Yield the files that anyone can check with OpenSSL: the head as text, signature, time stamp, chain."""
        yield f"{name}.head", str(self.head).encode()
        for part, suffix in SIGNED_PARTS.items():
            yield name + suffix, getattr(self.detached, part)


def publish(archive: Archive, signer: HeadSigner, *, by: str, again: bool = False) -> SignedHead:
    """Sign the newest head and enter that into the ledger.

    Where nothing came since the last signed one, that is returned, unless it shall be signed `again`, before its
    certificates or algorithms expire.

    Raises:
        StateError: the archive is empty (`nothing_to_sign`), or the key cannot sign.
        BackendError: no time stamp could be had (`timestamp_failed`); nothing is recorded.
    """
    with archive.database.reading() as session:
        newest = session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).first()
        if newest is None:
            raise StateError("档案库是空的，没有可签名的树头", remedy="先归档", code="nothing_to_sign")
        if newest.kind == EventKind.HEAD_SIGNED and not again:
            return _read(archive.store, newest)
    with archive.database.writing() as session:
        head = ledger.seal(session, archive.clock.now())
    detached = signer.sign(str(head).encode())
    digests = {part: archive.store.put(getattr(detached, part)) for part in SIGNED_PARTS}
    now = archive.clock.now()
    with archive.database.writing() as session:
        data = {"size": head.size, "root": head.root, **digests}
        events.append(session, EventKind.HEAD_SIGNED, at=now, case_no="", subject=str(head.size), actor=by, data=data)
        ledger.seal(session, now)
    return SignedHead(head, detached)


def latest_signed(archive: Archive) -> SignedHead | None:
    """Return the newest signed head; None where none was signed yet."""
    with archive.database.reading() as session:
        last = _signing(session).first()
        return _read(archive.store, last) if last else None


def vouched(archive: Archive, trust: Trust) -> Iterator[tuple[Head, Vouched | IntegrityError]]:
    """Verify every signed head by the roots of `trust`; yield who vouches for it, or why nobody does."""
    with archive.database.reading() as session:
        found = [(event.data["size"], event.data["root"], event) for event in _signing(session)]
        for size, root, event in found:
            head = Head(size, root)
            try:
                detached = _read(archive.store, event).detached
                yield head, verify_detached(str(head).encode(), detached, trust, archive.clock)
            except (InputError, NotFoundError) as error:
                yield head, IntegrityError(error.message, remedy=error.remedy, code="signature_invalid")
            except IntegrityError as error:
                yield head, error


def proof_under_signed_head(archive: Archive, archive_no: str) -> tuple[Proof, SignedHead | None]:
    """Return the proof of a record under the newest signed head that covers it, else under the newest head.

    Raises:
        NotFoundError: there is no such record.
    """
    signed = latest_signed(archive)
    with archive.database.reading() as session:
        place = session.scalar(select(ArchiveRecord.event_seq).where(ArchiveRecord.archive_no == archive_no))
    if signed is None or place is None or place > signed.head.size:
        return ledger.proof(archive, archive_no), None
    (found,) = ledger.proofs(archive, [archive_no], under=signed.head.size)
    return found, signed


def read_published(path: Path, trust: Trust, clock: Clock) -> tuple[Head, Vouched]:
    """Read a published head from `NAME.head` with its files beside it, and verify who vouches for it.

    Raises:
        NotFoundError: one of the files is missing (`head_file_missing`).
        InputError: one of them cannot be read.
        IntegrityError: the signature does not hold (`signature_invalid`).
    """
    try:
        text = path.read_bytes()[:1000]
        parts = {part: path.with_suffix(suffix).read_bytes() for part, suffix in SIGNED_PARTS.items()}
    except OSError as error:
        raise NotFoundError(
            "树头的签名文件不全", remedy="把 .head、.p7s、.tst、.pem 四个文件放在一起", code="head_file_missing"
        ) from error
    head = read_head(text.decode("ascii", "replace"))
    return head, verify_detached(text, Detached(**parts), trust, clock)


def _signing(session: Session) -> ScalarResult[Event]:
    return session.scalars(select(Event).where(Event.kind == EventKind.HEAD_SIGNED).order_by(Event.seq.desc()))


def _read(store: Store, event: Event) -> SignedHead:
    parts = {part: store.get(event.data[part]) for part in SIGNED_PARTS}
    return SignedHead(Head(event.data["size"], event.data["root"]), Detached(**parts))
