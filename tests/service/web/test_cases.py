"""Cases over the API: revisions, two editors, hidden values, named approvers, answers kept under a key."""

from collections.abc import Callable

import pytest

from docgen.case.loader import load_text, read_tree
from service.access import Role
from tests.service.web.conftest import Person, put_case

CASE = "/api/v1/cases/XS2024-0012"
FLOOR = "baseline"


@pytest.fixture(scope="module")
def editor(anyone: Callable[..., Person], h01: str) -> Person:
    person = anyone(Role.EDITOR, staff_id="S01")
    answer = put_case(person, h01)
    assert (answer.status_code, answer.headers["Location"], answer.headers["ETag"]) == (201, CASE, '"1"')
    return person


def test_a_case_that_is_there_is_not_made_again(editor: Person, h01: str):
    answer = put_case(editor, h01)
    assert (answer.status_code, answer.json["code"]) == (409, "case_exists")
    assert answer.content_type == "application/problem+json"


def test_every_fault_of_a_case_file_is_named_and_none_tells_what_was_sent(editor: Person, h01: str):
    answer = put_case(editor, h01.replace("case_no: XS2024-0012", "case_no: GEHEIM-7", 1))
    assert answer.status_code == 422
    (fault,) = answer.json["errors"]
    assert (fault["path"], fault["label"]) == ("case_no", "案卷号")
    assert "GEHEIM" not in answer.text


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "multipart/form-data"])
def test_a_case_in_another_notation_is_refused(editor: Person, kind: str):
    answer = editor.post("/api/v1/cases", data=b"a: 1", content_type=kind)
    assert answer.status_code == 415


