"""Declarations in YAML (rule packs, policy, laws): read strictly, with the line of every entry.

Every scalar is a string, only a plain `null`, `~` or nothing is None; anchors, tags, duplicate keys and further
documents are refused; size, depth and number of entries are bounded. A wrong entry is a `Fault` with file and line;
all faults are reported in one `DeclarationError`.
"""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from docgen.errors import DeclarationError, Detail

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_ENTRIES = 50_000

Where = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a declaration: the file, its line, what it concerns (a rule id, a setting) and the reason."""

    file: str
    line: int
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} 第{self.line}行 {self.subject}：{self.message}"


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed YAML file: plain data, and the line on which each entry starts."""

    name: str
    data: Any
    lines: Mapping[Where, int]
    sha256: str

    def line(self, where: Where) -> int:
        """Tell the line of the entry at `where`, or of the nearest enclosing one."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, where: Where, subject: str, message: str) -> Fault:
        """Make a fault that points at the entry `where`."""
        return Fault(self.name, self.line(where), subject, message)


def refusal(faults: Sequence[Fault], what: str, code: str) -> DeclarationError:
    """Make the error that names every fault of the declaration `what`."""
    details = [Detail(f"{f.file}:{f.line}", f.subject, f.message, code) for f in faults]
    return DeclarationError(
        f"{what}有{len(faults)}处错误：{faults[0]}",
        remedy="按所列文件和行号更正后重新加载；在此之前继续使用原有版本",
        details=details,
        code=code,
    )


class _BrokenError(Exception):
    """The text is no acceptable YAML; `line` is where that shows."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def read(name: str, content: bytes, faults: list[Fault]) -> Source | None:
    """Parse the YAML `content` of the file `name`; add a fault and give None where that is impossible."""
    try:
        builder = _Builder()
        for event in _events(content):
            builder.take(event)
    except _BrokenError as broken:
        faults.append(Fault(name, broken.line, "YAML", broken.message))
        return None
    return Source(name, builder.root, builder.lines, hashlib.sha256(content).hexdigest())


def _events(content: bytes) -> Iterator[yaml.Event]:
    if len(content) > MAX_BYTES:
        raise _BrokenError(1, f"文件超过{MAX_BYTES}字节")
    try:
        yield from yaml.parse(content.decode("utf-8-sig"), Loader=yaml.CBaseLoader)
    except UnicodeDecodeError as error:
        raise _BrokenError(content[: error.start].count(b"\n") + 1, "不是UTF-8编码") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _BrokenError(mark.line + 1 if mark else 1, "YAML语法错误") from None
    except yaml.YAMLError:
        raise _BrokenError(1, "含有YAML不允许的字符") from None


@dataclass(slots=True)
class _Builder:
    """Build plain data from parser events without recursion."""

    root: Any = None
    lines: dict[Where, int] = field(default_factory=dict)
    stack: list[tuple[dict[str, Any] | list[Any], Where]] = field(default_factory=list)
    key: list[str | None] = field(default_factory=list)
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _BrokenError(line, "不允许使用锚点或别名")
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _BrokenError(line, "只允许一个文档")
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            self.key.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)

    def _node(self, event: yaml.NodeEvent, line: int) -> None:
        if getattr(event, "tag", None):
            raise _BrokenError(line, "不允许使用标签")
        if isinstance(event, yaml.ScalarEvent):
            if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
                self._open_key(event.value, line)
                return
            self._place(None if not event.style and event.value in {"", "~", "null"} else event.value, line)
            return
        opened: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            raise _BrokenError(line, "键必须是文字")
        where = self._place(opened, line)
        if len(self.stack) == MAX_DEPTH:
            raise _BrokenError(line, f"嵌套超过{MAX_DEPTH}层")
        self.stack.append((opened, where))
        self.key.append(None)

    def _open_key(self, key: str, line: int) -> None:
        container, where = self.stack[-1]
        if key in container:
            raise _BrokenError(line, f"键“{key[:40]}”重复")
        self.key[-1] = key
        self.lines[(*where, key)] = line

    def _place(self, value: object, line: int) -> Where:
        if len(self.lines) >= MAX_ENTRIES:
            raise _BrokenError(line, f"条目超过{MAX_ENTRIES}个")
        if not self.stack:
            self.root = value
            return ()
        container, where = self.stack[-1]
        if isinstance(container, list):
            container.append(value)
            where = (*where, len(container) - 1)
        else:
            key = self.key[-1]
            assert key is not None
            container[key] = value
            self.key[-1] = None
            where = (*where, key)
        self.lines.setdefault(where, line)
        return where


_EXPECTED = {
    "missing": "缺少必填项",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_too_long": "文字过长",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "too_short": "列表不能为空",
    "too_long": "列表过长",
    "mapping_type": "应为键值",
    "dict_type": "应为键值",
    "model_type": "应为键值",
    "model_attributes_type": "应为键值",
    "bool_parsing": "应为true或false",
    "bool_type": "应为true或false",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "date_from_datetime_parsing": "应为日期，如2026-01-01",
    "date_parsing": "应为日期，如2026-01-01",
    "date_type": "应为日期，如2026-01-01",
    "string_pattern_mismatch": "格式不符",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
}


def conform(model: type[Model], source: Source, faults: list[Fault], at: Where = (), subject: str = "") -> Model | None:
    """Read the entry `at` of `source` as a `model`; add a fault for everything that does not fit and give None."""
    data = source.data
    for step in at:
        data = data[step]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        places = {item["loc"] for item in errors}
        for item in errors:
            if item["type"] == "too_short" and _wrong_inside(item["loc"], places):
                continue  # for pydantic a list is too short already when its entries are wrong
            where = (*at, *item["loc"])
            name = subject or ".".join(str(step) for step in item["loc"]) or "文件"
            faults.append(source.fault(where, name, _reason(model, item["type"], item["loc"], item.get("ctx", {}))))
        return None


def _wrong_inside(place: Where, places: Iterable[Where]) -> bool:
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _reason(model: type[BaseModel], kind: str, loc: Where, context: Mapping[str, Any]) -> str:
    field_name = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(field_name, _known(model, loc[:-1]), 1)
        return f"未知的键“{field_name[:40]}”" + (f"，是否为“{near[0]}”" if near else "")
    if kind == "value_error":
        return str(context["error"])
    if kind in {"literal_error", "enum"}:
        return f"应为{context['expected']}".replace(" or ", "或")
    return f"{field_name}：{_EXPECTED.get(kind, '值不正确')}" if field_name else _EXPECTED.get(kind, "值不正确")


def _known(model: Any, loc: Where) -> list[str]:  # noqa: ANN401 - walks annotations of any shape
    for step in loc:
        if isinstance(step, int) or step not in model.model_fields:
            continue  # an entry of a list or of a mapping
        annotation = model.model_fields[step].annotation
        while not hasattr(annotation, "model_fields"):
            arguments = [a for a in getattr(annotation, "__args__", ()) if a not in {type(None), Ellipsis}]
            if not arguments:
                return []
            annotation = arguments[-1]
        model = annotation
    return [info.alias or name for name, info in model.model_fields.items()]
