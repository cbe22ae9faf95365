"""Value types of the case file and the base of its entities (case_model.md section 3).

Rules enforced here: text is NFC, trimmed, with half-width digits and no control characters; numbers are written in
plain decimal notation; money is CNY with two decimals and never negative; every instant carries an offset and is kept
in Asia/Shanghai. A refusal says in Chinese what is expected and never repeats what was given.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

SHANGHAI = ZoneInfo("Asia/Shanghai")

MAX_TEXT = 20_000
"""Longest text a field may hold, in characters."""

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Characters no text may hold: controls, line separators, lone surrogates, and what is invisible or turns the writing
direction (a contract must read as it is stored)."""

_LOCAL_MEAN_TIME = 1901  # up to then Shanghai was 08:05:43 ahead, which JSON cannot say
_FIXED = dt.timezone(dt.timedelta(hours=8))
_FULL_WIDTH = re.compile("[０-９]")
_HALF_WIDTH = {ord("０") + n: ord("0") + n for n in range(10)}
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,20})(?:\.[0-9]{1,20})?", re.ASCII)
_FOREIGN = re.compile(
    r"(?<![A-Za-z])(?:USD|EUR|GBP|JPY|HKD|TWD|MOP|KRW|SGD|AUD|NZD|CAD|CHF|RUB|INR|THB|VND|MYR|SEK|NOK|DKK)(?![A-Za-z])"
    r"|[$€£₩₽₹]|[美欧日港澳加韩]元|[美港澳台日]币|美金|英镑|法郎|卢布|卢比|泰铢|韩圆",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,11})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LOCAL_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_OFFSET = r"(?:Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
_NAIVE = re.compile(_LOCAL_TIME, re.ASCII)
_INSTANT = re.compile(_LOCAL_TIME + _OFFSET, re.ASCII)
_MOBILE = r"1[3-9][0-9]{9}"
_FIXED_LINE = r"\(?0[0-9]{2,3}\)?[- ]?[0-9]{7,8}(?:(?:-|转)[0-9]{1,6})?"
_HOTLINE = r"[48]00-?[0-9]{3}-?[0-9]{4}"
_ABROAD = r"\+(?!86)[1-9][0-9]{0,2}(?:[ -]?[0-9]){6,14}"
_PHONE = re.compile(rf"(?:\+?86[- ]?)?(?:{_MOBILE}|{_FIXED_LINE})|{_HOTLINE}|{_ABROAD}", re.ASCII)


class Entity(BaseModel):
    """A part of the case file: frozen, closed to unknown keys, silent about rejected values."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False)


def clean(text: str) -> str:
    """Return `text` in NFC with half-width digits.

    Raises:
        PydanticCustomError: it holds a character of `FORBIDDEN`.
    """
    # Nothing of `FORBIDDEN` is printable, so that most texts need no more than this.
    if text.isprintable() and (text.isascii() or not (_FULL_WIDTH.search(text) or _decomposed(text))):
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_HALF_WIDTH)
    if bad := FORBIDDEN.search(text):
        raise PydanticCustomError(
            "control_character", "含有不允许的控制字符或不可见字符 U+{code}", {"code": f"{ord(bad.group()):04X}"}
        )
    return text


def _decomposed(text: str) -> bool:
    return not unicodedata.is_normalized("NFC", text)


def _money(places: int, digits: int) -> Callable[[Any], Decimal]:
    """Make the reader of an amount of money, which is in yuan and never in another currency."""
    decimal = _decimal(places, digits)

    def read(value: object) -> Decimal:
        if isinstance(value, str) and not _DECIMAL.fullmatch(value) and _FOREIGN.search(value):
            raise PydanticCustomError("foreign_currency", "只受理人民币金额：请写以元为单位的普通十进制数字，不带币种")
        return decimal(value)

    return read


def _decimal(places: int, digits: int, *, positive: bool = False, most: int | None = None) -> Callable[[Any], Decimal]:
    """Make the reader of a decimal with at most `places` decimals and `digits` digits before the point."""
    within = re.compile(rf"(?:0|[1-9][0-9]{{0,{digits - 1}}})(?:\.[0-9]{{1,{places}}})?", re.ASCII)

    def read(value: object) -> Decimal:
        if isinstance(value, str) and within.fullmatch(value):  # as nearly all are: the rest need not be looked at
            found = Decimal(value)
            if (found or not positive) and (most is None or found <= most):
                return found
        found = _number(value)
        if found < 0 or (positive and found == 0):
            raise PydanticCustomError("too_small", "须大于零" if positive else "不得为负")
        if most is not None and found > most:
            raise PydanticCustomError("too_large", "不得大于{most}", {"most": most})
        if found != round(found, places):
            raise PydanticCustomError("too_many_decimals", "最多{places}位小数", {"places": places})
        if found >= 10**digits:
            raise PydanticCustomError("too_large", "整数部分最多{digits}位", {"digits": digits})
        return found

    return read


def _number(value: object) -> Decimal:
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise PydanticCustomError("decimal_notation", "须为普通十进制数字，如 1234.50")
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise PydanticCustomError("decimal_type", "须为普通十进制数字，如 1234.50")
    return value


def _integer(least: int, most: int) -> Callable[[Any], int]:
    """Make the reader of a whole number from `least` to `most`."""

    def read(value: object) -> int:
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise PydanticCustomError("whole_number", "须为整数")
        if not least <= value <= most:
            raise PydanticCustomError("out_of_range", "须在{least}到{most}之间", {"least": least, "most": most})
        return value

    return read


def _date(value: object) -> dt.date:
    """Read a local date; refuse anything with a time of day, and numbers."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("no_such_date", "日历上没有这一天") from None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise PydanticCustomError("date_notation", "须为日期，如 2024-03-15")


