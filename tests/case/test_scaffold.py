"""`docgen.case.scaffold`: an empty case file that can be filled in."""

import re

import pytest

from docgen.case import CaseFile, load_case
from docgen.case.editing import set_value
from docgen.case.loader import examine
from docgen.case.scaffold import new_case_text
from docgen.case.shape import shapes
from docgen.errors import InputError

_REQUIRED = {
    "supplier.name": "样板公司",
    "supplier.uscc": "91330100MA0000001F",
    "supplier.legal_representative": "陈某",
    "supplier.address": "杭州",
    "supplier.phone": "0571-00000001",
    "supplier.contract_prefix": "YB-XS",
    "customer.name": "示例公司",
    "customer.industry": "制造业",
}


def _uncommented(text: str) -> str:
    """Take the first `# ` off every line that holds a field."""
    return re.sub(r"^( *)# (?=.*:.* # )", r"\1", text, flags=re.MULTILINE)


def test_only_the_fields_marked_as_required_are_missing():
    found = examine(new_case_text("XS2026-0001", "示例项目"))
    assert {fault.code for fault in found.faults} == {"missing"}
    assert {".".join(map(str, fault.location)) for fault in found.faults} == set(_REQUIRED)


def test_it_loads_once_they_are_filled_and_keeps_its_comments():
    text = new_case_text("XS2026-0001", "示例: 项目 # 一")
    lines = text.count("\n")
    for path, value in _REQUIRED.items():
        text = set_value(text, path, value)
    case = load_case(text)
    assert (case.case_no, case.title, case.customer.industry) == ("XS2026-0001", "示例: 项目 # 一", "制造业")
    assert text.count("\n") == lines
    assert "# 公司全称（必填）" in text


def test_what_is_commented_out_is_right_once_the_comment_signs_are_removed():
    found = examine(_uncommented(new_case_text("XS2026-0001", "示例项目")))
    assert {fault.code for fault in found.faults} == {"missing"}
    assert len(found.faults) > 100
    twice = examine(_uncommented(_uncommented(new_case_text("XS2026-0001", "示例项目"))))
    assert {fault.code for fault in twice.faults} == {"missing"}
    assert len(twice.faults) > len(found.faults)


def test_every_field_of_the_case_is_there_with_its_chinese_name():
    text = new_case_text("XS2026-0001", "示例项目")
    for name, shape in shapes(CaseFile).items():
        assert re.search(rf"^(# )?{name}:.*# {re.escape(shape.title)}", text, re.MULTILINE)
    assert "decision_maker 客户决策人" in text


@pytest.mark.parametrize(("case_no", "title"), [("2026-1", "项目"), ("XS2026-0001", ""), ("XS2026-0001", "\u202e")])
def test_a_number_or_title_that_no_case_can_have_is_refused(case_no: str, title: str):
    with pytest.raises(InputError) as caught:
        new_case_text(case_no, title)
    assert caught.value.code == "invalid_case"
