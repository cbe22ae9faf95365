"""`docgen.case.loader`: what is read, and what is refused with which words."""

import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.case import load_case
from docgen.case.tree import MAX_BYTES, MAX_DEPTH, MAX_NODES
from docgen.errors import Detail, InputError
from tests.case.variants import GONE, MINIMAL, faults, h01_text, part, refused, variant
from tests.samples import Kind, Sample, sample, samples


def test_the_complete_case_loads_with_every_value_typed():
    case = load_case(sample("H01").case)
    assert str(case.contract.total) == "680000.00"
    assert case.first_contact.ended_at.isoformat() == "2024-03-15T10:40:00+08:00"
    assert case.supplier.bank_account == "000000000000000001"  # no octal number


def test_a_case_loads_the_same_from_path_text_and_bytes(tmp_path: Path):
    path = sample("S02").case
    text = path.read_text(encoding="utf-8")
    expected = load_case(path)
    for source in (str(path), text, text.encode(), b"\xef\xbb\xbf" + text.encode(), text.replace("\n", "\r\n")):
        assert load_case(source) == expected


def test_a_case_survives_the_way_through_json():
    case = load_case(h01_text())
    assert load_case(case.model_dump_json()) == case


def test_json_numbers_are_read_as_they_are_written():
    data = json.loads(variant())
    data["customer"]["employees"] = 500
    text = json.dumps(data).replace('"680000.00"', "680000.00")
    assert load_case(text).contract.total == load_case(h01_text()).contract.total


@pytest.mark.parametrize("blank", ["null", '""', "''", "", '"  "'])
def test_null_and_blank_text_count_as_absent(blank: str):
    case = load_case(MINIMAL + f"closed_at: {blank}\nstaff: {blank}\n")
    assert case.closed_at is None
    assert case.staff == ()
    assert faults(MINIMAL.replace("示例项目", blank)) == [("title", "missing")]


def test_only_plain_true_false_and_null_mean_more_than_text():
    text = MINIMAL + "staff: [{staff_id: S01, name: yes, title: on, department: sales, is_department_head: true}]\n"
    person = load_case(text).staff[0]
    assert (person.name, person.title, person.is_department_head) == ("yes", "on", True)
    for written in ('"true"', "yes", "1", "True"):
        changed = text.replace("is_department_head: true", f"is_department_head: {written}")
        assert faults(changed) == [("staff[0].is_department_head", "bool_type")]


@pytest.mark.parametrize("each", samples(Kind.LOAD_ERROR), ids=str)
def test_each_broken_sample_is_refused_in_chinese_with_label_and_line(each: Sample):
    (detail,) = refused(each.case.read_text(encoding="utf-8"))
    assert (detail.path, detail.code) == (each.error.path, each.error.code)
    assert detail.label
    assert "第" in detail.message
    assert not detail.message.isascii()


def test_faults_of_every_kind_are_reported_together_in_the_order_of_the_file():
    text = (
        h01_text()
        .replace("title: 示例科技有限公司智能制造系统采购项目\n", "title: ''\n")
        .replace("seal_id: SEAL-02,", "seal_id: SEAL-01,")
        .replace("ended_at: 2024-03-15T10:40:00+08:00", "ended_at: 2024-03-15T10:40:00")
        .replace("need_type: rigid", "need_type: 紧急")
        .replace("drafted_ref: S01", "drafted_ref: S99", 1)
        .replace("version: 2", "version: 3")
        .replace("  payment_method: 银行转账\n", "  payment_methods: 银行转账\n  sign_place: 某地\n")
    )
    assert [(detail.path, detail.code) for detail in refused(text)] == [
        ("title", "missing"),
        ("supplier.seals[1].seal_id", "duplicate_id"),
        ("first_contact.ended_at", "naive_datetime"),
        ("needs[0].need_type", "not_in_choices"),
        ("proposals[0].drafted_ref", "unresolved_ref"),
        ("proposals[1].version", "not_consecutive"),
        ("contract.payment_method", "missing"),
        ("contract.payment_methods", "unknown_key"),
        ("contract.sign_place", "duplicate_key"),
    ]


def test_a_fault_names_place_label_line_and_what_is_expected():
    head, contract = h01_text().split("\ncontract:\n")
    text = f"{head}\ncontract:\n" + contract.replace('unit_price: "360000.00"', "unit_price: 36e4", 1)
    line = text[: text.index("36e4")].count("\n") + 1
    (detail,) = refused(text)
    assert detail.path == "contract.lines[0].unit_price"
    assert detail.label == "合同 › 标的清单 › 单价(元)"
    assert detail.message == f"须为普通十进制数字，如 1234.50（第{line}行）"


