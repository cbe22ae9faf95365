"""YAML read as a stream of events into a tree: every scalar is text, except plain `true`, `false` and `null`.

Stock loaders turn 680000.10 into a float and 0123 into an octal number, and unfold aliases without bound
(case_model.md section 2). Here nothing is unfolded, and a limit stops the stream where it is broken.
"""

import yaml
from yaml import events

from docgen.case.tree import MAX_DEPTH, MAX_KEY, MAX_NODES, Fault, Node, Tree, is_blank, refusal

_Container = dict[str, Node] | list[Node | None]

_RESOLVED = {"true": True, "false": False, "null": None}

_HINTS = {
    "mapping values are not allowed in this context": "缩进有误，或文字中含有“: ”而未加引号",
    "did not find expected key": "缩进不一致，或引号之后还有文字",
    "could not find expected ':'": "键后缺少冒号",
    "did not find expected ',' or '}'": "花括号内缺少逗号或右花括号",
    "did not find expected ',' or ']'": "方括号内缺少逗号或右方括号",
    "did not find expected '-' indicator": "列表项的缩进不一致",
    "found unexpected end of stream": "引号或括号没有闭合",
    "found character that cannot start any token": "文字不能以 @、`、% 或制表符开头，请加引号",
    "did not find expected alphabetic or numeric character": "以 * 或 & 开头的文字请加引号",
    "found a tab character that violates indentation": "缩进须用空格，不能用制表符",
}


def read_yaml(text: str) -> Tree:
    """Read one YAML document.

    Raises:
        InputError: broken syntax, a limit exceeded, or more than one document (code `invalid_case`).
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        hint = _HINTS.get(error.problem or "", "请检查缩进、冒号与引号")
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        raise refusal("syntax", f"YAML 语法错误，{hint}", line) from None
    return builder.tree


def _line(event: events.Event) -> int:
    mark = event.start_mark
    assert mark is not None  # only events made by hand have none
    return mark.line + 1


class _Builder:
    """Builds the tree event by event; holds the containers that are still open."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._nodes = 0
        self._documents = 0
        self._container: _Container | None = None
        self._lines: dict[str | int, int] = {}
        self._key: str | None = None  # of the value to come; None where a key is to come
        self._dropped = False  # whether the value to come belongs to a repeated key
        self._outer: list[tuple[_Container | None, dict[str | int, int], str | int]] = []  # with where the inner one is

    def take(self, event: events.Event) -> None:
        """Work one event into the tree."""
        if isinstance(event, events.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, events.CollectionEndEvent):
            self._container, self._lines, _ = self._outer.pop()
            self._key = None
        elif isinstance(event, events.CollectionStartEvent):
            self._enter(event, {} if isinstance(event, events.MappingStartEvent) else [])
        elif isinstance(event, events.AliasEvent):
            self._fault(event, "alias", "不支持锚点与别名；以 * 或 & 开头的文字请加引号")
            self._value(event, None)
        elif isinstance(event, events.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise refusal("several_documents", "一个文件只能有一个案卷，此处又开始了一个文档", _line(event))

    def _scalar(self, event: events.ScalarEvent) -> None:
        self._check(event)
        if self._key is None and isinstance(self._container, dict):
            self._name(event)
            return
        text: str = event.value
        value: str | bool | None = text
        if event.implicit[0] and text in _RESOLVED:
            value = _RESOLVED[text]
        elif is_blank(text):
            value = None
        self._value(event, value)

    def _name(self, event: events.ScalarEvent) -> None:
        """Take the key of the value to come."""
        key: str = event.value
        line = _line(event)
        if len(key) > MAX_KEY:
            raise refusal("long_key", f"字段名超过{MAX_KEY}个字符", line)
        self._key = key
        self._dropped = key in self._lines
        if self._dropped:
            self._fault(event, "duplicate_key", f"字段重复，第{self._lines[key]}行已有同名字段")
        else:
            self._lines[key] = line

    def _enter(self, event: events.CollectionStartEvent, node: _Container) -> None:
        self._check(event)
        if len(self._outer) >= MAX_DEPTH:
            raise refusal("too_deep", f"嵌套超过{MAX_DEPTH}层", _line(event))
        container = self._container
        part = len(container) if isinstance(container, list) else self._key or ""
        self._value(event, node)
        self._outer.append((container, self._lines, part))
        self._container, self._lines = node, {}
        self.tree.lines[id(node)] = self._lines

    def _value(self, event: events.Event, value: Node | None) -> None:
        """Put a value where it belongs; None is kept in lists only."""
        container, key = self._container, self._key
        if isinstance(container, dict):
            if key is None:
                raise refusal("complex_key", "字段名须为文字；以 {、[、* 开头的文字请加引号", _line(event))
            if value is not None and not self._dropped:
                container[key] = value
            self._key = None
        elif isinstance(container, list):
            self._lines[len(container)] = _line(event)
            container.append(value)
        else:
            self.tree.root = value

    def _check(self, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise refusal("too_many_nodes", f"内容超过{MAX_NODES}项", _line(event))
        if event.anchor is not None:
            self._fault(event, "alias", "不支持锚点与别名；以 * 或 & 开头的文字请加引号")
        if event.tag is not None:
            self._fault(event, "tag", "不支持类型标记；以 ! 开头的文字请加引号")

    def _fault(self, event: events.Event, code: str, message: str) -> None:
        parts = [part for _, _, part in self._outer[1:]]
        if self._key is not None:
            parts.append(self._key)
        self.tree.faults.append(Fault(tuple(parts), code, message, _line(event)))
