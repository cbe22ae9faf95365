"""Figures against words in a text (rules.md section 6.4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.money import formatted, upper
from docgen.precheck.amounts import Verdict, amount_pairs, disagreements

AGREE, DISAGREE, UNSURE = Verdict.AGREE, Verdict.DISAGREE, Verdict.UNSURE


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("合同总价人民币680000.00元（大写：人民币陆拾捌万元整）", [AGREE]),
        ("合同总价人民币680000.00元（大写：人民币陆拾玖万元整）", [DISAGREE]),
        ("人民币陆拾捌万元整（¥680,000.00）", [AGREE]),
        ("人民币陆拾捌万元整（小写：￥680，000.01）", [DISAGREE]),
        ("68万元（大写：陆拾捌万元整）", [AGREE]),
        ("0.68亿元（大写：陆仟捌佰万元整）", [AGREE]),
        ("合计大写 | 人民币陆拾捌万元整 | 小写 | ¥680,001.00", [DISAGREE]),
        ("¥680,000.00 | 陆拾捌万元整 | ¥204,000.00", [AGREE]),
        ("¥680,000.00元（含税）（大写：陆拾捌万元整）", [AGREE]),
        ("大写：陆拾捌万元整\n小写：680000元", [AGREE]),
        ("大写：陆拾捌万元整\n小写：68.1万元", [DISAGREE]),
        ("合同金额为680000元，大写为陆拾玖万元整", [DISAGREE]),
        ("大写：陆拾捌万 小写：680000", [AGREE]),
        ("大写：人民币陆拾捌万整，小写：680001", [DISAGREE]),
        ("首付款204000元（大写：贰拾万肆仟元整），尾款68000元（大写：陆万捌仟元整）", [AGREE, AGREE]),
        ("陆拾捌万元整（¥680,000.00）贰拾万肆仟元整（¥204,000.00）", [AGREE, AGREE]),
        ("¥1,234.50（大写：壹仟贰佰叁拾肆元伍角）", [AGREE]),
        ("三百元（300元）", [AGREE]),
        ("合同总价陆拾捌万元整，即680000元", [AGREE]),
        # Not an explicit pair: never a finding.
        ("首付款204000元，合同总价陆拾捌万元整。", [UNSURE]),
        ("合同总价陆拾捌万元整。首付款204000元。", [UNSURE]),
        ("人民币陆拾捌万元整", [UNSURE]),
        ("首期20%即贰拾万元", [UNSURE]),
        ("680000元（大写：陆拾捌仟万佰元整）", [UNSURE]),
        ("签订于2024年4月17日，总价陆拾捌万元整", [UNSURE]),
        # Not an amount in words at all.
        ("68万元，单元一，元旦，公元2024年", []),
        ("", []),
    ],
)
def test_words_are_compared_with_the_figures_that_belong_to_them(text: str, verdicts: list[Verdict]):
    assert [pair.verdict for pair in amount_pairs(text)] == verdicts


def test_a_disagreement_points_at_both():
    text = "合同总价人民币680,000.00元（大写：人民币陆拾玖万元整）。"
    (pair,) = disagreements(text)
    assert pair.figures is not None
    assert text[slice(*pair.words)] == "人民币陆拾玖万元整"
    assert text[slice(*pair.figures)] == "680,000.00"


amounts = st.decimals(min_value=0, max_value=10**11, places=2, allow_nan=False, allow_infinity=False)


@given(amounts, amounts)
def test_what_we_print_agrees_with_itself_and_with_nothing_else(one: Decimal, other: Decimal):
    for text in (f"¥{formatted(one)}（大写：{upper(other)}）", f"{upper(other)}（小写：{one:.2f}元）"):
        assert [pair.verdict for pair in amount_pairs(text)] == [AGREE if one == other else DISAGREE]
        assert len(disagreements(text)) == (one != other)


@given(st.text(alphabet="大小写：人民币零壹贰拾佰仟万亿元整角分0123456789,.，¥ |（）\n", max_size=200))
def test_no_text_makes_it_stumble(text: str):
    for pair in amount_pairs(text):
        assert 0 <= pair.words[0] < pair.words[1] <= len(text)
        assert (pair.figures is None) <= (pair.verdict is UNSURE)


@pytest.mark.parametrize("unit", ["大写陆拾捌万元整680000元", "大写壹", "人民币", "一万", "1,111", "大写\n小写1"])
def test_a_hostile_text_is_read_in_linear_time(unit: str):
    assert sum(1 for _ in amount_pairs(unit * 5_000)) <= 5_000
