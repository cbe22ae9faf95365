"""The full-text index over titles and texts of records, of the kind that the database has."""

from sqlalchemy.orm import Session

from docgen.archive import fts5, tsvector
from docgen.archive.bigrams import LONGEST_PHRASE, phrase
from docgen.errors import InputError


def add(session: Session, seq: int, title: str, body: str) -> None:
    """Index record `seq`."""
    (fts5 if _on_sqlite(session) else tsvector).add(session, seq, title, body)


def remove(session: Session, seq: int, title: str, body: str) -> None:
    """Take record `seq` out again; `title` and `body` are those it was indexed with."""
    (fts5 if _on_sqlite(session) else tsvector).remove(session, seq, title, body)


def matching(session: Session, words: str) -> list[int]:
    """Return the records in which every word of `words` occurs, the best match first.

    Raises:
        InputError: a word is too long to look for (code `words_too_long`).
    """
    phrases = [found for word in words.split() if (found := phrase(word))]
    if any(len(one) > LONGEST_PHRASE for one in phrases):
        raise InputError("检索词过长", remedy=f"每个词不超过{LONGEST_PHRASE}个字", code="words_too_long")
    return (fts5 if _on_sqlite(session) else tsvector).matching(session, phrases) if phrases else []


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
