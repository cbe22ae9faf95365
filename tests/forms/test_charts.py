"""Charts: the same bytes every time, sharp enough for paper, Chinese everywhere, nothing for what cannot be drawn."""

import warnings
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from docgen.case.enums import PriceCategory
from docgen.case.proposal import PlanPhase
from docgen.derived import Subtotal
from docgen.errors import InputError
from docgen.forms.charts import DPI, MOST_PHASES, Charts, composition, gantt
from docgen.template import Picture
from tests.forms.desk import case_of

SPRING = date(2024, 3, 4)
HALVES = (Subtotal(PriceCategory.SOFTWARE, Decimal(50)), Subtotal(PriceCategory.HARDWARE, Decimal(50)))


def phase(name: str = "阶段", start: date = SPRING, days: int = 10) -> PlanPhase:
    return PlanPhase(phase=name, content="内容", start_on=start, end_on=start + timedelta(days=days), owner="我方")


def image(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("L")


def charts(**update: object) -> Charts:
    case = case_of("H01")
    proposal = case.proposals[1].model_copy(update=update)
    return Charts(case, {"proposal": ("proposals[1]", proposal)})


def test_the_sample_has_both_charts_and_they_are_the_same_every_time():
    assert charts().plan == charts().plan
    assert charts().composition == charts().composition
    assert charts().plan != charts().composition


@pytest.mark.parametrize("picture", [gantt([phase()]), composition(HALVES)])
def test_a_chart_is_as_wide_as_the_text_at_200_dots_an_inch_or_more(picture: Picture):
    assert DPI >= 200
    assert image(picture).width >= 160 / 25.4 * 200


def test_bars_are_dark_on_white_without_any_colour():
    grey = image(gantt([phase()]))
    values = grey.histogram()
    assert sum(values[:96]) > 0.1 * grey.width * grey.height
    assert sum(values[250:]) > 0.3 * grey.width * grey.height


def test_a_longer_phase_is_a_longer_bar():
    short, long = (image(gantt([phase("甲", days=days), phase("乙", days=100)])) for days in (10, 80))
    assert sum(short.histogram()[:96]) < sum(long.histogram()[:96])


@pytest.mark.parametrize(
    "plan",
    [
        [phase(days=0)],
        [phase("一" * 500), phase("$\\frac{a}{b}$ _x^2 & <b>")],
        [phase(start=date(1900, 1, 1)), phase(start=date(2199, 12, 1))],
        [phase("多\n行"), phase("堃喆")],
        [phase(str(number)) for number in range(MOST_PHASES)],
    ],
    ids=["one day", "hostile words", "centuries", "lines and rare characters", "many"],
)
def test_any_plan_is_drawn_without_a_warning_and_fits_a_page(plan: list[PlanPhase]):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = gantt(plan)
    assert 0 < drawn.height_at(160) < 230


def test_a_character_that_no_font_has_is_an_error_and_not_an_empty_box():
    with pytest.raises(InputError) as caught:
        gantt([phase("\U0001f600")])
    assert caught.value.code == "glyph_missing"


def test_what_cannot_be_drawn_is_no_chart():
    assert charts(plan=()).plan is None
    assert charts(plan=(phase(),) * (MOST_PHASES + 1)).plan is None
    assert charts(plan=(phase(),) * MOST_PHASES).plan is not None
    free = charts().names["proposal"][1].quotation.model_copy(update={"lines": ()})
    assert charts(quotation=free).composition is None


def test_a_share_of_nothing_and_a_huge_amount_are_drawn():
    assert composition((*HALVES, Subtotal(PriceCategory.SERVICE, Decimal(0))))
    assert composition((replace(HALVES[0], amount=Decimal("999999999999.99")),))