def test_no_message_repeats_what_was_given():
    secret = "13912345678张三"
    text = variant(
        {
            "contacts[0].phone": secret,
            "contacts[0].gender": secret,
            "contacts[0].email": ["x", secret],
            "contacts[1].contact_id": secret,
            "customer.employees": secret,
            "first_contact.staff_ref": secret,
            "first_contact.started_at": secret,
            "persona.prepared_on": secret,
            "contract.total": secret,
            "proposals[0].review.opinions[0].checks": {secret: "x"},
            "needs": secret,
        }
    )
    data = json.loads(text)
    data["customer"][secret] = secret
    with pytest.raises(InputError) as caught:
        load_case(json.dumps(data))
    said = caught.value.message + caught.value.remedy + repr(caught.value.details)
    assert secret not in said
    assert "13912345678" not in said
    assert len(caught.value.details) >= 11


def test_an_unknown_key_is_answered_with_the_nearest_known_one():
    (detail,) = refused(h01_text().replace("  payment_method: 银行转账\n", '  payment_method: 银行转账\n  totl: "1"\n'))
    assert detail.path == "contract.totl"
    assert "total（合同总价(元)）" in detail.message


def test_an_empty_item_of_a_list_is_named():
    assert faults(MINIMAL + "contacts: [null]\n") == [("contacts[0]", "empty_item")]
    assert faults(MINIMAL.replace("industry: 制造业", "industry: 制造业, need_tags: [甲, '']")) == [
        ("customer.need_tags[1]", "empty_item")
    ]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "not_a_case"),
        ("# nothing\n", "not_a_case"),
        ("just text\n", "not_a_case"),
        ("[1, 2]", "not_a_case"),
        ("a: 1\n---\nb: 2\n", "several_documents"),
        ("a: [1, 2\n", "syntax"),
        ("a: b: c\n", "syntax"),
        ("\ta: b\n", "syntax"),
        ("{[a]: 1}\n", "complex_key"),
        ("? {a: b}\n: 1\n", "complex_key"),
        ("k" * 101 + ": 1\n", "long_key"),
        ('{"' + "k" * 101 + '": 1}', "long_key"),
        ('{"a": NaN}', "not_a_number"),
        ("a: \0\n", "control_character"),
        ("a: \x1b[2J\n", "control_character"),
        ("a: \ud800\n", "control_character"),
        (MINIMAL.encode("gb18030"), "encoding"),
        (MINIMAL.encode("utf-16"), "encoding"),
        (b"a: \xed\xa0\x80\n", "encoding"),
    ],
)
def test_a_source_that_is_no_case_is_refused_with_the_reason(source: str | bytes, code: str):
    assert faults(source) == [("", code)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("closed_at: *x\n", "alias"),
        ("title: &x 项目\n", "alias"),
        ("closed_at: !!timestamp 2024-01-01\n", "tag"),
        ("closed_at: !!python/object/apply:os.system [id]\n", "tag"),
        ("<<: {title: x}\n", "unknown_key"),
        ("case_no: XS2026-0002\n", "duplicate_key"),
    ],
)
def test_anchors_aliases_tags_merges_and_repeated_keys_are_refused(line: str, code: str):
    text = MINIMAL.replace("title: 示例项目\n", "") if line.startswith("title") else MINIMAL
    assert code in [found for _, found in faults(text + line)]


@pytest.mark.parametrize(
    "hostile",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{k}: &{k} [{','.join(['*' + chr(ord(k) - 1)] * 9)}]\n" for k in "bcdefghi"),
        "[" * 10_000,
        '{"a":' * 10_000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 1000)),
        "- " * 10_000,
        "[" + "x," * 1_000_000,
        "[" + "1," * 1_000_000,
        "a: " + "x" * MAX_BYTES,
        '{"a": "' + "\\" * 1_000_000,
        "? " * 100_000,
        "&a " * 10_000,
        "!" * 100_000,
        "%" * 100_000,
        "a: |\n" + " " * 100_000 + "x",
    ],
    ids=str.__len__,
)
def test_a_bomb_is_refused_fast_and_in_bounded_memory(hostile: str):
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(InputError):
        load_case(hostile)
    elapsed = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed < 15  # a guard against endless work, generous for traced runs on busy machines
    assert peak < 100 * 1024 * 1024


@pytest.mark.parametrize(("depth", "code"), [(MAX_DEPTH, "unknown_key"), (MAX_DEPTH + 1, "too_deep")])
def test_nesting_is_allowed_up_to_the_limit(depth: int, code: str):
    inner = "[" * (depth - 1) + "x" + "]" * (depth - 1)
    assert code in [found for _, found in faults("{a: " + inner + "}")]
    assert code in [found for _, found in faults('{"a": ' + inner.replace("x", '"x"') + "}")]


@pytest.mark.parametrize(("items", "code"), [(MAX_NODES - 3, "unknown_key"), (MAX_NODES, "too_many_nodes")])
def test_nodes_are_allowed_up_to_the_limit(items: int, code: str):
    assert code in [found for _, found in faults("{a: [" + "x," * items + "]}")]


@pytest.mark.parametrize(("length", "code"), [(MAX_BYTES, "not_a_case"), (MAX_BYTES + 1, "too_large")])
def test_size_is_allowed_up_to_the_limit(length: int, code: str):
    assert faults(b"#" * length) == [("", code)]


