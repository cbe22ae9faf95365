"""Money: rounding, printing, tax, and amounts in words."""

from dataclasses import dataclass
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import InputError
from docgen.money import TaxShare, cents, counting_upper, formatted, parse_upper, round2, tax_split, upper, yuan

_AMOUNTS = st.integers(0, 10**18 - 1).map(lambda value: Decimal(value).scaleb(-2))
_SPARSE = st.lists(st.sampled_from("000012"), min_size=1, max_size=16).map("".join).map(int)


@dataclass(frozen=True)
class Line:
    amount: Decimal
    tax_rate: Decimal


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "人民币壹仟肆佰零玖元伍角"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角"),
        ("10", "人民币壹拾元整"),
        ("680000", "人民币陆拾捌万元整"),
        ("204000", "人民币贰拾万肆仟元整"),
        ("10001000", "人民币壹仟万壹仟元整"),
        ("100010001", "人民币壹亿零壹万零壹元整"),
        ("1234567890.12", "人民币壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元零壹角贰分"),
        ("20005000.30", "人民币贰仟万伍仟元零叁角"),
        ("700000.00", "人民币柒拾万元整"),
        ("68000.00", "人民币陆万捌仟元整"),
        ("100005000", "人民币壹亿伍仟元整"),
        ("100000500", "人民币壹亿零伍佰元整"),
        ("1000000000000", "人民币壹万亿元整"),
        ("1000100000000", "人民币壹万零壹亿元整"),
        ("100.01", "人民币壹佰元零壹分"),
        ("101.10", "人民币壹佰零壹元壹角"),
    ],
)
def test_an_amount_is_written_as_the_regulation_and_our_choice_of_writing_say(amount: str, words: str):
    assert upper(Decimal(amount)) == words
    assert parse_upper(words) == Decimal(amount)


@given(_AMOUNTS)
def test_reading_what_was_written_gives_the_amount_back(amount: Decimal):
    assert parse_upper(upper(amount)) == amount


@given(_SPARSE)
def test_whole_numbers_agree_with_an_independent_writer(number: int):
    assert counting_upper(number) == cn2an.an2cn(number, "up")
    assert upper(Decimal(number)) == f"人民币{cn2an.an2cn(number, 'up')}元整"


@given(_AMOUNTS)
def test_words_never_repeat_or_end_in_zero(amount: Decimal):
    words = upper(amount)
    assert "零零" not in words
    assert "零元" not in words or amount == 0
    assert words.endswith("整") == (amount == amount.to_integral_value())
    assert words.endswith("分") == (cents(amount) % 10 != 0)


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "10000000000000000", "NaN", "Infinity"])
def test_an_amount_that_words_cannot_say_is_refused(amount: str):
    with pytest.raises(InputError) as refused:
        upper(Decimal(amount))
    assert refused.value.code == "amount_not_writable"


def test_the_largest_amount_can_be_written():
    assert upper(Decimal("9999999999999999.99")).startswith("人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿")


@pytest.mark.parametrize("number", [-1, 10**16])
def test_a_number_out_of_range_is_refused(number: int):
    with pytest.raises(InputError):
        counting_upper(number)


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("陆拾捌万元整", "680000"),
        ("人民币陆拾捌万圆正", "680000"),
        ("人民幣陸拾捌萬圓整", "680000"),
        ("六十八万元整", "680000"),
        ("六十八万元", "680000"),
        ("两千〇五元", "2005"),
        ("拾万元整", "100000"),
        ("壹拾万元整", "100000"),
        ("十五元", "15"),
        ("人民币 陆拾捌万元 整", "680000"),
        ("人民币陆拾捌万", "680000"),
        ("陆拾捌万整", "680000"),
        ("陆拾捌万零仟零佰零拾零元零角零分", "680000"),
        ("壹佰零拾伍元", "105"),
        ("壹亿零伍仟元整", "100005000"),
        ("壹亿伍仟元整", "100005000"),
        ("壹仟万零壹仟元整", "10001000"),
        ("壹拾万零柒仟元伍角叁分", "107000.53"),
        ("叁佰贰拾伍元肆分", "325.04"),
        ("伍角整", "0.5"),
        ("零元整", "0"),
        ("壹亿伍万元", "100050000"),
    ],
)
def test_other_peoples_writings_are_read(words: str, amount: str):
    assert parse_upper(words) == Decimal(amount)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "人民币",
        "元整",
        "万元",
        "亿万元",
        "二十",
        "贰零贰肆元",
        "贰佰零元",
        "壹佰伍角",
        "伍拾陆佰元",
        "壹万壹万元",
        "壹亿壹亿元",
        "壹元壹元",
        "分伍",
        "陆拾捌万元整整",
        "680000元",
        "零" * 65 + "元",
    ],
)
def test_ill_formed_words_are_refused_without_repeating_them(words: str):
    with pytest.raises(InputError) as refused:
        parse_upper(words)
    assert refused.value.code == "amount_words_ill_formed"
    assert not words or words not in refused.value.message


