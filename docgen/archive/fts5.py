"""The text index of SQLite: FTS5 over pairs of characters, ranked by BM25; it holds terms, not the texts."""

from collections.abc import Sequence

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from docgen.archive.bigrams import terms

_TITLE_WEIGHT = 5.0


def add(session: Session, entries: Sequence[tuple[int, str, str]]) -> None:
    """Index records, each given with its number, title and text."""
    session.execute(
        sql("INSERT INTO archive_text(rowid, title, body) VALUES (:seq, :title, :body)"),
        [_row(seq, title, body) for seq, title, body in entries],
    )


def remove(session: Session, seq: int, title: str, body: str) -> None:
    """Take record `seq` out again; `title` and `body` are those it was indexed with."""
    session.execute(
        sql("INSERT INTO archive_text(archive_text, rowid, title, body) VALUES ('delete', :seq, :title, :body)"),
        _row(seq, title, body),
    )


def matching(session: Session, phrases: Sequence[Sequence[str]]) -> list[int]:
    """Return the records in which every phrase occurs, the best match first."""
    ranked = session.scalars(
        sql("SELECT rowid FROM archive_text WHERE archive_text MATCH :query ORDER BY bm25(archive_text, :title, 1.0)"),
        {"query": " AND ".join(f'"{" ".join(one)}" *' for one in phrases), "title": _TITLE_WEIGHT},
    )
    return list(ranked)


def _row(seq: int, title: str, body: str) -> dict[str, object]:
    return {"seq": seq, "title": " ".join(terms(title)), "body": " ".join(terms(body))}
