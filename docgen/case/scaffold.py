"""An empty case file to fill in: every field of the model with its Chinese name, generated from the model itself.

Blank values count as absent, so the file loads as soon as the fields marked 必填 are filled; what belongs to later
stages is commented out and says what it is for.
"""

from collections.abc import Iterator

from docgen.case.casefile import CaseFile
from docgen.case.emit import scalar
from docgen.case.faults import report
from docgen.case.loader import examine
from docgen.case.shape import Shape, shapes
from docgen.case.values import Entity

_HEAD = """\
# 销售案卷。“必填”之外的栏目可以留空；留空即视为没有。
# 时间须带时区偏移，如 2024-03-15T10:40:00+08:00；日期如 2024-03-15；金额如 "680000.00"。
# 人员一律填编号：我方人员 S01…（见 staff），客户人员 C01…（见 contacts）。
# 以“# ”注释掉的部分属于后续阶段，用到时去掉行首的“# ”再填写；列表可有多项，每项以“- ”开头。
"""
_WIDTH = 36


def new_case_text(case_no: str, title: str) -> str:
    """Return the text of an empty case file with its number (`XS2026-0001`) and title.

    Raises:
        InputError: number or title cannot be that of a case (code `invalid_case`).
    """
    given = {"case_no": case_no, "title": title}
    lines: list[str] = []
    for name, shape in shapes(CaseFile).items():
        lines += ["", *_field(shape, given.get(name))] if shape.entity else _field(shape, given.get(name))
    text = _HEAD + "\n".join(lines) + "\n"
    found = examine(text)
    wrong = [fault for fault in found.faults if fault.location[0] in given]
    if wrong:
        raise report(wrong, found.tree)
    return text


def _field(shape: Shape, given: str | None = None) -> Iterator[str]:
    """Yield the lines of one field; what is optional and has parts of its own is commented out."""
    if shape.entity is None:
        value = scalar(given) if given else _default(shape)
        yield _line(f"{shape.name}: {value}".rstrip(), _remark(shape))
    elif shape.required:
        yield _line(f"{shape.name}:", _remark(shape))
        yield from (f"  {line}" for line in _fields(shape.entity))
    else:
        yield _line(f"# {shape.name}:", _remark(shape))
        yield from (f"#   {line}" for line in _item(shape.entity, shape.many))


def _fields(entity: type[Entity]) -> Iterator[str]:
    for shape in shapes(entity).values():
        yield from _field(shape)


def _item(entity: type[Entity], many: bool) -> Iterator[str]:
    for at, line in enumerate(_fields(entity)):
        yield f"{'- ' if at == 0 else '  '}{line}" if many else line


def _default(shape: Shape) -> str:
    if shape.many:
        return "[]"
    return "" if shape.default is None else scalar(shape.default)


def _remark(shape: Shape) -> str:
    parts = [shape.title + ("（必填）" if shape.required else "")]
    if shape.is_flag:
        parts.append("true 是 / false 否")
    if shape.choices:
        parts.append(" / ".join(f"{value} {label}".rstrip() for value, label in shape.choices))
    return "：".join(parts)


def _line(text: str, remark: str) -> str:
    return f"{text:<{_WIDTH}}  # {remark}"
