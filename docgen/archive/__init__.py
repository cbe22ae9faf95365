"""The archive: records of final documents, a ledger that proves them, and all that is done with them for decades.

The store keeps the bytes, the events say what was done, the tables only find it again: whatever a table says can be
checked against the ledger, and the ledger against a tree head that was published.
"""

from docgen.archive.admission import Admission, Admitted, Refused, admit
from docgen.archive.archive import Archive, opened
from docgen.archive.archiving import Archived, archive_case
from docgen.archive.fixity import AuditReport, audit
from docgen.archive.ledger import Head, Proof, read_head
from docgen.archive.records import KeptRecord
from docgen.archive.schedule import Schedule, load_schedule

__all__ = [
    "Admission",
    "Admitted",
    "Archive",
    "Archived",
    "AuditReport",
    "Head",
    "KeptRecord",
    "Proof",
    "Refused",
    "Schedule",
    "admit",
    "archive_case",
    "audit",
    "load_schedule",
    "opened",
    "read_head",
]
