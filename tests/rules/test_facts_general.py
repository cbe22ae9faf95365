"""Facts and rules of the whole case: GN-01 to 03, 05, 08, ND-09, PR-01, CT-28, attestations."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from docgen.case.casefile import CaseFile
from docgen.credit_code import valid_credit_code
from rules.facts import general
from rules.facts.general import AttestationFacts, CaseCoreFacts, ChronologyFacts, EventPairFacts
from rules.facts.inspection import inspected
from rules.facts.setting import Known
from tests.rules.judging import judge, judge_records, record, records, setting
from tests.rules.patching import GONE, h01

CORE = "case"


def witnessed(kind: str, subject: str, at: str, **changes: str) -> dict[str, Any]:
    return {
        "event_id": f"{kind}/{at}",
        "at": at,
        "recorded_at": at,
        "kind": kind,
        "subject": subject,
        "actor": "S01",
        "evidence": "witnessed",
    } | changes


class TestChronology:
    def test_the_complete_case_is_in_order(self):
        assert len(records(h01(), ChronologyFacts)) == 7
        assert judge(h01(), "GN-01") == []

    @pytest.mark.parametrize(
        ("decided_at", "said"),
        [
            ("2024-04-17T11:05:00+08:00", []),
            ("2024-04-17T11:05:01+08:00", ["fail approval.decided→contract.signed"]),
        ],
    )
    def test_an_approval_after_the_last_signature_is_out_of_order(self, decided_at: str, said: list[str]):
        assert judge(h01({"contract.approval.steps[2].decided_at": decided_at}), "GN-01") == said

    def test_both_milestones_are_named_with_their_times(self):
        case = h01({"contract.approval.steps[2].decided_at": "2024-04-18T09:30:00+08:00"})
        (late,) = [each for each in records(case, ChronologyFacts) if each.out_of_order]
        assert late.from_text == "审批完成（2024-04-18 09:30）"
        assert late.to_text == "合同签署（2024-04-17 11:05）"

    def test_needs_count_as_confirmed_only_when_every_open_need_is(self):
        case = h01({"needs[0].confirmation": None})
        assert "needs.confirmed" not in " ".join(each.subject for each in records(case, ChronologyFacts))
        withdrawn = h01({"needs[0].confirmation": None, "needs[0].status": "withdrawn"})
        assert records(withdrawn, ChronologyFacts)[0].subject == "first_contact.ended→needs.confirmed"

    def test_a_missing_milestone_links_its_neighbours(self):
        case = h01({"needs_reviews": [], "proposals[0].drafted_at": "2024-03-20T00:00:00+08:00"})
        assert judge(case, "GN-01") == ["fail needs.confirmed→proposal.drafted"]

    def test_a_contract_signed_by_one_side_is_no_milestone(self):
        case = h01({"contract.signatures[1]": GONE, "contract.signatures[0].signed_at": "2024-01-01T00:00:00+08:00"})
        assert judge(case, "GN-01") == []

    def test_a_half_finished_case_has_fewer_links(self):
        empty = {key: [] for key in ("needs", "needs_reviews", "proposals", "negotiations", "orders", "need_changes")}
        case = h01({**empty, "contract": None, "after_sales": None})
        assert records(case, ChronologyFacts) == []


class TestFutureTimes:
    @pytest.mark.parametrize(
        ("as_of", "said"), [("2024-12-20T10:00:00+08:00", []), ("2024-12-20T09:59:59+08:00", [f"fail {CORE}"])]
    )
    def test_nothing_lies_after_the_moment_of_the_check(self, as_of: str, said: list[str]):
        assert judge(h01(), "GN-02", as_of=as_of) == said

    def test_the_moment_may_be_given_in_another_zone(self):
        assert judge(h01(), "GN-02", as_of="2024-12-20T02:00:00+00:00") == []

    def test_paths_and_times_are_named(self):
        found = record(h01({"success_case.published_at": "2025-01-01T08:00:00+08:00"}), CaseCoreFacts)
        assert found.future_ts_text == "success_case.published_at 2025-01-01 08:00"

    def test_more_than_five_are_counted_but_not_listed(self):
        found = record(h01(), CaseCoreFacts, as_of="2024-04-01T00:00:00+08:00")
        assert found.future_ts_count > 50
        assert found.future_ts_text.endswith(f"等{found.future_ts_count}项")

    @pytest.mark.parametrize(
        "path",
        [
            "contract.signatures[0].esign.cert_valid_to",
            "after_sales.tickets[0].promised_by",
            "orders[1].rectifications[0].due_at",
        ],
    )
    def test_plans_and_validity_may_lie_ahead(self, path: str):
        assert judge(h01({path: "2030-01-01T00:00:00+08:00"}), "GN-02") == []

    def test_every_instant_of_the_model_is_looked_at(self):
        case = h01()
        ahead = {"cert_valid_from", "cert_valid_to", "promised_by", "due_at", "as_of"}
        expected = sorted(path for path in _instants(case.model_dump(), "") if path.rpartition(".")[2] not in ahead)
        found = inspected(case, datetime.fromisoformat("1990-01-01T00:00:00+08:00"))
        assert sorted(path for path, _ in found.future) == expected


def _instants(value: object, path: str) -> list[str]:
    match value:
        case datetime():
            return [path]
        case dict():
            return [at for key, part in value.items() for at in _instants(part, f"{path}.{key}".lstrip("."))]
        case list() | tuple():
            return [at for index, part in enumerate(value) for at in _instants(part, f"{path}[{index}]")]
        case _:
            return []


class TestMoney:
    """GN-03 cannot fire after a strict load, so the entities here are made without validation."""

    def core(self, case: CaseFile) -> CaseCoreFacts:
        (core,) = [each for each in general.derive(case, setting(case)) if isinstance(each, CaseCoreFacts)]
        return core

    @pytest.mark.parametrize(
        ("total", "count"),
        [("680000.00", 0), ("0", 0), ("1.230000", 0), ("1.234", 1), ("-0.01", 1), ("NaN", 1), ("Infinity", 1)],
    )
    def test_an_amount_is_not_negative_and_has_two_decimals(self, total: str, count: int):
        contract = h01().contract
        assert contract is not None
        changed = contract.model_construct(**(dict(contract) | {"total": Decimal(total)}))
        case = h01().model_copy(update={"contract": changed})
        core = self.core(case)
        assert core.money_bad_count == count
        assert judge_records([core], setting(case), "GN-03") == ([f"fail {CORE}"] if count else [])

    @pytest.mark.parametrize(
        ("price", "bad"), [("1.2345", ()), ("1.23456", ("proposals[0].quotation.lines[0].unit_price",))]
    )
    def test_a_unit_price_may_have_four_decimals(self, price: str, bad: tuple[str, ...]):
        proposal = h01().proposals[0]
        line = proposal.quotation.lines[0].model_copy(update={"unit_price": Decimal(price)})
        quotation = proposal.quotation.model_copy(update={"lines": (line,)})
        case = h01().model_copy(update={"proposals": (proposal.model_copy(update={"quotation": quotation}),)})
        found = inspected(case, datetime.fromisoformat("2030-01-01T00:00:00+08:00")).bad_money
        assert found == bad

    def test_a_float_is_no_money(self):
        contract = h01().contract
        assert contract is not None
        case = h01().model_copy(update={"contract": contract.model_copy(update={"total": 680000.0})})
        assert self.core(case).money_bad_text == "contract.total"


class TestIdentities:
    def test_the_example_of_the_standard_is_valid(self):
        assert valid_credit_code("91350100M000100Y43")

    @pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100Y4", "91350100m000100y43", "", "I" * 18])
    def test_a_wrong_credit_code_is_not(self, code: str):
        assert not valid_credit_code(code)

    @pytest.mark.parametrize(
        ("patches", "said"),
        [
            ({"customer.uscc": "91330200MA00000020"}, [f"a fail {CORE}", "b fail case"]),
            ({"supplier.uscc": "91330100MA00000010"}, [f"a fail {CORE}"]),
            ({"customer.uscc": None}, [f"a pending {CORE}"]),
            ({"supplier.seals[0].owner_name": "样板智能装备公司"}, [f"b fail {CORE}"]),
            ({"authorizations[0].principal_legal_rep": "周花"}, [f"b fail {CORE}"]),
            ({"authorizations[0].principal_uscc": None, "authorizations[0].principal_legal_rep": None}, []),
            ({"customer.legal_representative": None}, []),
        ],
    )
    def test_codes_seals_and_principals_agree(self, patches: dict[str, object], said: list[str]):
        assert judge(h01(patches), "GN-05") == said

    def test_our_own_authorization_is_compared_with_us(self):
        own = {"authorizations[0].side": "supplier"}
        assert record(h01(own), CaseCoreFacts).party_bad_text == "授权委托书SQ-2024-0012-01的委托人"


class TestNeedNumbers:
    @pytest.mark.parametrize(
        ("number", "said"),
        [
            ("DEMO004", []),
            ("DEMO1000", []),
            ("DEMO04", [f"fail {CORE}"]),
            ("XDEMO004", [f"fail {CORE}"]),
            ("DEMO٠٠٤", [f"fail {CORE}"]),
            ("DEMO001", [f"fail {CORE}"]),
        ],
    )
    def test_a_need_number_follows_the_pattern_and_is_unique(self, number: str, said: list[str]):
        assert judge(h01({"needs[2].need_no": number}), "ND-09") == said

    def test_a_withdrawn_number_is_not_used_again(self):
        case = h01({"needs[2].need_no": "DEMO001", "needs[2].status": "withdrawn"})
        assert record(case, CaseCoreFacts).need_no_text == "DEMO001"

    def test_the_company_may_set_another_pattern(self):
        assert judge(h01(), "ND-09", numbering__need_no=r"^RQ\d+$") == [f"fail {CORE}"]
        assert judge(h01(), "ND-09", numbering__need_no=None) == []


def test_a_proposal_without_needs_review_fails_and_without_either_is_pending():
    assert judge(h01({"needs_reviews": []}), "PR-01") == ["a fail case"]
    assert judge(h01({"needs_reviews": [], "proposals": []}), "PR-01") == ["a pending case"]


def test_a_policy_without_approval_threshold_is_said():
    assert judge(h01(), "CT-28") == []
    assert judge(h01(), "CT-28", approval__gm_threshold_cents=None) != []


class TestAttestations:
    def attested(self, **changes: object) -> CaseFile:
        statement = {
            "kind": "lawful_source",
            "text": "信息来源合法",
            "by_ref": "S01",
            "at": "2024-03-12T12:00:00+08:00",
            "affirmed": True,
        }
        return h01({"attestations": [statement | changes]})

    def test_nothing_is_asked_by_default(self):
        assert records(h01(), AttestationFacts) == []

    @pytest.mark.parametrize(
        ("rule", "kind"),
        [
            ("CD-13", "lawful_source"),
            ("ND-12", "customer_words"),
            ("CT-27", "terms_explained"),
            ("CT-33", "no_oral_promise"),
            ("OD-19", "no_concealment"),
        ],
    )
    def test_a_required_statement_that_is_missing_warns(self, rule: str, kind: str):
        assert judge(h01(), rule, attestations__required=(kind,)) == [f"warn attestations/{kind}"]

    def test_a_given_statement_is_enough_and_a_denied_one_is_not(self):
        required = {"attestations__required": ("lawful_source",)}
        assert judge(self.attested(), "CD-13", **required) == []
        assert judge(self.attested(affirmed=False), "CD-13", **required) == ["warn attestations/lawful_source"]

    def test_the_latest_statement_counts(self):
        first, later = (each.model_dump(mode="json") for each in (*self.attested(affirmed=False).attestations,) * 2)
        case = h01({"attestations": [later | {"at": "2024-03-13T12:00:00+08:00", "affirmed": True}, first]})
        assert judge(case, "CD-13", attestations__required=("lawful_source",)) == []

    @pytest.mark.parametrize(
        ("rule", "kind", "patches"),
        [
            ("CD-13", "lawful_source", {"customer.sources": []}),
            ("ND-12", "customer_words", {"sessions": []}),
            ("CT-27", "terms_explained", {"contract.approval": None}),
            ("CT-33", "no_oral_promise", {"contract": None, "orders": []}),
            ("OD-19", "no_concealment", {"orders": []}),
        ],
    )
    def test_before_its_stage_a_statement_is_pending(self, rule: str, kind: str, patches: dict[str, object]):
        assert judge(h01(patches), rule, attestations__required=(kind,)) == [f"pending attestations/{kind}"]


class TestWitnessedTimes:
    RECORDED = ("first_contact.recorded", "first_contact")

    @pytest.mark.parametrize(
        ("at", "said"),
        [
            ("2024-03-15T16:30:00+08:00", []),
            ("2024-03-15T16:30:01+08:00", ["warn first_contact/first_contact.recorded"]),
            ("2024-03-15T16:10:00+08:00", []),
            ("2024-03-15T16:09:00+08:00", ["warn first_contact/first_contact.recorded"]),
        ],
    )
    def test_a_declared_time_may_differ_by_ten_minutes(self, at: str, said: list[str]):
        assert judge(h01({"events": [witnessed(*self.RECORDED, at)]}), "GN-08") == said

    def test_both_times_are_named(self):
        case = h01({"events": [witnessed(*self.RECORDED, "2024-03-16T11:00:00+08:00")]})
        pair = record(case, EventPairFacts)
        assert pair.skew_min == 1120
        assert pair.times_text == "申报2024-03-15 16:20，见证2024-03-16 11:00"

    def test_the_witnessed_time_decides_the_deadline(self):
        case = h01({"events": [witnessed(*self.RECORDED, "2024-03-16T11:00:00+08:00")]})
        assert judge(case, "CD-08") == ["fail first_contact"]
        assert judge(h01(), "CD-08") == []

    def test_a_witnessed_act_needs_no_declaration(self):
        patches = {
            "first_contact.recorded_at": None,
            "events": [witnessed(*self.RECORDED, "2024-03-15T12:00:00+08:00")],
        }
        assert judge(h01(patches), "CD-08") == []
        assert records(h01(patches), EventPairFacts) == []

    def test_a_declared_event_is_no_witness(self):
        event = witnessed(*self.RECORDED, "2024-03-20T11:00:00+08:00", evidence="declared")
        assert judge(h01({"events": [event]}), "CD-08") == []

    def test_events_of_the_database_count_like_those_of_the_file(self):
        event = h01({"events": [witnessed(*self.RECORDED, "2024-03-16T11:00:00+08:00")]}).events
        assert judge(h01(), "CD-08", known=Known(witnessed=event)) == ["fail first_contact"]

    def test_a_subject_is_named_by_the_end_of_its_path(self):
        event = witnessed("ticket.responded", "after_sales/tickets/FW-20240620-001", "2024-06-20T09:16:00+08:00")
        assert judge(h01({"events": [event]}), "AS-03") == ["fail FW-20240620-001"]

    def test_of_several_the_one_nearest_to_the_declared_time_counts(self):
        events = [witnessed(*self.RECORDED, at) for at in ("2024-03-15T16:21:00+08:00", "2024-03-18T09:00:00+08:00")]
        assert judge(h01({"events": events}), "CD-08") == []
        undeclared = {"first_contact.recorded_at": None, "events": events}
        assert judge(h01(undeclared), "CD-08") == []

    def test_witnessed_signatures_make_the_contract_effective(self):
        event = witnessed("contract.signed", "contract/YB-XS-2024-0012/supplier", "2024-04-20T09:00:00+08:00")
        assert judge(h01({"events": [event]}), "AS-01") == ["a fail after_sales"]

    def test_every_kind_of_declared_event_can_be_paired(self):
        case = h01()
        declared = [
            ("needs.confirmed", "needs/DEMO001", "2024-03-20T10:30:00+08:00"),
            ("proposal.presented", "proposals/FA-2024-0012/V1", "2024-04-02T14:00:00+08:00"),
            ("approval.decided", "contract/approval/SP-2024-0012-01/3", "2024-04-15T09:30:00+08:00"),
            ("order.reviewed", "orders/PO20240418001/operations", "2024-04-18T17:00:00+08:00"),
            ("exception.notified", "orders/PO20240418001/exceptions/YC-PO20240418001-01", "2024-05-13T16:00:00+08:00"),
            ("acceptance.signed", "orders/PO20240418001/acceptances/YS-PO20240418001-01", "2024-05-28T17:00:00+08:00"),
            ("survey.done", "after_sales/surveys/DY-2024-0012-1M", "2024-07-12T10:00:00+08:00"),
        ]
        case = h01({"events": [witnessed(kind, subject, at) for kind, subject, at in declared]})
        pairs = records(case, EventPairFacts)
        assert {each.subject.rpartition("/")[2] for each in pairs} == {kind for kind, _, _ in declared}
