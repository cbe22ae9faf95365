"""Long words beside Chinese, over several runs and in narrow cells stay inside their column, with their text whole."""

from collections.abc import Iterator

import pypdfium2
import pytest

from docgen.convert import Converter, open_converter
from tests.convert.documents import blank, holding, saved, saying, table

MARGIN = 90.0
"""Left and right margin of the test documents in points."""


@pytest.fixture(scope="module")
def converter() -> Iterator[Converter]:
    opened = open_converter("rdocx:")
    yield opened
    opened.close()


def printed(pdf: bytes) -> tuple[str, float, float]:
    """Return the text of the first page without breaks, and its left and right edge in points."""
    with pypdfium2.PdfDocument(pdf) as document:
        reader = document[0].get_textpage()
        text = reader.get_text_range()
        boxes = [reader.get_charbox(index) for index, letter in enumerate(text) if not letter.isspace()]
    return "".join(text.split()), min(box[0] for box in boxes), max(box[2] for box in boxes)


def width(pdf: bytes) -> float:
    with pypdfium2.PdfDocument(pdf) as document:
        return float(document[0].get_width())


@pytest.mark.parametrize(
    "text",
    [
        "合同" + "a" * 120,
        "合同 " + "a" * 120,
        "合同" + "m" * 57,
        "合同" * 15 + "W" * 60,
        "合同" + "1" * 300 + "号",
        "（" + "x" * 100 + "）",
        "见https://example.com/" + "a" * 90,
        "邮箱" + "a" * 60 + "@" + "b" * 60,
        "合同" + "α" * 60,
        "合同" + "ж" * 60,
        "合同" + "é" * 60,
        "a" * 120,
        "a" * 70 + "合同" + "b" * 70,
        "a\u00a0b\u00a0" * 60,
    ],
)
def test_long_word_in_a_paragraph_stays_between_the_margins(converter: Converter, text: str):
    pdf = converter.convert(saying(text)).data
    found, left, right = printed(pdf)
    assert found == "".join(text.split())
    assert left >= MARGIN - 1
    assert right <= width(pdf) - MARGIN + 1


@pytest.mark.parametrize(
    "texts",
    [("合同", "a" * 120), ("合同", "a" * 50, "b" * 50), ("a" * 30,) * 6, ("合同" + "a" * 40, "b" * 40 + "合同")],
)
def test_word_over_several_runs_is_one_word(converter: Converter, texts: tuple[str, ...]):
    document = blank()
    paragraph = document.add_paragraph()
    for number, text in enumerate(texts):
        paragraph.add_run(text).bold = number % 2 == 1
    pdf = converter.convert(saved(document)).data
    found, _, right = printed(pdf)
    assert found == "".join(texts)
    assert right <= width(pdf) - MARGIN + 1


def test_words_on_both_sides_of_a_tab_are_two(converter: Converter):
    runs = f"<w:r><w:t>{'a' * 35}</w:t><w:tab/><w:t>{'b' * 35}</w:t></w:r>"
    found, _, _ = printed(converter.convert(holding(f"<w:p>{runs}</w:p>")).data)
    assert found == "a" * 35 + "b" * 35


def test_indented_paragraph_has_less_room(converter: Converter):
    properties = '<w:pPr><w:ind w:left="3000" w:right="3000"/></w:pPr>'
    pdf = converter.convert(holding(f"<w:p>{properties}<w:r><w:t>合同{'a' * 40}</w:t></w:r></w:p>")).data
    _, left, right = printed(pdf)
    assert left >= MARGIN + 149
    assert right <= width(pdf) - MARGIN - 149


@pytest.mark.parametrize("column", [900, 1200, 2400])
@pytest.mark.parametrize(
    "text", ["合同" + "a" * 60, "合同WWWWWW", "编号" + "ABC-" * 12, "（" + "9" * 40 + "）元", "Wm" * 20 + "合同"]
)
def test_long_word_in_a_narrow_cell_stays_inside_of_it(converter: Converter, column: int, text: str):
    pdf = converter.convert(holding(table([[text, "右"]], [column, 4000]), "<w:p/>")).data
    with pypdfium2.PdfDocument(pdf) as document:
        reader = document[0].get_textpage()
        printed_text = reader.get_text_range()
        boxes = [
            (letter, reader.get_charbox(index)) for index, letter in enumerate(printed_text) if not letter.isspace()
        ]
    edge = next(box[0] for letter, box in boxes if letter == "右")
    inside = [box[2] for letter, box in boxes if letter != "右"]
    assert len(inside) >= len(text) - text.count("-")
    assert max(inside) <= edge
