import io
import re

import pikepdf
import pypdfium2
import pytest

from docgen.errors import InputError
from docgen.signing.anchors import Anchor, locate
from docgen.signing.seals import DIAMETER, RED, SealKind, seal, signature
from tests.signing.world import SIGNED_AT, contract


def rendered(operators: str, width: float, height: float) -> "pypdfium2.PdfBitmap":
    """Draw the operators on a page of their own."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(width, height))
    page.Contents = pdf.make_stream(operators.encode("ascii"))
    target = io.BytesIO()
    pdf.save(target)
    return pypdfium2.PdfDocument(target.getvalue())[0].render(scale=2)


@pytest.mark.parametrize("kind", list(SealKind))
@pytest.mark.parametrize("length", [1, 8, 40])
def test_a_seal_is_a_red_ring_with_the_name_inside(kind: SealKind, length: int) -> None:
    drawing = seal("示" * length, kind, mark="演示签名")
    pixels = rendered(drawing.operators, drawing.width, drawing.height).to_pil().convert("RGB")
    centre, edge = pixels.width // 2, round(pixels.width * 0.0225)
    assert pixels.getpixel((centre, centre))[0] > 150, "the star"
    assert pixels.getpixel((centre, edge))[1] < 120, "the ring"
    assert pixels.getpixel((0, 0)) == (255, 255, 255)
    assert set(re.findall(r"[\d.]+ [\d.]+ [\d.]+ rg", drawing.operators)) == {f"{RED} rg"}


def test_all_characters_of_the_name_are_drawn() -> None:
    def glyphs(name: str) -> int:
        return seal(name, SealKind.OFFICIAL).operators.count(" f Q")

    assert glyphs("示例科技有限公司") == glyphs("示") + 7


@pytest.mark.parametrize("name", ["", "示" * 41])
def test_the_name_on_a_seal_has_its_limits(name: str) -> None:
    with pytest.raises(InputError) as caught:
        seal(name, SealKind.OFFICIAL)
    assert caught.value.code == "seal_name"


@pytest.mark.parametrize("digits", [1, 16, 17, 40])
def test_the_serial_number_is_drawn_whole_and_never_squeezed(digits: int) -> None:
    drawn = signature("王海", "采购总监", SIGNED_AT, "A" * digits, "演示签名", width=164, height=32).operators
    scales = re.findall(r"q ([\d.]+) 0 0 ([\d.]+) [\d.]+ [\d.]+ cm", drawn)
    assert all(across == up for across, up in scales)
    bare = signature("王海", "采购总监", SIGNED_AT, "", "演示签名", width=164, height=32).operators
    assert drawn.count(" f Q") == bare.count(" f Q") + digits


def test_a_rare_character_is_drawn_and_an_unknown_one_refused() -> None:
    assert "f Q" in signature("王㐂", "", SIGNED_AT, "1F", "演示签名", width=180, height=36).operators
    with pytest.raises(InputError) as caught:
        signature("王\U0001f600", "", SIGNED_AT, "1F", "演示签名", width=180, height=36)
    assert caught.value.code == "glyph_missing"


def test_signatures_stand_below_their_label_and_seals_over_the_name(issued: bytes) -> None:
    person = locate(issued, Anchor("法定代表人或授权代表（签字）", under="乙方（盖章）"))
    party = locate(issued, Anchor("乙方（盖章）"))
    assert person.below(180, 36).top < person.box.bottom
    assert person.below(180, 36).left == person.box.left > locate(issued, Anchor("甲方（盖章）")).line_end
    place = party.over_name(DIAMETER)
    assert party.box.right < (place.left + place.right) / 2 < party.line_end


@pytest.mark.parametrize(
    ("anchor", "code"),
    [
        (Anchor("丙方（盖章）"), "anchor_missing"),
        (Anchor("法定代表人或授权代表（签字）"), "anchor_ambiguous"),
        (Anchor("甲方（盖章）", under="日期"), "anchor_ambiguous"),
        (Anchor("甲方（盖章）", under="乙方（盖章）"), "anchor_missing"),
    ],
)
def test_a_place_that_is_not_clear_is_refused(issued: bytes, anchor: Anchor, code: str) -> None:
    with pytest.raises(InputError) as caught:
        locate(issued, anchor)
    assert caught.value.code == code


def test_a_label_repeated_in_the_text_cannot_draw_a_signature_there() -> None:
    with pytest.raises(InputError) as caught:
        locate(contract("本条由甲方（盖章）后生效。"), Anchor("甲方（盖章）"))
    assert caught.value.code == "anchor_ambiguous"


def test_what_is_no_pdf_has_no_places() -> None:
    with pytest.raises(InputError) as caught:
        locate(b"no pdf", Anchor("甲方（盖章）"))
    assert caught.value.code == "pdf_unreadable"
