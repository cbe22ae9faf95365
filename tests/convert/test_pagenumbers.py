"""No gap after a page number, and nothing else of a page moved."""

import pytest

from docgen.convert.pagenumbers import close_gaps

SPAN = "1 0 0 -1 0 841.9 cm\n/Span BMC\n1 0 0 -1 0 841.9 cm\n"


def text(x: str, glyphs: str, *, y: str = "806.75", span: str = "") -> str:
    return f"/Artifact BMC\nq\n{span}0 0 0 rg\nBT\n/F0 9 Tf\n1 0 0 -1 {x} {y} Tm\n[({glyphs})] TJ\nET\nQ\nEMC\n"


def closed(*texts: str) -> str:
    return close_gaps("".join(texts).encode("latin-1")).decode("latin-1")


@pytest.mark.parametrize(
    ("digits", "place"),
    [("\\000\\n", "105"), ("\\000\\n\\000b", "110"), ("\\000\\n\\000b\\000\\(", "115")],
    ids=["one digit", "two digits", "three digits"],
)
def test_what_follows_a_page_number_stands_right_behind_it(digits: str, place: str) -> None:
    after = [text("110", "\\000a", span=SPAN), text("119", "\\000c", span=SPAN)]
    line = closed(text("91", "\\000`", span=SPAN), text("100", digits), *after)
    moved = [after[0].replace(" 110 ", f" {place} "), after[1].replace(" 119 ", f" {int(place) + 9} ")]
    assert line == "".join([text("91", "\\000`", span=SPAN), text("100", digits), *moved])


def test_glyphs_in_hexadecimal_count_as_well() -> None:
    line = text("100", "\\000\\021").replace(")] TJ", ") 0 <009E>] TJ") + text("110", "\\000a", span=SPAN)
    assert closed(line) == line
    assert " 105 " in closed(text("100", "").replace("()", "<009E>") + text("110", "\\000a", span=SPAN))


@pytest.mark.parametrize(
    "page",
    [
        "",
        text("100", "\\000a", span=SPAN) + text("109", "\\000b", span=SPAN),
        text("100", "\\000\\n") + text("110", "\\000a", span=SPAN, y="790.25"),
        text("100", "\\000V") + text("106.3", "\\000a", span=SPAN),
        text("100", "\\000\\n"),
    ],
    ids=["empty page", "Chinese text", "another line", "a letter of its own width", "the end of the line"],
)
def test_all_else_stays_where_it_is(page: str) -> None:
    assert closed(page) == page
