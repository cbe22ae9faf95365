"""Document numbers and file names (forms.md section 1.4).

Rules enforced here: a number is made from the pattern of its form and never from anything else; two different numbers
never give the same file name; a file name is safe on every file system.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from docgen.errors import DeclarationError, InputError

_CASE_NO = re.compile(r"XS(\d{4}-\d{4})", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_DATES: Mapping[str, Callable[[date], str]] = MappingProxyType(
    {
        "YYYY": lambda on: f"{on.year:04d}",
        "YYYYMM": lambda on: f"{on.year:04d}{on.month:02d}",
        "YYYYMMDD": lambda on: f"{on.year:04d}{on.month:02d}{on.day:02d}",
    }
)
_RUNNING = MappingProxyType({"n": 1, "nn": 2, "nnn": 3, "nnnn": 4})
_ROUND_DIGITS = 2

_UNSAFE = re.compile(r'[<>:"/\\|?*]+')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NUMBER_BYTES = 100
_TITLE_BYTES = 60
_CUSTOMER_BYTES = 40


def placeholders(pattern: str) -> frozenset[str]:
    """Return the names of the placeholders of a number `pattern`.

    Raises:
        DeclarationError: a brace of the pattern belongs to no placeholder.
    """
    if re.search(r"[{}]", _PLACEHOLDER.sub("", pattern)):
        raise DeclarationError("编号格式中的花括号不成对或名称有误", code="bad_number_pattern")
    return frozenset(_PLACEHOLDER.findall(pattern))


def document_number(pattern: str, *, n: int | None = None, on: date | None = None, **parts: str | int) -> str:
    """Fill a number `pattern` such as `JC-{case}-{nn}` or `FA-{case} V{n}`.

    Args:
        pattern: literal text with placeholders: `{n}` `{nn}` `{nnn}` `{nnnn}` print `n` with at least that many
            digits, `{YYYY}` `{YYYYMM}` `{YYYYMMDD}` print `on`, `{round}` is printed with two digits, every other one
            as it is given.
        n: running number or version.
        on: day of the number.
        parts: further values by placeholder, such as `case`, `order_no`, `round`; those not asked for are ignored.

    Raises:
        DeclarationError: the pattern is malformed or asks for something that is not given.
    """
    values = {name: f"{n:0{width}d}" for name, width in _RUNNING.items() if n is not None}
    values |= {name: printed(on) for name, printed in _DATES.items() if on is not None}
    values |= {name: f"{part:0{_ROUND_DIGITS}d}" if name == "round" else str(part) for name, part in parts.items()}
    if missing := sorted(placeholders(pattern) - values.keys()):
        raise DeclarationError(f"编号格式要求的{'、'.join(missing)}没有给出", code="bad_number_pattern")
    return _PLACEHOLDER.sub(lambda match: values[match[1]], pattern)


def case_part(case_no: str) -> str:
    """Return the part of a case number that document numbers carry: `XS2024-0012` → `2024-0012`.

    Raises:
        InputError: it is not a case number.
    """
    if match := _CASE_NO.fullmatch(case_no):
        return match[1]
    raise InputError("案卷号格式有误", code="bad_case_no", remedy="案卷号形如 XS2024-0012")


def file_name(doc_no: str, title: str, customer_short: str, revision: int, suffix: str) -> str:
    """Return `{doc_no}_{title}_{customer}_R{revision}{suffix}`, at most 255 bytes and without unsafe characters.

    Title and customer are shortened where needed. A number that cannot be printed as it is keeps its identity by a
    part of its digest, so that two numbers never share a name. `suffix` includes its dot.
    """
    number = _shortened(_safe(doc_no), _NUMBER_BYTES)
    if number != doc_no:
        number = f"{number}~{hashlib.sha256(doc_no.encode(errors='surrogatepass')).hexdigest()[:12]}"
    words = (_shortened(_safe(title), _TITLE_BYTES), _shortened(_safe(customer_short), _CUSTOMER_BYTES))
    return "_".join((number, *words, f"R{revision}")) + suffix


def folder_name(case_no: str, customer_short: str) -> str:
    """Return `{case_no}_{customer}` (案卷号_客户简称), at most 255 bytes and without unsafe characters."""
    return f"{_shortened(_safe(case_no), _NUMBER_BYTES)}_{_shortened(_safe(customer_short), _CUSTOMER_BYTES)}"


def _safe(text: str) -> str:
    words = " ".join(unicodedata.normalize("NFC", text).split())
    visible = "".join(character for character in words if unicodedata.category(character) not in _INVISIBLE)
    return _UNSAFE.sub("-", visible).strip("-. ")


def _shortened(text: str, size: int) -> str:
    """Return the longest beginning of `text` that takes at most `size` bytes in UTF-8."""
    return text.encode()[:size].decode(errors="ignore")
