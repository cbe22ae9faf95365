from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.case.enums import ContactMethod, NeedType
from docgen.clock import SHANGHAI
from docgen.forms import filters
from docgen.forms.filters import FILTERS
from docgen.template.strict import accepts_none

AT = datetime(2024, 4, 7, 9, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("name", "value", "printed"),
    [
        ("money", Decimal("680000.00"), "¥680,000.00"),
        ("amount", Decimal("0.5"), "0.50"),
        ("upper", Decimal(680000), "人民币陆拾捌万元整"),
        ("counting_upper", 4, "肆"),
        ("unit_price", Decimal("9800.00"), "9,800.00"),
        ("unit_price", Decimal("0.1250"), "0.125"),
        ("quantity", Decimal("20.000"), "20"),
        ("quantity", Decimal("2.50"), "2.5"),
        ("quantity", Decimal("1E+3"), "1,000"),
        ("percent", Decimal("0.13"), "13%"),
        ("percent", Decimal("0.065"), "6.5%"),
        ("percent", Decimal(0), "0%"),
        ("percent", Decimal(1), "100%"),
        ("date", date(2024, 4, 7), "2024-04-07"),
        ("date", AT, "2024-04-07"),
        ("date", date(987, 4, 7), "0987-04-07"),
        ("datetime", AT, "2024-04-07 09:05"),
        ("cn_date", AT, "2024年4月7日"),
        ("cn_month", AT, "2024年4月"),
        ("cn_datetime", AT, "2024年4月7日9时5分"),
        ("cn_datetime", AT.replace(minute=0), "2024年4月7日9时"),
        ("clock_time", AT, "09:05"),
        ("due", datetime(2024, 5, 30, tzinfo=SHANGHAI), "2024-05-29 24:00"),
        ("due", datetime(2024, 5, 30, 18, tzinfo=SHANGHAI), "2024-05-30 18:00"),
        ("average", Decimal(4), "4.0"),
        ("average", Decimal("4.66"), "4.7"),
        ("scale", 1, "☑1　☐2　☐3　☐4　☐5"),
        ("scale", 5, "☐1　☐2　☐3　☐4　☑5"),
        ("join", ("甲", "乙"), "甲、乙"),
        ("join", (NeedType.RIGID, NeedType.LATENT), "刚性、潜在"),
        ("numbers", (1, 2), "1、2"),
        ("numbers", (1, 2, 3, 5, 7, 8, 9, 10, 4), "1至3、5、7至10、4"),
        ("numbers", (), ""),
        ("numbered", ("甲",), "甲"),
        ("numbered", ("甲", "乙"), "1. 甲\n2. 乙"),
        ("yes_no", True, "是"),
        ("yes_no", False, "否"),
        ("blank", None, "—"),
        ("blank", "甲", "甲"),
        ("blank", 0, "0"),
        ("blank", NeedType.RIGID, "刚性"),
        ("sentence", "甲", "甲。"),
        ("sentence", "甲。", "甲。"),
        ("stem", "甲。", "甲"),
        ("hash_prefix", "0123456789abcdef" * 4, "0123 4567 89ab cdef"),
        ("digest", "0123456789abcdef" * 4, "0123456789abcdef " * 3 + "0123456789abcdef"),
        ("archive_date", date(2024, 4, 17), "20240417"),
    ],
)
def test_a_filter_prints_as_the_house_does(name: str, value: object, printed: str):
    assert FILTERS[name](value) == printed


def test_a_box_is_ticked_for_the_option_chosen_and_for_no_other():
    assert filters.box(ContactMethod.PHONE, "phone") == "☑"
    assert filters.box(ContactMethod.PHONE, "email") == "☐"
    assert (filters.box(True), filters.box(False), filters.box(None)) == ("☑", "☐", "☐")
    assert (filters.box(False, False), filters.box(True, False), filters.box(None, False)) == ("☑", "☐", "☐")


def test_an_option_that_its_set_does_not_have_is_an_error():
    with pytest.raises(ValueError, match="telex"):
        filters.box(ContactMethod.PHONE, "telex")


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_a_printed_quantity_is_the_quantity(value: Decimal):
    printed = filters.quantity(value)
    assert Decimal(printed.replace(",", "")) == value
    assert "." not in printed or not printed.endswith("0")


@given(st.decimals(min_value=0, max_value=1, places=6))
def test_a_printed_rate_is_the_rate(value: Decimal):
    assert Decimal(filters.percent(value).rstrip("%")) / 100 == value


def test_only_filters_made_for_it_take_an_absent_value():
    taking = {name for name, function in FILTERS.items() if accepts_none(function)}
    assert {"blank", "box"} <= taking
    assert not taking & {"money", "amount", "upper", "date", "datetime", "percent", "quantity", "join", "yes_no"}
