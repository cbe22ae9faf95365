"""Masking: what a masked form still shows of a person, and what it never does."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.case.enums import Gender
from docgen.case.parties import Contact
from docgen.masking import (
    PiMode,
    honorific,
    masked_account,
    masked_contact_name,
    masked_email,
    masked_phone,
    masked_staff_name,
)
from tests.rules.patching import h01


@dataclass(frozen=True)
class Employee:
    title: str
    gender: Gender | None = None
    honorific: str | None = None


@pytest.mark.parametrize(
    ("staff", "masked"),
    [
        (Employee("客户成功顾问", Gender.FEMALE, "经理"), "*经理"),
        (Employee("培训专员", Gender.FEMALE), "*专员"),
        (Employee("高级工程师"), "*工程师"),
        (Employee("客服"), "*客服"),
        (Employee("技术总监", Gender.FEMALE), "*总监"),
        (Employee("商务主管"), "*主管"),
        (Employee("销售经理助理", Gender.FEMALE), "*女士"),
        (Employee("董事长", Gender.MALE), "*先生"),
        (Employee("董事长"), "*董事长"),
    ],
)
def test_one_of_our_people_is_called_by_honorific_then_title_suffix_then_gender_then_title(
    staff: Employee, masked: str
):
    assert masked_staff_name(staff) == masked


@pytest.mark.parametrize(("gender", "masked"), [(Gender.MALE, "*先生"), (Gender.FEMALE, "*女士"), (None, "*采购总监")])
def test_a_customers_person_is_called_by_gender_then_title(gender: Gender | None, masked: str):
    contact = Contact(contact_id="C01", name="欧阳明", title="采购总监", gender=gender)
    assert masked_contact_name(contact) == masked
    assert honorific(contact) == masked.removeprefix("*")


def test_the_people_of_the_complete_case_are_masked_as_the_manual_prints_them():
    case = h01()
    assert [masked_contact_name(contact) for contact in case.contacts] == ["*先生", "*女士", "*先生", "*先生"]
    by_name = {staff.name: masked_staff_name(staff) for staff in case.staff}
    expected = {
        "赵一凡": "*经理",
        "沈兰": "*专员",
        "杨帆": "*工程师",
        "朱琳": "*客服",
        "冯立新": "*经理",
        "陈志远": "*先生",
    }
    assert {name: by_name[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13900000001", "139****0001"),
        ("139 0000 0001", "139****0001"),
        ("+86-139-0000-0001", "139****0001"),
        ("008613900000001", "139****0001"),
        ("0571-00000001", "0571-******01"),
        ("(0571) 8765432", "0571-*****32"),
        ("010-12345678", "010-******78"),
        ("021 12345678", "021-******78"),
        ("400-000-0001", "****"),
        ("12345", "****"),
        ("1390000000", "****"),
        ("139000000012", "****"),
        ("0571-00000001转801", "****"),
        ("张明 13900000001", "****"),
        ("", "****"),
    ],
)
def test_a_phone_number_keeps_only_what_the_rule_allows(phone: str, masked: str):
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("c01@example.com", "c***@example.com"),
        (" c@example.com ", "c***@example.com"),
        ("张明@example.com", "张***@example.com"),
        ("example.com", "****"),
        ("@example.com", "****"),
        ("c01@", "****"),
        ("c01@a@b", "****"),
        ("张明 c01@example.com", "****"),
    ],
)
def test_an_email_keeps_its_first_character_and_domain(email: str, masked: str):
    assert masked_email(email) == masked


@pytest.mark.parametrize(
    ("account", "masked"),
    [
        ("000000000000000001", "****0001"),
        ("6222 0000 0000 1234", "****1234"),
        ("12345678", "****5678"),
        ("1234567", "****"),
    ],
)
def test_an_account_keeps_its_last_four_digits_unless_it_is_too_short(account: str, masked: str):
    assert masked_account(account) == masked


@given(st.text("0123456789+-() 转", max_size=20))
def test_a_masked_phone_number_never_shows_more_than_seven_digits_or_the_whole(phone: str):
    masked = masked_phone(phone)
    assert "**" in masked
    assert sum(character.isdigit() for character in masked) <= 7


def test_the_modes_are_those_of_the_forms():
    assert [mode.value for mode in PiMode] == ["none", "masked", "full"]
