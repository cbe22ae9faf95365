"""The workspace: what the service did, kept beside the author's case files, which it never rewrites.

Snapshots, decisions, numbers, documents, overrides and a hash-chained log of events; bytes lie in the store.
"""

from docgen.workspace.documents import KeptDocument
from docgen.workspace.events import ChainFault, KeptEvent
from docgen.workspace.workspace import KnownNumbers, Workspace

__all__ = ["ChainFault", "KeptDocument", "KeptEvent", "KnownNumbers", "Workspace"]
