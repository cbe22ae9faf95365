"""Templates checked against types: every fault at once, each with its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from docgen.case import CaseFile
from docgen.case.enums import Role
from docgen.template import Fault, Node, check_template, compile_template, reads
from tests.template.builders import row, table, template, text_of


class Line(BaseModel):
    name: str = Field(title="名称")
    price: Decimal = Field(title="单价")
    note: str | None = Field(None, title="备注")


class Person(BaseModel):
    name: str = Field(title="姓名")
    role: Role = Field(title="角色")
    phone: str | None = Field(None, title="电话")


class Contract(BaseModel):
    number: str = Field(title="合同编号")
    total: Decimal = Field(title="总价")
    signed_on: date | None = Field(None, title="签署日期")
    lines: tuple[Line, ...] = Field((), title="标的清单")
    signer: Person | None = Field(None, title="签字人")
    active: bool = Field(True, title="有效")
    copies: Annotated[int, Field(ge=1)] = Field(4, title="份数")
    tags: tuple[str | None, ...] = Field((), title="标签")

    @property
    def upper(self) -> str:
        return "大写"


@dataclass(frozen=True)
class Doc:
    number: str = field(metadata={"title": "编号"})
    issued_on: date = field(metadata={"title": "出具日期"})
    kind: Literal["draft", "final"] = "draft"


ROOTS = {"contract": Contract, "doc": Doc, "buyer": Person | None}


def money(value: Decimal) -> str:
    return f"{value}"


def day(value: date) -> str:
    return f"{value}"


def dash(value: str | int | None) -> str:
    return f"{value}"


def label(value: Role) -> str:
    return value.label


def joined(value: Sequence[str], separator: str = "、") -> str:
    return separator.join(value)


def yes_no(value: bool) -> str:
    return "是" if value else "否"


def expensive(value: tuple[Line, ...], limit: Decimal | int = 0) -> tuple[Line, ...]:
    return value


FILTERS = {each.__name__: each for each in (money, day, dash, label, joined, yes_no, expensive)}


def faults(*blocks: str, requires: Sequence[str] = (), optional: Sequence[str] = (), **parts: str) -> list[Fault]:
    return check_template(template(*blocks, **parts), ROOTS, filters=FILTERS, requires=requires, optional=optional)


def codes(*blocks: str, requires: Sequence[str] = (), optional: Sequence[str] = ()) -> list[str]:
    return [fault.code for fault in faults(*blocks, requires=requires, optional=optional)]


CLEAN = [
    "{{ contract.number }}{{ contract.copies }}{{ contract.upper }}{{ doc.number }}{{ doc.kind }}",
    "{{ contract.total|money }} {{ doc.issued_on|day }} {{ contract.active|yes_no }}",
    "{% if contract.signed_on %}{{ contract.signed_on|day }}{% endif %}",
    "{% if contract.signer %}{{ contract.signer.name }}{{ contract.signer.role }}{% endif %}",
    "{% if contract.signer and contract.signer.phone %}{{ contract.signer.phone }}{% endif %}",
    "{% if contract.signer.phone %}{{ contract.signer.name }}{{ contract.signer.phone }}{% endif %}",
    "{% if not contract.signer %}无{% else %}{{ contract.signer.name }}{% endif %}",
    "{% if contract.active %}x{% elif not contract.signer %}y{% else %}{{ contract.signer.name }}{% endif %}",
    "{% if not contract.signer or not contract.signed_on %}无{% else %}{{ contract.signed_on|day }}{% endif %}",
    "{% if contract.signer.role == 'legal' %}{{ contract.signer.name }}{% endif %}",
    "{% if contract.signer.role in ('legal', 'vp') %}{{ contract.signer.name }}{% endif %}",
    "{% if contract.signer.role != 'legal' %}x{% else %}{{ contract.signer.name }}{% endif %}",
    "{% if contract.signer is defined %}{{ contract.signer.name }}{% endif %}",
    "{{ contract.signer.phone|dash }}{{ contract.signer.name if contract.signer else '无' }}",
    "{% for x in contract.lines %}{{ loop.index }}{{ x.name }}{{ x.price|money }}{{ x.note|dash }}{% endfor %}",
    "{% for line in contract.lines if line.note %}{{ line.note }}{% else %}无{% endfor %}",
    "{% for line in contract.lines|expensive(100) %}{{ line.name }}{% if not loop.last %}、{% endif %}{% endfor %}",
    "{% for tag in contract.tags if tag %}{{ tag }}{% endfor %}",
    "{% if contract.total > 100 %}x{% endif %}{% if doc.kind == 'draft' %}审批稿{% endif %}",
    "{% if buyer %}{{ buyer.name }}{% endif %}{{ buyer.phone|dash }}",
    "{{ contract.signer.role|label if contract.signer else '' }}",
    "{# comment {{ typo }} #}{_{ literal }_}",
]


@pytest.mark.parametrize("text", CLEAN)
def test_a_right_template_has_no_faults(text: str):
    assert faults(text) == []


FAULTY = [
    ("{{ contrct.number }}", "unknown_path", "contract"),
    ("{{ contract.nunber }}", "unknown_path", "contract.number"),
    ("{{ contract.signer.nme|dash }}", "unknown_path", "contract.signer.name"),
    ("{{ contract.lines.name }}", "unknown_path", "{% for"),
    ("{{ contract.number.upper }}", "unknown_path", ""),
    ("{% for x in contract.lines %}{{ x.prise|money }}{% endfor %}", "unknown_path", "x.price"),
    ("{% for x in contract.lines %}{{ loop.indx }}{% endfor %}", "unknown_path", "loop.index"),
    ("{{ loop.index }}", "unknown_path", ""),
    ("{% for x in contract.lines %}{% endfor %}{{ x.name }}", "unknown_path", ""),
    ("{{ contract.total|mony }}", "unknown_filter", "money"),
    ("{{ contract.number|money }}", "filter_type", ""),
    ("{{ contract.copies|money }}", "filter_type", "dash"),
    ("{{ contract.active|dash }}", "filter_type", "yes_no"),
    ("{{ contract.number|joined }}", "filter_type", ""),
    ("{% if contract.signer %}{{ contract.signer.role|dash }}{% endif %}", "filter_type", "label"),
    ("{{ contract.tags|joined(3) }}", "filter_type", ""),
    ("{{ contract.total|money(1, 2) }}", "filter_arguments", ""),
    ("{{ contract.tags|joined(sep='x') }}", "filter_arguments", ""),
    ("{{ contract.total }}", "unprintable", "money"),
    ("{{ doc.issued_on }}", "unprintable", "day"),
    ("{{ contract.active }}", "unprintable", "yes_no"),
    ("{{ contract.lines }}", "unprintable", ""),
    ("{{ contract }}", "unprintable", ""),
    ("{% for x in contract.lines %}{{ loop }}{% endfor %}", "unprintable", ""),
    ("{{ contract.signed_on|day }}", "unguarded_optional", "contract.signed_on"),
    ("{{ contract.signer.name }}", "unguarded_optional", "contract.signer"),
    ("{{ buyer.name }}", "unguarded_optional", "buyer"),
    ("{% for x in contract.lines %}{{ x.note }}{% endfor %}", "unguarded_optional", "x.note"),
    ("{% for tag in contract.tags %}{{ tag }}{% endfor %}", "unguarded_optional", ""),
    ("{% if contract.signer or contract.active %}{{ contract.signer.name }}{% endif %}", "unguarded_optional", ""),
    ("{% if contract.signer %}x{% else %}{{ contract.signer.name }}{% endif %}", "unguarded_optional", ""),
    ("{% if contract.signer %}x{% endif %}{{ contract.signer.name }}", "unguarded_optional", ""),
    ("{% if contract.signed_on < doc.issued_on %}x{% endif %}", "unguarded_optional", ""),
    ("{% for x in contract.number %}{% endfor %}", "not_a_list", ""),
    ("{% for x in contract %}{% endfor %}", "not_a_list", ""),
    ("{% if contract.signer.role == 'legl' %}x{% endif %}", "unknown_choice", "legal"),
    ("{% if contract.copies == '4' %}x{% endif %}", "comparison_type", ""),
    ("{% if contract.total > 'x' %}x{% endif %}", "comparison_type", ""),
    ("{% set x = 1 %}", "forbidden", ""),
    ("{{ contract.number.strip() }}", "forbidden", ""),
    ("{{ contract['number'] }}", "forbidden", ""),
    ("{{ contract.copies + 1 }}", "forbidden", ""),
    ("{{r contract.number }}", "forbidden", ""),
    ("{% vm %}", "forbidden", ""),
    ("{% raw %}", "forbidden", ""),
    ("{{ contract number }}", "syntax", ""),
    ("{{ }}", "syntax", ""),
    ("{% if %}{% endif %}", "syntax", ""),
    ("{% for x contract.lines %}{% endfor %}", "syntax", ""),
    ("{% if contract.active %}x", "unclosed_block", ""),
    ("{% for x in contract.lines %}x", "unclosed_block", ""),
    ("x{% endif %}", "unmatched_block", ""),
    ("{% else %}", "unmatched_block", ""),
    ("{% if contract.active %}{% endfor %}{% endif %}", "unmatched_block", ""),
    ("{{ contract.number", "stray_delimiter", ""),
    ("contract.number }}", "stray_delimiter", ""),
    ("{%p if contract.active %}字{%p endif %}", "swallowed_text", ""),
]


@pytest.mark.parametrize(("text", "code", "hint"), FAULTY, ids=[text for text, _, _ in FAULTY])
def test_a_fault_is_named_with_its_place_its_text_and_a_suggestion(text: str, code: str, hint: str):
    found = [fault for fault in faults("第一段", text) if fault.code == code]
    assert found, faults("第一段", text)
    assert (found[0].part, found[0].place) == ("正文", "第2段")
    assert found[0].source in text
    assert found[0].message
    assert hint in found[0].suggestion


def test_no_fault_hides_another():
    found = codes(
        "{{ contract.nunber }}{{ contract.total }}{{ a b }}",
        "{% set x = 1 %}{{ contract.signer.name }}",
        "{% if contract.active %}{{ doc.numbr }}",
        "{{ contract.total|mony }}",
    )
    assert sorted(found) == sorted(
        [
            "unknown_path",
            "unprintable",
            "syntax",
            "forbidden",
            "unguarded_optional",
            "unknown_path",
            "unknown_filter",
            "unclosed_block",
        ]
    )


def test_a_broken_condition_does_not_make_its_body_look_wrong():
    assert codes("{% if contract.signer = 1 %}{{ contract.signer.name }}{% endif %}") == ["syntax"]
    assert codes("{% for x in contract.lines() %}{{ x.anything }}{% endfor %}") == ["forbidden"]


def test_places_are_told_as_a_reader_counts_them():
    inner = table(1, row("{{ typo }}"))
    found = faults(
        "甲",
        table(2, row("a", "b"), row("c", "{{ typo }}")),
        "{¦{ ty¦po }¦}",
        table(1, f"<w:tr><w:tc><w:tcPr/>{inner}<w:p/></w:tc></w:tr>"),
        header="{{ typo }}",
        footer="{{ typo }}",
        footnote="{{ typo }}",
        title="{{ typo }}",
    )
    assert [(fault.part, fault.place) for fault in found] == [
        ("正文", "表1第2行第2列"),
        ("正文", "第2段"),
        ("正文", "表2第1行第1列内表1第1行第1列"),
        ("页眉", "第1段"),
        ("页脚", "第1段"),
        ("脚注", "第1段"),
        ("文档属性", "标题"),
    ]
    assert found[1].source == "{{ typo }}"


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ((table(1, row("{%tr if contract.active %}"), row("x"), row("{% endif %}")),), "level_mismatch"),
        ((table(2, row("{% if contract.active %}x", "y{% endif %}")),), "crosses_cells"),
        (("{% if contract.active %}x", table(1, row("{% endif %}"))), "crosses_cells"),
        ((table(1, row("{%tr if contract.active %}")), table(1, row("{%tr endif %}"))), "crosses_cells"),
    ],
)
def test_a_block_must_end_where_it_began(blocks: tuple[str, ...], code: str):
    assert code in codes(*blocks)


def test_rows_and_columns_may_be_looped():
    rows = [row("{%tr for x in contract.lines %}", ""), row("{{ x.name }}", "y"), row("{%tr endfor %}", "")]
    assert codes(table(2, row("h", "h"), *rows)) == []
    assert codes(table(2, row("h", "{%tc for x in contract.lines %}", "{{ x.name }}", "{%tc endfor %}"))) == []
    assert codes(table(2, row("{% colspan contract.copies %}x"), row("{% cellbg contract.number %}x", "y"))) == []
    assert codes(table(2, row("{% colspan contract.number %}x"))) == ["bad_span"]


def test_required_and_optional_paths_overrule_the_types():
    assert codes("{{ contract.signer.name }}", requires=["contract.signer"]) == []
    assert codes("{% for x in contract.lines %}{{ x.note }}{% endfor %}", requires=["contract.lines.note"]) == []
    assert codes("{{ contract.number }}", optional=["contract.number"]) == ["unguarded_optional"]


def test_tags_outside_the_text_are_found():
    source = template('<w:p><w:bookmarkStart w:id="0" w:name="{{ contract.number }}"/></w:p>')
    assert [fault.code for fault in check_template(source, ROOTS, filters=FILTERS)] == ["stray_delimiter"]


def test_a_file_that_is_no_template_is_one_fault():
    assert [fault.code for fault in check_template(b"x", ROOTS)] == ["template_unreadable"]


def test_members_may_be_computed_by_the_caller():
    def member(owner: type, name: str) -> object | None:
        return str if (owner, name) == (Contract, "seal") else None

    def names(owner: type) -> Sequence[str]:
        return ("seal", "hidden")

    source = template("{{ contract.seal }}{{ contract.number }}{{ contract.sael }}")
    found = check_template(source, ROOTS, member=member, names=names)
    assert [(fault.code, fault.suggestion) for fault in found] == [
        ("unknown_path", ""),
        ("unknown_path", "是否指 contract.seal"),
    ]


def test_what_checks_also_fills():
    texts = [text for text in CLEAN if "{{" in text]
    person = {"name": "甲", "role": Role.LEGAL, "phone": None}
    contract = {
        "number": "1",
        "total": Decimal(1),
        "signed_on": None,
        "lines": [{"name": "x", "price": Decimal(1), "note": None}],
        "signer": None,
        "active": False,
        "copies": 4,
        "tags": [None],
        "upper": "大写",
    }
    doc = {"number": "1", "issued_on": date(2024, 1, 1), "kind": "draft"}
    filled = compile_template(template(*texts), filters=FILTERS)
    for signer in (None, person):
        assert text_of(filled.render({"contract": Node(contract | {"signer": signer}), "doc": doc, "buyer": signer}))


# what a template reads


def test_reads_are_paths_with_labels():
    source = template(
        "{{ contract.number }}{% if contract.signer %}{{ contract.signer.name }}{% endif %}",
        "{% for x in contract.lines %}{{ x.price|money }}{% endfor %}{{ doc.issued_on|day }}",
        footer="{{ doc.number }}",
    )
    found = reads(source, ROOTS, filters=FILTERS)
    assert found.printed == {
        "contract.number": "合同编号",
        "contract.signer.name": "姓名",
        "contract.lines[].price": "单价",
        "doc.issued_on": "出具日期",
        "doc.number": "编号",
    }
    assert found.tested == {"contract.signer": "签字人", "contract.lines": "标的清单"}


def test_the_case_model_checks_without_a_hook():
    source = template(
        "{{ case.case_no }}{{ case.customer.nmae }}{% for x in case.orders %}{{ x.order_no }}{% endfor %}"
    )
    found = check_template(source, {"case": CaseFile})
    assert [fault.suggestion for fault in found] == ["是否指 case.customer.name"]


def test_a_fault_says_everything_in_one_line():
    assert str(faults("{{ contract.nunber }}")[0]) == (
        "正文第1段「{{ contract.nunber }}」：没有名为 contract.nunber 的字段（是否指 contract.number）"
    )
