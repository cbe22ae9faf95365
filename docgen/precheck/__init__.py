"""The pre-check of a contract that we did not write: its text, its clauses, and what in it needs a person."""
