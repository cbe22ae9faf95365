"""What a file is refused for: it cannot be read, or it is larger than any contract."""

from docgen.errors import InputError

MAX_FILE = 50_000_000
"""Bytes of a file that is looked at."""

MAX_TEXT = 600_000
"""Characters of a text that is looked at: some 700 pages."""

LEAST_HAN = 200
"""Chinese characters below which nothing is said of a text (rules.md section 6.1)."""


def unreadable(why: str, remedy: str) -> InputError:
    """Make the error for a file that gives no text (code `not_readable`)."""
    return InputError(why, remedy=remedy, code="not_readable")


def too_large(why: str) -> InputError:
    """Make the error for a file beyond the bounds (code `too_large`)."""
    return InputError(why, remedy="请只提交合同正文；图片和大附件另存后再检查", code="too_large")
