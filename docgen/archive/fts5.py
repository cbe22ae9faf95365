"""The text index of SQLite: FTS5 over pairs of characters, ranked by BM25; it holds terms, not the texts."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, column, exists, func, literal_column, select, table
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from docgen.archive.bigrams import CANDIDATES, is_open, terms
from docgen.db.models import ArchiveRecord

_TITLE_WEIGHT = 5.0
_INDEX = table("archive_text", column("rowid"))


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


def matching(
    session: Session, phrases: Sequence[Sequence[str]], conditions: Sequence[ColumnElement[bool]]
) -> list[int]:
    """Return the records that meet `conditions` in which every phrase occurs: the newest of them, the best first."""
    score = func.bm25(literal_column("archive_text"), _TITLE_WEIGHT, 1.0)
    found = select(_INDEX.c.rowid, score.label("score")).where(sql("archive_text MATCH :query"))
    if conditions:  # asked of one hit after the other: a join would search the text anew for every record
        found = found.where(exists().where(ArchiveRecord.seq == _INDEX.c.rowid, *conditions))
    newest = found.order_by(_INDEX.c.rowid.desc()).limit(CANDIDATES)
    rows = session.execute(newest, {"query": " AND ".join(map(_phrase, phrases))}).all()
    return [row.rowid for row in sorted(rows, key=lambda row: (row.score, -row.rowid))]


def _phrase(phrase: Sequence[str]) -> str:
    return f'"{" ".join(phrase)}"{" *" if is_open(phrase[-1]) else ""}'


def _row(seq: int, title: str, body: str) -> dict[str, object]:
    return {"seq": seq, "title": " ".join(terms(title)), "body": " ".join(terms(body))}
