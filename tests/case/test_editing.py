"""`docgen.case.editing` and `docgen.case.emit`: one value is set, everything else stays as it was written."""
# ruff: noqa: ANN401 - values of any kind are tried

import difflib
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.case import load_case
from docgen.case.editing import replace, set_value
from docgen.case.emit import block, flow, scalar
from docgen.case.yaml_reader import read_yaml
from docgen.errors import DocgenError, InputError, StateError
from tests.case.variants import MINIMAL, h01_text, variant


def _changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[:2] in ("- ", "+ ")]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (
            "title",
            "新标题",
            ["- title: 示例科技有限公司智能制造系统采购项目", "+ title: 新标题"],
        ),
        (
            "first_contact.concerns[1]",
            "第二点",
            ["-   concerns: [对成本控制要求高]", "+   concerns: [对成本控制要求高, 第二点]"],
        ),
        (
            "first_contact.initial_needs[0]",
            "a: b",
            ["-   initial_needs: [目前存在生产效率低的问题]", '+   initial_needs: ["a: b"]'],
        ),
        (
            "customer.need_tags",
            "[甲, 乙]",
            ["-   need_tags: [生产效率提升, 成本控制]", "+   need_tags: [甲, 乙]"],
        ),
        ("contract.esign_agreed", "true", ["+   esign_agreed: true"]),
        ("contract.terminates_on", "2025-04-17", ["+   terminates_on: 2025-04-17"]),
        ("closed_at", "2024-12-31T18:00:00+08:00", ["+ closed_at: 2024-12-31T18:00:00+08:00"]),
        ("as_of", None, ["- as_of: 2024-12-31T18:00:00+08:00", "+ as_of: null"]),
        (
            "attestations[0]",
            "{kind: lawful_source, text: 合法, by_ref: S01, at: 2024-03-12T12:00:00+08:00, affirmed: true}",
            [
                "+ attestations:",
                "+   - {kind: lawful_source, text: 合法, by_ref: S01, at: 2024-03-12T12:00:00+08:00, affirmed: true}",
            ],
        ),
        (
            "staff[17]",
            {"staff_id": "S18", "name": "新人", "title": "专员", "department": "sales", "phone": "13800000018"},
            ['+   - {staff_id: S18, name: 新人, title: 专员, department: sales, phone: "13800000018"}'],
        ),
    ],
)
def test_setting_a_value_changes_only_its_lines(path: str, value: Any, expected: list[str]):
    after = set_value(h01_text(), path, value)
    assert _changed(h01_text(), after) == expected
    load_case(after)


def test_comments_quotes_and_blank_lines_stay():
    text = (
        MINIMAL.replace("title: 示例项目", "title: '示例项目'   # 名称\n\n# 一段说明")
        + "closed_at:   # 结案\nas_of:\n# 末尾\n"
    )
    after = set_value(text, "closed_at", "2024-12-31T18:00:00+08:00")
    assert after == text.replace("closed_at:   # 结案", "closed_at: 2024-12-31T18:00:00+08:00   # 结案")
    after = set_value(after, "staff", [{"staff_id": "S01", "name": "甲", "title": "专员", "department": "sales"}])
    assert after.startswith(text[: text.index("closed_at")])
    assert "# 末尾" in after
    assert load_case(after).staff[0].name == "甲"


def test_a_group_below_an_empty_key_goes_below_its_comment():
    text = MINIMAL + "persona:  # 画像\n# 末尾\n"
    after = replace(text, "persona", {"persona_no": "HX", "regions": ["华" * 130]})
    assert f"persona:  # 画像\n  persona_no: HX\n  regions:\n    - {'华' * 130}\n# 末尾\n" in after


def test_line_ends_and_missing_last_line_break_are_kept():
    text = MINIMAL.rstrip("\n").replace("\n", "\r\n")
    after = set_value(text, "closed_at", "2024-12-31T18:00:00+08:00")
    assert after == text + "\r\nclosed_at: 2024-12-31T18:00:00+08:00"


def test_a_json_file_stays_json():
    after = set_value(variant(), "contract.copies", "6")
    assert json.loads(after)["contract"]["copies"] == "6"
    assert load_case(after).contract.copies == 6


def test_an_entity_can_be_set_as_a_whole():
    contract = load_case(h01_text()).contract
    after = set_value(h01_text(), "contract", contract)
    assert load_case(after).contract == contract
    assert set_value(after, "contract", contract) == after


def test_a_case_that_is_not_complete_yet_can_be_filled_step_by_step():
    text = "case_no: XS2026-0001\ntitle:\nsupplier:\n  name:\ncustomer: {}\n"
    for path, value in {"title": "项目", "supplier.name": "公司", "customer.industry": "制造业"}.items():
        text = set_value(text, path, value)
    assert text == "case_no: XS2026-0001\ntitle: 项目\nsupplier:\n  name: 公司\ncustomer: {industry: 制造业}\n"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("customer.employees", "many", "invalid_case"),
        ("customer.nothing", "x", "invalid_case"),
        ("contract.drafted_ref", "S99", "invalid_case"),
        ("proposals[0].status", "accepted", "invalid_case"),
        ("staff[99]", "{}", "bad_path"),
        ("staff.name", "x", "bad_path"),
        ("title.x", "x", "bad_path"),
        ("title[0]", "x", "bad_path"),
        ("events[1].kind", "x", "bad_path"),
        ("a..b", "x", "bad_path"),
        ("title", "\u202e", "invalid_case"),
        ("customer.need_tags", "[a", "invalid_case"),
    ],
)
def test_a_wrong_path_or_value_is_refused(path: str, value: Any, code: str):
    with pytest.raises(InputError) as caught:
        set_value(h01_text(), path, value)
    assert caught.value.code == code


