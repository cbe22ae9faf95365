"""Close the gap that rdocx leaves after a page number: it sets aside the width of two digits for every number.

Such a number is drawn as an artifact without a span, and what follows stands two digits behind. It is moved by the
digits that were too many (or, from page 100 on, too few).
"""

import re
from itertools import zip_longest
from typing import Final

_NUMBER: Final = rb"[-\d.]+"
_SET_ASIDE: Final = 2  # digits
_TWO_DIGITS_EM: Final = (1.0, 1.25)  # their width in the shipped fonts, serif 1.12 and sans 1.11
_BYTES_OF_GLYPH: Final = 2
_TEXT: Final = re.compile(
    rb"/Artifact BMC\nq\n(?P<span>" + rb" ".join([_NUMBER] * 6) + rb" cm\n/Span BMC\n[^T]*?)?"
    rb"(?:[-\d. ]+ (?:rg|g)\n)?BT\n/\w+ (?P<size>" + _NUMBER + rb") Tf\n1 0 0 -1 (?P<x>" + _NUMBER + rb") "
    rb"(?P<y>" + _NUMBER + rb") Tm\n\[(?P<glyphs>(?:\\.|[^\\\]])*)\] TJ\nET",
    re.DOTALL,
)
_STRING: Final = re.compile(rb"\(((?:\\.|[^\\()])*)\)|<([0-9A-Fa-f]*)>", re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(?:[0-7]{1,3}|.)", re.DOTALL)


def close_gaps(content: bytes) -> bytes:
    """Return the `content` of a page as rdocx draws it, with nothing between page numbers and what follows them."""
    pieces, end, shift = [], 0, 0.0
    line: bytes | None = None
    texts = list(_TEXT.finditer(content))
    for text, following in zip_longest(texts, texts[1:]):
        if text["y"] != line:
            line, shift = text["y"], 0.0
        pieces += [content[end : text.start("x")], f"{float(text['x']) - shift:g}".encode() if shift else text["x"]]
        end = text.end("x")
        if following is not None and following["y"] == line:
            shift += _too_wide(text, float(following["x"]) - float(text["x"]))
    return b"".join([*pieces, content[end:]])


def _too_wide(text: re.Match[bytes], advance: float) -> float:
    """Return by how much the place of `text` is too wide if it is a page number, else 0."""
    least, most = (em * float(text["size"]) for em in _TWO_DIGITS_EM)
    if text["span"] is not None or not least < advance < most:
        return 0.0
    return advance / _SET_ASIDE * (_SET_ASIDE - _glyphs(text["glyphs"]))


def _glyphs(shown: bytes) -> int:
    """Return the number of glyphs, two bytes each, in the strings of a TJ operator."""
    strings = ((len(_ESCAPED.sub(b"x", plain)), len(digits) // 2) for plain, digits in _STRING.findall(shown))
    return sum(map(sum, strings)) // _BYTES_OF_GLYPH
