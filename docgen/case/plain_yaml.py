"""YAML as nearly every case file is written, read a line at a time: twice as fast as by libyaml's events.

What is read here means the same to every reader of YAML: block mappings and sequences whose values stand on their own
line, plain, in double quotes without escapes, or as flow lists and mappings. Anything else, and anything that may be
wrong, is left to `yaml_reader`, which is the reference (tests hold the two equal) and says what is wrong where.
"""

import json
import re
from typing import TypeAlias, TypeVar, cast

from docgen.case.tree import MAX_NODES, Node, is_blank

_BEYOND = ("\t", "\\", "\ufeff", "\u2028", "\u2029")
"""Characters that mean something else, or nothing, to YAML in some places."""

_MAX_OPEN = 40
"""Most brackets opened in one line: no model nests as deep, and the JSON parser could."""

_RESOLVED = {"true": True, "false": False, "null": None}

_OPENING = frozenset("{[")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
"""What a plain scalar does not start with (some it may, before other than space; those are left to the reference)."""

# Classes of ASCII characters alone, which `re` tests by a bitmap; `(?!\s)` keeps out other space.
_FIRST = rf"(?!\s)[^ {re.escape(''.join(_INDICATORS))}]"
_INNER = r"""[^ ?:,\[\]{}#'"]"""

_LINE = re.compile(r"( *)(- +)?(?:([A-Za-z_][A-Za-z0-9_]*):(?: +|$))?(.*)")
_QUOTED = re.compile(r'"([^"]*)" *')
_FLOW_PLAIN = re.compile(rf"({_FIRST}(?:{_INNER}++|:(?=[^\s,\[\]{{}}])| ++(?={_INNER}))*+)")

_Value: TypeAlias = Node | None
_Container: TypeAlias = dict[str, _Value] | list[_Value]
_New = TypeVar("_New", dict[str, _Value], list[_Value])


class _Beyond(Exception):  # noqa: N818 - says where the text lies, not that it is wrong
    """The text is beyond the subset."""


def read_plain_yaml(text: str) -> Node | None:
    """Read one YAML document as `yaml_reader` does; None where it is beyond the subset or may have a fault."""
    if any(character in text for character in _BEYOND) or _most_nodes(text) > MAX_NODES:
        return None
    reader = _Reader()
    try:
        for line in text.split("\n"):
            reader.take(line)
    except (_Beyond, json.JSONDecodeError):
        return None
    return reader.finished()


def _most_nodes(text: str) -> int:
    """Give a number that the nodes of a text of the subset do not exceed: twice what it is for H01."""
    return 2 * (text.count(":") + text.count("[") + text.count("\n") + 1) + text.count("{") + text.count(",")


