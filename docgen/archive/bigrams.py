"""Chinese text as pairs of characters, so that a word index finds every substring and nothing else.

A run of Chinese characters ABC becomes `AB BC C`, so that every substring is a run of neighbouring terms; other
words are terms of their own. Width and case do not count.
"""

import re
import unicodedata

_CHINESE = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)")


_PAIR = re.compile(rf"[{_CHINESE}]{{2}}")
LONGEST = 64
"""Characters of the longest term; a longer word becomes several (PostgreSQL takes no term over 2 KB)."""


LONGEST_PHRASE = 100
"""Terms that one word of a query may have; a part of a long text overlaps the next one by as many."""


CANDIDATES = 500
"""Hits that are ranked: of more, the newest, so that a common word costs no more than a rare one."""


def folded(text: str) -> str:
    """Return `text` as it is compared: compatibility forms and case made equal."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms(text: str) -> list[str]:
    """Return the terms of `text` in order."""
    found: list[str] = []
    for run in _RUNS.finditer(folded(text)):
        word, step = (run[1], 1) if run[1] else (run[2], LONGEST)
        width = 2 if run[1] else LONGEST
        found += [word[place : place + width] for place in range(0, len(word), step)]
    return found


def phrase(text: str) -> list[str]:
    """Return the neighbouring terms to look for so as to find `text`; the last may be the beginning of a longer one."""
    found = terms(text)
    if len(found) > 1 and len(found[-2]) == 2 and found[-1] == found[-2][1]:  # the text may go on after the last pair
        found.pop()
    return found


def is_open(term: str) -> bool:
    """Tell whether a term that ends a phrase may be the beginning of a longer one: all but a pair of characters."""
    return not _PAIR.fullmatch(term)
