"""`docgen.case.values`: what each kind of value accepts, on both sides of each boundary."""
# ruff: noqa: ANN401 - values of any kind are tried

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from docgen.case import values

_SHANGHAI = values.SHANGHAI


def _read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


def _code(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        _read(kind, value)
    (error,) = caught.value.errors()
    return error["type"]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (values.Money, "0"),
        (values.Money, "0.01"),
        (values.Money, "680000.10"),
        (values.Money, "999999999999999.99"),
        (values.UnitPrice, "0.0001"),
        (values.Quantity, "0.0001"),
        (values.ActualQuantity, "0"),
        (values.Rate, "0"),
        (values.Rate, "1"),
        (values.Rate, "0.333333"),
    ],
)
def test_plain_decimals_are_kept_exactly(kind: Any, written: str):
    assert str(_read(kind, written)) == written
    assert _read(kind, Decimal(written)) == Decimal(written)
    assert _read(kind, 1) == 1


@pytest.mark.parametrize(
    "written",
    [
        "1e5",
        "1E5",
        "inf",
        "nan",
        "1_000",
        "1,000",
        "１２",
        "+1",
        " 1",
        "1 ",
        ".5",
        "5.",
        "01",
        "0x1",
        "",
        "--1",
        "1" * 22,
        "٣",
    ],
)
def test_a_decimal_in_any_other_notation_is_refused(written: str):
    assert _code(values.Money, written) == "decimal_notation"


@pytest.mark.parametrize("value", [1.5, True, None, [], b"1", Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_decimal_is_refused(value: object):
    assert _code(values.Money, value) == "decimal_type"


@pytest.mark.parametrize(
    ("kind", "written", "code"),
    [
        (values.Money, "-0.01", "too_small"),
        (values.Money, "0.001", "too_many_decimals"),
        (values.Money, "1000000000000000", "too_large"),
        (values.UnitPrice, "0.00001", "too_many_decimals"),
        (values.Quantity, "0", "too_small"),
        (values.Quantity, "0.00001", "too_many_decimals"),
        (values.Rate, "1.000001", "too_large"),
        (values.Rate, "0.0000001", "too_many_decimals"),
    ],
)
def test_a_decimal_beyond_its_bounds_is_refused(kind: Any, written: str, code: str):
    assert _code(kind, written) == code


def test_trailing_zeros_beyond_the_decimals_do_not_matter():
    assert _read(values.Money, "1.5000") == Decimal("1.5")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (values.Score, ["1", "5", 3], ["0", "6", -1]),
        (values.Percent, ["0", "100"], ["-1", "101"]),
        (values.PositiveInt, ["1", 1_000_000], ["0", 1_000_001]),
        (values.NonNegativeInt, ["0"], ["-1"]),
    ],
)
def test_whole_numbers_keep_their_bounds(kind: Any, good: list[object], bad: list[object]):
    for value in good:
        assert _read(kind, value) == int(value)
    for value in bad:
        assert _code(kind, value) == "out_of_range"


@pytest.mark.parametrize("value", ["1.0", "1e2", "1_0", "+1", "01", "５", "", 1.0, True, None, "9" * 5000])
def test_what_is_no_whole_number_is_refused(value: object):
    assert _code(values.Score, value) == "whole_number"


