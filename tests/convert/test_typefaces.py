"""The shipped fonts: what they hold, which font names they stand for, and how rarer characters get in."""

import io

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from docgen.convert.typefaces import (
    FACES,
    FOLDER,
    Face,
    Family,
    cut,
    family_of,
    font_file,
    is_symbol_font,
    rare,
    shipped,
)
from docgen.errors import InputError


def gb2312() -> str:
    pairs = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", "ignore") for pair in pairs)


def test_every_face_holds_the_same_characters_among_them_gb2312_and_the_signs_of_forms() -> None:
    for face in FACES:
        with TTFont(face.path, lazy=True) as font:
            assert frozenset(font.getBestCmap()) == shipped()
    assert len(gb2312()) == 7445
    assert {
        ord(sign) for sign in gb2312() + "☑☐☒✓✔¥￥€×÷±≤≥①⑳℃㎡²“”‘’—…·《》【】（）％＋\u3000\u00a0\u200b\ufeff"
    } <= shipped()


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.path.stem)
def test_the_check_boxes_are_drawn_in_one_size_and_differ(face: Face) -> None:
    with TTFont(face.path) as font:
        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        outlines = {sign: glyphs[names[ord(sign)]] for sign in "☐☑☒"}
        assert len({glyph.width for glyph in outlines.values()}) == 1
        shapes = [font["glyf"][names[ord(sign)]].getCoordinates(font["glyf"])[0].array.tobytes() for sign in "☐☑☒"]
    assert len(set(shapes)) == 3


def test_the_fonts_are_small_licensed_and_have_names_of_their_own() -> None:
    assert sum(face.path.stat().st_size for face in FACES) < 12.5 * 2**20
    for face in FACES:
        with TTFont(face.path, lazy=True) as font:
            names = font["name"]
            assert names.getDebugName(1) == face.family
            assert "SIL Open Font License" in names.getDebugName(13)
            assert font["OS/2"].fsType == 0  # may be embedded and installed
    assert all("SIL OPEN FONT LICENSE" in file.read_text() for file in FOLDER.glob("OFL-*.txt"))


_SERIF = ("宋体", "SimSun", "仿宋", "FangSong", "仿宋_GB2312", "楷体", "Times New Roman", "方正小标宋简体", "")
_SANS = ("黑体", "SimHei", "微软雅黑", "Microsoft YaHei UI Sans", "等线", "Arial", "Calibri", "ＡＲＩＡＬ")


@pytest.mark.parametrize(
    ("name", "family"), [*((name, Family.SERIF) for name in _SERIF), *((name, Family.SANS) for name in _SANS)]
)
def test_a_font_name_has_a_family(name: str, family: Family) -> None:
    assert family_of(name) is family


def test_symbol_fonts_are_known() -> None:
    assert all(is_symbol_font(name) for name in ("Wingdings", "Wingdings 2", "Symbol", "Webdings"))
    assert not any(is_symbol_font(name) for name in ("Segoe UI Symbol", "Symbola", "宋体", ""))


def test_only_characters_outside_the_shipped_fonts_are_rare() -> None:
    assert rare("朱镕基，赵堃 A1") == {"镕", "堃"}
    assert rare("合同☑") == frozenset()


def test_every_missing_character_is_named() -> None:
    with pytest.raises(InputError) as caught:
        rare("𠮷\ue000镕")
    assert [detail.path or detail.label for detail in caught.value.details] == ["\ue000（U+E000）", "𠮷（U+20BB7）"]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.path.stem)
def test_rare_glyphs_are_added_with_outline_and_width_and_the_rest_stays(face: Face) -> None:
    added = frozenset("镕堃𬭎")  # the last one is beyond the basic plane
    data = font_file(face, added)
    assert data == font_file(face, added)
    with TTFont(io.BytesIO(data)) as font:
        names, glyphs = font.getBestCmap(), font.getGlyphSet()
        assert set(names) == shipped() | set(map(ord, added))
        for character in added:
            bounds = BoundsPen(glyphs)
            glyphs[names[ord(character)]].draw(bounds)
            left, bottom, right, top = bounds.bounds
            assert glyphs[names[ord(character)]].width == 1000
            assert right - left > 700
            assert top - bottom > 700


def test_a_cut_face_has_the_asked_for_characters_and_no_others_each_as_it_was() -> None:
    face = Face(Family.SERIF, bold=True)
    with TTFont(io.BytesIO(cut(face, "合同镕", frozenset("镕")))) as small, TTFont(face.path) as whole:
        assert set(small.getBestCmap()) == set(map(ord, "合同镕"))
        shapes = []
        for font in (small, whole):
            pen = RecordingPen()
            font.getGlyphSet()[font.getBestCmap()[ord("合")]].draw(pen)
            shapes.append((pen.value, font["hmtx"][font.getBestCmap()[ord("合")]]))
    assert shapes[0] == shapes[1]


def test_a_rare_glyph_of_a_bold_face_is_bolder() -> None:
    def width(face: Face) -> float:
        with TTFont(io.BytesIO(font_file(face, frozenset("镕")))) as font:
            bounds = BoundsPen(font.getGlyphSet())
            font.getGlyphSet()[font.getBestCmap()[ord("镕")]].draw(bounds)
        return float(bounds.bounds[2] - bounds.bounds[0])

    assert width(Face(Family.SANS, bold=True)) > width(Face(Family.SANS, bold=False))