def _instant(value: object) -> dt.datetime:
    """Read an instant with its offset and move it to Asia/Shanghai; refuse naive times and epoch numbers."""
    if isinstance(value, str):
        if not _INSTANT.fullmatch(value):
            if _NAIVE.fullmatch(value):
                raise PydanticCustomError("naive_datetime", "时间须带时区偏移，如 2024-03-15T10:40:00+08:00")
            raise PydanticCustomError("datetime_notation", "须为带时区偏移的时间，如 2024-03-15T10:40:00+08:00")
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("no_such_time", "没有这个时间，请核对年月日、时分秒与偏移") from None
    if not isinstance(value, dt.datetime):
        raise PydanticCustomError("datetime_notation", "须为带时区偏移的时间，如 2024-03-15T10:40:00+08:00")
    if value.tzinfo is None:
        raise PydanticCustomError("naive_datetime", "时间须带时区偏移，如 2024-03-15T10:40:00+08:00")
    zone = SHANGHAI if value.year > _LOCAL_MEAN_TIME else _FIXED
    try:
        return value.astimezone(zone)
    except OverflowError:
        raise PydanticCustomError("no_such_time", "时间超出可表示的范围") from None


def _phone(text: str) -> str:
    """Accept a mobile number, a fixed line with area code, a 400/800 hotline or a number abroad with its `+`."""
    if not _PHONE.fullmatch(text):
        raise PydanticCustomError("phone_notation", "须为手机号（11位）或带区号的固定电话，如 0571-00000001")
    return text


def _decimal_schema(places: int, digits: int) -> WithJsonSchema:
    """Describe a decimal to editors: text in plain notation (never empty), or a number as YAML tools read it."""
    pattern = rf"^(0|[1-9]\d{{0,{digits - 1}}})(\.\d{{1,{places}}})?$"
    return WithJsonSchema({"anyOf": [{"type": "string", "pattern": pattern}, {"type": "number", "minimum": 0}]})


def _integer_schema(least: int, most: int) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": least, "maximum": most},
                {"type": "string", "pattern": r"^(0|[1-9]\d*)$"},
            ]
        }
    )


_BOUNDS = StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)

Text = Annotated[str, _BOUNDS, AfterValidator(clean)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_phone)]
Ref = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[SC][0-9]{2,}$", max_length=12)]
StaffId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^S[0-9]{2,}$", max_length=12)]
ContactId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^C[0-9]{2,}$", max_length=12)]
SessionId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^M[0-9]{2,}$", max_length=12)]
CaseNo = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^XS[0-9]{4}-[0-9]{4}$")]
CheckName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Flag = Annotated[bool, Field(strict=True)]
Money = Annotated[Decimal, BeforeValidator(_money(2, 15)), _decimal_schema(2, 15)]
UnitPrice = Annotated[Decimal, BeforeValidator(_money(4, 13)), _decimal_schema(4, 13)]
Quantity = Annotated[Decimal, BeforeValidator(_decimal(4, 11, positive=True)), _decimal_schema(4, 11)]
ActualQuantity = Annotated[Decimal, BeforeValidator(_decimal(4, 11)), _decimal_schema(4, 11)]
Rate = Annotated[Decimal, BeforeValidator(_decimal(6, 1, most=1)), _decimal_schema(6, 1)]
Instant = Annotated[
    dt.datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_LOCAL_TIME}{_OFFSET}$"}),
]
Date = Annotated[
    dt.date,
    BeforeValidator(_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}),
]
PositiveInt = Annotated[int, BeforeValidator(_integer(1, 1_000_000)), _integer_schema(1, 1_000_000)]
NonNegativeInt = Annotated[int, BeforeValidator(_integer(0, 1_000_000_000)), _integer_schema(0, 1_000_000_000)]
Percent = Annotated[int, BeforeValidator(_integer(0, 100)), _integer_schema(0, 100)]
Score = Annotated[int, BeforeValidator(_integer(1, 5)), _integer_schema(1, 5)]