@pytest.mark.parametrize(
    "written",
    ["2024-03-15T10:40:00+08:00", "2024-03-15T02:40:00Z", "2024-03-15 10:40+08:00", "2024-03-14T21:40:00.000000-05:00"],
)
def test_an_instant_is_kept_in_shanghai_time(written: str):
    assert _read(values.Instant, written).isoformat() == "2024-03-15T10:40:00+08:00"
    assert _read(values.Instant, written).tzinfo is _SHANGHAI


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2024-03-15T10:40:00", "naive_datetime"),
        ("2024-03-15 10:40", "naive_datetime"),
        (dt.datetime(2024, 3, 15), "naive_datetime"),  # noqa: DTZ001 - naive on purpose
        ("2024-03-15", "datetime_notation"),
        ("2024-02-30T10:40:00+08:00", "no_such_time"),
        ("2024-03-15T25:40:00+08:00", "no_such_time"),
        ("0001-01-01T00:00:00+14:00", "no_such_time"),
        ("9999-12-31T23:59:59-14:00", "no_such_time"),
        ("1710470400", "datetime_notation"),
        (1710470400, "datetime_notation"),
        (1710470400.0, "datetime_notation"),
        (True, "datetime_notation"),
        ("２０２４-03-15T10:40:00+08:00", "datetime_notation"),
        ("tomorrow", "datetime_notation"),
    ],
)
def test_what_is_no_instant_with_an_offset_is_refused(value: object, code: str):
    assert _code(values.Instant, value) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2024-03-15T00:00:00", "date_notation"),
        ("2024-3-5", "date_notation"),
        ("2023-02-29", "no_such_date"),
        ("1710460800", "date_notation"),
        (1710460800, "date_notation"),
        (dt.datetime(2024, 3, 15, tzinfo=dt.UTC), "date_notation"),
        (None, "date_notation"),
    ],
)
def test_what_is_no_date_is_refused(value: object, code: str):
    assert _code(values.Date, value) == code


def test_a_leap_day_is_a_date():
    assert _read(values.Date, "2024-02-29") == dt.date(2024, 2, 29)


def test_text_is_trimmed_composed_and_its_digits_are_half_width():
    assert _read(values.Text, " \u3000 e\u0301 １２３ ＡＢ\r\n第二行\t") == "é 123 ＡＢ\n第二行"


@pytest.mark.parametrize(
    "character",
    ["\0", "\x07", "\x1b", "\x7f", "\x85", "\r", "\u2028", "\u202e", "\u2066", "\ufeff", "\u200b", "\uffff"],
)
def test_control_and_invisible_characters_are_refused_by_their_number(character: str):
    with pytest.raises(ValidationError, match=f"U\\+{ord(character):04X}"):
        _read(values.Text, f"甲{character}乙")


@pytest.mark.parametrize(("length", "refused"), [(values.MAX_TEXT, False), (values.MAX_TEXT + 1, True)])
def test_text_has_a_greatest_length(length: int, refused: bool):
    if refused:
        assert _code(values.Text, "字" * length) == "string_too_long"
    else:
        assert len(_read(values.Text, "字" * length)) == length


@pytest.mark.parametrize(
    "written",
    [
        "13900000001",
        "+86 13900000001",
        "0571-00000001",
        "0571-00000001-102",
        "010-12345678转8",
        "(021)12345678",
        "400-000-0001",
        "+49 30 1234567",
    ],
)
def test_telephone_numbers_are_accepted(written: str):
    assert _read(values.Phone, written) == written


@pytest.mark.parametrize(
    "written", ["1390000001", "139000000011", "12345678901", "00000001", "电话", "+86 123", "1" * 41]
)
def test_what_is_no_telephone_number_is_refused(written: str):
    assert _code(values.Phone, written) in {"phone_notation", "string_too_long"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (values.StaffId, "S01", "C01"),
        (values.ContactId, "C100", "C1"),
        (values.SessionId, "M01", "M"),
        (values.Ref, "C01", "M01"),
        (values.CaseNo, "XS2024-0012", "XS2024-12"),
    ],
)
def test_ids_keep_their_pattern(kind: Any, good: str, bad: str):
    assert _read(kind, good) == good
    for wrong in (bad, good + "\n1", good + "x", good.replace("0", "０"), ""):
        assert _code(kind, wrong).startswith("string")


@given(st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False))
def test_every_amount_survives_being_written_and_read(amount: Decimal):
    assert _read(values.Money, f"{amount:f}") == amount


@given(st.datetimes(max_value=dt.datetime(9998, 12, 31), timezones=st.just(dt.UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_every_instant_survives_being_written_and_read(instant: dt.datetime):
    assert _read(values.Instant, _read(values.Instant, instant).isoformat()) == instant.astimezone(_SHANGHAI)


@given(st.text(max_size=50))
def test_text_that_is_accepted_is_accepted_again_unchanged(text: str):
    try:
        once = _read(values.Text, text)
    except ValidationError:
        return
    assert _read(values.Text, once) == once
