"""An issued document: a filled form with its number, revision, DOCX and PDF bytes.

Making one is pure: the same form, case, number, revision and day give the same DOCX bytes.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import zip_longest

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


@dataclass(frozen=True, slots=True)
class Change:
    """A paragraph in which two revisions differ: `before` is empty where it is new, `after` where it is gone."""

    before: str
    after: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Return in what two revisions of a document differ, paragraph by paragraph, from their texts."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Change] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            pairs = zip_longest(old[start:end], new[new_start:new_end], fillvalue="")
            found.extend(Change(*pair) for pair in pairs)
    return tuple(found)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
