"""Cut the shipped fonts from their sources; run by hand, only when the character set or the sources change.

Sources (both under the SIL Open Font License 1.1, "Noto" is not a reserved font name):
npm `@expo-google-fonts/noto-sans-sc` 0.4.3 and `@expo-google-fonts/noto-serif-sc` 0.4.3, TTF Regular and Bold.

    python tools/fonts.py docgen/convert/fonts

needs `npm` and `fonttools`, fetches the two packages through npm, and writes four faces, each holding GB 2312, the
punctuation and signs that forms use, and the check boxes, which the sources lack and which are composed here of their
own square, tick and cross. Hinting and layout tables go: PDF needs neither, and without them a face is a fifth of its
source. Same sources and same fonttools give the same bytes.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

VERSION = "0.4.3"
# Family and style of the face, npm package, file in it. The faces get names of their own, so that no installed font of
# the same name is ever taken for them.
FACES = (
    ("Docgen Sans SC", "Regular", "noto-sans-sc", "400Regular/NotoSansSC_400Regular.ttf"),
    ("Docgen Sans SC", "Bold", "noto-sans-sc", "700Bold/NotoSansSC_700Bold.ttf"),
    ("Docgen Serif SC", "Regular", "noto-serif-sc", "400Regular/NotoSerifSC_400Regular.ttf"),
    ("Docgen Serif SC", "Bold", "noto-serif-sc", "700Bold/NotoSerifSC_700Bold.ttf"),
)
# Whole blocks: a font that has only some of a block keeps those.
BLOCKS = (
    (0x20, 0x17F),  # Latin
    (0x370, 0x3FF),  # Greek
    (0x2000, 0x206F),  # general punctuation
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x218F),  # letterlike signs, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2460, 0x24FF),  # enclosed numbers
    (0x2500, 0x25FF),  # boxes and shapes
    (0x2605, 0x2606),
    (0x2713, 0x2717),
    (0x3000, 0x303F),  # CJK punctuation
    (0x3200, 0x33FF),  # enclosed and squared CJK
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full width
)
# What is written and not seen; a font without a glyph would draw an empty box for it.
INVISIBLE = (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)


def gb2312() -> Iterator[int]:
    """Yield the code points of GB 2312-80: 6763 characters and 682 signs."""
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            yield from map(ord, bytes((high, low)).decode("gb2312", "ignore"))


def fetch(package: str, folder: Path) -> Path:
    """Unpack the npm `package` into `folder` and return its root."""
    command = ["npm", "pack", "--silent", f"@expo-google-fonts/{package}@{VERSION}"]
    archive = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]  # noqa: S603 - a constant command
    with tarfile.open(folder / archive) as tar:
        tar.extractall(folder / package, filter="data")
    return folder / package / "package"


def draw(font: TTFont, name: str, code: int, parts: list[tuple[int, float]]) -> None:
    """Add glyph `name` for `code`, made of the glyphs of `parts`, each scaled and centred in the first."""
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    pen = TTGlyphPen(None)
    frame = BoundsPen(glyphs)
    glyphs[cmap[parts[0][0]]].draw(frame)
    middle = ((frame.bounds[0] + frame.bounds[2]) / 2, (frame.bounds[1] + frame.bounds[3]) / 2)
    for part, scale in parts:
        bounds, outline = BoundsPen(glyphs), DecomposingRecordingPen(glyphs)
        glyphs[cmap[part]].draw(bounds)
        glyphs[cmap[part]].draw(outline)
        left, bottom, right, top = bounds.bounds
        shift = (middle[0] - scale * (left + right) / 2, middle[1] - scale * (bottom + top) / 2)
        outline.replay(TransformPen(pen, (scale, 0, 0, scale, *shift)))
    add(font, name, code, pen, font["hmtx"][cmap[parts[0][0]]][0])


def add(font: TTFont, name: str, code: int, pen: TTGlyphPen, width: int) -> None:
    """Put the drawn glyph into every table that counts glyphs."""
    glyph = pen.glyph(round=round)
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"].glyphs[name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, getattr(glyph, "xMin", 0))
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name


def rename(font: TTFont, family: str, style: str) -> None:
    """Call the font `family` `style`; copyright, designers and licence stay as they are."""
    names = font["name"]
    for record in (16, 17, 21, 22, 25):
        names.removeNames(nameID=record)
    file = f"{family.replace(' ', '')}-{style}"
    for record, text in ((1, family), (2, style), (3, f"{VERSION};{file}"), (4, f"{family} {style}"), (6, file)):
        names.setName(text, record, 3, 1, 0x409)


def with_all_planes(font: TTFont) -> None:
    """Give the font a character map that can also hold characters beyond the basic plane, which are added at need."""
    wide = CmapSubtable.newSubtable(12)
    wide.platformID, wide.platEncID, wide.language, wide.cmap = 3, 10, 0, dict(font.getBestCmap())
    font["cmap"].tables.append(wide)


def cut(source: Path, target: Path, family: str, style: str) -> None:
    """Write to `target` the part of the font `source` that the product ships."""
    font = TTFont(source, recalcTimestamp=False)
    for table in ("BASE", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx", "gasp", "prep"):
        del font[table]
    wanted = {*gb2312(), *(code for first, last in BLOCKS for code in range(first, last + 1))}
    options = Options(hinting=False, glyph_names=False, notdef_outline=True, name_IDs=["*"], recalc_timestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    rename(font, family, style)
    with_all_planes(font)
    square, tick, cross = 0x25A1, 0x2713, 0xD7
    draw(font, "ballotbox", 0x2610, [(square, 1.0)])
    draw(font, "ballotboxcheck", 0x2611, [(square, 1.0), (tick, 0.85)])
    draw(font, "ballotboxcross", 0x2612, [(square, 1.0), (cross, 1.1)])
    draw(font, "heavycheck", 0x2714, [(tick, 1.0)])
    for code in INVISIBLE:
        add(font, f"invisible{code:04X}", code, TTGlyphPen(None), 0)
    font.save(target)


def main(target: Path) -> None:
    """Fetch the sources and write every face and the licence into the folder `target`."""
    with tempfile.TemporaryDirectory() as scratch:
        roots = {package: fetch(package, Path(scratch)) for package in sorted({face[2] for face in FACES})}
        for family, style, package, path in FACES:
            file = target / f"{family.replace(' ', '')}-{style}.ttf"
            cut(roots[package] / path, file, family, style)
            sys.stdout.write(f"{file.name} {file.stat().st_size}\n")
        for package, root in roots.items():
            (target / f"OFL-{package}.txt").write_bytes((root / "LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
