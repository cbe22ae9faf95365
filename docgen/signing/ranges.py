"""The bytes a signature covers, looked at without a PDF library: all but its own value, nothing hidden there."""

import re
from collections.abc import Iterator
from typing import Final

from asn1crypto import parser

from docgen.signing.verdict import Reason

_HEX: Final = re.compile(rb"<(?:[0-9A-Fa-f]{2})*>")


def range_reasons(pdf: bytes, byte_range: list[int], value: bytes, field: str) -> Iterator[Reason]:
    """Yield what is wrong with the `byte_range` of the signature `field`, whose value is `value`.

    It must be the whole of the file from its beginning but one hexadecimal string, which holds the signature and
    nothing after it but zeros.
    """
    if len(byte_range) != 4 or byte_range[0] != 0:
        yield _reason("range_broken", "签名没有从文件开头起覆盖文件", field)
        return
    _, first, start, rest = byte_range
    if not 0 < first < start <= start + rest <= len(pdf):
        yield _reason("range_broken", "签名覆盖的范围超出文件或前后颠倒", field)
        return
    gap = pdf[first:start]
    if not _HEX.fullmatch(gap) or bytes.fromhex(gap[1:-1].decode("ascii")) != value:
        yield _reason("range_broken", "签名未覆盖的部分不只是签名本身", field)
        return
    try:
        used = parser.peek(value)
    except ValueError:
        yield _reason("signature_malformed", "签名的内容不完整", field)
        return
    if value[used:].strip(b"\0"):
        yield _reason("padding_used", "签名之后的空白处藏有内容", field)


def range_end(byte_range: list[int]) -> int:
    """Return where the covered part of the file ends."""
    return byte_range[-2] + byte_range[-1]


def _reason(code: str, message: str, field: str) -> Reason:
    return Reason(code=code, message=message, field=field)
