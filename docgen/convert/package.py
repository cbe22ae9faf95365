"""A Word file as a package of parts, opened within limits: it may come from anywhere.

Nothing is unpacked to disk, no entity is expanded, no address is followed.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from docgen.errors import InputError

MAX_PARTS: Final = 1_000
MAX_BYTES: Final = 64 * 2**20  # of all parts together, unpacked
MAX_PART_BYTES: Final = 24 * 2**20

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CONTENT_TYPES: Final = "[Content_Types].xml"
DOCUMENT: Final = "word/document.xml"


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a Word file by name, in the order of the file."""

    parts: Mapping[str, bytes]

    def tree(self, name: str) -> etree._Element:
        """Parse the part `name` anew, so that the caller may change what he gets.

        Raises:
            InputError: the part is not well-formed or declares a document type.
        """
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True)
        try:
            root = etree.fromstring(self.parts[name], parser)
        except etree.XMLSyntaxError as error:
            raise InputError(f"Word 文件的部件 {name} 不是合格的 XML", code="docx_broken") from error
        if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
            raise InputError(f"Word 文件的部件 {name} 带有文档类型声明", code="docx_unsafe")
        return root

    def texts(self) -> Iterator[str]:
        """Yield the names of the parts that carry text or its formatting, the document first."""
        yield DOCUMENT
        for name in sorted(self.parts):
            folder, _, file = name.rpartition("/")
            if folder == "word" and file.endswith(".xml") and name != DOCUMENT:
                yield name


def open_package(docx: bytes) -> Package:
    """Open the Word file `docx`.

    Raises:
        InputError: it is not a Word file (`docx_broken`) or larger than the limits (`docx_too_large`).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            entries = archive.infolist()
            _limit(entries)
            parts = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError) as error:
        raise InputError("不是可读的 Word 文件（docx）", code="docx_broken") from error
    if DOCUMENT not in parts or CONTENT_TYPES not in parts:
        raise InputError("不是 Word 文件：缺少正文部件", code="docx_broken")
    return Package(parts)


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return the Word file made of `parts`, uncompressed: it is read once, at once."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return target.getvalue()


def _limit(entries: list[zipfile.ZipInfo]) -> None:
    # The sizes are the archive's own claim; zipfile stops reading a part at the size claimed for it.
    sizes = [entry.file_size for entry in entries]
    if len(entries) > MAX_PARTS or sum(sizes) > MAX_BYTES or max(sizes, default=0) > MAX_PART_BYTES:
        raise InputError("Word 文件过大", code="docx_too_large", remedy="减少图片或内容后重试")
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise InputError("Word 文件使用了不允许的压缩方式", code="docx_broken")
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise InputError("Word 文件含有重名部件", code="docx_broken")
