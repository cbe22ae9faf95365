"""Texts of findings: messages with facts put in, money in yuan, choices by their Chinese label."""

import re
from collections.abc import Sequence

from docgen.case.enums import Choice
from docgen.money import yuan
from docgen.rulebook.aspect import Aspect

ABSENT = "—"


def text_of(name: str, value: object) -> str:
    """Write a fact as people read it; the name decides the unit (`…_cents` are printed in yuan)."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, int) and name.endswith("_cents"):
        return yuan(value)
    return str(value)


def filled(template: str, record: Aspect) -> str:
    """Put the facts of a record (and its `subject`) into a message."""
    return re.sub(r"\{(\w+)\}", lambda match: text_of(match[1], getattr(record, match[1])), template)


def with_witnessed(message: str, times: Sequence[str]) -> str:
    """Add to a message the `times` it rests on that the service witnessed, if there are any."""
    return f"{message}（系统见证：{'、'.join(dict.fromkeys(times))}）" if times else message


def pending_text(title: str, missing: Sequence[str], reasons: Sequence[str]) -> str:
    """Say why the rule `title` cannot be decided yet: facts that are `missing`, or the `reasons` why they are."""
    if reasons:
        return f"{title}：尚不能判断（{'；'.join(reasons)}）"
    if missing:
        return f"{title}：尚不能判断，缺少{'、'.join(missing)}"
    return f"{title}：尚未完成"