def test_only_new_faults_are_reported():
    text = MINIMAL + "closed_at: x\n"
    assert "staff" in set_value(text, "staff", [])
    with pytest.raises(InputError) as caught:
        set_value(text, "as_of", "y")
    assert [detail.path for detail in caught.value.details] == ["as_of"]


@pytest.mark.parametrize("text", ["a: &x 1\n", "a: 1\na: 2\n", "a: !!str x\n", "[a]\n"])
def test_a_text_with_faults_of_notation_is_not_edited(text: str):
    with pytest.raises(InputError):
        replace(text, "b", "1")


def test_a_notation_that_cannot_be_cut_is_refused():
    with pytest.raises(StateError) as caught:
        replace("a: |+\n  the blank lines belong to the value\n\n\n", "b", "1")
    assert caught.value.code == "not_editable"


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  literal\n  text\n",
        "a: >-\n  folded\n  text\n# end\n",
        "a:\n- 1\n- 2\n",
        "a: 'x\n  y'\n",
        "a: {b: 1,\n    c: 2}  # c\n",
        "a: [1, 2,]\n",
        "a: {b: 1,}\n",
        "a: 😀𠮷\n",
        "- \n",
        "a:\n  - b: 1\n    c:\n      - d\n",
        "a: plain\n  continued\n",
        '"a": "x"\n',
    ],
)
def test_a_key_can_be_added_after_any_notation(text: str):
    if text.startswith("-"):
        with pytest.raises(InputError):
            replace(text, "z", "1")
        return
    after = replace(text, "z.y[0].x", "新")
    assert after.startswith(text.rstrip("\n").splitlines()[0])
    assert read_yaml(after).root == {**read_yaml(text).root, "z": {"y": [{"x": "新"}]}}


_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\ufffe\uffff"), max_size=30
)
_PLAIN = st.recursive(
    _TEXTS.filter(lambda text: text.strip() != "") | st.booleans(),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(value=_PLAIN)
def test_what_is_emitted_reads_back(value: Any):
    assert read_yaml(f"a: {flow(value)}").root == {"a": value}
    assert read_yaml(block({"a": value}, 0)).root == {"a": value}


@given(text=_TEXTS)
def test_other_yaml_tools_read_emitted_text_as_text_too(text: str):
    loaded = yaml.safe_load(scalar(text))
    assert str(loaded) == text or loaded.isoformat()[:4] == text[:4]  # dates stand plain, as in the samples


_EDITS = st.sampled_from(
    [
        "title",
        "a",
        "a.b",
        "l[0]",
        "l[1]",
        "l[2]",
        "f.x",
        "f.l[1]",
        "f.y.z",
        "n.d.e",
        "n.d.l[0].q",
        "new.x[0].y",
        "empty",
        "empty.k",
    ]
)
_BASE = """\
title: 标题  # 注释
a:
  b: 1

  c: [x, y]   # c
l:
  - {p: 1}
  - q: 2
    r: "3"
f: {x: 1, l: [1, 2]}
n:
  d:
    e: |
      多行
      文字
    l:
    - q: 1
empty:
# 末尾注释
"""


@settings(max_examples=150, deadline=None)
@given(edits=st.lists(st.tuples(_EDITS, _PLAIN), min_size=1, max_size=4))
def test_any_sequence_of_edits_says_what_was_set_or_is_refused(edits: list[tuple[str, Any]]):
    text = _BASE
    for path, value in edits:
        try:
            after = replace(text, path, value)
        except DocgenError:
            continue  # the path does not fit any more, or the notation cannot be cut: nothing is changed
        assert "# 末尾注释" in after
        text = after
    assert isinstance(read_yaml(text).root, dict)


@pytest.mark.parametrize(
    ("text", "path", "value", "expected"),
    [
        ("l: []\n", "l[0]", "x", "l: [x]\n"),
        ("f: {}\n", "f.k", "x", "f: {k: x}\n"),
        ("l: [ ]  # c\n", "l[0]", {"a": []}, "l: [{a: []}]  # c\n"),
        ("l:\n  -\n  - b\n", "l[0]", "x", "l:\n  - x\n  - b\n"),
        ("l: [a, null]\n", "l[1].k", "x", "l: [a, {k: x}]\n"),
        ("a: 1\n", "b", {"c": {}, "d": [["x"]]}, "a: 1\nb:\n  c: {}\n  d:\n    - [x]\n"),
    ],
)
def test_empty_places_are_filled(text: str, path: str, value: Any, expected: str):
    assert replace(text, path, value) == expected


def test_a_list_of_entities_can_be_set():
    staff = load_case(h01_text()).staff[:2]
    after = set_value(MINIMAL, "staff", staff)
    assert load_case(after).staff == staff


def test_the_root_of_a_flow_document_is_extended():
    assert replace("{a: 1, b: {c: d}}\n", "b.e", "f") == "{a: 1, b: {c: d, e: f}}\n"
    assert replace("{a: 1}\n", "b", "x") == "{a: 1, b: x}\n"
