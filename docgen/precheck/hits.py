"""A hit: one place of the text that a person should look at, and the reason, without any word of judgement.

What is said about a reason is declared with the detectors; which rule a kind of hit belongs to is a matter of the
rule packs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HitKind(StrEnum):
    """Kinds of hits."""

    AMOUNT = "amount"
    REPEALED_LAW = "repealed_law"
    RENUMBERED_LAW = "renumbered_law"
    VAGUE_TERM = "vague_term"
    UNFAIR_TERM = "unfair_term"
    TERM_NOTE = "term_note"
    BLANK = "blank"
    PARTY_NAME = "party_name"
    DATE = "date"
    FORUM = "forum"
    REFERENCE = "reference"
    DEFINITION = "definition"
    EFFECTIVENESS = "effectiveness"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found between two offsets of the text; `values` fill the sentence declared for `reason`."""

    kind: HitKind
    reason: str
    start: int
    end: int
    values: Mapping[str, str] = field(default_factory=dict)
    article: str = ""
