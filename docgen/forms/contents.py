"""The page numbers of a table of contents: PAGEREF fields, which every converter computes as it lays the pages out.

Word shows what a field held when it was saved until somebody updates it. So the numbers are laid out once with the
embedded converter and written into the fields; a reader who never updates them sees those of our PDF.
"""

import re
from io import BytesIO
from zipfile import ZipFile

from docgen.convert import page_references
from docgen.template.package import stored, zipped

_BODY = "word/document.xml"
_FIELD = re.compile(
    r'(<w:instrText[^>]*>\s*PAGEREF\s(?:(?!</w:p>).)*?"separate"/>(?:(?!</w:p>).)*?<w:t(?:\s[^>]*)?>)[^<]*(?=</w:t>)',
    re.DOTALL,
)


def with_page_numbers(docx: bytes) -> bytes:
    """Return `docx` with the number of its page in every PAGEREF field; without such fields, the very same bytes.

    Raises:
        InputError: it has characters that no font has, or is too long to be laid out.
        BackendError: it cannot be laid out.
    """
    with ZipFile(BytesIO(docx)) as package:
        body = package.read(_BODY).decode("utf-8")
        if "PAGEREF" not in body:
            return docx
        members = {info.filename: package.read(info) for info in package.infolist()}
    numbers = iter(page_references(docx))
    members[_BODY] = _FIELD.sub(lambda field: field[1] + next(numbers), body).encode("utf-8")
    return zipped(stored(name, data) for name, data in members.items())
