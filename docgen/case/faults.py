"""Faults of a case file said in Chinese: where, what it is called, what is expected — never what was given."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from docgen.case.casefile import CaseFile
from docgen.case.shape import Location, label, path, shape_at, shapes
from docgen.case.tree import Fault, Tree, child
from docgen.errors import Detail, InputError

MAX_DETAILS = 500
"""Most faults listed one by one; the message gives the full count."""

_MESSAGES = {
    "extra_forbidden": "未知字段",
    "missing": "必填，尚未填写",
    "string_type": "须为文字（true、false 作文字用时请加引号）",
    "string_too_short": "不能为空",
    "string_too_long": "不得超过{max_length}个字符",
    "string_pattern_mismatch": "格式须为 {pattern}",
    "bool_type": "须为 true 或 false",
    "tuple_type": "须为列表",
    "model_type": "须为一组“字段: 值”",
    "mapping_type": "须为一组“名称: 值”",
    "dict_type": "须为一组“名称: 值”",
}
_EXAMPLES = {
    "^XS[0-9]{4}-[0-9]{4}$": "XS加四位年份和四位流水号，如 XS2024-0012",
    "^S[0-9]{2,}$": "S加至少两位数字，如 S01",
    "^C[0-9]{2,}$": "C加至少两位数字，如 C01",
    "^M[0-9]{2,}$": "M加至少两位数字，如 M01",
    "^[SC][0-9]{2,}$": "人员编号，如 S01 或 C01",
}
"""What the patterns of the model ask for, in words."""
_CHOICE_TYPES = ("enum", "literal_error")


def model_faults(error: ValidationError, tree: Tree, around: Location = ()) -> Iterator[Fault]:
    """Turn what the model refused into faults; `around` is the location of what was validated."""
    hints = MAX_DETAILS  # looking for the nearest name takes time
    for found in error.errors(include_url=False, include_input=False):
        location = (*around, *(part for part in found["loc"] if part != "[key]"))
        code = found["type"]
        if code == "extra_forbidden":
            yield Fault(location, "unknown_key", _unknown_key(location) if hints > 0 else _MESSAGES[code])
            hints -= 1
        elif _is_empty_item(tree, location):
            yield Fault(location, "empty_item", "列表中的空项，请填写或删除")
        elif code in _CHOICE_TYPES:
            yield Fault(location, "not_in_choices", _one_of(location))
        else:
            yield Fault(location, code, expected(code, found["msg"], found.get("ctx", {})))


def _is_empty_item(tree: Tree, location: Location) -> bool:
    named = tree.root is not None and bool(location) and isinstance(location[-1], int)
    return named and _at(tree, location) is None


def _at(tree: Tree, location: Location) -> object:
    node: object = tree.root
    for part in location:
        node = child(node, part)
    return node


def expected(code: str, message: str, context: Mapping[str, Any]) -> str:
    """Say what is expected; our own value types speak Chinese already, the rest is in the table."""
    if code == "string_pattern_mismatch" and context["pattern"] in _EXAMPLES:
        return f"格式须为{_EXAMPLES[context['pattern']]}"
    if code in _MESSAGES:
        return _MESSAGES[code].format(**context)
    return message if not message.isascii() else "不符合要求"


def _one_of(location: Location) -> str:
    shape = shape_at(CaseFile, location)
    choices = shape.choices if shape else ()
    return "须为以下之一：" + "、".join(f"{value}（{text}）" if text else value for value, text in choices)


def _unknown_key(location: Location) -> str:
    *parent, key = location
    shape = shape_at(CaseFile, tuple(parent))
    entity = shape.entity if shape else CaseFile
    known = shapes(entity) if entity else {}
    near = difflib.get_close_matches(str(key), known, n=1)
    return f"未知字段，是否应为 {near[0]}（{known[near[0]].title}）" if near else "未知字段"


def report(faults: Iterable[Fault], tree: Tree) -> InputError:
    """Make the one error that lists all `faults` in the order of the file."""
    placed = sorted(
        ((fault.line or tree.line(fault.location) or 0, fault) for fault in dict.fromkeys(faults)),
        key=lambda entry: entry[0],
    )
    return InputError(
        f"案卷有{len(placed)}处错误",
        code="invalid_case",
        remedy="按每一处的提示修改案卷文件后重试",
        details=tuple(_detail(line, fault) for line, fault in placed[:MAX_DETAILS]),
    )


def _detail(line: int, fault: Fault) -> Detail:
    where = f"（第{line}行）" if line else ""
    return Detail(path(fault.location), label(CaseFile, fault.location) or "案卷", fault.message + where, fault.code)
