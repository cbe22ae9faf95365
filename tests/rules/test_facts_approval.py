"""Facts and rules of the contract approval: CT-08 to CT-12, CT-17, CT-29."""

from datetime import date
from typing import Any

import pytest

from docgen.case.archive import Event
from docgen.case.casefile import CaseFile
from docgen.derived import contract_content_sha256
from rules.facts.approval import ApprovalFacts, ApprovalStepFacts, ContractChangeFacts
from rules.facts.setting import Known
from tests.rules.judging import all_said, judge, record, records
from tests.rules.patching import h01

CONTRACT = "YB-XS-2024-0012"
APPROVAL = f"{CONTRACT}/approval"
APPROVERS = {"sales_manager": "S02", "legal": "S06", "vp": "S07", "gm": "S08"}
UNSIGNED: dict[str, object] = {"contract.signatures": [], "contract.archive": None, "orders": []}
NOT_OVER = {"approval__gm_threshold_cents": 68_000_000}


def steps(*made: str) -> list[dict[str, Any]]:
    """Write steps as `role[:decision][@version]`, one a day at 10:00, from 2024-04-12."""
    written = []
    for index, step in enumerate(made):
        head, _, version = step.partition("@")
        role, _, decision = head.partition(":")
        written.append(
            {
                "seq": str(index + 1),
                "role": role,
                "approver_ref": APPROVERS[role],
                "decision": decision or "pass",
                "decided_at": f"2024-04-{12 + index}T10:00:00+08:00",
                "contract_version": version or "1",
            }
        )
    return written


def approved_by(*made: str, version: str = "1", **patches: object) -> CaseFile:
    """Return H01, not signed yet, with these approval steps."""
    return h01({**UNSIGNED, "contract.approval.steps": steps(*made), "contract.version": version, **patches})


class TestSequence:
    def test_no_approval_is_pending_before_signing_and_a_failure_after(self):
        assert judge(h01({**UNSIGNED, "contract.approval": None}), "CT-08") == [f"a pending {APPROVAL}"]
        assert judge(h01({"contract.approval": None}), "CT-08") == [f"a fail {APPROVAL}"]

    def test_a_running_approval_is_pending(self):
        for made in ([], ["sales_manager"], ["sales_manager", "legal"]):
            assert judge(approved_by(*made), "CT-08") == [f"b pending {APPROVAL}"]
        assert judge(approved_by("sales_manager", "legal", "gm"), "CT-08") == []

    @pytest.mark.parametrize(
        "made",
        [
            ["legal", "sales_manager", "gm"],
            ["sales_manager", "gm", "legal"],
            ["gm", "sales_manager", "legal"],
            ["sales_manager", "legal", "legal", "gm"],
            ["legal"],
        ],
    )
    def test_another_order_or_a_repeated_role_fails(self, made: list[str]):
        assert judge(approved_by(*made), "CT-08") == [f"b fail {APPROVAL}"]

    def test_steps_are_judged_by_their_number_not_by_their_place(self):
        turned = steps("sales_manager", "legal", "gm")[::-1]
        assert judge(h01({"contract.approval.steps": turned}), "CT-08") == []

    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-04-12T15:00:00+08:00", []), ("2024-04-12T14:59:59+08:00", [f"b fail {APPROVAL}"])],
    )
    def test_no_step_is_earlier_than_the_one_before(self, at: str, expected: list[str]):
        assert judge(h01({"contract.approval.steps[2].decided_at": at}), "CT-08") == expected

    def test_a_vice_president_may_precede_the_general_manager(self):
        case = approved_by("sales_manager", "legal", "vp", "gm")
        assert judge(case, "CT-08") == judge(case, "CT-09") == []

    def test_a_refusal_leaves_the_approval_open(self):
        for made in (["sales_manager", "legal:reject", "gm"], ["sales_manager", "legal", "vp", "gm:return"]):
            assert judge(approved_by(*made), "CT-08", **NOT_OVER) == [f"b pending {APPROVAL}"]

    def test_the_text_shows_the_roles_as_recorded(self):
        assert record(approved_by("legal", "sales_manager"), ApprovalFacts).sequence_text == "法务部→销售经理"


