"""A docx as a zip package: an untrusted one is read within bounds, ours is written byte for byte the same every time.

Rules enforced here: no macros, no document type declarations (entity bombs, external entities), no encodings that
could hide one, bounded number and size of entries; in strict templates no links that load content from elsewhere.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from docgen.errors import DeclarationError

__all__ = ["Entry", "deflated", "examine", "stored", "zipped"]

MAX_ENTRIES = 2_000
MAX_BYTES = 128 * 2**20
"""Most a package may unpack to, in bytes."""

_MACRO = re.compile(rb"vbaProject|macroEnabled|activeX", re.IGNORECASE)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_ENCODINGS = frozenset({b"utf-8", b"utf-16", b"utf-16le", b"utf-16be", b"us-ascii", b"ascii", b"iso-8859-1"})
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""\b(Type|Target|TargetMode)\s*=\s*["']([^"']*)["']""")
_LOCAL_FILE = re.compile(rb"file:///[A-Za-z]:", re.IGNORECASE)


def examine(source: bytes, *, strict: bool) -> None:
    """Refuse a template package that is broken, oversized or could make a reader run or fetch something.

    Raises:
        DeclarationError: `template_unreadable`, `template_too_large`, `template_macros`, `template_entities`,
            `template_external`.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as package:
            infos = package.infolist()
            if len(infos) > MAX_ENTRIES or sum(info.file_size for info in infos) > MAX_BYTES:
                raise DeclarationError(
                    f"模板过大：最多 {MAX_ENTRIES} 个部件、解压后 {MAX_BYTES // 2**20} MB", code="template_too_large"
                )
            for info in infos:
                _examine_entry(info.filename, package.read(info), strict=strict)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as exc:
        raise DeclarationError(
            "模板不是可读取的 docx 文件",
            remedy="用 Word 或 WPS 另存为 .docx（不加密）后再用",
            code="template_unreadable",
        ) from exc


def _examine_entry(name: str, data: bytes, *, strict: bool) -> None:
    plain = data.replace(b"\0", b"")
    if _MACRO.search(name.encode()) or (name == "[Content_Types].xml" and _MACRO.search(plain)):
        raise DeclarationError(
            "模板含宏或 ActiveX 控件，不予使用", remedy="另存为不含宏的 .docx", code="template_macros"
        )
    if not name.lower().endswith((".xml", ".rels")):
        return
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain or (declared and declared[1].lower() not in _ENCODINGS):
        raise DeclarationError(f"模板部件 {name} 含文档类型声明或不支持的编码", code="template_entities")
    if strict and name.endswith(".rels"):
        for relationship in _RELATIONSHIP.findall(plain):
            _examine_relationship(name, dict(_ATTRIBUTE.findall(relationship)))


def _examine_relationship(name: str, attributes: Mapping[bytes, bytes]) -> None:
    kind = attributes.get(b"Type", b"").rpartition(b"/")[2]
    if attributes.get(b"TargetMode") != b"External" or kind == b"hyperlink":
        return
    if kind == b"attachedTemplate" and _LOCAL_FILE.match(attributes.get(b"Target", b"")):
        return
    raise DeclarationError(
        f"模板部件 {name} 引用了外部内容（{kind.decode(errors='replace')}）",
        remedy="把图片或模板嵌入文件内，不要链接",
        code="template_external",
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished zip member: its name, its local header with the deflated data, and what the directory needs."""

    name: bytes
    blob: bytes
    crc: int
    packed: int
    size: int


_FLAGS = 0x0800
_DATE, _TIME = 1 << 5 | 1, 0
"""MS-DOS date and time 1980-01-01 00:00, the earliest a zip can say: the same input gives the same bytes."""


def deflated(data: bytes, level: int = 6) -> bytes:
    """Return `data` as a raw deflate stream."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def stored(name: str, data: bytes, deflate: Callable[[bytes], bytes] = deflated) -> Entry:
    """Return the zip member `name` holding `data`."""
    encoded, packed, crc = name.encode(), deflate(data), zlib.crc32(data)
    header = struct.pack(
        "<IHHHHHIIIHH", 0x04034B50, 20, _FLAGS, 8, _TIME, _DATE, crc, len(packed), len(data), len(encoded), 0
    )
    return Entry(encoded, header + encoded + packed, crc, len(packed), len(data))


def zipped(entries: Iterable[Entry]) -> bytes:
    """Return the zip file of `entries`, in their order."""
    blobs: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        blobs.append(entry.blob)
        directory.append(_directory_line(entry, offset))
        offset += len(entry.blob)
    listing = b"".join(directory)
    count = len(directory)
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(listing), offset, 0)
    return b"".join((*blobs, listing, end))


def _directory_line(entry: Entry, offset: int) -> bytes:
    numbers = (entry.crc, entry.packed, entry.size, len(entry.name), 0, 0, 0, 0, 0, offset)
    return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, _FLAGS, 8, _TIME, _DATE, *numbers) + entry.name
