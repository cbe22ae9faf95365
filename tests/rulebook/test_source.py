from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from docgen.rulebook.source import MAX_BYTES, MAX_DEPTH, MAX_ENTRIES, Fault, conform, read, refusal


def parsed(text: str) -> object:
    faults: list[Fault] = []
    source = read("f.yaml", text.encode(), faults)
    assert source, faults
    return source.data


def fault(text: str | bytes) -> Fault:
    faults: list[Fault] = []
    assert read("f.yaml", text if isinstance(text, bytes) else text.encode(), faults) is None
    (found,) = faults
    return found


def test_every_scalar_is_a_text_and_only_a_plain_null_is_nothing():
    text = "a: 010\nb: 1.50\nc: no\nd: 2026-01-01\ne: null\nf: ~\ng:\nh: 'null'\ni: ''\nj: [1, {k: v}]\n"
    assert parsed(text) == {
        "a": "010",
        "b": "1.50",
        "c": "no",
        "d": "2026-01-01",
        "e": None,
        "f": None,
        "g": None,
        "h": "null",
        "i": "",
        "j": ["1", {"k": "v"}],
    }


def test_each_entry_knows_its_line():
    faults: list[Fault] = []
    source = read("f.yaml", b"a: 1\nb:\n  - x: 2\n    y: 3\n", faults)
    assert source is not None
    assert [source.line(where) for where in [("a",), ("b",), ("b", 0), ("b", 0, "y"), ("b", 0, "z"), ("q",), ()]] == [
        1,
        2,
        3,
        4,
        3,
        1,
        1,
    ]


def test_a_byte_order_mark_is_no_content():
    faults: list[Fault] = []
    source = read("f.yaml", "\ufeffa: 1".encode(), faults)
    assert source is not None
    assert source.data == {"a": "1"}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [1\n", 3, "语法"),
        ("a: 1\nb: 2\na: 3\n", 3, "键“a”重复"),
        ("a: &x 1\nb: 2\n", 1, "锚点"),
        ("a: 1\nb: *x\n", 2, "锚点"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "标签"),
        ("a: !tag {}\n", 1, "标签"),
        ("a: 1\n---\nb: 2\n", 2, "一个文档"),
        ("a: 1\n? [b]\n: 2\n", 2, "键必须是文字"),
        ("a: 1\n\tb: 2\n", 2, "语法"),
    ],
)
def test_what_yaml_could_do_beyond_plain_data_is_refused_with_its_line(text: str, line: int, message: str):
    found = fault(text)
    assert (found.file, found.line) == ("f.yaml", line)
    assert message in found.message


def test_bytes_that_are_no_text_are_refused():
    assert "UTF-8" in fault(b"a: 1\nb: \xff\n").message
    assert fault(b"a: 1\nb: \xff\n").line == 2
    assert "不允许的字符" in fault(b"a: \x00\n").message


def test_size_depth_and_number_of_entries_are_bounded():
    assert "字节" in fault(b"a: " + b"x" * MAX_BYTES).message
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert parsed(deepest)
    assert "嵌套" in fault(f"[{deepest}]").message
    assert "嵌套" in fault("[" * 100_000).message
    assert "条目" in fault("[" + "1," * (MAX_ENTRIES + 1) + "]").message


@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_one_fault(content: bytes):
    faults: list[Fault] = []
    source = read("f.yaml", content, faults)
    assert (source is None) == (len(faults) == 1)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    deadline_days: int
    since: date | None = Field(default=None, alias="from")


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    inner: tuple[Inner, ...] = ()


def test_every_misfit_is_told_with_line_and_what_is_expected():
    faults: list[Fault] = []
    text = "titel: x\ninner:\n  - {deadline_days: soon}\n  - deadline_day: 3\n    from: tomorrow\n"
    source = read("f.yaml", text.encode(), faults)
    assert source is not None
    assert conform(Outer, source, faults) is None
    said = {(found.line, found.subject): found.message for found in faults}
    assert said[1, "titel"] == "未知的键“titel”，是否为“title”"
    assert said[1, "title"] == "title：缺少必填项"
    assert said[3, "inner.0.deadline_days"] == "deadline_days：应为整数"
    assert said[4, "inner.1.deadline_day"] == "未知的键“deadline_day”，是否为“deadline_days”"
    assert said[5, "inner.1.from"] == "from：应为日期，如2026-01-01"
    assert said[4, "inner.1.deadline_days"] == "deadline_days：缺少必填项"


def test_a_part_of_a_file_is_read_for_itself():
    faults: list[Fault] = []
    source = read("f.yaml", b"inner:\n  - {deadline_days: 3}\n", faults)
    assert source is not None
    assert conform(Inner, source, faults, ("inner", 0)) == Inner(deadline_days=3)


def test_a_file_that_holds_no_mapping_is_told_so():
    faults: list[Fault] = []
    source = read("f.yaml", b"just text", faults)
    assert source is not None
    assert conform(Outer, source, faults) is None
    assert faults == [Fault("f.yaml", 1, "文件", "应为键值")]


def test_a_refusal_names_every_fault():
    error = refusal([Fault("a.yaml", 3, "XX-01", "坏"), Fault("b.yaml", 5, "XX-02", "也坏")], "规则包", "bad_rulebook")
    assert error.code == "bad_rulebook"
    assert error.message == "规则包有2处错误：a.yaml 第3行 XX-01：坏"
    assert [(d.path, d.label, d.message) for d in error.details] == [
        ("a.yaml:3", "XX-01", "坏"),
        ("b.yaml:5", "XX-02", "也坏"),
    ]
