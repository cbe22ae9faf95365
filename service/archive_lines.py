"""What the command line prints of archive records, refusals, hits and holds."""

import json
from collections.abc import Iterable, Iterator

from docgen.archive import KeptRecord, Refused
from docgen.archive.retention import Hold
from docgen.archive.search import Hit
from docgen.editions import Edition
from service import terminal
from service.wording import instant

EDITIONS = {Edition.DRAFT: "审批稿", Edition.SIGNING: "签署件", Edition.RECORD: "记录件"}


def record_line(record: KeptRecord) -> str:
    """Return one line on a record."""
    until = f"保管至{record.kept_until}" if record.kept_until else "永久保管"
    edition = EDITIONS[Edition(record.edition)]
    return (
        f"{record.archive_no}　{record.doc_no}　{record.title}（{edition}）R{record.revision}　{record.medium}　{until}"
    )


def records_json(records: Iterable[KeptRecord]) -> str:
    """Return records for machines."""
    return json.dumps([_record(one) for one in records], ensure_ascii=False)


def hits_json(hits: Iterable[Hit]) -> str:
    """Return hits for machines."""
    return json.dumps([{**_record(hit.record), "passages": hit.passages} for hit in hits], ensure_ascii=False)


def hit_lines(hit: Hit) -> Iterator[str]:
    """Yield a hit: the record, then its passages."""
    yield record_line(hit.record)
    yield from (f"    {passage}" for passage in hit.passages)


def refusal_lines(refused: Refused) -> Iterator[str]:
    """Yield why a document was not archived."""
    document = refused.document
    edition = EDITIONS[Edition(document.identity.edition)]
    yield f"未归档　{document.doc_no}　{document.title}（{edition}）R{document.revision}　[refused]"
    yield from (f"  {reason}" for reason in refused.reasons)
    for finding in refused.findings:
        yield from (f"  {line}" for line in terminal.finding_lines(finding))


def hold_line(hold: Hold) -> str:
    """Return one line on a hold."""
    return f"第{hold.id}号保全　{hold.scope}　{hold.reason}　{hold.placed_by}　{instant(hold.placed_at)}"


def _record(record: KeptRecord) -> dict[str, object]:
    return {
        "archive_no": record.archive_no,
        "case_no": record.case_no,
        "doc_no": record.doc_no,
        "form_id": record.form_id,
        "title": record.title,
        "edition": record.edition,
        "revision": record.revision,
        "stage": record.stage,
        "customer": record.customer,
        "dated": record.dated.isoformat(),
        "retention": record.retention.value,
        "kept_until": record.kept_until.isoformat() if record.kept_until else None,
        "medium": record.medium,
        "archived_at": record.archived_at.isoformat(),
        "files": {file.name: file.sha256 for file in record.files},
    }
