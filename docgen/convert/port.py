"""What every converter takes and gives: a Word file in, a verified PDF/A-2b file out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from docgen.convert.source import Feature, Source


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF/A-2b file that holds all the text of the Word file it was made of.

    `converter` names the program and version that made it, for the record of the issue.
    """

    data: bytes
    pages: int
    sha256: str
    converter: str


Finish = Callable[[Pdf], Pdf]
"""What is still to be done to a PDF that a converter made."""


class Converter(Protocol):
    """Turns Word files into PDF/A, one after the other or from several threads."""

    def convert(self, docx: bytes) -> Pdf:
        """Convert the Word file `docx`.

        Raises:
            InputError: `docx` is not a Word file within the limits, or uses what must not be in a document.
            DeclarationError: it uses a feature this converter would lose (its template must change).
            BackendError: the converter failed, or what it made is incomplete.
        """
        ...

    def expect(self, documents: int) -> None:
        """Be told that so many documents will be begun, so as to be ready for them."""
        ...

    def begin(self, docx: bytes, then: Finish | None = None) -> Callable[[], Pdf]:
        """Return what gives the PDF of `docx` when it is called, once; the drawing may begin at once, elsewhere.

        `then` is done to the PDF in the same place, and so must be picklable. What is returned raises what both do.
        """
        ...

    def close(self) -> None:
        """Release what the converter holds: processes, folders."""
        ...


class Engine(Protocol):
    """The part that differs between converters: the drawing, without the checks before and after it."""

    @property
    def name(self) -> str:
        """Name the program and its version."""
        ...

    @property
    def refuses(self) -> frozenset[Feature]:
        """Name the features that this engine would lose or draw wrongly."""
        ...

    @property
    def outlines_watermarks(self) -> bool:
        """Say whether watermarks become outlines, whose text cannot be read back."""
        ...

    def draw(self, source: Source, rare: frozenset[str]) -> bytes:
        """Return the PDF/A-2b of `source`, which has passed the checks; no shipped font has its `rare` characters."""
        ...

    def close(self) -> None:
        """Release what the engine holds."""
        ...
