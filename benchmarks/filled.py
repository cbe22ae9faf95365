"""Archives of any size for benchmarks: rows and index as archiving writes them, without documents in the store."""

import random
from datetime import date, timedelta
from functools import cache

from sqlalchemy import insert, text

from docgen.archive import Archive, textindex
from docgen.db.models import ArchiveFile, ArchiveRecord
from tests.archive import shelf

_FORMS = ("contract", "proposal", "order_form", "needs_confirmation_list", "first_contact_record", "acceptance_report")
_CUSTOMERS = [
    f"{place}{trade}有限公司"
    for place in ["杭州", "宁波", "苏州", "无锡", "合肥", "南京"]
    for trade in ["机械", "纺织", "电子", "食品", "化工", "物流", "医药", "能源"]
]
_CHUNK = 500


@cache
def sentences() -> tuple[str, ...]:
    """Return the sentences of the manual, the only long Chinese text that ships."""
    manual = (shelf.ROOT / "rules" / "manual.md").read_text(encoding="utf-8")
    return tuple(one.strip() for one in manual.replace("\n", "。").split("。") if len(one.strip()) > 12)


def words_of(number: int) -> str:
    """Return the text of a document: some 800 characters of the manual and figures; every tenth speaks of 违约金."""
    chosen = random.Random(number)
    said = [chosen.choice(sentences()) for _ in range(20)]
    said += [f"第{chosen.randrange(10**6)}号订单，金额{chosen.randrange(10**7)}元"]
    if number % 10 == 0:
        said.append("逾期付款的，按日支付违约金")
    if number % 1000 == 0:
        said.append("争议提交上海仲裁委员会仲裁")
    return "合同双方约定。\n" + "。\n".join(said)


def fill(archive: Archive, first: int, last: int) -> None:
    """Register documents `first` to `last` as archiving would."""
    for start in range(first, last + 1, _CHUNK):
        numbers = range(start, min(start + _CHUNK, last + 1))
        with archive.database.writing() as session:
            if session.get_bind().dialect.name == "postgresql":  # of SQLite the caller has dropped the references
                session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(insert(ArchiveRecord), [_record(number) for number in numbers])
            session.execute(insert(ArchiveFile), [_file(number) for number in numbers])
            textindex.add(session, [(number, f"文书{_FORMS[number % 6]}", words_of(number)) for number in numbers])


def _record(number: int) -> dict[str, object]:
    dated = date(2014, 1, 1) + timedelta(days=number // 28)
    return {
        "seq": number,
        "archive_no": f"0001-XS·{dated.year}-D30-{number:06d}",
        "fonds": "0001",
        "category": "XS",
        "year": dated.year,
        "retention": "y30",
        "item_no": number,
        "document_id": f"d{number}",
        "event_seq": number,
        "case_no": f"XS{dated.year}-{number // 6:06d}",
        "doc_no": f"WS-{dated.year}-{number:06d}",
        "title": f"文书{_FORMS[number % 6]}",
        "form_id": _FORMS[number % 6],
        "edition": "record",
        "revision": 0,
        "stage": number % 6 + 1,
        "customer": _CUSTOMERS[number // 6 % len(_CUSTOMERS)],
        "amount_cents": number // 6 * 7919 % 100_000_000,
        "dated": dated,
        "kept_until": date(dated.year + 31, 1, 1),
        "archived_at": shelf.NOW,
        "archived_by": "钱",
        "description": "{}" * 900,
    }


def _file(number: int) -> dict[str, object]:
    return {
        "record_seq": number,
        "event_seq": number,
        "role": "docx",
        "name": f"文书{number}.docx",
        "media_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "medium": "electronic",
        "sha256": f"{number:064x}",
        "size": 30_000,
    }
