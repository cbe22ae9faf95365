"""Blanks of a standard text filled; what is not known stays marked and is reported by name."""

import re
from collections.abc import Mapping

from docgen.drafting.library import PLACEHOLDER

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def fill(text: str, facts: Mapping[str, str | None], blank: str) -> tuple[str, tuple[str, ...]]:
    """Return `text` with its placeholders filled, `blank` where a fact is None, and the names of those facts.

    A part in `[[…]]` is left out, without report, where one of its facts is None.
    """
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = facts[match[1]]
        if found is None:
            missing.append(match[1])
            return blank
        return found

    def optional(match: re.Match[str]) -> str:
        complete = all(facts[name] is not None for name in PLACEHOLDER.findall(match[1]))
        return match[1] if complete else ""

    filled = PLACEHOLDER.sub(value, _OPTIONAL.sub(optional, text))
    return filled, tuple(dict.fromkeys(missing))