class TestVersions:
    def test_a_new_version_makes_the_old_approval_stale(self):
        case = approved_by("sales_manager", "legal", "gm", version="2")
        assert judge(case, "CT-11") == [f"fail {APPROVAL}"]
        assert record(case, ApprovalFacts).stale_step_count == 3

    def test_a_contract_sent_back_and_approved_again_is_in_order(self):
        case = approved_by("sales_manager@1", "legal:return@1", "sales_manager@2", "legal@2", "gm@2", version="2")
        assert all_said(case) == ["CT-21 " + said for said in judge(case, "CT-21")]
        assert record(case, ApprovalFacts).sequence_text == "销售经理→法务部→总经理"

    def test_while_the_second_approval_runs_it_is_pending(self):
        case = approved_by("sales_manager@1", "legal@1", "gm@1", "sales_manager@2", version="2")
        assert judge(case, "CT-08") == [f"b pending {APPROVAL}"]
        assert judge(case, "CT-09") == [f"pending {APPROVAL}"]
        assert judge(case, "CT-10") == judge(case, "CT-11") == []

    def test_the_second_approval_must_be_complete_itself(self):
        case = approved_by("sales_manager@1", "legal@1", "gm@1", "sales_manager@2", "gm@2", version="2")
        assert judge(case, "CT-08") == [f"b fail {APPROVAL}"]

    def test_one_step_for_the_new_version_does_not_renew_the_others(self):
        case = approved_by("sales_manager@1", "legal@1", "gm@2", version="2")
        assert judge(case, "CT-08") == []
        assert judge(case, "CT-11") == [f"fail {APPROVAL}"]

    def test_a_final_approval_of_an_old_version_is_a_matter_of_ct_09(self):
        case = h01({"contract.approval.steps[2].contract_version": "2"})
        assert judge(case, "CT-11") == []
        assert judge(case, "CT-09") == [f"fail {APPROVAL}"]
        assert judge(case, "CT-17") == [f"fail {CONTRACT}/supplier"]


class TestFinalApproval:
    def test_over_the_threshold_the_vice_president_does_not_replace_the_general_manager(self):
        case = approved_by("sales_manager", "legal", "vp")
        assert judge(case, "CT-09") == [f"fail {APPROVAL}"]
        assert judge(case, "CT-09", approval__gm_threshold_cents=67_999_999) == [f"fail {APPROVAL}"]

    def test_at_the_threshold_the_vice_president_is_enough(self):
        assert judge(approved_by("sales_manager", "legal", "vp"), "CT-09", **NOT_OVER) == []

    def test_it_is_pending_until_someone_decided_and_fails_once_signed(self):
        assert judge(approved_by("sales_manager", "legal"), "CT-09", **NOT_OVER) == [f"pending {APPROVAL}"]
        signed = h01({"contract.approval.steps": steps("sales_manager", "legal")})
        assert judge(signed, "CT-09", **NOT_OVER) == [f"fail {APPROVAL}"]
        assert judge(signed, "CT-09") == [f"fail {APPROVAL}"]

    def test_the_threshold_is_compared_with_the_total_including_tax(self):
        net = {"contract.tax_included": False}
        case = approved_by("sales_manager", "legal", "vp", **net)
        taxed = 68_000_000 + 7_228_000 + 744_000
        assert record(case, ApprovalFacts).total_taxed_cents == taxed
        assert record(case, ApprovalFacts).amount_text == "¥759,720.00"
        assert judge(case, "CT-09", approval__gm_threshold_cents=taxed) == []
        assert judge(case, "CT-09", approval__gm_threshold_cents=taxed - 1) == [f"fail {APPROVAL}"]

    def test_without_a_threshold_the_rule_is_pending_and_only_the_general_manager_counts(self):
        case = h01({"contract.approval.steps": steps("sales_manager", "legal", "vp")})
        assert judge(case, "CT-09", approval__gm_threshold_cents=None) == [f"pending {APPROVAL}"]
        assert judge(case, "CT-17", approval__gm_threshold_cents=None) == [f"fail {CONTRACT}/supplier"]
        assert judge(h01(), "CT-09", approval__gm_threshold_cents=None) == []
        assert judge(h01(), "CT-17", approval__gm_threshold_cents=None) == []

    def test_the_threshold_of_the_day_of_submission_counts(self):
        assert record(h01(), ApprovalFacts).on == date(2024, 4, 11)
        later = h01({**UNSIGNED, "contract.approval": None})
        assert record(later, ApprovalFacts).on == date(2024, 12, 31)

    @pytest.mark.parametrize("decision", ["reject", "return", "conditional"])
    def test_only_a_pass_is_a_final_approval(self, decision: str):
        case = h01({"contract.approval.steps[2].decision": decision})
        assert judge(case, "CT-09") == [f"fail {APPROVAL}"]
        assert judge(case, "CT-17") == [f"fail {CONTRACT}/supplier"]

    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-04-17T11:05:00+08:00", []), ("2024-04-17T11:05:01+08:00", [f"fail {CONTRACT}/supplier"])],
    )
    def test_our_signature_is_not_earlier_than_the_final_approval(self, at: str, expected: list[str]):
        assert judge(h01({"contract.approval.steps[2].decided_at": at}), "CT-17") == expected

    def test_of_several_final_approvals_one_in_time_is_enough(self):
        late = steps("sales_manager", "legal", "vp", "gm")
        late[3]["decided_at"] = "2024-04-18T10:00:00+08:00"
        case = h01({"contract.approval.steps": late})
        assert judge(case, "CT-17", **NOT_OVER) == []
        assert judge(case, "CT-17") == [f"fail {CONTRACT}/supplier"]

    @pytest.mark.parametrize("index", [0, 1])
    def test_a_standing_refusal_of_this_version_makes_the_final_approval_void(self, index: int):
        refused = {f"contract.approval.steps[{index}].decision": "reject"}
        assert judge(h01(refused), "CT-17") == [f"fail {CONTRACT}/supplier"]

    def test_the_customer_may_sign_before_our_approval(self):
        case = h01({"contract.approval.steps[2].decided_at": "2024-04-17T10:30:00+08:00"})
        assert judge(case, "CT-17") == []


