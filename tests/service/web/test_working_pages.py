"""A case worked on by pages: uploaded, changed by two at once, issued, refused with reasons, taken away again."""

import io
import re

import pytest

from service.access import Role
from tests.service.web.conftest import SAMPLES, Person

CASE = "XS2024-0012"


def uploaded(person: Person, data: bytes):
    sent = {"file": (io.BytesIO(data), "case.yaml")}
    return person.post("/cases", data=sent, content_type="multipart/form-data")


@pytest.fixture(scope="module")
def editor(people: dict[Role, Person], h01: str) -> Person:
    assert uploaded(people[Role.EDITOR], h01.encode()).status_code == 302
    return people[Role.EDITOR]


def test_every_fault_of_an_uploaded_case_is_named(editor: Person, h01: str):
    broken = h01.replace("gender: male", "gender: x", 2).replace("case_no: XS2024-0012", "case_no: XS2024-0099")
    page = uploaded(editor, broken.encode())
    assert page.status_code == 422
    assert page.text.count("gender") == 2
    assert uploaded(editor, b"\xff\xfe").status_code == 422
    assert uploaded(editor, h01.encode()).status_code == 409


def test_the_file_comes_back_as_it_was_without_what_is_secret(editor: Person, people: dict[Role, Person], h01: str):
    assert people[Role.LEGAL].get(f"/cases/{CASE}.yaml").data.decode() == h01
    assert "min_total" not in editor.get(f"/cases/{CASE}.yaml").data.decode()


def test_of_two_who_change_a_case_the_second_is_told_and_loses_nothing(people: dict[Role, Person], editor: Person):
    legal = people[Role.LEGAL]
    page = legal.get(f"/cases/{CASE}/edit").text
    after = re.search(r'name="after" value="(\d+)"', page)[1]
    text = legal.get(f"/cases/{CASE}.yaml").data.decode()
    first = text.replace("title: 示例科技有限公司智能制造系统采购项目", "title: 第一个人的标题")
    second = text.replace("title: 示例科技有限公司智能制造系统采购项目", "title: 第二个人的标题")
    assert legal.post(f"/cases/{CASE}/edit", data={"text": first, "after": after}).status_code == 302
    answer = legal.post(f"/cases/{CASE}/edit", data={"text": second, "after": after})
    assert answer.status_code == 412
    assert "第二个人的标题" in answer.text
    assert "没有丢失" in answer.text
    assert "第一个人的标题" in legal.get(f"/cases/{CASE}").text
    wrong = legal.post(f"/cases/{CASE}/edit", data={"text": first.replace(CASE, "XS2024-0077"), "after": after})
    assert wrong.status_code == 422


def test_a_document_is_issued_and_again_unchanged(editor: Person):
    page = editor.post(f"/cases/{CASE}/issue", data={"form": "first_contact_record/"})
    assert page.status_code == 200
    assert "已签发 1 份" in page.text
    assert "沿用原件" in editor.post(f"/cases/{CASE}/issue", data={"form": "first_contact_record/"}).text
    assert editor.post(f"/cases/{CASE}/issue", data={"form": "nothing/"}).status_code == 404


def test_what_may_not_be_issued_is_told_with_every_reason(editor: Person):
    text = (SAMPLES / "F02_missing_clauses" / "case.yaml").read_text()
    number = re.search(r"^case_no: (\S+)", text, re.MULTILINE)[1]
    text = text.replace(f"case_no: {number}", "case_no: XS2024-0402", 1)
    assert uploaded(editor, text.encode()).status_code == 302
    page = editor.post("/cases/XS2024-0402/issue", data={"form": "contract/"})
    assert page.status_code == 409
    assert "CT-01" in page.text
    assert "建议" in page.text or "补" in page.text
