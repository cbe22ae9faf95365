"""What kinds of files an archive takes, recognised by their bytes, and whether they can be used safely for long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import pikepdf

from docgen.errors import InputError
from docgen.forms.fill import text_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
JSON = "application/json"
SUFFIXES = {DOCX: ".docx", PDF: ".pdf", JSON: ".json", "image/tiff": ".tif", "image/jpeg": ".jpg"}
"""File name suffix of each media type."""
_SCANS = ((b"%PDF-", PDF), (b"II*\x00", "image/tiff"), (b"MM\x00*", "image/tiff"), (b"\xff\xd8\xff", "image/jpeg"))
_ENDS = {PDF: b"%%EOF", "image/jpeg": b"\xff\xd9"}
_TAIL = 2048
LARGEST_SCAN = 200 * 1024 * 1024
"""Bytes that one scan may have."""

_ACTIVE_PDF = frozenset({"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia"})
_DEEPEST = 100
_ACTIVE_DOCX = re.compile(r"vbaProject|activeX|embeddings/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be relied on; `aspect` is 可用性 or 安全性."""

    aspect: str
    message: str


def scan_type(data: bytes) -> str:
    """Return the media type of a scan.

    Raises:
        InputError: it is no PDF, TIFF or JPEG, is cut off, or too large (code `bad_scan`).
    """
    media = next((media for start, media in _SCANS if data.startswith(start)), None)
    if media is None:
        raise _bad_scan("不是PDF、TIFF或JPEG文件")
    if len(data) > LARGEST_SCAN:
        raise _bad_scan(f"超过{LARGEST_SCAN // 1024 // 1024}MB")
    if _ENDS.get(media, b"") not in data[-_TAIL:]:
        raise _bad_scan("文件不完整")
    if faults := list(examine(media, data)):
        raise _bad_scan("；".join(fault.message for fault in faults))
    return media


def examine(media_type: str, data: bytes) -> Iterator[Fault]:
    """Yield why a file of this type could not be opened later or would be dangerous to open."""
    if media_type == PDF:
        yield from _examine_pdf(data)
    elif media_type == DOCX:
        yield from _examine_docx(data)


def _examine_pdf(data: bytes) -> Iterator[Fault]:
    """Look at every object of the file, also those in compressed streams; what bytes of a picture spell is nothing."""
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False) as document:
            if document.is_encrypted:
                yield Fault("安全性", "PDF已加密")
            elif not document.pages:
                yield Fault("可用性", "PDF没有页面")
            if any(_active(one) for one in document.objects):
                yield Fault("安全性", "PDF含有脚本、附件或可执行内容")
    except pikepdf.PasswordError:
        yield Fault("安全性", "PDF已加密")
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, KeyError, TypeError, AttributeError):
        yield Fault("可用性", "PDF无法打开")


def _active(root: object) -> bool:
    """Whether an object holds, directly, a key or a name of what runs or carries other files."""
    waiting = [(root, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError("nested too deep")  # caught above: no such file is usable
        if isinstance(one, pikepdf.Name) and str(one) in _ACTIVE_PDF:
            return True
        if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
            if not _ACTIVE_PDF.isdisjoint(one.keys()):
                return True
            waiting += [(value, depth + 1) for value in one.values() if not _apart(value)]
        elif isinstance(one, pikepdf.Array):
            waiting += [(value, depth + 1) for value in one if not _apart(value)]
    return False


def _apart(value: object) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _examine_docx(data: bytes) -> Iterator[Fault]:
    try:
        with ZipFile(BytesIO(data)) as package:
            active = any(_ACTIVE_DOCX.search(name) for name in package.namelist())
        text_of(data)
    except (BadZipFile, UnicodeDecodeError, KeyError, NotImplementedError, EOFError):
        yield Fault("可用性", "Word文件无法打开")
        return
    if active:
        yield Fault("安全性", "Word文件含有宏或嵌入对象")


def _bad_scan(reason: str) -> InputError:
    return InputError(f"扫描件不能归档：{reason}", remedy="提供完整的PDF、TIFF或JPEG扫描件", code="bad_scan")
