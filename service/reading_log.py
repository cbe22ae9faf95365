"""Who read what: every reading of a document's bytes and of the archive stands in the log of accesses."""

from collections.abc import Sequence

from docgen.archive import access
from docgen.workspace import KeptDocument
from docgen.workspace.documents import ARCHIVED
from service.gate import actor, installation


def document_read(document: KeptDocument) -> None:
    """Log that who asks reads a document that was signed or archived; an unsigned working copy is no record."""
    if document.state == ARCHIVED or document.identity.edition == "record":
        access.log(installation().archive, [document.doc_no], act="download", by=actor())


def archive_read(targets: Sequence[str], act: str) -> None:
    """Log that who asks read records of the archive."""
    access.log(installation().archive, targets, act=act, by=actor())
