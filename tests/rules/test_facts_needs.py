"""Facts and rules of needs: ND-01 to ND-08, ND-10, ND-11, ND-13."""

import pytest

from rules.facts.needs import NeedChangeFacts, NeedFacts, SessionFacts
from tests.rules.judging import judge, record, records
from tests.rules.patching import GONE, h01, part

CHANGE = part("need_changes[0].change_no")
STARTED = part("sessions[0].started_at")


class TestSession:
    def test_the_complete_talk_gives_no_finding(self):
        for rule in ("ND-01", "ND-02", "ND-03", "ND-04", "ND-10", "ND-11"):
            assert judge(h01(), rule) == []

    @pytest.mark.parametrize(
        ("patches", "said"),
        [
            ({"sessions[0].outline": None}, ["warn M01"]),
            ({"sessions[0].outline.questions": []}, ["warn M01"]),
            ({"sessions[0].outline.prepared_at": STARTED}, []),
            ({"sessions[0].outline.prepared_at": STARTED.replace("00+08:00", "01+08:00")}, ["warn M01"]),
        ],
    )
    def test_the_outline_is_complete_and_prepared_before(self, patches: dict[str, object], said: list[str]):
        assert judge(h01(patches), "ND-01") == said

    def test_without_outline_its_time_is_not_known(self):
        found = record(h01({"sessions[0].outline": None}), SessionFacts)
        assert found.outline_before_talk is None
        assert found.background_count == 0

    def test_background_is_looked_up_before(self):
        assert judge(h01({"sessions[0].outline.background": []}), "ND-10") == ["info M01"]

    @pytest.mark.parametrize(
        ("role", "rule", "said"),
        [("decision_maker", "ND-02", ["warn M01"]), ("stakeholder", "ND-11", ["info M01"])],
    )
    def test_decision_maker_and_stakeholder_take_part(self, role: str, rule: str, said: list[str]):
        contacts = part("contacts")
        for contact in contacts:
            contact["roles"] = [each for each in contact["roles"] if each != role]
        assert judge(h01({"contacts": contacts}), rule) == said

    def test_our_own_people_do_not_count_as_the_customers(self):
        assert judge(h01({"sessions[0].contact_refs": ["S01"]}), "ND-02") == ["warn M01"]

    @pytest.mark.parametrize(
        ("kind", "missing"), [("S", "现状问题"), ("P", "困难问题"), ("I", "影响问题"), ("N", "需求-效益问题")]
    )
    def test_all_four_kinds_of_questions_are_asked(self, kind: str, missing: str):
        case = h01({"sessions[0].spin": [entry for entry in part("sessions[0].spin") if entry["kind"] != kind]})
        assert judge(case, "ND-03") == ["warn M01"]
        assert record(case, SessionFacts).spin_missing_text == missing

    @pytest.mark.parametrize(
        "patches",
        [
            {"sessions[0].restated": False},
            {"sessions[0].customer_agreed": False},
            {"sessions[0].customer_agreed": None},
        ],
    )
    def test_needs_are_restated_and_agreed(self, patches: dict[str, object]):
        assert judge(h01(patches), "ND-04") == ["fail M01"]


class TestNeed:
    def test_an_unconfirmed_need_fails_once_there_is_a_proposal(self):
        assert judge(h01(), "ND-05") == []
        assert judge(h01({"needs[0].confirmation": None}), "ND-05") == ["fail DEMO001"]
        assert judge(h01({"needs[0].confirmation": None, "proposals": []}), "ND-05") == ["pending DEMO001"]

    def test_a_withdrawn_need_needs_no_confirmation(self):
        case = h01({"needs[0].confirmation": None, "needs[0].status": "withdrawn"})
        assert judge(case, "ND-05") == []
        assert [each.subject for each in records(case, NeedFacts)] == ["DEMO002", "DEMO003"]

    def test_confirmation_comes_from_the_customers_people(self):
        case = h01({"needs[1].confirmation.contact_ref": "S01"})
        assert judge(case, "ND-06") == ["fail DEMO002"]
        assert records(case, NeedFacts)[1].confirmer_text == "S01"
        assert judge(h01(), "ND-06") == judge(h01({"needs[1].confirmation": None}), "ND-06") == []

    def test_a_confirmation_without_evidence_fails(self):
        need = h01().needs[0]
        assert need.confirmation is not None
        bare = need.confirmation.model_copy(update={"evidence": ""})
        case = h01().model_copy(update={"needs": (need.model_copy(update={"confirmation": bare}),)})
        assert judge(case, "ND-05") == ["fail DEMO001"]


class TestNeedChange:
    def test_an_answer_needs_the_evaluation_of_product(self):
        assert judge(h01(), "ND-07") == []
        for gone in ("synced_to_product_at", "evaluated_at", "evaluator_ref"):
            assert judge(h01({f"need_changes[0].{gone}": None}), "ND-07") == [f"fail {CHANGE}"]
        assert judge(h01({"need_changes[0].evaluator_ref": "S01"}), "ND-07") == [f"fail {CHANGE}"]

    def test_an_open_evaluation_without_answer_is_pending(self):
        case = h01({"need_changes[0].evaluated_at": None, "need_changes[0].replied_to_customer_at": None})
        assert judge(case, "ND-07") == [f"pending {CHANGE}"]
        assert judge(case, "ND-08") == []

    @pytest.mark.parametrize(
        ("replied_at", "said"),
        [("2024-04-03T11:00:00+08:00", []), ("2024-04-03T10:59:59+08:00", [f"fail {CHANGE}"])],
    )
    def test_nothing_is_promised_before_the_evaluation(self, replied_at: str, said: list[str]):
        case = h01({"need_changes[0].replied_to_customer_at": replied_at})
        assert judge(case, "ND-08") == said

    @pytest.mark.parametrize(("minutes", "said"), [("16:00:00", []), ("16:00:01", [f"warn {CHANGE}"])])
    def test_product_hears_of_it_within_24_hours(self, minutes: str, said: list[str]):
        case = h01(
            {
                "need_changes[0].raised_at": "2024-04-02T16:00:00+08:00",
                "need_changes[0].synced_to_product_at": f"2024-04-03T{minutes}+08:00",
            }
        )
        assert judge(case, "ND-13") == said

    @pytest.mark.parametrize(
        ("as_of", "outcome"), [("2024-04-03T16:00:00+08:00", "pending"), ("2024-04-03T16:00:01+08:00", "warn")]
    )
    def test_while_product_has_not_heard_the_clock_runs(self, as_of: str, outcome: str):
        patches = {
            "need_changes[0].raised_at": "2024-04-02T16:00:00+08:00",
            "need_changes[0].synced_to_product_at": None,
        }
        assert judge(h01(patches), "ND-13", as_of=as_of) == [f"{outcome} {CHANGE}"]
        due = record(h01(patches), NeedChangeFacts).due["sync_elapsed_min"]
        assert due.due_at.isoformat() == "2024-04-03T16:00:00+08:00"

    def test_a_period_that_the_company_does_not_set_is_pending(self):
        patches = {"need_changes[0].synced_to_product_at": GONE}
        case = h01(patches)
        assert judge(case, "ND-13", deadlines__need_change_sync_min=None) == [f"pending {CHANGE}"]
        assert record(case, NeedChangeFacts, deadlines__need_change_sync_min=None).due == {}
