"""统一社会信用代码: the check character of GB 32100-2015."""

from functools import lru_cache

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


@lru_cache(maxsize=4096)
def valid_credit_code(code: str) -> bool:
    """Tell whether `code` has 18 characters of the standard's alphabet and the right last one."""
    if len(code) != 18 or not all(character in _VALUES for character in code):
        return False
    checksum = sum(_VALUES[character] * weight for character, weight in zip(code, _WEIGHTS, strict=False))
    return _VALUES[code[17]] == -checksum % 31
