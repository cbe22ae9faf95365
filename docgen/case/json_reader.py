"""JSON read into a tree: numbers stay the text they were written as, repeated keys are faults."""

import json
import re

from docgen.case.tree import MAX_DEPTH, MAX_KEY, MAX_NODES, Fault, Node, Tree, is_blank, refusal

# A string that is never closed matches to the end of the text, so that the scan stays linear.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},:]', re.DOTALL)


def read_json(text: str) -> Tree:
    """Read one JSON document.

    Raises:
        InputError: a limit is exceeded (code `invalid_case`).
        json.JSONDecodeError: the text is not JSON.
    """
    _check_limits(text)
    tree = Tree()

    def mapping(pairs: list[tuple[str, Node | None]]) -> dict[str, Node]:
        found: dict[str, Node] = {}
        seen: set[str] = set()
        for key, value in pairs:
            if len(key) > MAX_KEY:
                raise refusal("long_key", f"字段名超过{MAX_KEY}个字符")
            if key in seen:
                tree.faults.append(Fault((key,), "duplicate_key", "字段重复"))
            elif value is not None and not (isinstance(value, str) and is_blank(value)):
                found[key] = value
            seen.add(key)
        return found

    tree.root = json.loads(
        text, object_pairs_hook=mapping, parse_int=str, parse_float=str, parse_constant=_refuse_constant
    )
    return tree


def _refuse_constant(_: str) -> None:
    raise refusal("not_a_number", "数字须为普通十进制数字，不能是 NaN 或 Infinity")


def _check_limits(text: str) -> None:
    """Count before parsing: the parser of the standard library recurses."""
    depth = 0
    for count, match in enumerate(_TOKEN.finditer(text)):
        first = match.group()[0]
        if first in "[{":
            depth += 1
        elif first in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise refusal("too_deep", f"嵌套超过{MAX_DEPTH}层", text.count("\n", 0, match.start()) + 1)
        if count > 4 * MAX_NODES:
            raise refusal("too_many_nodes", f"内容超过{MAX_NODES}项")
