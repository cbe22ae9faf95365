"""Markdown, as much of it as the generated documents use."""

import re
from collections.abc import Iterable, Iterator, Sequence

GENERATED = "<!-- 由 make docs 生成，请勿手工修改 -->"
"""The first line of every generated document."""

_SPECIAL = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "*": "\\*", "\n": "<br>"})


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, with an empty line after it; cells are Markdown."""
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)
    yield ""


def plain(text: str) -> str:
    """Write a text so that Markdown leaves it as it is, in a table as well."""
    return text.translate(_SPECIAL)


def code(text: str) -> str:
    """Write a text as code."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def heading_link(heading: str) -> str:
    """Return the link to a heading, which browsers of Markdown know by its letters, digits and hyphens alone."""
    return "#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
