"""A new form from its first declaration: a TOML and a docx that lint clean and can be finished in Word.

The docx has the title, the number, one table of labels and values, a table for each list asked for, and a row to sign.
Labels come from the titles of the case model, the way of printing from its types.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from docgen.case import CaseFile
from docgen.case.enums import Choice
from docgen.errors import DeclarationError
from docgen.forms.context import root_types
from docgen.forms.people import Person
from docgen.forms.reading import Member, element, is_record, members, required
from docgen.forms.sheet import Cell, Line, Sheet, Style, label, value
from docgen.forms.spec import FormSpec, load_spec
from docgen.forms.subjects import named_types
from docgen.forms.visibility import Visibility

_STAGES = {
    "first_contact": 1,
    "needs": 2,
    "sessions": 2,
    "need_changes": 2,
    "needs_reviews": 3,
    "proposals": 3,
    "negotiations": 4,
    "contract": 4,
    "authorizations": 4,
    "transfers": 4,
    "orders": 5,
    "after_sales": 6,
    "success_case": 6,
}
_DECIMALS = (("percent", "percent"), ("rate", "percent"), ("quantity", "quantity"), ("unit_price", "unit_price"))
_NUMERIC = ("money", "quantity", "unit_price", "percent")
_TOML = """\
# 表单声明：docx 之外的一切；字段不在此处重复，直接写在同名 docx 中。
title = {title}
title_en = "{title_en}"
status = "I"            # N 手册以书名号列出 · T 模板标题 · O 正文提及 · I 要求留痕
tier = "P2"
stage = {stage}               # 1 客户开发 … 6 售后服务
purpose = {title}
manual = {{ section = "ours", quote = {title} }}
one_per = {one_per}
audience = "internal"   # internal 内部 · customer 客户 · public 公开
pi_mode = "masked"      # none · masked 脱敏 · full 完整
number = "{number}"
retention = "y10"       # permanent · y30 · y10 · short

[[signers]]
label = "经办人"
party = "internal"
slot = "handler"
turn = 1
level = "L1"
"""


@dataclass(frozen=True, slots=True)
class NewForm:
    """Both files of a new form."""

    toml: str
    docx: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a new form starts from: its title, what it has one document for, and the paths it shows.

    `fields` are paths such as `order.order_no`; without any the form shows every printable field of its subject.
    `rows` are lists such as `order.lines`, with every printable field of a row or with those that are named:
    `order.lines:name,quantity`.
    """

    title: str
    one_per: str
    fields: Sequence[str] = ()
    rows: Sequence[str] = ()


def new_form(form_id: str, sketch: Sketch, house: bytes) -> NewForm:
    """Return both files of a new form in the style of `house`.

    Raises:
        DeclarationError: `bad_form` for a declaration that cannot be, `unknown_path`, `not_printable` or `not_a_list`
            for a path that cannot be shown.
    """
    toml = _TOML.format(
        title=json.dumps(sketch.title, ensure_ascii=False),
        title_en=form_id.replace("_", " ").capitalize(),
        stage=_STAGES.get(sketch.one_per.split(".", maxsplit=1)[0].removesuffix("[]"), 1),
        one_per=json.dumps(sketch.one_per),
        number=f"{''.join(word[0] for word in form_id.split('_'))[:2].upper()}-{{case}}-{{nn}}",
    )
    spec = load_spec(form_id, toml.encode(), file=f"{form_id}.toml")
    return NewForm(toml, scaffold(spec, house, sketch.fields or tuple(_own_fields(spec)), sketch.rows))


def scaffold(spec: FormSpec, house: bytes, fields: Sequence[str], rows: Sequence[str] = ()) -> bytes:
    """Return a docx for `spec` that prints `fields` and one table for each list in `rows` (as in `Sketch`).

    Raises:
        DeclarationError: `unknown_path`, `not_printable` or `not_a_list`.
    """
    sheet = Sheet(house, landscape=spec.landscape)
    sheet.paragraph("编号：{{ doc.number }}", Style.NUMBER)
    sheet.paragraph(spec.title, Style.TITLE)
    grid = sheet.table([30, sheet.width - 30])
    for path in fields:
        member = _at(spec, path)
        grid.row(label(member.title), value(_printed(path, member)), height=9)
    for path in rows:
        _rows(sheet, spec, *path.partition(":")[::2])
    if spec.signers:
        sheet.gap()
        signing = sheet.table([30, sheet.width - 110, 30, 50])
        for signer in spec.signers:
            sign, date, *seal = signer.anchors
            signing.row(label(signer.label), _anchor(sign, *seal), label("日期"), _anchor(date), height=14)
    return sheet.save()


