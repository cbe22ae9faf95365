"""The name that was probably meant."""

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the one of `names` with the smallest edit distance to `name`, or "" if none is near."""
    best, least = "", max(2, len(name) // 2) + 1
    for candidate in names:
        if abs(len(candidate) - len(name)) < least and (found := _distance(name, candidate)) < least:
            best, least = candidate, found
    return best


def _distance(one: str, other: str) -> int:
    """Return Levenshtein's distance of two names."""
    row = list(range(len(other) + 1))
    for index, left in enumerate(one, 1):
        previous, row[0] = row[0], index
        for column, right in enumerate(other, 1):
            substituted = previous + (left != right)
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, substituted)
    return row[-1]
