"""Folding: the same words written in different ways become the same characters, each knowing where it came from.

Full width becomes half width (NFKC), traditional characters simplified ones, and blanks between Chinese characters
vanish; invisible characters are dropped. What is found in the folded text is quoted from the text as it was written.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SPACE_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff:,;。、()《》“”])[ \t]+(?=[\u3400-\u9fff:,;。、()《》“”])")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origin[i]` is the offset, in the text it was made from, of the character `i`."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the original text the folded characters from `start` to `end` stand."""
        return self.origin[start], self.origin[end - 1] + 1

    def at(self, offset: int) -> int:
        """Return the first folded character that comes from `offset` or later."""
        return bisect_left(self.origin, offset)


def fold(text: str, *, spaces: bool = False) -> Folded:
    """Fold a text; with `spaces` the blanks inside lines stay, as whoever looks for blanks left open needs them."""
    characters: list[str] = []
    origin: list[int] = []
    for offset, character in enumerate(text):
        for folded in _folded(character):
            characters.append(folded)
            origin.append(offset)
    joined = "".join(characters)
    if spaces or not _SPACE_BETWEEN_HAN.search(joined):
        return Folded(joined, origin)
    kept: list[str] = []
    places: list[int] = []
    end = 0
    for gap in _SPACE_BETWEEN_HAN.finditer(joined):
        kept.append(joined[end : gap.start()])
        places += origin[end : gap.start()]
        end = gap.end()
    kept.append(joined[end:])
    places += origin[end:]
    return Folded("".join(kept), places)


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65_536)
def _folded(character: str) -> str:
    """Fold one character; `…` and the like stay, since a run of them is a blank to fill in."""
    if character in "…︰":
        return ":" if character == "︰" else character
    if _INVISIBLE.match(character):
        return ""
    if character in "\u3000\u00a0\t\r\x0b\x0c":
        return " "
    if "\u3400" <= character <= "\u9fff":
        simple: str = _simplifier().convert(character)
        return simple if len(simple) == 1 else character
    return unicodedata.normalize("NFKC", character)
