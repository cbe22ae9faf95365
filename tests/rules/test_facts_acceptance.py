"""Facts and rules of acceptance: OD-13 to OD-15, OD-17."""

import pytest

from docgen.case.casefile import CaseFile
from rules.facts.acceptance import AcceptanceFacts, AcceptorFacts
from tests.rules.judging import judge, record, records
from tests.rules.patching import GONE, h01, part

PRODUCT, SERVICE = "PO20240418001/1", "PO20240418002/1"


def signer(**patches: object) -> CaseFile:
    """Return H01 with fields of the customer's signature under the product acceptance changed."""
    return h01({f"orders[0].acceptances[0].signatures[0].{name}": value for name, value in patches.items()})


def authorized(**patches: object) -> CaseFile:
    """Return H01 with fields of the acceptor's authorization changed."""
    return h01({f"authorizations[1].{name}": value for name, value in patches.items()})


class TestSheet:
    def test_a_pass_has_no_failed_item_and_a_failure_has_one(self):
        assert judge(h01({"orders[0].acceptances[0].items[0].result": "fail"}), "OD-13") == [f"fail {PRODUCT}"]
        assert judge(h01({"orders[1].acceptances[0].items[1].result": "pass"}), "OD-13") == [f"fail {SERVICE}"]

    @pytest.mark.parametrize("index", [0, 1])
    def test_a_signed_sheet_bears_both_signatures(self, index: int):
        case = h01({f"orders[0].acceptances[0].signatures[{index}]": GONE})
        assert judge(case, "OD-13") == [f"fail {PRODUCT}"]

    def test_a_sheet_not_signed_yet_needs_none(self):
        case = h01({"orders[0].acceptances[0].signatures": [], "orders[0].acceptances[0].signed_at": None})
        assert judge(case, "OD-13") == []
        assert records(case, AcceptanceFacts)[0].signed is False

    def test_a_sheet_without_items_cannot_fail(self):
        assert judge(h01({"orders[1].acceptances[0].items": []}), "OD-13") == [f"fail {SERVICE}"]

    @pytest.mark.parametrize(("field", "value"), [("meeting_summary", None), ("contact_refs", [])])
    def test_a_service_is_accepted_in_a_meeting_with_the_customer(self, field: str, value: object):
        assert judge(h01({f"orders[1].acceptances[0].{field}": value}), "OD-14") == [f"fail {SERVICE}"]
        assert judge(h01({f"orders[0].acceptances[0].{field}": value}), "OD-14") == []


class TestRectification:
    """Failed and signed on 2024-06-05 at 11:30."""

    @pytest.mark.parametrize(
        ("at", "expected"),
        [("2024-06-06T11:30:00+08:00", []), ("2024-06-06T11:30:01+08:00", [f"fail {SERVICE}"])],
    )
    def test_it_starts_within_24_hours(self, at: str, expected: list[str]):
        assert judge(h01({"orders[1].rectifications[0].started_at": at}), "OD-15") == expected

    def test_until_then_the_clock_runs(self):
        open_ = h01({"orders[1].rectifications": [], "orders[1].acceptances": part("orders[1].acceptances")[:1]})
        assert judge(open_, "OD-15", as_of="2024-06-06T11:30:00+08:00") == [f"pending {SERVICE}"]
        assert judge(open_, "OD-15", as_of="2024-06-06T11:30:01+08:00") == [f"fail {SERVICE}"]

    def test_the_first_rectification_of_the_round_counts(self):
        late = part("orders[1].rectifications[0]") | {
            "rectification_no": "ZG-2",
            "started_at": "2024-06-09T10:00:00+08:00",
        }
        assert judge(h01({"orders[1].rectifications": [late, part("orders[1].rectifications[0]")]}), "OD-15") == []

    def test_one_of_another_round_does_not(self):
        case = h01({"orders[1].rectifications[0].acceptance_round": "2"})
        assert judge(case, "OD-15") == [f"fail {SERVICE}"]

    def test_a_failed_round_nobody_signed_starts_no_clock(self):
        case = h01({"orders[1].acceptances[0].signed_at": None, "orders[1].rectifications": []})
        assert judge(case, "OD-15") == [f"pending {SERVICE}"]

    def test_the_hours_late_are_told(self):
        case = h01({"orders[1].rectifications[0].started_at": "2024-06-06T13:00:00+08:00"})
        assert next(each for each in records(case, AcceptanceFacts) if each.subject == SERVICE).late_text == "1.5"


class TestAcceptor:
    def test_the_legal_representative_needs_no_authorization(self):
        assert judge(signer(signer_name="周华", auth_no=None), "OD-17") == []

    @pytest.mark.parametrize("patch", [{"auth_no": None}, {"auth_no": "?"}, {"signer_name": "张明"}])
    def test_anybody_else_needs_one_of_his_own(self, patch: dict[str, object]):
        assert judge(signer(**patch), "OD-17") == [f"warn {PRODUCT}/customer"]

    def test_authority_to_sign_contracts_is_not_enough(self):
        case = authorized(matters=["sign_contract", "receive_goods"])
        assert len(judge(case, "OD-17")) == 3

    @pytest.mark.parametrize(
        ("valid_to", "count"), [("2024-06-11", 0), ("2024-06-10", 1), ("2024-06-04", 2), ("2024-05-27", 3)]
    )
    def test_each_day_of_signing_lies_in_the_period(self, valid_to: str, count: int):
        assert len(judge(authorized(valid_to=valid_to), "OD-17")) == count

    @pytest.mark.parametrize(("day", "count"), [("2024-06-12", 0), ("2024-06-11", 1)])
    def test_a_revoked_authorization_is_none(self, day: str, count: int):
        assert len(judge(authorized(revoked_on=day), "OD-17")) == count

    def test_an_authorization_of_ours_does_not_help_the_customer(self):
        assert len(judge(authorized(side="supplier"), "OD-17")) == 3

    def test_a_sheet_without_customer_signature_has_no_acceptor(self):
        case = h01({"orders[0].acceptances[0].signatures": []})
        assert {each.subject for each in records(case, AcceptorFacts)} == {
            "PO20240418002/1/customer",
            "PO20240418002/2/customer",
        }

    def test_the_name_does_not_stand_in_the_text(self):
        case = h01({"orders": [part("orders[0]")]})
        assert record(case, AcceptorFacts).signer_text == "*先生"
