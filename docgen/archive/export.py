"""Taking a case out: files that can be read and checked without this program, as a folder, a zip or a BagIt bag.

Documents and scans lie by the stage of the manual (`01_客户开发 … 06_售后服务`), beside them metadata as JSON and XML,
the proof of every record with the script that checks it, `manifest.json` and `目录.csv`.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docgen.archive.archive import Archive
from docgen.archive.assertions import disposed_records
from docgen.archive.ledger import proofs
from docgen.archive.metadata import Metadata, to_xml
from docgen.archive.records import DESCRIPTION, KeptRecord, metadata_of, records
from docgen.editions import Edition
from docgen.errors import NotFoundError
from docgen.forms.spec import STAGES
from docgen.numbering import folder_name

Files = Iterator[tuple[str, bytes]]
"""Relative paths with `/`, and what they hold."""

_CHECKER = Path(__file__).with_name("verify_proof.py")
_COLUMNS = ("件号", "档号", "文号", "题名", "日期", "页数", "载体", "保管期限", "状态")
_FORMULA = ("=", "+", "-", "@", "\t")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def case_folder(archive: Archive, case_no: str) -> tuple[str, Files]:
    """Return the name of the folder of a case (`案卷号_客户简称`), and its files.

    Raises:
        NotFoundError: nothing of the case is archived.
        IntegrityError: a file is not what was archived; nothing of it may be handed out.
    """
    found = records(archive, case_no)
    if not found:
        raise NotFoundError("档案库中没有这个案卷", remedy="先归档：docgen archive add", code="case_not_archived")
    with archive.database.reading() as session:
        gone = disposed_records(session)
    described = {one.archive_no: metadata_of(archive, one) for one in found}
    name = folder_name(case_no, described[found[0].archive_no].customer_short)
    return name, _files(archive, found, described, gone)


def bagged(files: Iterable[tuple[str, bytes]], *, source: str, on: date, case_no: str) -> Files:
    """Turn files into a BagIt bag (RFC 8493): the payload under `data/`, with manifests over SHA-256."""
    payload: dict[str, str] = {}
    size = 0
    for path, data in files:
        payload[f"data/{path}"] = hashlib.sha256(data).hexdigest()
        size += len(data)
        yield f"data/{path}", data
    info = {
        "Source-Organization": source,
        "External-Identifier": case_no,
        "Bagging-Date": on.isoformat(),
        "Payload-Oxum": f"{size}.{len(payload)}",
    }
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{key}: {value}\n" for key, value in info.items()),
        "manifest-sha256.txt": _manifest(payload),
    }
    tags["tagmanifest-sha256.txt"] = _manifest({name: _sha256(text.encode()) for name, text in tags.items()})
    for name, text in tags.items():
        yield name, text.encode()


def zipped(files: Iterable[tuple[str, bytes]], top: str) -> bytes:
    """Return a zip of files under the folder `top`; the same files give the same bytes."""
    stream = BytesIO()
    with ZipFile(stream, "w") as package:
        for path, data in files:
            package.writestr(ZipInfo(f"{top}/{path}", _ZIP_TIME), data, ZIP_DEFLATED)
    return stream.getvalue()


def _files(
    archive: Archive, found: tuple[KeptRecord, ...], described: Mapping[str, Metadata], gone: frozenset[str]
) -> Files:
    for record in found:
        stage = f"{record.stage:02d}_{STAGES[record.stage - 1]}"
        metadata = described[record.archive_no]
        for file in record.files:
            if file.role == DESCRIPTION:
                yield f"元数据/{_edition(record)}{file.name}", metadata.canonical()
                yield (
                    f"元数据/{_edition(record)}{Path(file.name).with_suffix('.xml')}",
                    to_xml(metadata, _archiving(record, gone)),
                )
            elif record.archive_no not in gone:
                yield f"{stage}/{_edition(record)}{file.name}", archive.store.get(file.sha256)
    for proof in proofs(archive, [record.archive_no for record in found]):
        yield f"证明/{proof.record}.json", proof.to_json().encode()
    yield f"证明/{_CHECKER.name}", _CHECKER.read_bytes()
    entries = [_entry(record, described[record.archive_no], gone) for record in found]
    yield "manifest.json", (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode()
    yield "目录.csv", _catalogue(found, described, gone)


def _edition(record: KeptRecord) -> str:
    return "" if record.edition == Edition.RECORD else "签署件_"


def _archiving(record: KeptRecord, gone: frozenset[str]) -> dict[str, object]:
    return {
        "archive_no": record.archive_no,
        "retention": record.retention.value,
        "kept_until": record.kept_until.isoformat() if record.kept_until else None,
        "archived_at": record.archived_at.isoformat(),
        "archived_by": record.archived_by,
        "medium": record.medium,
        "state": _state(record, gone),
    }


def _entry(record: KeptRecord, metadata: Metadata, gone: frozenset[str]) -> dict[str, object]:
    files = {file.name: file.sha256 for file in record.files}
    main = {file.role: file.sha256 for file in record.files}
    return {
        "doc_no": record.doc_no,
        "form_id": record.form_id,
        "sha256": main.get("pdf", main["docx"]),
        "pages": metadata.document.pages,
        "title": record.title,
        "files": files,
        **_archiving(record, gone),
    }


def _catalogue(found: tuple[KeptRecord, ...], described: Mapping[str, Metadata], gone: frozenset[str]) -> bytes:
    text = StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    for number, record in enumerate(found, start=1):
        pages = described[record.archive_no].document.pages or ""
        state = "已销毁" if record.archive_no in gone else "在库"
        cells = (
            number,
            record.archive_no,
            record.doc_no,
            record.title,
            record.dated,
            pages,
            record.medium,
            record.retention.label,
            state,
        )
        rows.writerow(_harmless(str(cell)) for cell in cells)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _state(record: KeptRecord, gone: frozenset[str]) -> str:
    return "disposed" if record.archive_no in gone else "archived"


def _manifest(digests: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {_escaped(path)}\n" for path, digest in digests.items())


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
