"""The contract on demand: standard clauses and the agreed terms of the final minutes become a contract."""

from docgen.drafting.draft import Draft, OpenItem, draft_contract
from docgen.drafting.library import ClauseLibrary, load_library

__all__ = ["ClauseLibrary", "Draft", "OpenItem", "draft_contract", "load_library"]