@pytest.mark.parametrize("words", ["壹万伍元", "壹仟伍元", "一百二元", "壹亿伍元", "壹万零壹亿伍元"])
def test_words_that_could_be_read_in_two_ways_are_refused(words: str):
    with pytest.raises(InputError):
        parse_upper(words)


@given(st.text("零壹贰伍拾佰仟万亿元角分整人民币两x", max_size=70))
def test_reading_any_text_ends_in_an_amount_or_a_refusal(words: str):
    try:
        amount = parse_upper(words)
    except InputError:
        return
    assert parse_upper(upper(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.004", "0.00"), ("0.005", "0.01"), ("2.675", "2.68"), ("1", "1.00")]
)
def test_rounding_is_half_up_to_two_decimals(amount: str, rounded: str):
    assert str(round2(Decimal(amount))) == rounded


@given(st.integers(0, 10**15))
def test_cents_and_printed_yuan_agree(value: int):
    assert cents(Decimal(value).scaleb(-2)) == value
    assert Decimal(yuan(value).replace(",", "")) == Decimal(value).scaleb(-2)


def test_figures_are_printed_with_thousands_separators():
    assert yuan(68_000_000) == "680,000.00"
    assert yuan(5) == "0.05"
    assert formatted(Decimal(680000)) == "680,000.00"
    assert formatted(Decimal("9800.12345"), 4) == "9,800.1235"
    assert formatted(Decimal("1234.5"), 0) == "1,235"


def test_tax_is_split_per_rate_on_the_sum_with_tax_included():
    lines = [
        Line(Decimal("80000.00"), Decimal("0.06")),
        Line(Decimal("360000.00"), Decimal("0.13")),
        Line(Decimal("196000.00"), Decimal("0.130")),
        Line(Decimal("44000.00"), Decimal("0.06")),
    ]
    assert tax_split(lines, tax_included=True) == (
        TaxShare(Decimal("0.13"), Decimal("556000.00"), Decimal("492035.40"), Decimal("63964.60")),
        TaxShare(Decimal("0.06"), Decimal("124000.00"), Decimal("116981.13"), Decimal("7018.87")),
    )


def test_tax_is_added_where_prices_exclude_it():
    assert tax_split([Line(Decimal("100.05"), Decimal("0.13"))], tax_included=False) == (
        TaxShare(Decimal("0.13"), Decimal("113.06"), Decimal("100.05"), Decimal("13.01")),
    )


def test_no_lines_have_no_tax():
    assert tax_split([], tax_included=True) == ()


_LINES = st.builds(
    Line,
    st.integers(0, 10**12).map(lambda value: Decimal(value).scaleb(-2)),
    st.sampled_from([Decimal(0), Decimal("0.03"), Decimal("0.06"), Decimal("0.13")]),
)


@given(st.lists(_LINES, max_size=8), st.booleans())
def test_net_and_tax_always_add_up_to_gross_and_no_line_is_lost(lines: list[Line], tax_included: bool):
    shares = tax_split(lines, tax_included)
    stated = sum((share.gross if tax_included else share.net for share in shares), Decimal(0))
    assert stated == sum((line.amount for line in lines), Decimal(0))
    assert all(share.net + share.tax == share.gross for share in shares)
    assert [share.rate for share in shares] == sorted({line.tax_rate for line in lines}, reverse=True)
