"""The four checks of electronic archives (四性检测, after DA/T 70-2018): 真实性、完整性、可用性、安全性."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import select

from docgen.archive import fixity
from docgen.archive.archive import Archive
from docgen.archive.assertions import disposed_records
from docgen.archive.content import Fault, examine
from docgen.archive.fixity import AuditReport
from docgen.archive.records import DESCRIPTION, KeptRecord, kept
from docgen.db.models import ArchiveRecord
from docgen.errors import IntegrityError, NotFoundError

USABLE, SAFE = "可用性", "安全性"


@dataclass(frozen=True, slots=True)
class Check:
    """One item of the checks, with every fault found; none means passed."""

    aspect: str
    item: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FourChecks:
    """The result of all checks over a whole archive."""

    records: int
    root: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether no check found a fault."""
        return not any(check.faults for check in self.checks)

    def to_json(self) -> str:
        """Return the report for machines."""
        return json.dumps({"passed": self.passed, **asdict(self)}, ensure_ascii=False)

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        verdict = "合格" if self.passed else "不合格"
        yield f"四性检测（参照 DA/T 70—2018）：{verdict}　档案 {self.records} 件　树根 {self.root}"
        for check in self.checks:
            yield f"{check.aspect}　{check.item}　{'合格' if not check.faults else '不合格'}"
            yield from (f"    {fault}" for fault in check.faults)


def four_checks(archive: Archive) -> FourChecks:
    """Run all checks over an archive."""
    found = fixity.inspect(archive)
    with archive.database.reading() as session:
        every = kept(session, select(ArchiveRecord))
        gone = disposed_records(session)
        numbers = session.execute(
            select(ArchiveRecord.year, ArchiveRecord.retention, ArchiveRecord.item_no).order_by(ArchiveRecord.seq)
        ).all()
    faults = [fault for record in every if record.archive_no not in gone for fault in _file_faults(archive, record)]
    gaps = _gaps([(row.year, row.retention, row.item_no) for row in numbers])
    return FourChecks(found.records, found.root, tuple(_checks(found, faults, gaps)))


def _checks(found: AuditReport, faults: list[tuple[str, Fault]], gaps: tuple[str, ...]) -> Iterator[Check]:
    def of(aspect: str) -> tuple[str, ...]:
        return tuple(f"{name}：{fault.message}" for name, fault in faults if fault.aspect == aspect)

    yield Check("真实性", "台账哈希链与树头", () if found.chain == "ok" else (found.chain,))
    yield Check("真实性", "文件摘要与登记内容", found.altered)
    yield Check("完整性", "文件与登记齐全", found.missing)
    yield Check("完整性", "件号连续", gaps)
    yield Check(USABLE, "文件可打开、可读取文字", of(USABLE))
    yield Check(SAFE, "无加密、脚本、宏、嵌入对象", of(SAFE))
    yield Check(SAFE, "无来历不明的文件", found.unexpected)


def _file_faults(archive: Archive, record: KeptRecord) -> Iterator[tuple[str, Fault]]:
    for file in record.files:
        if file.role == DESCRIPTION:
            continue
        name = f"{record.archive_no} {file.name}"
        try:
            data = archive.store.get(file.sha256)
        except (IntegrityError, NotFoundError) as error:
            yield name, Fault(USABLE, error.message)
            continue
        yield from ((name, fault) for fault in examine(file.media_type, data))


def _gaps(numbers: list[tuple[int, str, int]]) -> tuple[str, ...]:
    series: dict[tuple[int, str], int] = {}
    gaps = []
    for year, retention, item in numbers:
        expected = series.get((year, retention), 0) + 1
        if item != expected:
            gaps.append(f"{year}年 {retention}：第{expected}件之处为第{item}件")
        series[year, retention] = item
    return tuple(gaps)
