"""The workspace: what the service did, kept beside the author's case files, which it never rewrites.

Snapshots, decisions, numbers, documents, overrides and a hash-chained log of events; bytes lie in the store.
"""

from docgen.workspace.casebook import Casebook, KeptCase
from docgen.workspace.decisions import KeptDecision, KnownNumbers, Ruling
from docgen.workspace.documents import KeptDocument
from docgen.workspace.events import ChainFault, KeptEvent
from docgen.workspace.location import Location
from docgen.workspace.workspace import Workspace

__all__ = [
    "Casebook",
    "ChainFault",
    "KeptCase",
    "KeptDecision",
    "KeptDocument",
    "KeptEvent",
    "KnownNumbers",
    "Location",
    "Ruling",
    "Workspace",
]
