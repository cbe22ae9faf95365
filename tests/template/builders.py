"""Word templates made for tests, docxtpl as the oracle, and the comparison of documents part by part."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docxtpl import DocxTemplate
from jinja2 import Environment
from lxml import etree

FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
FOOTNOTES_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


def _minimal() -> bytes:
    """python-docx's default document without what only makes it slow to read: styles, theme, thumbnail."""
    document = Document()
    kept = {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}
    for rels, wanted in ((document.part.package.rels, kept), (document.part.rels, {RELATIONSHIP_TYPE.STYLES})):
        for relation in [key for key, rel in rels.items() if rel.reltype not in wanted]:
            del rels[relation]
    styles = document.styles.element
    for style in list(styles):
        if style.get(qn("w:styleId")) not in {"Normal", "Header", "Footer", "TableNormal"}:
            styles.remove(style)
    return saved(document)


def saved(document: WordDocument | DocxTemplate) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


MINIMAL = _minimal()


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph whose text is split into runs at every `¦`."""
    runs = "".join(
        f'<w:r>{properties}<w:t xml:space="preserve">{run}</w:t></w:r>' if run else ""
        for run in escaped(text).split("¦")
    )
    return f"<w:p>{runs}</w:p>"


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell(text: str, properties: str = '<w:tcW w:w="2000" w:type="dxa"/>') -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(text if text.startswith('<w:tc') else cell(text) for text in cells)}</w:tr>"


def table(columns: int, *rows: str) -> str:
    grid = '<w:gridCol w:w="2000"/>' * columns
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def template(
    *blocks: str, header: str = "", footer: str = "", footnote: str = "", title: str = "", sections: int = 1
) -> bytes:
    """A docx of these blocks: plain text is a paragraph, XML stays XML."""
    document = Document(io.BytesIO(MINIMAL))
    body = document.element.body
    for _ in range(sections - 1):
        document.add_section()
    for block in blocks:
        xml = block if block.startswith("<w:") else paragraph(block)
        name = re.match(r"<(w:\w+)", xml)
        element = parse_xml(xml.replace(f"<{name[1]}", f"<{name[1]} {nsdecls('w', 'r', 'wp', 'a', 'pic')}", 1))
        body.insert(len(body) - 1, element)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    if footnote:
        add_footnote(document, footnote)
    if title:
        document.core_properties.title = title
    return saved(document)


def add_footnote(document: WordDocument, text: str) -> None:
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="1">{paragraph(text)}</w:footnote></w:footnotes>'
    )
    package = document.part.package
    part = Part(PackURI("/word/footnotes.xml"), FOOTNOTES_TYPE, xml.encode(), package)
    document.part.relate_to(part, FOOTNOTES_RELATION)


def members(docx: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def canonical(xml: bytes) -> bytes:
    """Canonical XML; docxtpl may leave characters behind that are not XML, which then have to be the same."""
    return etree.tostring(etree.fromstring(xml, etree.XMLParser(recover=True)), method="c14n")


def assert_same(ours: bytes, theirs: bytes) -> None:
    """Every part of both documents is the same, the XML ones after canonicalisation."""
    one, other = members(ours), members(theirs)
    assert sorted(one) == sorted(other)
    for name, data in one.items():
        if name.endswith((".xml", ".rels")):
            assert canonical(data) == canonical(other[name]), name
        else:
            assert data == other[name], name


def by_docxtpl(
    source: bytes,
    context: Mapping[str, object] | Callable[[DocxTemplate], Mapping[str, object]],
    *,
    autoescape: bool = False,
    filters: Mapping[str, Callable[..., object]] | None = None,
) -> bytes:
    """What docxtpl itself makes of the template; a context that needs the docxtpl template is a function of it."""
    word = DocxTemplate(io.BytesIO(source))
    environment = None
    if filters:
        environment = Environment(autoescape=autoescape)
        environment.filters.update(filters)
    values = context(word) if callable(context) else dict(context)
    word.render(values, environment, autoescape=autoescape)
    return saved(word)


def text_of(docx: bytes, name: str = "word/document.xml") -> str:
    """The text of a part, a line per paragraph; breaks and tabs as characters."""
    lines = []
    for each in etree.fromstring(members(docx)[name]).iter("{*}p"):
        signs = {"t": lambda found: found.text or "", "br": lambda _: "\n", "tab": lambda _: "\t"}
        pieces = [
            signs[kind](found)
            for found in each.iter("{*}t", "{*}br", "{*}tab")
            if (kind := etree.QName(found).localname)
        ]
        lines.append("".join(pieces))
    return "\n".join(lines)
