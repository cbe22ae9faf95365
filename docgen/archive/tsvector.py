"""The text index of PostgreSQL: pairs of characters as tsvector with a GIN index; it holds terms, not the texts.

A tsvector takes few positions (up to 16,383, of one term at most 256): a long text becomes several parts that overlap
by more than the longest phrase, so that none is cut. The title stands first, with the greater weight.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from docgen.archive.bigrams import LONGEST_PHRASE, terms

_PART = 8_000
_REPEATS = 250
_OVERLAP = LONGEST_PHRASE
_GAP = 2
_INSERT = sql(
    "INSERT INTO archive_text(record_seq, part, several, terms) "
    "VALUES (:seq, :part, :several, CAST(:terms AS tsvector))"
)
_TOGETHER = (
    "SELECT record_seq, max(ts_rank(terms, CAST(:every AS tsquery))) AS score FROM archive_text "
    "WHERE terms @@ CAST(:every AS tsquery) GROUP BY record_seq"
)
_APART = (
    "SELECT record_seq, max(ts_rank(terms, CAST(:any AS tsquery))) AS score FROM archive_text "
    "WHERE several AND terms @@ CAST(:any AS tsquery) GROUP BY record_seq HAVING {each}"
)


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


def matching(session: Session, phrases: Sequence[Sequence[str]]) -> list[int]:
    """Return the records in which every phrase occurs, the best match first."""
    queries = [_query(phrase) for phrase in phrases]
    given = {"every": " & ".join(queries)}
    found = _TOGETHER
    if len(queries) > 1:  # in a long text the phrases may stand in different parts
        given |= {"any": " | ".join(queries), **{f"q{place}": query for place, query in enumerate(queries)}}
        each = " AND ".join(f"bool_or(terms @@ CAST(:q{place} AS tsquery))" for place in range(len(queries)))
        found = f"{_TOGETHER} UNION {_APART.format(each=each)}"
    ranked = f"SELECT record_seq FROM ({found}) AS found GROUP BY record_seq ORDER BY max(score) DESC, record_seq DESC"  # noqa: S608
    return list(session.scalars(sql(ranked), given))


def _query(phrase: Sequence[str]) -> str:
    """Return neighbouring terms, the last as the beginning of a term; terms hold letters and digits only."""
    return "(" + " <-> ".join(f"'{term}'" for term in phrase) + ":*)"


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