def test_an_unchanged_case_is_not_sent_twice(editor: Person):
    first = editor.get(CASE)
    again = editor.get(CASE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(editor: Person, anyone, h01: str):
    other = anyone(Role.EDITOR)
    seen = editor.get(CASE).headers["ETag"]
    change = {"changes": [{"path": "title", "value": "甲的标题"}]}
    mine = editor.ask("PATCH", CASE, json=change, headers={"If-Match": seen})
    assert mine.status_code == 200
    theirs = other.ask(
        "PATCH", CASE, json={"changes": [{"path": "title", "value": "乙的标题"}]}, headers={"If-Match": seen}
    )
    assert (theirs.status_code, theirs.json["code"]) == (412, "edited_meanwhile")
    now = editor.get(CASE)
    assert now.json["case"]["title"] == "甲的标题"
    assert now.headers["ETag"] == mine.headers["ETag"] != seen
    kept = editor.get(f"{CASE}/revisions").json["items"]
    assert [one["revision"] for one in kept] == list(range(len(kept), 0, -1))


def test_a_change_without_saying_of_which_revision_is_refused(editor: Person):
    answer = editor.ask("PATCH", CASE, json={"changes": [{"path": "title", "value": "x"}]})
    assert (answer.status_code, answer.json["code"]) == (428, "revision_required")


def test_a_comment_of_the_author_survives_a_change_of_another_field(anyone, here, h01: str):
    person = anyone(Role.LEGAL, Role.EDITOR)
    text = h01.replace("XS2024-0012", "XS2024-0777").replace("title:", "# 作者的注释\ntitle:", 1)
    assert put_case(person, text).status_code == 201
    change = {"changes": [{"path": "title", "value": "新标题"}]}
    changed = person.ask("PATCH", "/api/v1/cases/XS2024-0777", json=change, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    kept = person.get("/api/v1/cases/XS2024-0777", headers={"Accept": "application/yaml"}).text
    assert "# 作者的注释" in kept
    assert "新标题" in kept


class TestHiddenValues:
    """The floor, margins and supporting data are invisible below legal, and cannot be lost by who does not see them."""

    @pytest.mark.parametrize("role", [one for one in Role if one not in (Role.LEGAL, Role.AUDITOR, Role.ADMIN)])
    @pytest.mark.parametrize("notation", ["application/json", "application/yaml"])
    def test_below_legal_they_are_in_no_reading_of_the_case(self, editor, people, role, notation):
        answer = people[role].get(CASE, headers={"Accept": notation})
        assert answer.status_code == 200
        assert "baseline" not in answer.text
        assert "margin_rate" not in answer.text
        assert "support_data" not in answer.text

    def test_legal_sees_them(self, editor: Person, people):
        case = people[Role.LEGAL].get(CASE).json["case"]
        assert case["baseline"]

    def test_who_does_not_see_them_keeps_them_by_rewriting_the_case(self, editor: Person, people):
        read = editor.get(CASE, headers={"Accept": "application/yaml"})
        before = people[Role.LEGAL].get(CASE).json["case"]
        answer = editor.ask(
            "PUT",
            CASE,
            data=read.text.replace("甲的标题", "丙的标题").encode(),
            content_type="application/yaml",
            headers={"If-Match": read.headers["ETag"]},
        )
        assert answer.status_code == 200, answer.text
        after = people[Role.LEGAL].get(CASE).json["case"]
        assert after["baseline"] == before["baseline"]
        assert after["negotiations"] == before["negotiations"]

    def test_who_does_not_see_them_cannot_set_them(self, editor: Person):
        seen = editor.get(CASE).headers["ETag"]
        change = {"changes": [{"path": "baseline", "value": "{}"}]}
        answer = editor.ask("PATCH", CASE, json=change, headers={"If-Match": seen})
        assert answer.status_code in (403, 422)
        assert "floor" not in answer.text

    def test_a_form_that_prints_them_is_not_handed_out(self, editor: Person, people):
        made = editor.post(f"{CASE}/documents", json={"form": "negotiation_baseline_sheet", "pdf": False})
        assert made.status_code == 201, made.text
        address = made.json["items"][0]["id"]
        assert editor.get(f"/api/v1/documents/{address}.docx").json["code"] == "secret_document"
        assert people[Role.LEGAL].get(f"/api/v1/documents/{address}.docx").status_code == 200


class TestOnce:
    """A request with an idempotency key is done once."""

    def test_the_same_request_gets_the_same_answer_and_nothing_is_done_again(self, editor: Person, here):
        headers = {"Idempotency-Key": "issue-1"}
        order = {"form": "first_contact_record", "pdf": False}
        first = editor.post(f"{CASE}/documents", json=order, headers=headers)
        events = len(here.workspace.events("XS2024-0012"))
        again = editor.post(f"{CASE}/documents", json=order, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert again.data == first.data
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
        assert len(here.workspace.events("XS2024-0012")) == events

    def test_the_same_key_for_another_request_is_a_conflict(self, editor: Person):
        headers = {"Idempotency-Key": "issue-2"}
        editor.post(f"{CASE}/documents", json={"form": "first_contact_record", "pdf": False}, headers=headers)
        other = editor.post(f"{CASE}/documents", json={"form": "customer_grading_table"}, headers=headers)
        assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")

    def test_the_key_of_another_person_is_another_key(self, editor: Person, anyone, h01: str):
        headers = {"Idempotency-Key": "issue-3"}
        order = {"form": "first_contact_record", "pdf": False}
        editor.post(f"{CASE}/documents", json=order, headers=headers)
        other = anyone(Role.EDITOR).post(f"{CASE}/documents", json=order, headers=headers)
        assert "Idempotency-Replayed" not in other.headers


class TestApproval:
    """Approvals come from the person named in the step and nobody else."""

    @pytest.fixture(scope="module")
    @classmethod
    def case(cls, anyone, h01: str) -> str:
        data = read_tree(h01.replace("XS2024-0012", "XS2024-0778")).root
        data["contract"].pop("approval", None)
        data["contract"].pop("signatures", None)
        for name in ("orders", "after_sales", "transfers", "success_case", "events", "attestations"):
            data.pop(name, None)
        data["contract"].pop("archive", None)
        person = anyone(Role.EDITOR, staff_id="S01")
        answer = person.post("/api/v1/cases", json=data)
        assert answer.status_code == 201, answer.text
        path = "/api/v1/cases/XS2024-0778"
        asked = {"approval_no": "SP2024-0001"}
        answer = person.post(f"{path}/approval", json=asked, headers={"If-Match": '"1"'})
        assert answer.status_code == 201, answer.text
        return path

    def test_an_approver_who_is_not_in_the_case_or_has_another_role_is_refused(self, case: str, anyone):
        step = {"role": "sales_manager", "decision": "pass"}
        for staff in ("S99", "S01"):
            answer = anyone(Role.APPROVER, staff_id=staff).post(
                f"{case}/approval/steps", json=step, headers={"If-Match": '"2"'}
            )
            assert (answer.status_code, answer.json["code"]) == (403, "not_your_step")
        answer = anyone(Role.APPROVER).post(f"{case}/approval/steps", json=step, headers={"If-Match": '"2"'})
        assert (answer.status_code, answer.json["code"]) == (403, "no_staff_id")

    def test_the_person_named_approves_in_their_own_name(self, case: str, anyone, h01: str):
        staff = load_text(h01).staff
        manager = next(one.staff_id for one in staff if "sales_manager" in one.roles)
        person = anyone(Role.APPROVER, staff_id=manager)
        step = {"role": "sales_manager", "decision": "pass"}
        answer = person.post(f"{case}/approval/steps", json=step, headers={"If-Match": '"2"'})
        assert answer.status_code == 201, answer.text
        (kept,) = person.get(case).json["case"]["contract"]["approval"]["steps"]
        assert kept["approver_ref"] == manager
