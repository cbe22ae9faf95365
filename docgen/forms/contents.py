"""The page numbers of a table of contents: PAGEREF fields, which every converter computes as it lays the pages out.

Word shows what a field held when it was saved until somebody updates it. So the numbers are laid out once with the
embedded converter and written into the fields; a reader who never updates them sees those of our PDF.
"""

from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from docgen.convert import page_references, referred_pages
from docgen.forms.ooxml import PARSER
from docgen.template.package import stored, zipped

_BODY = "word/document.xml"


def with_page_numbers(docx: bytes) -> bytes:
    """Return `docx` with the number of its page in every PAGEREF field; without such fields, the very same bytes.

    Raises:
        InputError: it has characters that no font has, or is too long to be laid out.
        BackendError: it cannot be laid out.
    """
    with ZipFile(BytesIO(docx)) as package:
        body = package.read(_BODY)
        if b"instrText" not in body:
            return docx
        members = {info.filename: package.read(info) for info in package.infolist()}
    root = etree.fromstring(body, PARSER)
    references = list(page_references(root))
    if not references:
        return docx
    for shown, number in zip(references, referred_pages(docx), strict=True):
        for place, text in enumerate(shown):
            text.text = "" if place else number
    members[_BODY] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return zipped(stored(name, data) for name, data in members.items())