def test_a_file_is_read_only_up_to_the_limit(tmp_path: Path):
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(10 * 1024 * 1024 * 1024)  # sparse
    started = time.process_time()
    with pytest.raises(InputError, match="超过4MB"):
        load_case(huge)
    assert time.process_time() - started < 15  # a guard against endless work, generous for busy machines


def test_a_path_that_cannot_be_read_is_named_without_its_folder(tmp_path: Path):
    for path in (tmp_path / "missing.yaml", tmp_path, str(tmp_path / "missing.json"), Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(InputError) as caught:
            load_case(path)
        assert caught.value.code == "unreadable_file"
        assert str(tmp_path) not in caught.value.message


def test_text_that_cannot_be_a_file_name_is_read_as_text():
    for text in ("x" * 5000, "a\0b", "title: x"):
        with pytest.raises(InputError) as caught:
            load_case(text)
        assert caught.value.code == "invalid_case"


def test_escapes_that_name_control_characters_are_refused_at_their_place():
    for escape in (r"\0", r"\x07", r"\u202e", r"\ufeff", r"\u200b"):
        assert faults(MINIMAL.replace("示例项目", f'"甲{escape}乙"')) == [("title", "control_character")]
    assert faults(variant({"title": "甲\ud800乙"}).replace("\ud800", "\\ud800"))[0][0] == "title"


def test_a_repeated_key_of_json_is_named():
    (found,) = [detail for detail in refused('{"title": "a", "title": "b"}') if detail.code == "duplicate_key"]
    assert (found.path, found.label, found.message) == ("title", "项目名称", "字段重复")


def test_rare_characters_and_emoji_are_kept():
    assert load_case(MINIMAL.replace("示例项目", "𠮷㐂镕😀 <&> ]]>")).title == "𠮷㐂镕😀 <&> ]]>"


def test_many_faults_are_counted_and_the_first_are_listed():
    text = variant({"customer.need_tags": [["x"]] * 2000})
    with pytest.raises(InputError, match="2000处错误") as caught:
        load_case(text)
    assert len(caught.value.details) == 500


def test_a_removed_person_makes_every_reference_to_them_a_fault():
    found = faults(variant({"contacts[3]": GONE, "closed_at": "x"}))
    assert ("closed_at", "datetime_notation") in found
    assert ("orders[0].acceptances[0].contact_refs[0]", "unresolved_ref") in found
    assert ("authorizations[1].agent_contact_ref", "unresolved_ref") in found


def test_three_hundred_lines_load_within_a_second():
    line = part("contract.lines[0]")
    lines = [{**line, "line_no": str(number)} for number in range(1, 301)]
    started = time.process_time()
    assert len(load_case(variant({"contract.lines": lines})).contract.lines) == 300
    assert time.process_time() - started < 15  # a guard against endless work, generous for busy machines


_JSONISH = st.recursive(
    st.none() | st.booleans() | st.text(max_size=20) | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=st.characters() | st.sampled_from("{}[]:,-&*!|>'\"%@#?\n\t "), max_size=200))
def test_random_text_is_refused_and_never_breaks_the_loader(text: str):
    with pytest.raises(InputError):
        load_case(text)


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_refused_and_never_break_the_loader(content: bytes):
    with pytest.raises(InputError):
        load_case(content)


_PATHS = (
    "customer",
    "contract.lines[0]",
    "orders",
    "first_contact.ended_at",
    "staff[3]",
    "proposals[1].version",
    "title",
)


def _details(text: str) -> tuple[Detail, ...]:
    """Return the faults of `text`, none where it is a case; any other error fails the test."""
    try:
        load_case(text)
    except InputError as error:
        return error.details or (Detail("", "", "", "no details"),)
    return ()


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from(_PATHS), value=_JSONISH)
def test_any_value_at_any_place_gives_a_case_or_faults_with_names(path: str, value: object):
    assert all(detail.message and detail.label and detail.code for detail in _details(variant({path: value})))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(h01_text()) - 1), cut=st.integers(0, 40), put=st.text(max_size=3))
def test_a_damaged_file_gives_a_case_or_faults_with_names(at: int, cut: int, put: str):
    text = h01_text()
    assert all(detail.message and detail.code for detail in _details(text[:at] + put + text[at + cut :]))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("case_no: XS2024-0012", "如 XS2024-0012"),
        ("staff_id: S01,", "如 S01"),
        ("contact_id: C01,", "如 C01"),
        ("session_id: M01", "如 M01"),
    ],
)
def test_a_number_of_the_wrong_form_is_answered_with_an_example(wrong: str, right: str):
    text = sample("H01").case.read_text(encoding="utf-8")
    assert wrong in text
    with pytest.raises(InputError) as caught:
        load_case(text.replace(wrong, wrong.replace("0", "O"), 1))
    assert any(right in detail.message for detail in caught.value.details)
