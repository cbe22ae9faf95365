"""How moments, periods and lists are written in the messages of rules."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from docgen.case.values import SHANGHAI

_MIDNIGHT = time()


def stamp(at: datetime) -> str:
    """Write an instant in local time: `2024-03-15 10:40`."""
    return at.astimezone(SHANGHAI).isoformat(" ", "minutes")[:16]


def deadline(at: datetime) -> str:
    """Write the end of a period; midnight belongs to the day that ends: `2024-07-01 24:00`."""
    local = at.astimezone(SHANGHAI)
    if local.time() == _MIDNIGHT:
        return f"{local.date() - timedelta(days=1)} 24:00"
    return stamp(local)


def hours(minutes: int) -> str:
    """Write minutes as hours with one decimal, every tenth begun counting: 61 → `1.1`."""
    tenths = -(-minutes // 6)
    return f"{tenths // 10}.{tenths % 10}"


def duration(minutes: int) -> str:
    """Write a duration: minutes below two hours, else hours with one decimal."""
    return f"{minutes}分钟" if minutes < 120 else f"{hours(minutes)}小时"


def listed(words: Iterable[str], limit: int = 5) -> str:
    """Join the first `limit` words with 、 and say by 等n项 that there are more."""
    every = list(words)
    text = "、".join(every[:limit])
    return text if len(every) <= limit else f"{text}等{len(every)}项"
