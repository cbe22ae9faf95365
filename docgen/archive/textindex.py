"""The full-text index of SQLite (FTS5) over titles and texts of records; it holds terms, not the texts."""

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from docgen.archive.bigrams import phrase, terms

_TITLE_WEIGHT = 5.0


def add(session: Session, seq: int, title: str, body: str) -> None:
    """Index record `seq`."""
    session.execute(
        sql("INSERT INTO archive_text(rowid, title, body) VALUES (:seq, :title, :body)"), _row(seq, title, body)
    )


def remove(session: Session, seq: int, title: str, body: str) -> None:
    """Take record `seq` out again; `title` and `body` are those it was indexed with."""
    session.execute(
        sql("INSERT INTO archive_text(archive_text, rowid, title, body) VALUES ('delete', :seq, :title, :body)"),
        _row(seq, title, body),
    )


def matching(session: Session, words: str) -> list[int]:
    """Return the records in which every word of `words` occurs, the best match first."""
    phrases = [" ".join(found) for word in words.split() if (found := phrase(word))]
    query = " AND ".join(f'"{one}" *' for one in phrases)
    if not query:
        return []
    ranked = session.scalars(
        sql("SELECT rowid FROM archive_text WHERE archive_text MATCH :query ORDER BY bm25(archive_text, :title, 1.0)"),
        {"query": query, "title": _TITLE_WEIGHT},
    )
    return list(ranked)


def _row(seq: int, title: str, body: str) -> dict[str, object]:
    return {"seq": seq, "title": " ".join(terms(title)), "body": " ".join(terms(body))}
