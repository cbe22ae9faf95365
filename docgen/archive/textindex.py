"""The full-text index over titles and texts of records, of the kind that the database has.

Beside the index lies each text itself, deflated, for the passages of hits.
"""

import zlib
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from docgen.archive import fts5, tsvector
from docgen.archive.bigrams import LONGEST_PHRASE, phrase
from docgen.db.models import ArchiveBody
from docgen.errors import InputError

Entry = tuple[int, str, str]
"""The number of a record, its title and its text."""


def add(session: Session, entries: Sequence[Entry]) -> None:
    """Index records."""
    bodies = [{"record_seq": seq, "deflated": zlib.compress(body.encode(), 1)} for seq, _, body in entries]
    session.execute(insert(ArchiveBody), bodies)
    (fts5 if _on_sqlite(session) else tsvector).add(session, entries)


def remove(session: Session, seq: int, title: str, body: str) -> None:
    """Take record `seq` out again; `title` and `body` are those it was indexed with."""
    session.execute(delete(ArchiveBody).where(ArchiveBody.record_seq == seq))
    (fts5 if _on_sqlite(session) else tsvector).remove(session, seq, title, body)


def bodies(session: Session, seqs: Sequence[int]) -> dict[int, str]:
    """Return the texts of those records of which they are kept."""
    query = select(ArchiveBody.record_seq, ArchiveBody.deflated).where(ArchiveBody.record_seq.in_(seqs))
    return {seq: zlib.decompress(deflated).decode() for seq, deflated in session.execute(query)}


def matching(session: Session, words: str, conditions: Sequence[ColumnElement[bool]] = ()) -> list[int]:
    """Return the records in which every word of `words` occurs, the best match first.

    `conditions` on `ArchiveRecord` narrow the search; of more than `CANDIDATES` hits the newest count.

    Raises:
        InputError: a word is too long to look for (code `words_too_long`).
    """
    phrases = [found for word in words.split() if (found := phrase(word))]
    if any(len(one) > LONGEST_PHRASE for one in phrases):
        raise InputError("检索词过长", remedy=f"每个词不超过{LONGEST_PHRASE}个字", code="words_too_long")
    return (fts5 if _on_sqlite(session) else tsvector).matching(session, phrases, conditions) if phrases else []


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