class _Reader:
    """Builds the tree line by line; `_open` holds the containers still open, each with its column."""

    def __init__(self) -> None:
        self._root: dict[str, _Value] = {}
        self._open: list[tuple[int, _Container]] = [(0, self._root)]
        self._awaited: str | None = None  # the key of the last container whose value stands in the lines to come
        self._absent: list[tuple[dict[str, _Value], str]] = []  # keys without value, kept to find repeated ones

    def take(self, line: str) -> None:
        """Work one line into the tree."""
        match = _LINE.fullmatch(line)
        if match is None:
            raise _Beyond
        indent, dash, key, rest = match.groups()
        column = len(indent)
        if dash is not None:
            self._item(self._sequence(column), column + len(dash), key, rest)
        elif key is not None:
            self._entry(self._mapping(column), key, rest)
        elif rest and rest[0] != "#":
            raise _Beyond

    def finished(self) -> Node:
        """Give the whole tree."""
        for mapping, key in self._absent:
            if mapping[key] is None:
                del mapping[key]
        return cast("Node", self._root)

    def _item(self, items: list[_Value], inner: int, key: str | None, rest: str) -> None:
        if key is None:
            items.append(_value(rest))
            return
        mapping: dict[str, _Value] = {}
        items.append(cast("Node", mapping))
        self._open.append((inner, mapping))
        self._entry(mapping, key, rest)

    def _entry(self, mapping: dict[str, _Value], key: str, rest: str) -> None:
        if key in mapping:
            raise _Beyond
        if rest and rest[0] != "#":
            mapping[key] = value = _value(rest)
        else:
            mapping[key] = value = None
            self._awaited = key
        if value is None:
            self._absent.append((mapping, key))

    def _mapping(self, column: int) -> dict[str, _Value]:
        """Give the mapping whose keys stand in `column`, a new one where a value is awaited."""
        at, container = self._open[-1]
        if self._awaited is not None and column > at:
            return self._opened(column, {})
        while at > column or (at == column and isinstance(container, list)):
            self._open.pop()
            at, container = self._open[-1]
        if at != column or isinstance(container, list):
            raise _Beyond
        self._awaited = None
        return container

    def _sequence(self, column: int) -> list[_Value]:
        """Give the sequence whose dashes stand in `column`, a new one where a value is awaited."""
        at, container = self._open[-1]
        if self._awaited is not None and column >= at:
            return self._opened(column, [])
        while at > column:
            self._open.pop()
            at, container = self._open[-1]
        if at != column or isinstance(container, dict):
            raise _Beyond
        self._awaited = None
        return container

    def _opened(self, column: int, container: _New) -> _New:
        """Put a new container where a value is awaited."""
        outer = self._open[-1][1]
        assert isinstance(outer, dict)
        assert self._awaited is not None
        outer[self._awaited] = cast("Node", container)
        self._awaited = None
        self._open.append((column, container))
        return container


def _value(text: str) -> _Value:
    """Read what stands on the rest of a line."""
    if not text:
        raise _Beyond
    first = text[0]
    if first in _OPENING:
        return _flow(text)
    if first == '"':
        if (match := _QUOTED.fullmatch(text)) is None:
            raise _Beyond
        return None if is_blank(match[1]) else match[1]
    if " #" in text:
        text = text[: text.index(" #")]
    text = text.rstrip(" ")
    if first in _INDICATORS or first.isspace() or ": " in text or text[-1] == ":":
        raise _Beyond
    return _RESOLVED.get(text, text)


def _flow(text: str) -> Node:
    """Read flow lists and mappings as the JSON they are once each plain scalar stands in quotes."""
    if text.count("[") + text.count("{") > _MAX_OPEN:
        raise _Beyond
    if '"' in text:
        parts = text.split('"')  # every other one stands in quotes
        blank = not all(parts[1::2]) or any(map(str.isspace, parts[1::2]))
        if blank or any(part.endswith(":") for part in parts[::2]):
            raise _Beyond
        parts[::2] = map(_with_quotes, parts[::2])
        text = '"'.join(parts)
    else:
        text = _with_quotes(text)
    value, end = _JSON.raw_decode(text)
    keys = text.count('":')
    if (keys and (keys != len(value) or isinstance(value, list))) or "null" in text:
        value, end = _JSON_WITH_CARE.raw_decode(text)
    if text[end:].strip(" "):
        raise _Beyond
    return cast("Node", value)


def _with_quotes(text: str) -> str:
    quoted = '"'.join(_FLOW_PLAIN.split(text))  # every other piece is a plain scalar
    if "true" in text or "false" in text or "null" in text:
        return quoted.replace('"true"', "true").replace('"false"', "false").replace('"null"', "null")
    return quoted


def _mapping_with_care(pairs: list[tuple[str, _Value]]) -> dict[str, Node]:
    """Take the pairs of a flow mapping as `yaml_reader` does: no key twice, nothing that is absent."""
    if len(dict(pairs)) < len(pairs):
        raise _Beyond
    return {key: value for key, value in pairs if value is not None}


_JSON = json.JSONDecoder()
"""Keeps the last of repeated keys: serves for lists of scalars and for a mapping that has all keys of the text."""

_JSON_WITH_CARE = json.JSONDecoder(object_pairs_hook=_mapping_with_care)
