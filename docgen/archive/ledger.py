"""The ledger: the chain of events with a Merkle tree over it, its heads, and proofs that anyone can check.

The entry of an event is the hash before it and its canonical JSON; the chain's hash is the SHA-256 of the entry, and
the tree's leaves hold these hashes. A head is made at the end of every act of the archive. Whoever keeps a head
elsewhere can tell later that nothing before it was changed, left out or put in.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docgen.archive.archive import Archive
from docgen.archive.merkle import Frontier, inclusion_proof, leaf_hash
from docgen.db.models import ArchiveRecord, Event, TreeHead
from docgen.errors import InputError, NotFoundError
from docgen.workspace.events import EventKind, entry

_HEAD = re.compile(r"(0|[1-9][0-9]{0,17}):([0-9a-f]{64})")
PROOF_FORMAT = "docgen-proof/1"
SIGNED_PARTS: Mapping[str, str] = {"signature": ".p7s", "timestamp": ".tst", "chain": ".pem"}
"""The parts of a signed head that the ledger names by digest, and the suffixes of their files beside `NAME.head`."""


@dataclass(frozen=True, slots=True)
class Head:
    """The number of events and the head of the tree over them, in hex."""

    size: int
    root: str

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"


@dataclass(frozen=True, slots=True)
class Proof:
    """That a record is in the ledger: its entry and the path from there to a head."""

    record: str
    entry: str
    leaf_index: int
    head: Head
    head_at: datetime
    path: tuple[str, ...]

    def to_json(self) -> str:
        """Return the file that `verify_proof.py` checks."""
        body = {
            "format": PROOF_FORMAT,
            "record": self.record,
            "entry": self.entry,
            "leaf_index": self.leaf_index,
            "tree_size": self.head.size,
            "root": self.head.root,
            "head_at": self.head_at.isoformat(),
            "path": self.path,
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def read_head(text: str) -> Head:
    """Read a published head, `SIZE:ROOT`; raise `InputError` where it is not one (code `bad_head`)."""
    if found := _HEAD.fullmatch(text.strip()):
        return Head(int(found[1]), found[2])
    raise InputError("树头应写作 个数:64位十六进制", remedy="使用归档时公布的树头", code="bad_head")


def seal(session: Session, at: datetime) -> Head:
    """Make the head over all events so far, inside the caller's writing transaction; the same one if none came."""
    last = _last(session)
    frontier = Frontier(last.size, [bytes.fromhex(peak) for peak in last.peaks]) if last else Frontier()
    for digest in session.scalars(select(Event.hash).where(Event.seq > frontier.size).order_by(Event.seq)):
        frontier.add(leaf_hash(bytes.fromhex(digest)))
    head = Head(frontier.size, frontier.root.hex())
    if last is None or last.size < head.size:
        session.add(
            TreeHead(
                size=head.size,
                root=head.root,
                peaks=[peak.hex() for peak in frontier.peaks],
                at=at,
            )
        )
    return head


def latest(archive: Archive) -> Head:
    """Return the newest head; that of the empty tree where nothing was archived yet."""
    with archive.database.reading() as session:
        last = _last(session)
        return Head(last.size, last.root) if last else Head(0, Frontier().root.hex())


def proofs(archive: Archive, archive_nos: Sequence[str], *, under: int | None = None) -> tuple[Proof, ...]:
    """Return the proofs that records are under the newest head, or under the head that was kept at size `under`.

    Raises:
        NotFoundError: a record does not exist, or came after that head.
    """
    with archive.database.reading() as session:
        places = select(ArchiveRecord.archive_no, ArchiveRecord.event_seq)
        found = {
            row.archive_no: row.event_seq
            for row in session.execute(places.where(ArchiveRecord.archive_no.in_(archive_nos)))
        }
        last = _last(session) if under is None else session.get(TreeHead, under)
        if last is None or found.keys() != set(archive_nos) or max(found.values(), default=0) > last.size:
            raise NotFoundError("没有这个档号的档案", remedy="档号见 docgen archive list", code="record_unknown")
        digests = session.scalars(select(Event.hash).where(Event.seq <= last.size).order_by(Event.seq))
        leaves = [leaf_hash(bytes.fromhex(digest)) for digest in digests]
        return tuple(
            Proof(
                record=archive_no,
                entry=entry(session.get_one(Event, found[archive_no])),
                leaf_index=found[archive_no] - 1,
                head=Head(last.size, last.root),
                head_at=last.at,
                path=tuple(step.hex() for step in inclusion_proof(leaves, found[archive_no] - 1)),
            )
            for archive_no in archive_nos
        )


def proof(archive: Archive, archive_no: str) -> Proof:
    """Return the proof of one record."""
    (only,) = proofs(archive, [archive_no])
    return only


def roots_at(digests: Iterator[str], sizes: Sequence[int]) -> tuple[Mapping[int, str], Frontier]:
    """Return the head at each of `sizes` that the tree over the events' hashes reaches, and the whole tree's edge."""
    wanted, found, frontier = set(sizes), {}, Frontier()
    if 0 in wanted:
        found[0] = frontier.root.hex()
    for digest in digests:
        frontier.add(leaf_hash(bytes.fromhex(digest)))
        if frontier.size in wanted:
            found[frontier.size] = frontier.root.hex()
    return found, frontier


def signed_heads(session: Session) -> tuple[Head, ...]:
    """Return the heads that were signed (`docgen.archive.heads`), in order."""
    said = session.scalars(select(Event).where(Event.kind == EventKind.HEAD_SIGNED).order_by(Event.seq))
    return tuple(Head(event.data["size"], event.data["root"]) for event in said)


def _last(session: Session) -> TreeHead | None:
    return session.scalars(select(TreeHead).order_by(TreeHead.size.desc()).limit(1)).first()
