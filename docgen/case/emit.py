"""Plain data written as YAML the way the sample cases are: blocks outside, one line per small record.

What is written reads back as the same text: whatever a YAML tool could take for something else stands in quotes.
"""

import json
import re
from collections.abc import Mapping, Sequence

_PLAIN = re.compile(r"(?=[\w（《“])(?:[\w./%+（）《》“”，。；、：！？·—…×\-]|:(?=\w)| (?=[\w（《]))+")
_NUMBER = re.compile(r"[-+]?[0-9][0-9_,.]*(?:[eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?")
_RESERVED = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"])
_LINE = 120

Plain = str | bool | int | None | Sequence["Plain"] | Mapping[str, "Plain"]


def scalar(value: str | bool | int | None) -> str:
    """Write one scalar; text that looks like a number is quoted."""
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and not _NUMBER.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(value: Plain) -> str:
    """Write `value` on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    return scalar(value)


def after_key(value: Plain, indent: int) -> str:
    """Write `value` as it follows `key:` where the key stands at column `indent`."""
    if _is_record(value) and len(flow(value)) <= _LINE:
        return f" {flow(value)}"
    if not isinstance(value, Mapping | list | tuple) or not value:
        return f" {flow(value)}"
    return "\n" + block(value, indent + 2)


def block(value: Plain, indent: int) -> str:
    """Write a non-empty mapping or list as lines at column `indent`, without the last line break."""
    pad = " " * indent
    if isinstance(value, Mapping):
        return "\n".join(f"{pad}{key}:{after_key(entry, indent)}" for key, entry in value.items())
    assert isinstance(value, Sequence)
    return "\n".join(f"{pad}- {item(entry, indent + 2)}" for entry in value)


def item(value: Plain, indent: int) -> str:
    """Write `value` as it follows the dash of a list whose items start at column `indent`."""
    if _is_record(value) or not isinstance(value, Mapping | list | tuple) or not value:
        return flow(value)
    return block(value, indent).lstrip(" ")


def _is_record(value: Plain) -> bool:
    """Whether `value` holds nothing but scalars and lists of scalars."""
    if isinstance(value, Mapping):
        return all(not isinstance(entry, Mapping) and _is_record(entry) for entry in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return not any(isinstance(entry, Mapping | list | tuple) for entry in value)
    return True
