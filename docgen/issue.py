"""An issued document: a filled form with its number, revision, DOCX and PDF bytes.

Making one is pure: the same form, case, number, revision and day give the same DOCX bytes.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from docgen.convert import Pdf


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a document this one and no other."""

    case_no: str
    form_id: str
    subject: str
    edition: str


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document ready to be kept.

    `file_stem` is the file name without suffix; `pdf` is None where no PDF was asked for.
    """

    identity: Identity
    doc_no: str
    title: str
    revision: int
    issued_on: date
    file_stem: str
    template_sha256: str
    docx: bytes
    pdf: Pdf | None

    @property
    def docx_sha256(self) -> str:
        """Digest of the DOCX bytes."""
        return hashlib.sha256(self.docx).hexdigest()
