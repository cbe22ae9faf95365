"""The few words of WordprocessingML that checking and restyling a form need."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from lxml import etree

from docgen.errors import DeclarationError

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
"""The namespace of every element and attribute of the text."""

PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)


def tag(name: str) -> str:
    """Return the full name of an element: `p` is a paragraph."""
    return f"{W}{name}"


def part(docx: bytes, name: str) -> etree._Element:
    """Return the root of one part of a docx.

    Raises:
        DeclarationError: `template_unreadable`, where the docx is none or lacks that part.
    """
    try:
        with ZipFile(BytesIO(docx)) as package:
            return etree.fromstring(package.read(name), PARSER)
    except (BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise DeclarationError(
            "不是可读的 docx 文件", code="template_unreadable", remedy="用 Word、WPS 或 LibreOffice 另存为 docx"
        ) from error


def style_names(docx: bytes) -> Mapping[str, str]:
    """Return the names of the styles of a docx, by their identifiers."""
    named = {}
    for style in part(docx, "word/styles.xml").iter(tag("style")):
        name = style.find(tag("name"))
        if name is not None:
            named[style.get(f"{W}styleId", "")] = name.get(f"{W}val", "")
    return named