class TestApprovers:
    def test_the_approver_holds_the_role(self):
        case = h01({"contract.approval.steps[2].approver_ref": "S07"})
        assert judge(case, "CT-10") == [f"fail {APPROVAL}/3"]
        assert record_of(case, 2).step_text == "总经理S07"

    def test_a_contact_of_the_customer_holds_no_role(self):
        assert judge(h01({"contract.approval.steps[1].approver_ref": "C03"}), "CT-10") == [f"fail {APPROVAL}/2"]

    def test_the_drafter_does_not_approve(self):
        assert judge(h01({"contract.drafted_ref": "S02"}), "CT-10") == [f"fail {APPROVAL}/1"]

    def test_one_person_does_not_take_two_steps(self):
        both = {"staff[1].roles": ["sales_manager", "legal"], "contract.approval.steps[1].approver_ref": "S02"}
        assert judge(h01(both), "CT-10") == [f"fail {APPROVAL}/1", f"fail {APPROVAL}/2"]
        assert judge(h01(both), "CT-10", approval__same_person_two_steps="allowed") == []

    def test_the_same_step_for_another_version_is_no_repetition_but_another_step_is(self):
        again = approved_by("sales_manager@1", "sales_manager@2", version="2")
        assert judge(again, "CT-10") == []
        made = steps("sales_manager@1", "legal@2")
        made[1]["approver_ref"] = "S02"
        crossed = h01({"staff[1].roles": ["sales_manager", "legal"], "contract.approval.steps": made})
        assert judge(crossed, "CT-10") == [f"fail {APPROVAL}/1", f"fail {APPROVAL}/2"]


class TestContent:
    def test_the_approved_text_is_the_present_one(self):
        digest = contract_content_sha256(h01().contract)
        key = "contract.approval.steps[2].content_sha256"
        assert judge(h01({key: digest}), "CT-29") == []
        assert judge(h01({key: digest.upper()}), "CT-29") == []
        assert judge(h01({key: "0" * 64}), "CT-29") == [f"fail {APPROVAL}/3"]

    def test_a_change_after_the_approval_shows(self):
        digest = contract_content_sha256(h01().contract)
        case = h01({"contract.approval.steps[0].content_sha256": digest, "contract.acceptance_standard": "另一标准"})
        assert judge(case, "CT-29") == [f"fail {APPROVAL}/1"]

    def test_a_step_that_recorded_no_digest_or_is_for_another_version_is_not_compared(self):
        assert [each.content_hash_matches for each in records(h01(), ApprovalStepFacts)] == [None] * 3
        old = {"contract.approval.steps[0].content_sha256": "0" * 64, "contract.version": "2"}
        assert record_of(h01(old), 0).content_hash_matches is None


