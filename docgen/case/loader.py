"""Case files read strictly: YAML or JSON in, a frozen `CaseFile` or every fault at once out.

Each fault carries its path, its Chinese label, what is expected and the line; none repeats the rejected value.
"""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from docgen.case.casefile import CaseFile
from docgen.case.faults import model_faults, report
from docgen.case.invariants import invariant_faults
from docgen.case.json_reader import read_json
from docgen.case.plain_yaml import read_plain_yaml
from docgen.case.salvage import salvage
from docgen.case.tree import MAX_BYTES, Fault, Tree, decode, refusal
from docgen.case.yaml_reader import read_yaml
from docgen.errors import InputError

_SUFFIXES = (".yaml", ".yml", ".json")


def load_case(source: str | bytes | Path) -> CaseFile:
    """Read a case file.

    Args:
        source: a path, bytes, or text. A string is a path if it names an existing file, or if it has no line break and
            ends in .yaml, .yml or .json; otherwise it is the text itself.

    Raises:
        InputError: code `invalid_case`, with one detail per fault in the order of the file; code `unreadable_file`
            where the path cannot be read.
    """
    return load_text(_content(source))


def load_text(text: str | bytes) -> CaseFile:
    """Read the text of a case file; otherwise as `load_case`."""
    text = decode(text)
    case = _plain(text)
    if case is not None:
        return case
    found = examine(text)
    if found.faults:
        raise report(found.faults, found.tree)
    return found.case


def _plain(text: str) -> CaseFile | None:
    """Read a text without fault that is plain YAML, in half the time; None for any other."""
    root = read_plain_yaml(text)
    if root is None:
        return None
    try:
        case = CaseFile.model_validate(root)
    except ValidationError:
        return None
    return None if any(True for _ in invariant_faults(case)) else case


@dataclass(frozen=True, slots=True)
class Examined:
    """A text read as a case; where there are faults, `case` holds only what could be salvaged."""

    tree: Tree
    case: CaseFile
    faults: tuple[Fault, ...]


def examine(text: str) -> Examined:
    """Read `text` and collect every fault.

    Raises:
        InputError: the text cannot be read at all (code `invalid_case`).
    """
    tree = read_tree(text)
    if not isinstance(tree.root, dict):
        raise refusal("not_a_case", "案卷须为一组“字段: 值”" if tree.root else "文件没有内容")
    faults = list(tree.faults)
    try:
        case = CaseFile.model_validate(tree.root)
    except ValidationError as error:
        faults += model_faults(error, tree)
        case = salvage(tree.root)
    faults += invariant_faults(case)
    return Examined(tree, case, tuple(faults))


def read_tree(text: str) -> Tree:
    """Read YAML or JSON text into plain data.

    JSON is tried where the text starts like it; what is not JSON is read as YAML, whose flow style looks the same.

    Raises:
        InputError: the text breaks the syntax or a limit (code `invalid_case`).
    """
    if text.lstrip()[:1] in ("{", "["):
        try:
            return read_json(text)
        except json.JSONDecodeError:
            return read_yaml(text)
    return read_yaml(text)


def _content(source: str | bytes | Path) -> str | bytes:
    if isinstance(source, Path):
        return _read(source)
    if isinstance(source, str) and "\n" not in source and (source.endswith(_SUFFIXES) or os.path.isfile(source)):  # noqa: PTH113 - Path.is_file raises on names the system cannot hold
        return _read(Path(source))
    return source


def _read(file: Path) -> bytes:
    """Read a regular file, at most one byte more than a case may have."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise _unreadable(file, "不是普通文件")
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(file, "文件不存在") from None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        raise _unreadable(file, "没有读取权限，或文件名无效") from None


def _unreadable(file: Path, why: str) -> InputError:
    return InputError(
        f"无法读取案卷文件 {file.name[:80]!r}：{why}", code="unreadable_file", remedy="核对路径与权限后重试"
    )
