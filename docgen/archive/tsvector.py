"""The text index of PostgreSQL: pairs of characters as tsvector with a GIN index; it holds terms, not the texts.

A tsvector takes few positions (up to 16,383, of one term at most 256): a long text becomes several parts that overlap
by more than the longest phrase, so that none is cut. The title stands first, with the greater weight.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, column, exists, func, select, table, true, union_all
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from docgen.archive.bigrams import CANDIDATES, LONGEST_PHRASE, is_open, terms
from docgen.db.models import ArchiveRecord

_PART = 8_000
_REPEATS = 250
_OVERLAP = LONGEST_PHRASE
_GAP = 2
_INSERT = sql(
    "INSERT INTO archive_text(record_seq, part, several, terms) "
    "VALUES (:seq, :part, :several, CAST(:terms AS tsvector))"
)
_INDEX = table("archive_text", column("record_seq"), column("several"), column("terms"))


def add(session: Session, entries: Sequence[tuple[int, str, str]]) -> None:
    """Index records, each given with its number, title and text."""
    rows: list[dict[str, object]] = []
    for seq, title, body in entries:
        parts = list(_parts(title, body))
        several = len(parts) > 1
        rows += [{"seq": seq, "part": part, "several": several, "terms": found} for part, found in enumerate(parts)]
    session.execute(_INSERT, rows)


def remove(session: Session, seq: int, title: str, body: str) -> None:  # noqa: ARG001 - SQLite needs the texts
    """Take record `seq` out again."""
    session.execute(sql("DELETE FROM archive_text WHERE record_seq = :seq"), {"seq": seq})


def matching(
    session: Session, phrases: Sequence[Sequence[str]], conditions: Sequence[ColumnElement[bool]]
) -> list[int]:
    """Return the records that meet `conditions` in which every phrase occurs: the newest of them, the best first."""
    queries = [cast(_query(phrase), TSQUERY) for phrase in phrases]
    every = cast(" & ".join(map(_query, phrases)), TSQUERY)
    meets = exists().where(ArchiveRecord.seq == _INDEX.c.record_seq, *conditions) if conditions else true()
    found = [_newest(select(_INDEX.c.record_seq, _INDEX.c.terms).where(_matches(every), meets))]
    if len(queries) > 1:  # in a long text the phrases may stand in different parts
        anywhere = cast(" | ".join(map(_query, phrases)), TSQUERY)
        in_parts = (
            select(_INDEX.c.record_seq, func.max(cast(_INDEX.c.terms, Text)).label("terms"))
            .where(_INDEX.c.several, _matches(anywhere), meets)
            .group_by(_INDEX.c.record_seq)
            .having(*(func.bool_or(_matches(query)) for query in queries))
        )
        apart = _newest(in_parts).subquery()
        found.append(select(apart.c.record_seq, cast(apart.c.terms, TSVECTOR)))
    candidates = union_all(*(one.subquery().select() for one in found)).subquery()
    score = func.max(func.ts_rank(candidates.c.terms, every))
    ranked = select(candidates.c.record_seq).group_by(candidates.c.record_seq)
    return list(session.scalars(ranked.order_by(score.desc(), candidates.c.record_seq.desc())))


def _newest(found: Select[Any]) -> Select[Any]:
    return found.order_by(_INDEX.c.record_seq.desc()).limit(CANDIDATES)


def _matches(query: ColumnElement[Any]) -> ColumnElement[bool]:
    return _INDEX.c.terms.bool_op("@@")(query)


def _query(phrase: Sequence[str]) -> str:
    """Return neighbouring terms as tsquery, the last one open where it may go on; terms are letters and digits."""
    neighbours = " <-> ".join(f"'{term}'" for term in phrase)
    return f"({neighbours}{':*' if is_open(phrase[-1]) else ''})"


def _parts(title: str, body: str) -> Iterator[str]:
    """Yield the texts that PostgreSQL reads as tsvectors: `'term':1A,7 'other':2`."""
    places: dict[str, list[str]] = defaultdict(list)
    here = 1
    for term in terms(title)[:LONGEST_PHRASE]:
        places[term].append(f"{here}A")
        here += 1
    here += _GAP
    found = terms(body)
    start = done = 0
    while done < len(found):
        term = found[done]
        places[term].append(str(here))
        here, done = here + 1, done + 1
        if here >= _PART or len(places[term]) >= _REPEATS:
            yield _written(places)
            if done == len(found):
                return
            places, here = defaultdict(list), 1
            start = max(start + 1, done - _OVERLAP)
            done = start
    yield _written(places)


def _written(places: dict[str, list[str]]) -> str:
    return " ".join(f"'{term}':{','.join(where)}" for term, where in places.items())
