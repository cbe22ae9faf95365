"""Text as outlines: what a signature or seal shows needs no font in the file and can never become empty boxes."""

import io
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Final

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from docgen.convert import typefaces
from docgen.convert.typefaces import Face, Family

SANS: Final = Face(Family.SANS, bold=False)
SERIF_BOLD: Final = Face(Family.SERIF, bold=True)


@dataclass(frozen=True, slots=True)
class Drawing:
    """PDF operators for a box of `width` × `height` points, its origin at the lower left."""

    width: float
    height: float
    operators: str


@dataclass(frozen=True, slots=True)
class Outline:
    """One character in a font of one unit: its path, and how far it advances."""

    path: str
    advance: float


class _PathPen(BasePen):  # type: ignore[misc]
    def __init__(self, glyphs: object, unit: float) -> None:
        super().__init__(glyphs)
        self.path: list[str] = []
        self._unit = unit

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        self.path.append(" ".join([*(f"{x / self._unit:.4f} {y / self._unit:.4f}" for x, y in points), operator]))

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - the name of fontTools
        self._add("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - the name of fontTools
        self._add("l", pt)

    def _curveToOne(self, *points: tuple[float, float]) -> None:  # noqa: N802 - the name of fontTools
        self._add("c", *points)

    def _closePath(self) -> None:  # noqa: N802 - the name of fontTools
        self._add("h")


_DRAWING: Final = Lock()
"""Fonts are read lazily, and their tables break when two threads read one at the same time."""


@lru_cache(maxsize=8)
def _font(face: Face, rare: frozenset[str]) -> TTFont:
    return TTFont(io.BytesIO(typefaces.font_file(face, rare)), lazy=True)


@lru_cache(maxsize=4096)
def _outline(face: Face, character: str) -> Outline:
    font = _font(face, typefaces.rare(character))
    glyph = font.getGlyphSet()[font.getBestCmap()[ord(character)]]
    pen = _PathPen(font.getGlyphSet(), font["head"].unitsPerEm)
    glyph.draw(pen)
    return Outline(" ".join(pen.path), glyph.width / font["head"].unitsPerEm)


def outlines(text: str, face: Face) -> tuple[Outline, ...]:
    """Return the characters of `text` in `face`.

    Raises:
        InputError: no font has one of them (`glyph_missing`).
    """
    typefaces.rare(text)
    with _DRAWING:
        return tuple(_outline(face, character) for character in text)


def line(  # noqa: PLR0913, PLR0917 - text, type and place
    text: str, face: Face, size: float, x: float, y: float, width: float
) -> str:
    """Return the operators that fill `text` on the base line at (`x`, `y`), made narrower to fit `width` points."""
    shapes = outlines(text, face)
    natural = sum(shape.advance for shape in shapes) * size
    squeeze = min(1.0, width / natural) if natural else 1.0
    parts: list[str] = []
    for shape in shapes:
        if shape.path:
            parts.append(f"q {size * squeeze:.4f} 0 0 {size:.4f} {x:.4f} {y:.4f} cm {shape.path} f Q")
        x += shape.advance * size * squeeze
    return "\n".join(parts)