class TestChanges:
    def test_an_unconfirmed_change_fails(self):
        case = changed(confirmed=None)
        assert judge(case, "CT-12") == [f"fail {CONTRACT}/XG-1"]
        assert record(case, ContractChangeFacts).clause_text == "付款方式"

    def test_a_change_confirmed_before_the_next_approval_passes(self):
        assert judge(changed(confirmed="2024-04-14T10:00:00+08:00"), "CT-12") == []

    def test_a_change_confirmed_after_the_next_approval_fails(self):
        assert judge(changed(confirmed="2024-04-14T10:00:01+08:00"), "CT-12") == [f"fail {CONTRACT}/XG-1"]

    def test_a_confirmed_change_is_pending_until_it_is_approved(self):
        case = changed("sales_manager@1", "legal:return@1", confirmed="2024-04-14T10:00:00+08:00")
        assert judge(case, "CT-12") == [f"pending {CONTRACT}/XG-1"]

    def test_a_version_that_was_never_submitted_itself_is_approved_with_a_later_one(self):
        made = ("sales_manager@1", "legal:return@1", "sales_manager@3", "legal@3", "gm@3")
        assert judge(changed(*made, confirmed="2024-04-14T10:00:00+08:00", version="3"), "CT-12") == []
        late = changed(*made, confirmed="2024-04-14T10:00:01+08:00", version="3")
        assert judge(late, "CT-12") == [f"fail {CONTRACT}/XG-1"]

    def test_a_change_of_a_contract_without_approval_is_pending_once_confirmed(self):
        confirmed = part_of_change("2024-04-14T10:00:00+08:00")
        case = h01({**UNSIGNED, "contract.approval": None, "contract.changes": [confirmed]})
        assert judge(case, "CT-12") == [f"pending {CONTRACT}/XG-1"]


def test_a_witnessed_decision_counts_before_the_declared_one():
    event = {
        "event_id": "E1",
        "at": "2024-04-17T12:00:00+08:00",
        "recorded_at": "2024-04-17T12:00:00+08:00",
        "kind": "approval.decided",
        "subject": "SP-2024-0012-01/3",
        "actor": "S08",
        "evidence": "witnessed",
    }
    known = Known(witnessed=(Event.model_validate(event),))
    assert judge(h01(), "CT-17", known=known) == [f"fail {CONTRACT}/supplier"]
    declared = Known(witnessed=(Event.model_validate(event | {"evidence": "declared"}),))
    assert judge(h01(), "CT-17", known=declared) == []


def test_an_approval_without_steps_is_only_pending():
    case = h01({**UNSIGNED, "contract.approval.steps": []})
    assert judge(case, "CT-08") == [f"b pending {APPROVAL}"]
    assert judge(case, "CT-10") == judge(case, "CT-11") == []


def changed(*made: str, confirmed: str | None, version: str = "2") -> CaseFile:
    """Return H01 sent back once and changed to version 2; the new approval starts on 2024-04-14 at 10:00."""
    made = made or ("sales_manager@1", "legal:return@1", "sales_manager@2", "legal@2", "gm@2")
    return approved_by(*made, version=version, **{"contract.changes": [part_of_change(confirmed)]})


def part_of_change(confirmed: str | None) -> dict[str, Any]:
    return {
        "change_no": "XG-1",
        "at": "2024-04-13T12:00:00+08:00",
        "clause_id": "payment",
        "before": "分三期",
        "after": "分四期",
        "reason": "客户要求",
        "customer_contact_ref": "C03",
        "customer_confirmed_at": confirmed,
        "version_from": "1",
        "version_to": "2",
    }


def record_of(case: CaseFile, index: int) -> ApprovalStepFacts:
    return records(case, ApprovalStepFacts)[index]
