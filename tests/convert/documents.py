"""Word files for the tests, built with python-docx; raw WordprocessingML goes in where it has no words for it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

CLAUSE = "本合同由甲乙双方签订，合同金额为人民币680,000.00元整，双方应当按照约定全面履行自己的义务。"
_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def blank() -> Document:
    """Return an A4 document in 宋体 without content."""
    document = docx.Document()
    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    for slot in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{slot}"), "宋体")
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    return document


def saved(document: Document) -> bytes:
    """Return the bytes of `document`."""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def saying(*paragraphs: str) -> bytes:
    """Return a Word file of plain paragraphs."""
    document = blank()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def holding(*fragments: str) -> bytes:
    """Return a Word file whose body holds the WordprocessingML `fragments`, in the prefix `w`."""
    document = blank()
    for fragment in fragments:
        add_xml(document, fragment)
    return saved(document)


def add_xml(document: Document, fragment: str) -> None:
    """Append `fragment` to the body of `document`."""
    for element in parsed(fragment):
        document.element.body.insert_element_before(element, "w:sectPr")


def parsed(fragment: str) -> list[BaseOxmlElement]:
    """Return the elements of the WordprocessingML `fragment`."""
    return list(parse_xml(f"<w:body {_NAMESPACE}>{fragment}</w:body>"))


def page_field(name: str) -> str:
    """Return the runs of a complex field, whose stored result is wrong."""
    steps = ('<w:fldChar w:fldCharType="begin"/>', f"<w:instrText> {name} </w:instrText>",
             '<w:fldChar w:fldCharType="separate"/>', "<w:t>987</w:t>", '<w:fldChar w:fldCharType="end"/>')  # fmt: skip
    return "".join(f"<w:r>{step}</w:r>" for step in steps)


def cell(width: int, text: str, properties: str = "") -> str:
    """Return a table cell, `width` in twips."""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>'
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
    )


def table(rows: list[list[str]], widths: list[int], header: bool = False) -> str:
    """Return a fixed table of plain cells; the first row repeats on every page if it is a `header`."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = ""
    for number, row in enumerate(rows):
        repeat = "<w:trPr><w:tblHeader/></w:trPr>" if header and number == 0 else ""
        cells = "".join(cell(width, text) for width, text in zip(widths, row, strict=True))
        lines += f"<w:tr>{repeat}{cells}</w:tr>"
    layout = f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
    return f"<w:tbl>{layout}<w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"


def watermark(text: str) -> str:
    """Return the paragraph that Word puts into a header for a text watermark."""
    place = "position:absolute;width:400pt;height:130pt;rotation:315;z-index:-251658752"
    for axis in ("horizontal", "vertical"):
        place += f";mso-position-{axis}:center;mso-position-{axis}-relative:margin"
    words = f'<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{text}"/>'
    shape = f'<v:shape type="#_x0000_t136" style="{place}" fillcolor="silver" stroked="f">{words}</v:shape>'
    return f'<w:p xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:pict>{shape}</w:pict></w:r></w:p>'


def changed(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return the Word file `data` after `change` to its parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def png(width: int = 8, height: int = 8) -> bytes:
    """Return a red picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes((200, 30, 30)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
