"""The fonts that PDF files are set in, the same on every machine, and which of them stands for which font name.

Four faces are shipped (GB 2312 and the signs of forms, see `tools/fonts.py`). A rarer character is taken from the full
Noto fonts of the package `pylopdf-fonts-zh-cn` (regular only, so its bold is drawn) and added to a copy of the shipped
face. A character that no font has is an error: no document shows an empty box instead of somebody's name.
"""

import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
import uharfbuzz
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from docgen.errors import Detail, InputError

FOLDER: Final = Path(str(files("docgen.convert") / "fonts"))
FULL_FOLDER: Final = pylopdf_fonts_zh_cn.sans_path().parent


class Family(StrEnum):
    """The two families of the shipped fonts, by the name written in them."""

    SERIF = "Docgen Serif SC"
    SANS = "Docgen Sans SC"


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: a family in one weight."""

    family: Family
    bold: bool

    @property
    def path(self) -> Path:
        """Say where the shipped file is."""
        return FOLDER / f"{self.family.replace(' ', '')}-{'Bold' if self.bold else 'Regular'}.ttf"

    @property
    def full_path(self) -> Path:
        """Say where the file with the rarer characters is."""
        full = {Family.SERIF: pylopdf_fonts_zh_cn.serif_path, Family.SANS: pylopdf_fonts_zh_cn.sans_path}
        return full[self.family]()


FACES: Final = tuple(Face(family, bold) for family in Family for bold in (False, True))

# Parts of names of fonts without serifs, lower case; every other font counts as one with serifs.
_SANS_NAMES: Final = (
    *("黑", "hei", "等线", "dengxian", "圆", "微软", "苹方", "pingfang", "sans", "gothic", "mono"),
    *("arial", "calibri", "helvetica", "verdana", "tahoma", "segoe", "consolas"),
)
_SYMBOL_NAMES: Final = re.compile(r"(wingdings|webdings|mt extra|marlett|symbol$)", re.IGNORECASE)
# A glyph is made bold by laying it twice, this many thousandths of the em apart.
_BOLD_SHIFT: Final = 16


def family_of(name: str) -> Family:
    """Say which shipped family stands for the font `name`: 宋体, 仿宋, 楷体 and Times have serifs, 黑体 has none."""
    lowered = unicodedata.normalize("NFKC", name).lower()
    return Family.SANS if any(part in lowered for part in _SANS_NAMES) else Family.SERIF


def is_symbol_font(name: str) -> bool:
    """Say whether the font `name` gives characters another meaning, so that no other font can stand for it."""
    return _SYMBOL_NAMES.match(name) is not None


@lru_cache(maxsize=8)
def _coverage(path: Path) -> frozenset[int]:
    return frozenset(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path)).unicodes)


def shipped() -> frozenset[int]:
    """Return the code points of the shipped faces; all of them are cut to the same."""
    return _coverage(FACES[0].path)


def rare(characters: Iterable[str]) -> frozenset[str]:
    """Return those of `characters` that need the full fonts.

    Raises:
        InputError: no font has some of them (`glyph_missing`); each is named by its code point.
    """
    present = shipped()
    wanted = frozenset(character for character in characters if ord(character) not in present)
    missing = sorted(c for c in wanted if not all(ord(c) in _coverage(face.full_path) for face in FACES))
    if missing:
        raise InputError(
            f"有 {len(missing)} 个字符没有字体可以显示：{'、'.join(_named(c) for c in missing[:10])}",
            code="glyph_missing",
            remedy="改用规范汉字或全国通用的写法；确需该字的，请在纸质件上签署并扫描归档",
            details=[Detail("", _named(character), "没有字形", "glyph_missing") for character in missing],
        )
    return wanted


def font_file(face: Face, extra: frozenset[str] = frozenset()) -> bytes:
    """Return the font file of `face`, with the glyphs of the `extra` characters added to it."""
    if not extra:
        return face.path.read_bytes()
    with (
        TTFont(face.path, recalcTimestamp=False, recalcBBoxes=False, lazy=True) as font,
        TTFont(face.full_path, lazy=True) as full,
    ):
        glyphs, names = full.getGlyphSet(), full.getBestCmap()
        for character in sorted(extra):
            _add(font, ord(character), glyphs[names[ord(character)]], bold=face.bold)
        target = io.BytesIO()
        font.save(target)
    return target.getvalue()


def cut(face: Face, characters: Iterable[str], extra: frozenset[str] = frozenset()) -> bytes:
    """Return the font file of `face` with nothing but the glyphs of `characters`.

    An engine reads a font anew for every document, and a whole Chinese one takes it longer than the document.
    `extra` are those of the characters that the shipped file lacks (see `rare`).
    """
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(set(map(ord, characters)))
    wanted.flags = uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    return bytes(uharfbuzz.subset(_shaped(face, extra), wanted).blob.data)


@lru_cache(maxsize=8)
def _shaped(face: Face, extra: frozenset[str]) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob(font_file(face, extra)))


def _add(font: TTFont, code: int, glyph: object, *, bold: bool) -> None:
    pen = TTGlyphPen(None)
    for shift in (-_BOLD_SHIFT / 2, _BOLD_SHIFT / 2) if bold else (0,):
        glyph.draw(TransformPen(Cu2QuPen(pen, max_err=1.0, reverse_direction=True), (1, 0, 0, 1, shift, 0)))  # type: ignore[attr-defined]
    outline, name = pen.glyph(round=round), f"rare{code:05X}"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"].glyphs[name] = outline
    outline.recalcBounds(font["glyf"])
    font["hmtx"][name] = (round(glyph.width), getattr(outline, "xMin", 0))  # type: ignore[attr-defined]
    for table in font["cmap"].tables:
        if table.isUnicode() and (code < 0x10000 or table.format == 12):
            table.cmap[code] = name


def _named(character: str) -> str:
    return f"{character}（U+{ord(character):04X}）"
