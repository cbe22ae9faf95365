"""Numbers as contracts write them: Chinese numerals read and written, circled and Roman ones for lists."""

import re

_DIGITS = {character: value for value, line in enumerate(
    ("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for character in line}  # fmt: skip
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL = "[零〇○一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾佰]"
_WRITTEN = "零一二三四五六七八九"


def read_numeral(text: str) -> int | None:
    """Read a whole number below ten thousand in Arabic or Chinese numerals (also 二〇二四); None if it is none."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    if not text or any(character not in _DIGITS and character not in _PLACES for character in text):
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text[:9]))
    total, digit = 0, None
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (1 if digit is None else digit) * _PLACES[character]
            digit = None
    return total + (digit or 0)


def write_numeral(number: int) -> str:
    """Write 0 to 9999 in Chinese: 12 → 十二, 105 → 一百零五."""
    if number < 10:
        return _WRITTEN[number]
    words = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        words += f"{_WRITTEN[digit]}{unit}" if digit else ("零" if words else "")
    words = re.sub("零+", "零", words).rstrip("零")
    return words.removeprefix("一") if words.startswith("一十") else words


def roman(number: int) -> str:
    """Write 1 to 3999 in Roman numerals."""
    signs = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
             (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
    written = ""
    for value, sign in signs:
        written += sign * (number // value)
        number %= value
    return written


def letter(number: int) -> str:
    """Write 1, 2 … as A, B … Z, AA, BB … as Word does."""
    return chr(ord("A") + (number - 1) % 26) * (1 + (number - 1) // 26)
