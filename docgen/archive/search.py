"""Finding records: by words of their text and by what is registered of them; the best first, with passages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from docgen.archive import textindex
from docgen.archive.archive import Archive
from docgen.archive.assertions import disposed_records
from docgen.archive.bigrams import folded
from docgen.archive.records import KeptRecord, kept
from docgen.archive.retention import standing_holds
from docgen.db.models import ArchiveRecord
from docgen.forms.fill import text_of

_AROUND = 24
_PASSAGES = 3
LIMIT = 20
"""Number of hits a search returns unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; every condition that is given must hold.

    `words` are separated by blanks, and each must occur in title or text; `customer` is a part of the name, amounts
    are cents of the contract's tax-inclusive total, `held` asks for records under a legal hold (or under none).
    """

    words: str = ""
    customer: str = ""
    number: str = ""
    form_id: str = ""
    stage: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    since: date | None = None
    until: date | None = None
    held: bool | None = None
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, with the passages where the words stand (`【】` marks them)."""

    record: KeptRecord
    passages: tuple[str, ...]


def search(archive: Archive, query: Query) -> tuple[Hit, ...]:
    """Return the records that meet `query`: the best match first, without words the newest first."""
    with archive.database.reading() as session:
        conditions = _conditions(session, query)
        if query.words.strip():
            chosen = textindex.matching(session, query.words, conditions)[: query.limit]
        else:
            newest = select(ArchiveRecord.seq).where(*conditions).limit(query.limit)
            chosen = list(session.scalars(newest.order_by(ArchiveRecord.dated.desc(), ArchiveRecord.seq.desc())))
        found = kept(session, select(ArchiveRecord).where(ArchiveRecord.seq.in_(chosen)))
        texts = textindex.bodies(session, chosen) if query.words.strip() else {}
        gone = disposed_records(session)
    by_seq = dict(zip(sorted(chosen), found, strict=True))  # `found` comes by seq
    return tuple(
        Hit(
            by_seq[seq],
            () if by_seq[seq].archive_no in gone else _passages(archive, by_seq[seq], texts.get(seq), query.words),
        )
        for seq in chosen
    )


def _conditions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    row = ArchiveRecord
    conditions = [
        row.customer.contains(query.customer, autoescape=True) if query.customer else None,
        (
            row.doc_no.contains(query.number, autoescape=True)
            | row.case_no.contains(query.number, autoescape=True)
            | row.archive_no.contains(query.number, autoescape=True)
        )
        if query.number
        else None,
        row.form_id == query.form_id if query.form_id else None,
        row.stage == query.stage if query.stage is not None else None,
        row.amount_cents >= query.at_least if query.at_least is not None else None,
        row.amount_cents <= query.at_most if query.at_most is not None else None,
        row.dated >= query.since if query.since else None,
        row.dated <= query.until if query.until else None,
    ]
    chosen = [one for one in conditions if one is not None]
    if query.held is not None:
        scopes = [hold.scope for hold in standing_holds(session)]
        under = row.archive_no.in_(scopes) | row.case_no.in_(scopes)
        chosen.append(under if query.held else ~under)
    return chosen


def _passages(archive: Archive, record: KeptRecord, text: str | None, words: str) -> tuple[str, ...]:
    wanted = [folded(word) for word in words.split()]
    if not wanted:
        return ()
    if text is None:  # an older record, whose text lies in the document alone
        docx = next(file.sha256 for file in record.files if file.role == "docx")
        text = text_of(archive.store.get(docx))
    return tuple(_marked(text, wanted))


def _marked(text: str, wanted: list[str]) -> Iterator[str]:
    """Yield the places of the wanted words, each in its line."""
    found = 0
    for line in text.splitlines():
        plain = folded(line)
        if len(plain) != len(line):  # folding changed the length: show the folded line, where places are known
            line = plain  # noqa: PLW2901
        for word in wanted:
            place = plain.find(word)
            if place >= 0:
                start, end = max(0, place - _AROUND), place + len(word) + _AROUND
                yield f"{line[start:place]}【{line[place : place + len(word)]}】{line[place + len(word) : end]}".strip()
                found += 1
                break
        if found == _PASSAGES:
            return
