"""Document numbers and file names."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.errors import DeclarationError, InputError
from docgen.numbering import case_part, document_number, file_name, placeholders

_ON = date(2024, 4, 7)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("JC-{case}-{nn}", "JC-2024-0012-03"),
        ("FA-{case} V{n}", "FA-2024-0012 V3"),
        ("BJ-{case}-V{n}", "BJ-2024-0012-V3"),
        ("DX-{case}", "DX-2024-0012"),
        ("HX-{YYYY}-{nn}", "HX-2024-03"),
        ("KH-{YYYYMM}-{nn}", "KH-202404-03"),
        ("GZ-{YYYYMMDD}", "GZ-20240407"),
        ("SC-{YYYYMMDD}-{nnn}", "SC-20240407-003"),
        ("AL-{YYYY}-{nnnn}", "AL-2024-0003"),
        ("YS-{order_no}-{round}", "YS-PO20240418001-02"),
        ("HF-{ticket_no}", "HF-FW-20240620-001"),
        ("DY-{case}-{month}M", "DY-2024-0012-6M"),
    ],
)
def test_every_pattern_of_the_forms_is_filled(pattern: str, number: str):
    filled = document_number(
        pattern, n=3, on=_ON, case="2024-0012", order_no="PO20240418001", round=2, ticket_no="FW-20240620-001", month=6
    )
    assert filled == number


@pytest.mark.parametrize(("n", "number"), [(1, "X-01"), (99, "X-99"), (100, "X-100")])
def test_a_running_number_grows_beyond_its_digits(n: int, number: str):
    assert document_number("X-{nn}", n=n) == number


def test_a_value_is_printed_as_it_is_and_never_filled_again():
    assert document_number("YS-{order_no}", order_no="{case}") == "YS-{case}"


@pytest.mark.parametrize("pattern", ["X-{nn}", "X-{YYYY}", "X-{order_no}"])
def test_a_part_that_is_not_given_is_named(pattern: str):
    with pytest.raises(DeclarationError, match=pattern[3:-1]) as refused:
        document_number(pattern, case="2024-0012")
    assert refused.value.code == "bad_number_pattern"


@pytest.mark.parametrize("pattern", ["X-{nn", "X-nn}", "X-{}", "X-{n!r}", "X-{case.real}", "X-{{n}}"])
def test_a_malformed_pattern_is_refused(pattern: str):
    with pytest.raises(DeclarationError):
        document_number(pattern, n=1, case="2024-0012")


def test_the_placeholders_of_a_pattern_are_known():
    assert placeholders("JC-{case}-{nn}") == {"case", "nn"}
    assert placeholders("固定编号") == frozenset()


def test_the_case_part_is_year_and_number():
    assert case_part("XS2024-0012") == "2024-0012"


@pytest.mark.parametrize("case_no", ["2024-0012", "XS2024-12", "XS2024-00123", "XS2024-0012 ", "XS２０２４-0012"])
def test_what_is_no_case_number_has_no_case_part(case_no: str):
    with pytest.raises(InputError) as refused:
        case_part(case_no)
    assert refused.value.code == "bad_case_no"


def test_a_file_name_says_number_title_customer_and_revision():
    name = file_name("FA-2024-0012 V2", "解决方案（方案书）", "示例科技", 0, ".docx")
    assert name == "FA-2024-0012 V2_解决方案（方案书）_示例科技_R0.docx"


@pytest.mark.parametrize(
    "part", ["../../etc/passwd", "a/b\\c", "x:y|z?*", "尾.", " .隐藏", "a\x00b\nc", "右\u202e左", "CON"]
)
def test_a_file_name_has_no_character_that_some_file_system_refuses(part: str):
    for name in (file_name(part, "合同", "示例", 1, ".pdf"), file_name("NO-1", part, part, 1, ".pdf")):
        assert not set(name) & set('<>:"/\\|?*\x00\n\u202e')
        assert not name.startswith((".", " ", "-"))
        assert name.endswith("_R1.pdf")


@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=400), st.integers(0, 99))
def test_any_file_name_is_short_printable_and_in_nfc(doc_no: str, title: str, customer: str, revision: int):
    name = file_name(doc_no, title, customer, revision, ".docx")
    assert len(name.encode()) <= 255
    assert unicodedata.is_normalized("NFC", name)
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in name)
    assert not set(name) & set('<>:"/\\|?*')


@pytest.mark.parametrize(
    ("one", "other"), [("A/B", "A:B"), ("A/B", "A-B"), ("N" * 300 + "1", "N" * 300 + "2"), ("A ", "A")]
)
def test_two_numbers_never_share_a_file_name(one: str, other: str):
    assert file_name(one, "合同", "示例", 0, ".pdf") != file_name(other, "合同", "示例", 0, ".pdf")


def test_title_and_customer_are_shortened_at_a_character():
    name = file_name("NO-1", "题" * 200, "示" * 200, 12, ".docx")
    assert name == f"NO-1_{'题' * 20}_{'示' * 13}_R12.docx"
