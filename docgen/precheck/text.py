"""The text of a contract as it was read: one string with offsets, its blocks, and what Word kept beside it.

Offsets count characters of `ContractText.text`, which nothing changes afterwards: every quotation is a slice of it.
Blocks come in document order; headers, footers, notes and comments follow the body and are kept apart from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a block of text is in the document."""

    PARAGRAPH = "paragraph"
    ROW = "row"
    NOTE = "note"
    HEADER = "header"
    FOOTER = "footer"
    COMMENT = "comment"

    @property
    def agreed(self) -> bool:
        """Whether the parties agree on what stands here; a page header or a comment is no term of the contract."""
        return self in {BlockKind.PARAGRAPH, BlockKind.ROW, BlockKind.NOTE}


CELL = " | "
"""Stands between two cells of a table row."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a table row as a slice of the text; `table` numbers the table of a row, from 1."""

    start: int
    end: int
    kind: BlockKind = BlockKind.PARAGRAPH
    table: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotation: `text` is exactly what stands between the offsets `start` and `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A tracked change still open: an insertion (which counts, at its place) or a deletion (which does not)."""

    start: int
    end: int
    author: str
    text: str
    inserted: bool


@dataclass(frozen=True, slots=True)
class ContractText:
    """What a contract says. `pages` is 0 where the format knows no pages; `format` is `docx`, `pdf` or `txt`."""

    text: str
    blocks: tuple[Block, ...]
    format: str
    pages: int = 0
    revisions: tuple[Revision, ...] = ()

    def passage(self, start: int, end: int) -> Passage:
        """Quote the text between two offsets."""
        return Passage(start, end, self.text[start:end])

    @property
    def body(self) -> Iterator[Block]:
        """The blocks whose words the parties agree on."""
        return (block for block in self.blocks if block.kind.agreed)


@dataclass(slots=True)
class Writer:
    """Collects blocks into a text; each stands on a line of its own."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, kind: BlockKind = BlockKind.PARAGRAPH, table: int = 0) -> int:
        """Append a block, even an empty one, and return where it starts."""
        start = self.length
        self.parts.append(text + "\n")
        self.length += len(text) + 1
        if text.strip():
            self.blocks.append(Block(start, start + len(text), kind, table))
        return start

    def finished(self, format: str, pages: int = 0, revisions: tuple[Revision, ...] = ()) -> ContractText:  # noqa: A002 - the field's name
        """Return everything that was added."""
        return ContractText("".join(self.parts), tuple(self.blocks), format, pages, revisions)