def _anchor(*names: str) -> Cell:
    return Cell((Line("", Style.CELL, names),))


def _rows(sheet: Sheet, spec: FormSpec, path: str, names: str) -> None:
    found = _at(spec, path)
    kind = element(found.annotation)
    if not is_record(kind):
        raise DeclarationError(f"{path} 不是记录的列表", code="not_a_list")
    known = members(kind, Visibility.of(spec))
    if names:
        columns = [(name, _member(known, name, f"{path} 的 {name}")) for name in names.split(",")]
    else:
        columns = [(name, one) for name, one in known.items() if _filter(name, one) is not None]
    sheet.paragraph(found.title, Style.SECTION)
    grid = sheet.table([12, *([(sheet.width - 12) / len(columns)] * len(columns))])
    grid.head("序号", *(one.title for _, one in columns))
    grid.control(f"{{%tr for row in {path} %}}")
    cells = (value(_printed(f"row.{name}", one), style=_style(name, one)) for name, one in columns)
    grid.row(value("{{ loop.index }}", style=Style.CELL_CENTRE), *cells)
    grid.control("{%tr endfor %}")


def _style(name: str, member: Member) -> Style:
    return Style.CELL_NUMBER if _filter(name, member) in _NUMERIC else Style.CELL


def _own_fields(spec: FormSpec) -> Iterator[str]:
    names = named_types(spec) or {"customer": root_types(spec)["customer"]}
    name, kind = list(names.items())[-1]
    for field, member in members(kind, Visibility.of(spec)).items():
        if _filter(field, member) is not None:
            yield f"{name}.{field}"


def _at(spec: FormSpec, path: str) -> Member:
    """Return what `path` reaches; the name of a person is called as the person is: 负责人."""
    root, *steps = path.split(".")
    titles = {name: field.title or name for name, field in CaseFile.model_fields.items()}
    roots = {name: Member(titles.get(name, name), kind, lambda *_: None) for name, kind in root_types(spec).items()}
    member = _member(roots, root, path)
    for step in steps:
        kind = required(member.annotation)
        known = members(kind, Visibility.of(spec)) if is_record(kind) else {}
        found = _member(known, step, path)
        member = replace(found, title=member.title) if kind is Person and step == "name" else found
    return member


def _member(known: Mapping[str, Member], name: str, path: str) -> Member:
    if name not in known:
        near = get_close_matches(name, known, 1)
        remedy = f"是否指 {near[0]}（{known[near[0]].title}）" if near else ""
        raise DeclarationError(f"{path} 不是模板可用的字段", code="unknown_path", remedy=remedy)
    return known[name]


def _printed(path: str, member: Member) -> str:
    how = _filter(path.rpartition(".")[2], member)
    if how is None:
        raise DeclarationError(f"{path} 不能直接打印", code="not_printable", remedy="打印它的某个字段，或用作列表")
    tag = f"{{{{ {path}{'|' + how if how else ''} }}}}"
    return tag if required(member.annotation) == member.annotation else f"{{% if {path} %}}{tag}{{% endif %}}"


def _filter(name: str, member: Member) -> str | None:
    """Return the filter that prints a member, empty for none needed, None where it cannot be printed."""
    kind: Any = required(member.annotation)
    if element(kind) is str or (isinstance(element(kind), type) and issubclass(element(kind), Choice)):
        return "join"
    if not isinstance(kind, type) or is_record(kind):
        return None
    if issubclass(kind, Decimal):
        return next((how for part, how in _DECIMALS if part in name), "money")
    for known, how in ((dt.datetime, "datetime"), (dt.date, "date"), (bool, "yes_no"), (str | int, "")):
        if issubclass(kind, known):
            return how
    return None
