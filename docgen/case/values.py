"""Value types of the case file and the base of its entities (case_model.md section 3).

Rules enforced here: text is NFC, trimmed, with half-width digits and no control characters; money is CNY with two
decimals and never negative; every instant carries an offset and is kept in Asia/Shanghai.
"""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

SHANGHAI = ZoneInfo("Asia/Shanghai")

MAX_TEXT = 20_000
"""Longest text a field may hold, in characters."""

_HALF_WIDTH = {ord("０") + n: ord("0") + n for n in range(10)}
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_HALF_WIDTH)
    if bad := _FORBIDDEN.search(text):
        raise ValueError(f"control character U+{ord(bad.group()):04X}")
    return text


def _local(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(SHANGHAI)


class Entity(BaseModel):
    """A part of the case file: frozen, closed to unknown keys, silent about rejected values."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False)


_BOUNDS = StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)

Text = Annotated[str, _BOUNDS, AfterValidator(_clean)]
Ref = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[SC]\d{2,}$", max_length=12)]
StaffId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^S\d{2,}$", max_length=12)]
ContactId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^C\d{2,}$", max_length=12)]
SessionId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^M\d{2,}$", max_length=12)]
CaseNo = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^XS\d{4}-\d{4}$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=17, decimal_places=2, allow_inf_nan=False)]
UnitPrice = Annotated[Decimal, Field(ge=0, max_digits=17, decimal_places=4, allow_inf_nan=False)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=4, allow_inf_nan=False)]
Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6, allow_inf_nan=False)]
Instant = Annotated[AwareDatetime, AfterValidator(_local)]
Date = dt.date
PositiveInt = Annotated[int, Field(ge=1, le=1_000_000)]
NonNegativeInt = Annotated[int, Field(ge=0, le=1_000_000_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
Score = Annotated[int, Field(ge=1, le=5)]
