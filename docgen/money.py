"""Money: decimal arithmetic in CNY, printed figures, and 人民币大写 (case_model.md section 6).

Rules enforced here: amounts are `Decimal`, rounded half up to two decimals; the figures and the words of an amount
come from the same `Decimal`; words follow 《正确填写票据和结算凭证的基本规定》, and where it allows two writings, the
one that case_model.md fixes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Protocol

from docgen.errors import InputError

_CENT = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_LIMIT = 10**16
"""Whole numbers below this one (一亿亿) can be written in words."""


class TaxedLine(Protocol):
    """A priced line: its amount in yuan and its tax rate as a fraction."""

    @property
    def amount(self) -> Decimal: ...  # noqa: D102 - a field

    @property
    def tax_rate(self) -> Decimal: ...  # noqa: D102 - a field


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What all lines of one tax rate come to, in yuan: 价税合计, 不含税金额, 税额."""

    rate: Decimal = field(metadata={"title": "税率"})
    gross: Decimal = field(metadata={"title": "价税合计(元)"})
    net: Decimal = field(metadata={"title": "不含税金额(元)"})
    tax: Decimal = field(metadata={"title": "税额(元)"})


def round2(amount: Decimal) -> Decimal:
    """Round `amount` half up to two decimals."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def cents(amount: Decimal) -> int:
    """Return `amount` yuan in whole cents, rounded half up."""
    return int(round2(amount).scaleb(2))


def yuan(cents: int) -> str:
    """Print whole `cents` as yuan: 68000000 → `680,000.00`."""
    return f"{Decimal(cents).scaleb(-2):,.2f}"


def formatted(amount: Decimal, places: int = 2) -> str:
    """Print `amount` with thousands separators, rounded half up to `places` decimals: `680,000.00`."""
    return f"{amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


def tax_split(lines: Iterable[TaxedLine], tax_included: bool) -> tuple[TaxShare, ...]:
    """Split the sum of the lines of each tax rate, highest rate first.

    With tax included net = round2(gross / (1 + rate)) and tax = gross - net, else tax = round2(net × rate).
    """
    by_rate = groupby(sorted(lines, key=lambda line: -line.tax_rate), key=lambda line: line.tax_rate)
    return tuple(
        _share(rate, sum((line.amount for line in group), Decimal(0)), tax_included) for rate, group in by_rate
    )


def _share(rate: Decimal, amount: Decimal, tax_included: bool) -> TaxShare:
    if tax_included:
        net = round2(amount / (1 + rate))
        return TaxShare(rate, round2(amount), net, round2(amount) - net)
    tax = round2(amount * rate)
    return TaxShare(rate, round2(amount) + tax, round2(amount), tax)


def upper(amount: Decimal) -> str:
    """Write `amount` yuan in words with the prefix 人民币: 680000 → `人民币陆拾捌万元整`.

    Raises:
        InputError: `amount` is negative, has more than two decimals, or is 10¹⁶ yuan or more.
    """
    if not (amount.is_finite() and 0 <= amount < _LIMIT and amount == round2(amount)):
        raise _not_writable()
    whole, rest = divmod(cents(amount), 100)
    jiao, fen = divmod(rest, 10)
    words = f"{counting_upper(whole)}元" if whole or not rest else ""
    if not rest:
        return f"人民币{words}整"
    if jiao:
        words += "零" if words and whole % 10 == 0 else ""
        words += f"{_DIGITS[jiao]}角"
    elif words:
        words += "零"
    return f"人民币{words}{_DIGITS[fen]}分" if fen else f"人民币{words}"


def counting_upper(number: int) -> str:
    """Write a whole number in capital numerals: 4 → `肆`, 12 → `壹拾贰`.

    Raises:
        InputError: `number` is negative or 10¹⁶ or more.
    """
    if not 0 <= number < _LIMIT:
        raise _not_writable()
    words = ""
    for index in (3, 2, 1, 0):
        group = number // 10 ** (4 * index) % 10**4
        if group:
            # A group without its thousands is announced by 零 where a higher group stands before it.
            words += ("零" if words and group < 10**3 else "") + _group(group) + ("万" if index % 2 else "")
        if index == 2 and words:
            words += "亿"
    return words or "零"


def _not_writable() -> InputError:
    return InputError(
        "该数不能写成大写", code="amount_not_writable", remedy="须不小于零、最多两位小数且小于一亿亿（10的16次方）"
    )


def _group(number: int) -> str:
    """Write 1 to 9999 without leading or trailing 零; several zeros in a row are written once."""
    digits = [(number // 10**place % 10, unit) for place, unit in ((3, "仟"), (2, "佰"), (1, "拾"), (0, ""))]
    words = "".join(f"{_DIGITS[digit]}{unit}" if digit else "零" for digit, unit in digits)
    return re.sub("零+", "零", words).strip("零")


_VARIANTS = str.maketrans(
    {
        **dict.fromkeys("〇○", "零"),
        **dict.fromkeys("一弌", "壹"),
        **dict.fromkeys("二两兩贰貳弍", "贰"),
        **dict.fromkeys("三参參叄弎", "叁"),
        **dict(zip("四五六七八九", "肆伍陆柒捌玖", strict=True)),
        **dict(zip("陸十百千萬億", "陆拾佰仟万亿", strict=True)),
        **dict.fromkeys("圆圓", "元"),
        "正": "整",
        "幣": "币",
    }
)
_DIGIT = f"[{_DIGITS}]"
_GROUP = re.compile(
    f"(?:零?(?P<thousands>{_DIGIT})仟)?(?:零?(?P<hundreds>{_DIGIT})佰)?(?:零?(?P<tens>{_DIGIT})拾)?"
    f"(?P<zero>零?)(?P<ones>[{_DIGITS[1:]}]?)"
)
_AMOUNT = re.compile(
    f"(?P<currency>人民币)?(?:(?P<whole>[{_DIGITS}拾佰仟万亿]+)(?P<yuan>元)?)?"
    f"(?:零?(?P<jiao>{_DIGIT})角)?(?:零?(?P<fen>{_DIGIT})分)?(?P<end>整)?"
)
_LONGEST = 64
"""Characters of the longest amount in words that is looked at."""


def parse_upper(text: str) -> Decimal:
    """Read an amount in words, in yuan with two decimals; also variants that others write.

    Accepts simplified, traditional and lower-case numerals (〇 一 两 十 圆 正 …), a missing 人民币 or 整, 拾 for 壹拾,
    preprinted places (零仟零佰), and 零 or no 零 wherever each figure still has its unit. 元 may only be missing before
    整 or after 人民币. What could be read in two ways (壹万伍元) is refused.

    Raises:
        InputError: the text is not a well-formed amount.
    """
    words = "".join(text.split()).translate(_VARIANTS)
    match = _AMOUNT.fullmatch(words) if len(words) <= _LONGEST else None
    if match is None or not (match["whole"] or match["jiao"] or match["fen"]):
        raise _ill_formed()
    whole, unnamed = match["whole"], match["whole"] and not match["yuan"]
    if unnamed and (match["jiao"] or match["fen"] or not (match["currency"] or match["end"])):
        raise _ill_formed()
    value = (_read_whole(whole) if whole else 0) * 100 + _digit(match["jiao"]) * 10 + _digit(match["fen"])
    return Decimal(value).scaleb(-2)


def _ill_formed() -> InputError:
    return InputError(
        "大写金额不规范，无法识别", code="amount_words_ill_formed", remedy="请按“人民币陆拾捌万元整”的格式书写"
    )


def _digit(character: str | None) -> int:
    return _DIGITS.index(character) if character else 0


def _read_whole(words: str) -> int:
    above, yi, below = words.rpartition("亿")
    if not yi:
        return _read_below_yi(below, follows=False)
    return _read_below_yi(above, follows=False) * 10**8 + (_read_below_yi(below, follows=True) if below else 0)


def _read_below_yi(words: str, *, follows: bool) -> int:
    above, wan, below = words.partition("万")
    if not wan:
        return _read_group(above, follows=follows)
    # 伍 in 壹亿伍万 has its unit; only a last figure without one needs 零 before it.
    return _read_group(above, follows=False) * 10**4 + (_read_group(below, follows=True) if below else 0)


def _read_group(words: str, *, follows: bool) -> int:
    """Read 0 to 9999; `follows` a higher group."""
    if words == "零":
        return 0
    match = _GROUP.fullmatch(f"壹{words}" if words.startswith("拾") else words)
    if match is None or not words:
        raise _ill_formed()
    thousands, hundreds, tens, zero, ones = match.group("thousands", "hundreds", "tens", "zero", "ones")
    dangling = words.endswith("零") and not tens
    ambiguous = ones and not tens and not zero and (follows or thousands or hundreds)
    if dangling or ambiguous:
        raise _ill_formed()
    return _digit(thousands) * 1000 + _digit(hundreds) * 100 + _digit(tens) * 10 + _digit(ones)
