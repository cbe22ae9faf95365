"""Single values set in the text of a case file, leaving every other line, comment and quote as its author wrote it.

The text is cut at the marks of the parser and never written anew; afterwards it is read again and must say exactly
what was wanted.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml

from docgen.case.casefile import CaseFile
from docgen.case.emit import Plain, after_key, flow, item
from docgen.case.faults import report
from docgen.case.loader import examine, read_tree
from docgen.case.shape import Location, location, shape_at
from docgen.case.tree import Node, child, decode, is_blank, refusal
from docgen.case.values import Entity
from docgen.errors import InputError, StateError

Value = Plain | Entity | Sequence[Entity]


def set_value(text: str, path: str, value: Value) -> str:
    """Set the value at `path`, creating what is missing around it; an index one past the end appends.

    Text given for a list or a group of fields is read as YAML (`[a, b]`), for a truth value as `true` or `false`.

    Raises:
        InputError: the path or the value is wrong, or makes the case wrong in a new way.
        StateError: the file is written in a way that cannot be changed in place.
    """
    before = examine(decode(text))
    changed = replace(text, path, value)
    after = examine(decode(changed))
    known = {(fault.location, fault.code) for fault in before.faults}
    new = [fault for fault in after.faults if (fault.location, fault.code) not in known]
    if new:
        raise report(new, after.tree)
    return changed


def replace(text: str, path: str, value: Value) -> str:
    """Do what `set_value` does; whether the result is a valid case is for the caller to see.

    Raises:
        InputError: the path is wrong, or the text cannot be read.
        StateError: the file is written in a way that cannot be changed in place.
    """
    here = location(path)
    plain = _plain(here, value)
    newline = "\r\n" if "\r\n" in text else "\n"
    source = decode(text)
    wanted = _placed(_root(source), here, plain)
    if _is_json(source):
        changed = json.dumps(wanted, ensure_ascii=False, indent=2) + "\n"
    else:
        changed = _in_yaml(source, here, plain)
    if _present(_root(changed)) != _present(wanted):
        raise StateError(
            "案卷文件的写法不支持就地修改此处", code="not_editable", remedy="用编辑器修改，或把该处改为普通的块写法"
        )
    return changed.replace("\n", newline)


def _plain(here: Location, value: Value) -> Plain:
    """Turn entities into plain data, and text for anything but text into what it says."""
    if isinstance(value, Entity):
        dumped: Plain = value.model_dump(mode="json", exclude_none=True, exclude_unset=True)
        return dumped
    if isinstance(value, list | tuple) and any(isinstance(entry, Entity) for entry in value):
        return [_plain(here, entry) for entry in value]
    shape = shape_at(CaseFile, here)
    if isinstance(value, str) and shape is not None:
        if shape.is_flag and value in ("true", "false"):
            return value == "true"
        if shape.entity or (shape.many and not isinstance(here[-1], int)):
            return read_tree(decode(value)).root
    return cast("Plain", value)  # no entities are left in it


def _root(text: str) -> dict[str, Node]:
    """Return the data of `text`; only a text without faults of notation can be cut at its marks."""
    tree = read_tree(text)
    if tree.faults:
        raise report(tree.faults, tree)
    if not isinstance(tree.root, dict):
        raise refusal("not_a_case", "案卷须为一组“字段: 值”")
    return tree.root


def _present(value: object) -> object:
    """Return `value` as the loader sees it: numbers as text, nothing that is absent."""
    if isinstance(value, Mapping):
        return {key: _present(entry) for key, entry in value.items() if not _is_absent(entry)}
    if isinstance(value, list | tuple):
        return [_present(entry) for entry in value]
    return value if isinstance(value, bool | None) else str(value)


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and is_blank(value))


def _placed(root: dict[str, Node], here: Location, value: Plain) -> dict[str, Any]:
    """Return a copy of `root` with `value` at `here`."""
    top: dict[str, Any] = copy.deepcopy(root)
    node: Any = top
    for step, following in zip(here, (*here[1:], None), strict=True):
        if isinstance(step, str) != isinstance(node, dict) or isinstance(step, int) != isinstance(node, list):
            raise _bad_path("路径与案卷的结构不符")
        if isinstance(step, int) and step >= len(node):
            if step > len(node):
                raise _bad_path("列表没有这么多项；追加时序号须为现有项数")
            node.append(None)
        if following is None:
            node[step] = value
        elif child(node, step) is None:
            node[step] = {} if isinstance(following, str) else []
        node = node[step]
    return top


def _bad_path(message: str) -> InputError:
    return InputError(message, code="bad_path", remedy="核对路径，列表序号从0起")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _in_yaml(text: str, here: Location, value: Plain) -> str:
    """Cut `text` where `here` is, or where what is missing around it belongs."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    for depth, step in enumerate(here):
        rest = here[depth + 1 :]
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == step), None)
            if pair is None:
                return _with_key(text, node, str(step), _nested(value, rest))
            if not rest or _is_empty(pair[1]):
                key, old = pair
                return _with_value(text, node, key, old, _nested(value, rest))
            node = pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step == len(node.value):
                return _with_item(text, node, _nested(value, rest))
            if not rest or _is_empty(node.value[step]):
                found = node.value[step]
                space = " " if text[_start(found) - 1] == "-" else ""
                return text[: _start(found)] + space + flow(_nested(value, rest)) + text[_end(text, found) :]
            node = node.value[step]
    return text


def _nested(value: Plain, steps: Location) -> Plain:
    for step in reversed(steps):
        value = {step: value} if isinstance(step, str) else [value]
    return value


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and (is_blank(node.value) or (node.value == "null" and not node.style))


def _start(node: yaml.Node) -> int:
    index: int = node.start_mark.index
    return index


def _end(text: str, node: yaml.Node) -> int:
    """Return where the content of `node` ends; the parser's own mark of a block lies after what follows it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return max(_end(text, part) for part in last) if isinstance(last, tuple) else _end(text, last)
    end: int = node.end_mark.index
    return len(text[:end].rstrip()) if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else end


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _with_value(text: str, node: yaml.MappingNode, key: yaml.Node, old: yaml.Node, value: Plain) -> str:
    """Replace what follows a key that is there."""
    start = text.index(":", key.end_mark.index) + 1
    written = f" {flow(value)}" if node.flow_style else after_key(value, key.start_mark.column)
    end = max(start, _end(text, old))
    if written.startswith("\n") and _is_empty(old):
        start = end = _line_end(text, end)  # behind a comment on the line of the key
    return text[:start] + written + text[end:]


def _with_key(text: str, node: yaml.MappingNode, key: str, value: Plain) -> str:
    """Add a key after the last one."""
    if node.flow_style and not node.value:
        return text[: _start(node)] + flow({key: value}) + text[node.end_mark.index :]
    end = max(_end(text, part) for part in node.value[-1])
    if node.flow_style:
        return f"{text[:end]}, {key}: {flow(value)}{text[end:]}"
    end, indent = _line_end(text, end), node.start_mark.column
    return f"{text[:end]}\n{' ' * indent}{key}:{after_key(value, indent)}{text[end:]}"


def _with_item(text: str, node: yaml.SequenceNode, value: Plain) -> str:
    """Add an item after the last one."""
    if node.flow_style and not node.value:
        return text[: _start(node)] + flow([value]) + text[node.end_mark.index :]
    end = _end(text, node.value[-1])
    if node.flow_style:
        return f"{text[:end]}, {flow(value)}{text[end:]}"
    end, indent = _line_end(text, end), node.start_mark.column
    return f"{text[:end]}\n{' ' * indent}- {item(value, indent + 2)}{text[end:]}"
