"""The text of a case file as plain data, with the line of every place and the limits every notation keeps.

Scalars are text or truth values; null and blank text are absent (case_model.md sections 2 and 10.11).
"""

import re
from dataclasses import dataclass, field

from docgen.case.shape import Location
from docgen.errors import Detail, InputError

MAX_BYTES = 4 * 1024 * 1024
"""Largest case file; the complete sample case has 45 KB."""
MAX_DEPTH = 64
"""Deepest nesting of lists and mappings."""
MAX_NODES = 100_000
"""Most scalars, lists and mappings; the complete sample case has 2,600."""
MAX_KEY = 100
"""Longest key, in characters."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

Node = str | bool | dict[str, "Node"] | list["Node | None"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place of the case file; `line` only where it is not the line of the place itself."""

    location: Location
    code: str
    message: str
    line: int | None = None


@dataclass(slots=True)
class Tree:
    """Plain data, the faults of its notation, and the line (from 1) of every key and list item."""

    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)
    lines: dict[int, dict[str | int, int]] = field(default_factory=dict)
    """By identity of a list or mapping (all are kept alive by `root`): the lines of its items."""

    def line(self, location: Location) -> int | None:
        """Return the line of `location`, or of the nearest place around it that is in the text."""
        node: object = self.root
        line = None
        for part in location:
            line = self.lines.get(id(node), {}).get(part, line)
            node = child(node, part)
        return line


def child(node: object, part: str | int) -> object:
    """Return what `node` holds under `part`, None where it holds nothing."""
    if isinstance(node, dict) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def is_blank(text: str) -> bool:
    """Whether `text` counts as absent."""
    return not text or text.isspace()


def refusal(code: str, message: str, line: int | None = None) -> InputError:
    """Make the error of a source that cannot be read at all; `line` counts from 1."""
    where = f"第{line}行：" if line else ""
    return InputError(
        f"案卷文件无法读取：{where}{message}",
        code="invalid_case",
        remedy="按提示修改案卷文件后重试",
        details=(Detail("", "案卷文件", where + message, code),),
    )


def decode(source: bytes | str) -> str:
    """Return the text of a case file: UTF-8, without byte order mark, lines ended by LF.

    Raises:
        InputError: too large, not UTF-8, or with control characters.
    """
    if len(source) > MAX_BYTES:
        raise refusal("too_large", f"文件超过{MAX_BYTES // 1024 // 1024}MB")
    text = source if isinstance(source, str) else _utf8(source)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    # Nothing of `_CONTROL` is printable, so that most texts are known to be clean at once.
    if not text.replace("\n", "").isprintable() and (bad := _CONTROL.search(text)):
        line = text.count("\n", 0, bad.start()) + 1
        raise refusal("control_character", f"含有不允许的控制字符 U+{ord(bad.group()):04X}", line)
    return text


def _utf8(source: bytes) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refusal("encoding", "不是 UTF-8 编码", source.count(b"\n", 0, error.start) + 1) from None
