"""The pages of the archive: taken in, found with the words marked, read, proved, exported, held, disposed of by two."""

import io
import json
import zipfile

import pytest

from docgen.archive import verify_proof
from service.access import Role
from tests.service.web.conftest import Person, put_case

CASE = "XS2024-0012"


@pytest.fixture(scope="module")
def archived(people: dict[Role, Person], h01: str) -> str:
    """Archive three documents of the sample; return the archive number of the contract."""
    editor, archivist = people[Role.EDITOR], people[Role.ARCHIVIST]
    assert put_case(editor, h01).status_code == 201
    for form in ("contract", "first_contact_record", "contract_approval_form"):
        assert editor.post(f"/api/v1/cases/{CASE}/documents", json={"form": form, "pdf": False}).status_code == 201
    page = archivist.post(f"/archive/cases/{CASE}")
    assert page.status_code == 200
    assert "新归档" in page.text
    found = archivist.get("/api/v1/archive", query_string={"form": "contract"}).json["items"]
    return str(found[0]["record"])


def test_words_are_found_and_marked(people: dict[Role, Person], archived: str):
    page = people[Role.EDITOR].get("/archive", query_string={"q": "数据采集网关"})
    assert "<mark>数据采集网关</mark>" in page.text
    assert f'/archive/{archived}"' in page.text or archived in page.text
    assert "没有符合条件" in people[Role.EDITOR].get("/archive", query_string={"q": "没有的词"}).text


@pytest.mark.parametrize("given", [{"since": "2024-13-01"}, {"held": "maybe"}, {"form": "x" * 61}, {"limit": "0"}])
def test_a_condition_that_is_none_is_named_and_not_shown_again_raw(
    people: dict[Role, Person], archived: str, given: dict[str, str]
):
    page = people[Role.EDITOR].get("/archive", query_string=given)
    assert page.status_code == 422
    assert "填写有误" in page.text


def test_what_is_searched_for_is_escaped(people: dict[Role, Person], archived: str):
    page = people[Role.EDITOR].get("/archive", query_string={"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in page.text


def test_a_record_shows_its_files_and_gives_them_out(people: dict[Role, Person], archived: str):
    page = people[Role.ARCHIVIST].get(f"/archive/{archived}")
    assert "保管期限" in page.text
    assert CASE in page.text
    address = next(part for part in page.text.split('"') if "/files/" in part)
    file = people[Role.ARCHIVIST].get(address)
    assert zipfile.ZipFile(io.BytesIO(file.data)).testzip() is None
    assert "attachment" in file.headers["Content-Disposition"]
    assert people[Role.ARCHIVIST].get(f"/archive/{archived}/files/{'0' * 64}").status_code == 404


def test_the_proof_holds_without_this_program(people: dict[Role, Person], archived: str):
    proof = json.loads(people[Role.AUDITOR].get(f"/archive/{archived}/proof.json").data)
    assert verify_proof.faults(proof, f"{proof['tree_size']}:{proof['root']}") == []
    assert verify_proof.faults(proof, f"{proof['tree_size']}:{'0' * 64}")


def test_the_export_is_a_bag(people: dict[Role, Person], archived: str):
    answer = people[Role.ARCHIVIST].get(f"/archive/cases/{CASE}.zip")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert any(name.endswith("bagit.txt") for name in names)
    assert people[Role.EDITOR].get(f"/archive/cases/{CASE}.zip").status_code == 403


def test_a_hold_is_placed_shown_and_released(people: dict[Role, Person], archived: str):
    legal = people[Role.LEGAL]
    assert legal.post("/archive/holds", data={"scope": CASE, "reason": "诉讼"}).status_code == 302
    assert "诉讼" in legal.get("/archive/holds").text
    assert "保全生效中" in legal.get(f"/archive/{archived}").text
    number = legal.get("/archive/holds").text.partition("/archive/holds/")[2].partition("/")[0]
    assert legal.post(f"/archive/holds/{number}/release", data={"reason": ""}).status_code == 422
    assert legal.post(f"/archive/holds/{number}/release", data={"reason": "撤诉"}).status_code == 302
    assert "没有生效中的保全" in legal.get("/archive/holds").text
    assert legal.post("/archive/holds", data={"scope": "XS1999-0001", "reason": "诉讼"}).status_code == 404


def test_nothing_is_disposed_of_before_its_time(people: dict[Role, Person], archived: str):
    archivist = people[Role.ARCHIVIST]
    assert "没有到期的档案" in archivist.get("/archive/disposal").text
    page = archivist.post("/archive/disposal/propose", data={"record": archived, "reason": "期满"})
    assert page.status_code == 409
    assert "期限未满" in page.text
    assert archivist.post("/archive/disposal/approve", data={"record": archived}).status_code == 409
    assert archivist.post("/archive/disposal/propose", data={"reason": "期满"}).status_code == 422


def test_the_audit_says_that_all_is_well(people: dict[Role, Person], archived: str):
    assert "完好" in people[Role.AUDITOR].post("/archive/audit").text
