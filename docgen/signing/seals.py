"""What a signature shows on the page: a round red company seal, or the lines of a person's signature, both as vectors.

The form of seals follows custom (公章 and 合同专用章, 42 mm): a ring, the full name of the company on the arc, a star,
and below it what the seal is for. A seal shown on the page proves nothing; the signature beneath it does.
"""

import math
from datetime import datetime
from enum import StrEnum
from typing import Final

from docgen.clock import SHANGHAI
from docgen.errors import InputError
from docgen.signing.outlines import SANS, SERIF_BOLD, Drawing, line, outlines

DIAMETER: Final = 42 / 25.4 * 72  # points
RED: Final = "0.784 0.063 0.063"
MAX_NAME: Final = 40

_SERIAL_IN_A_ROW: Final = 16  # digits
_KAPPA: Final = 0.5522847498  # of the Bézier curve next to a quarter circle


class SealKind(StrEnum):
    """The seals that bind a company in a contract (forms.md section 1.3); others are refused there."""

    OFFICIAL = "公章"
    CONTRACT = "合同专用章"


def seal(organisation: str, kind: SealKind, *, mark: str = "", diameter: float = DIAMETER) -> Drawing:
    """Draw the seal of `organisation`, its full name on the arc, with `mark` (such as 演示签名) at the bottom.

    Raises:
        InputError: the name is empty or longer than 40 characters (`seal_name`), or no font can draw it.
    """
    if not 0 < len(organisation) <= MAX_NAME:
        raise InputError(f"印章上的单位名称须为 1 至 {MAX_NAME} 个字", code="seal_name", remedy="使用单位全称")
    radius = diameter / 2
    below = f"{kind}" if kind is SealKind.CONTRACT else ""
    parts = [
        f"{RED} rg {RED} RG {radius * 0.055:.3f} w 1 0 0 1 {radius:.3f} {radius:.3f} cm",
        _circle(radius * 0.955),
        _star(radius * 0.27),
        _on_arc(organisation, radius),
        _centred(below, radius * 0.2, -radius * 0.52, radius * 1.1),
        _centred(mark, radius * 0.13, -radius * 0.75, radius * 0.9),
    ]
    return Drawing(diameter, diameter, "\n".join(part for part in parts if part))


def signature(  # noqa: PLR0913 - what is shown, and its size
    name: str, title: str, at: datetime, serial: str, mark: str, *, width: float, height: float
) -> Drawing:
    """Draw a person's signature: the name large, then title, time (Asia/Shanghai), certificate serial and method.

    Raises:
        InputError: no font has one of the characters (`glyph_missing`).
    """
    local = at.astimezone(SHANGHAI)
    rows = (f"{title}　{mark}".strip("　"), f"签署时间：{local:%Y-%m-%d %H:%M:%S}", *_serial_rows(serial))
    step = height / (len(rows) + 0.2)
    small = min(height / 5.2, step * 0.72)
    left = width * 0.36
    parts = ["0 0 0 rg", line(name, SANS, height * 0.42, 1, height * 0.3, left - 4)]
    for index, row in enumerate(rows):
        parts.append(line(row, SANS, small, left, height - (index + 1) * step, width - left - 1))
    return Drawing(width, height, "\n".join(parts))


def _serial_rows(serial: str) -> tuple[str, ...]:
    """Return the serial number in one row, or in two where one would have to be squeezed until nobody can read it."""
    if len(serial) <= _SERIAL_IN_A_ROW:
        return (f"证书序列号：{serial}",)
    half = -(-len(serial) // 2)
    return f"证书序列号：{serial[:half]}", serial[half:]


def _circle(radius: float) -> str:
    k = radius * _KAPPA
    r = radius
    curves = ((r, k, k, r, 0, r), (-k, r, -r, k, -r, 0), (-r, -k, -k, -r, 0, -r), (k, -r, r, -k, r, 0))
    return f"{r:.3f} 0 m " + " ".join(" ".join(f"{v:.3f}" for v in curve) + " c" for curve in curves) + " h S"


def _star(radius: float) -> str:
    points = []
    for index in range(10):
        angle = math.pi / 2 + index * math.pi / 5
        reach = radius if index % 2 == 0 else radius * 0.382
        points.append(f"{reach * math.cos(angle):.3f} {reach * math.sin(angle):.3f}")
    return f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:]) + " h f"


def _on_arc(text: str, radius: float) -> str:
    """Return `text` along the upper arc, its characters upright on the radius, narrower the more there are."""
    shapes = outlines(text, SERIF_BOLD)
    size, base = radius * 0.25, radius * 0.64
    span = math.radians(min(250.0, 24.0 * len(text)))
    step = span / len(text)
    squeeze = min(1.0, step * (base + size / 2) / size * 0.98)
    parts = []
    for index, shape in enumerate(shapes):
        turn = span / 2 - (index + 0.5) * step
        cos, sin = math.cos(turn), math.sin(turn)
        x = -base * sin - shape.advance / 2 * size * squeeze * cos
        y = base * cos - shape.advance / 2 * size * squeeze * sin
        matrix = (size * squeeze * cos, size * squeeze * sin, -size * sin, size * cos, x, y)
        parts.append(f"q {' '.join(f'{v:.4f}' for v in matrix)} cm {shape.path} f Q")
    return "\n".join(parts)


def _centred(text: str, size: float, y: float, width: float) -> str:
    if not text:
        return ""
    natural = sum(shape.advance for shape in outlines(text, SERIF_BOLD)) * size
    return line(text, SERIF_BOLD, size, -min(natural, width) / 2, y, width)
