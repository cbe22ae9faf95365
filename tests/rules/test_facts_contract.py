"""Facts and rules of negotiation, contract and clauses: CT-01 to 07, 18, 23 to 26, 30 to 32, 36, 40."""

from datetime import date

import pytest

from docgen.case.casefile import CaseFile
from rules.facts.clauses import clause_catalogue, clause_title
from rules.facts.contract import ClauseFacts, CommissionFacts, ContractFacts
from rules.facts.negotiation import MinutesChangeFacts, NegotiationFacts
from rules.facts.setting import Known
from rules.facts.terms import TermPairFacts
from tests.rules.judging import all_said, judge, record, records
from tests.rules.patching import GONE, h01, part

CONTRACT = "YB-XS-2024-0012"
MINUTES = "TP-2024-0012-01"
MANDATORY = [kind.clause_id for kind in clause_catalogue().values() if kind.group == "mandatory"]


def without_clause(*clause_ids: str) -> CaseFile:
    return h01({"contract.clauses": [each for each in part("contract.clauses") if each["clause_id"] not in clause_ids]})


def test_the_complete_case_gives_no_finding():
    assert all_said(h01()) == []


def test_a_case_without_contract_gives_no_finding_on_it():
    case = h01({"contract": None, "orders": []})
    assert all_said(case) == []
    assert records(case, ContractFacts) == records(case, ClauseFacts) == records(case, TermPairFacts) == []


class TestClauses:
    def test_the_catalogue_has_the_fourteen_clauses_of_the_manual(self):
        assert len(MANDATORY) == 14
        assert {kind.group for kind in clause_catalogue().values()} == {
            "mandatory",
            "statutory_fatal",
            "statutory_warn",
            "optional",
        }

    @pytest.mark.parametrize("clause_id", MANDATORY)
    def test_each_missing_mandatory_clause_is_one_finding(self, clause_id: str):
        assert judge(without_clause(clause_id), "CT-01") == [f"a fail {CONTRACT}/{clause_id}"]

    def test_a_missing_clause_is_named_in_chinese(self):
        missing = [
            each.clause_text
            for each in records(without_clause("breach_quality", "ip"), ClauseFacts)
            if not each.present
        ]
        assert missing == ["质量不达标责任", "知识产权", "通知与送达"]

    def test_the_parties_clause_fails_and_the_statutory_ones_warn(self):
        case = without_clause("parties", "ip", "dispute_resolution", "effectiveness")
        assert judge(case, "CT-02") == [
            f"a fail {CONTRACT}/parties",
            f"b warn {CONTRACT}/dispute_resolution",
            f"b warn {CONTRACT}/effectiveness",
            f"b warn {CONTRACT}/ip",
        ]
        assert judge(case, "CT-01") == []

    def test_an_optional_clause_may_be_missing(self):
        case = without_clause("force_majeure", "termination", "personal_info", "anti_bribery")
        assert all_said(case) == []

    def test_a_confidentiality_term_needs_its_years(self):
        assert judge(h01({"contract.confidentiality_years": None}), "CT-01") == [f"b fail {CONTRACT}"]
        assert judge(without_clause("confidentiality_term"), "CT-01") == [f"a fail {CONTRACT}/confidentiality_term"]

    def test_a_contract_without_clauses_gives_fourteen_findings_and_the_fatal_one(self):
        case = h01({"contract.clauses": []})
        assert len(judge(case, "CT-01")) == 14
        assert f"a fail {CONTRACT}/parties" in judge(case, "CT-02")

    def test_the_name_of_an_unknown_clause_is_its_heading_or_its_id(self):
        clause = {"clause_id": "warranty", "heading": "质保", "text": "质保期12个月"}
        contract = h01({"contract.clauses[22]": clause}).contract
        assert clause_title("warranty", contract) == "质保"
        assert clause_title("warranty") == "warranty"


class TestPaymentAndDelivery:
    def test_no_payment_stage_at_all_fails(self):
        assert judge(h01({"contract.payment": []}), "CT-03") == [f"a fail {CONTRACT}"]

    def test_one_cent_between_stages_and_total_fails(self):
        assert judge(h01({"contract.payment[2].amount": "68000.01"}), "CT-03") == [f"a fail {CONTRACT}"]

    def test_percentages_must_come_to_exactly_one(self):
        assert judge(h01({"contract.payment[2].percent": "0.100001"}), "CT-03") == [f"a fail {CONTRACT}"]
        assert judge(h01({"contract.payment[2].percent": "0.10000"}), "CT-03") == []

    @pytest.mark.parametrize(
        "line_nos",
        [["3"], ["3", "4", "4"], ["3", "4", "1"], ["3", "4", "5"]],
        ids=["one missing", "one twice in a term", "one twice over terms", "one unknown"],
    )
    def test_delivery_covers_each_line_exactly_once(self, line_nos: list[str]):
        assert judge(h01({"contract.delivery[1].line_nos": line_nos}), "CT-03") == [f"b fail {CONTRACT}"]

    def test_the_order_of_the_delivery_terms_does_not_matter(self):
        assert judge(h01({"contract.delivery[1].line_nos": ["4", "3"]}), "CT-03") == []


class TestAmounts:
    def test_a_line_that_is_not_quantity_by_price_fails(self):
        case = h01({"contract.lines[1].quantity": "19"})
        assert record(case, ContractFacts).bad_line_count == 1
        assert judge(case, "CT-04") == [f"fail {CONTRACT}"]

    def test_a_total_one_cent_off_the_lines_fails(self):
        assert judge(h01({"contract.total": "680000.01"}), "CT-04") == [f"fail {CONTRACT}"]

    def test_a_price_of_four_decimals_is_rounded_half_up(self):
        price = {"contract.lines[1].unit_price": "9800.0002", "contract.lines[1].amount": "196000.00"}
        assert judge(h01(price), "CT-04") == []
        half = {"contract.lines[2].unit_price": "80000.0050", "contract.lines[2].amount": "80000.01"}
        assert record(h01(half), ContractFacts).bad_line_count == 0

    def test_a_contract_without_lines_does_not_sum_up_to_its_total(self):
        case = h01({"contract.lines": []})
        assert judge(case, "CT-04") == [f"fail {CONTRACT}"]
        assert judge(case, "CT-03") == [f"b fail {CONTRACT}"]

    def test_sums_beyond_the_integers_of_the_engine_stay_unequal_and_within_them(self):
        line = part("contract.lines[0]") | {"unit_price": "1", "amount": "999999999999999.99"}
        lines = [line | {"line_no": str(number)} for number in range(1, 201)]
        facts = record(h01({"contract.lines": lines, "contract.total": "999999999999999.99"}), ContractFacts)
        assert facts.total_cents < facts.lines_sum_cents < 2**63


class TestMinutes:
    def test_a_contract_needs_final_minutes(self):
        assert judge(h01({"negotiations": []}), "CT-05") == [f"a fail {CONTRACT}"]
        assert judge(h01({"negotiations[0].is_final": False}), "CT-05") == [f"a fail {CONTRACT}"]

    @pytest.mark.parametrize(
        ("path", "value", "topics"),
        [
            ("lines[0].name", "智能系统", ["lines"]),
            ("lines[0].spec", "标准版", ["lines"]),
            ("lines[0].unit", "个", ["lines"]),
            ("lines[0].quantity", "2", ["lines"]),
            ("lines[0].unit_price", "360000.0001", ["lines"]),
            ("lines[0].amount", "360000.01", ["lines"]),
            ("total", "680000.01", ["total"]),
            ("tax_included", False, ["tax"]),
            ("payment[0].percent", "0.31", ["payment"]),
            ("payment[0].amount", "204000.01", ["payment"]),
            ("delivery[0].due_on", "2024-06-01", ["delivery"]),
            ("delivery[0].place", "浙江省杭州市", ["delivery"]),
            ("delivery[0].line_nos", ["1"], ["delivery"]),
        ],
    )
    def test_each_agreed_term_is_compared(self, path: str, value: object, topics: list[str]):
        expected = [f"b fail {CONTRACT}/{topic}" for topic in topics]
        assert judge(h01({f"contract.{path}": value}), "CT-05") == expected

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("lines[0].tax_rate", "0.06"),
            ("lines[0].quantity", "1.0000"),
            ("payment[0].due_days", "11"),
            ("payment[0].name", "首付款"),
            ("delivery[0].mode", "自提"),
            ("delivery[0].line_nos", ["2", "1"]),
        ],
    )
    def test_other_terms_and_ways_of_writing_are_not(self, path: str, value: object):
        assert judge(h01({f"contract.{path}": value}), "CT-05") == []

    def test_the_order_of_lines_stages_and_deliveries_does_not_matter(self):
        turned = {f"contract.{name}": part(f"contract.{name}")[::-1] for name in ("lines", "payment", "delivery")}
        assert judge(h01(turned), "CT-05") == []

    def test_the_texts_show_only_what_differs(self):
        case = h01({"contract.lines[0].unit_price": "370000.00", "contract.lines[0].amount": "370000.00"})
        lines = next(each for each in records(case, TermPairFacts) if each.topic == "lines")
        assert lines.minutes_text == "第1项智能制造系统（标准版V3.0(含能耗分析模块)）1套×360000.00元=360,000.00元"
        assert "370,000.00元" in lines.contract_text
        assert "网关" not in lines.contract_text

    def test_a_side_that_only_lacks_something_shows_nothing_of_its_own(self):
        case = h01({"contract.payment": part("contract.payment")[:2]})
        payment = next(each for each in records(case, TermPairFacts) if each.topic == "payment")
        assert (payment.minutes_text, payment.contract_text) == ("第3期10%即68,000.00元", "无")

    def test_without_agreed_terms_there_is_nothing_to_compare_and_ct_07_fails(self):
        case = h01({"negotiations[0].agreed": None})
        assert records(case, TermPairFacts) == []
        assert judge(case, "CT-07") == [f"a fail {MINUTES}"]

    @pytest.mark.parametrize("missing", ["lines", "payment", "delivery"])
    def test_agreed_terms_need_lines_payment_and_delivery(self, missing: str):
        assert judge(h01({f"negotiations[0].agreed.{missing}": []}), "CT-07") == [f"a fail {MINUTES}"]

    def test_a_round_that_is_not_final_needs_no_agreed_terms(self):
        case = h01({"negotiations[0].is_final": False, "negotiations[0].agreed": None})
        assert judge(case, "CT-07") == []

    @pytest.mark.parametrize("index", [0, 1])
    def test_minutes_signed_by_one_side_only_warn(self, index: int):
        assert judge(h01({f"negotiations[0].signatures[{index}]": GONE}), "CT-07") == [f"b warn {MINUTES}"]

    def test_final_minutes_without_key_changes_warn(self):
        assert judge(h01({"negotiations[0].clause_changes": []}), "CT-07") == [f"c warn {MINUTES}"]

    def test_only_the_final_one_of_several_rounds_is_compared(self):
        final = part("negotiations[0]") | {"minutes_no": "TP-2", "round": "2"}
        first = part("negotiations[0]") | {"is_final": False}
        first["agreed"]["total"] = "1.00"
        case = h01({"negotiations": [first, final]})
        assert judge(case, "CT-05") == []
        assert [each.path for each in records(case, MinutesChangeFacts)] == [
            "negotiations[1].clause_changes[0]",
            "negotiations[1].clause_changes[1]",
        ]

    def test_a_key_change_that_is_not_marked_in_the_contract_warns(self):
        assert judge(h01({"contract.clauses[3].origin": "template"}), "CT-32") == [f"warn {MINUTES}/price"]
        assert judge(without_clause("payment"), "CT-32") == [f"warn {MINUTES}/payment"]


class TestBottomLine:
    @pytest.mark.parametrize(("floor", "gap"), [("680000.00", 0), ("680000.01", -1)])
    def test_the_total_may_equal_the_floor_but_not_fall_below(self, floor: str, gap: int):
        case = h01({"baseline.min_total": floor})
        assert record(case, ContractFacts).floor_gap_cents == gap
        assert judge(case, "CT-06") == ([f"fail {CONTRACT}"] if gap < 0 else [])

    def test_totals_are_compared_on_the_tax_basis_of_the_floor(self):
        net = record(h01({"baseline.tax_included": False}), ContractFacts)
        assert net.floor_gap_cents == 68000000 - 7098347 - 66000000
        gross = record(h01({"contract.tax_included": False}), ContractFacts)
        assert gross.floor_gap_cents == 68000000 + 7228000 + 744000 - 66000000

    @pytest.mark.parametrize(("days", "slack"), [("51", 0), ("52", -1)])
    def test_delivery_is_counted_from_the_agreement(self, days: str, slack: int):
        case = h01({"baseline.min_delivery_days": days})
        assert record(case, ContractFacts).delivery_slack_days == slack
        assert judge(case, "CT-06") == ([f"fail {CONTRACT}"] if slack < 0 else [])

    def test_without_agreement_delivery_is_counted_from_the_draft(self):
        case = h01({"negotiations": []})
        assert record(case, ContractFacts).delivery_slack_days == 15

    def test_without_delivery_terms_the_rule_is_pending_and_without_baseline_not_applicable(self):
        assert judge(h01({"contract.delivery": []}), "CT-06") == [f"pending {CONTRACT}"]
        assert judge(h01({"baseline": None}), "CT-06") == []

    def test_a_low_price_fails_even_without_delivery_terms(self):
        case = h01({"contract.delivery": [], "baseline.min_total": "700000.00"})
        assert judge(case, "CT-06") == [f"fail {CONTRACT}"]

    @pytest.mark.parametrize(
        ("set_at", "said"),
        [("2024-04-10T10:00:00+08:00", []), ("2024-04-10T10:00:01+08:00", [f"a warn {MINUTES}"])],
    )
    def test_the_baseline_is_set_before_the_talk(self, set_at: str, said: list[str]):
        assert judge(h01({"baseline.set_at": set_at}), "CT-30") == said

    def test_a_missing_baseline_is_only_an_information(self):
        assert judge(h01({"baseline": None}), "CT-30") == [f"b info {MINUTES}"]

    def test_objections_without_data_are_an_information_that_names_them(self):
        case = h01({"negotiations[0].issues[1].support_data": None})
        assert judge(case, "CT-31") == [f"info {MINUTES}"]
        assert record(case, NegotiationFacts).issue_text == "付款周期"


class TestNumberTemplateAndParties:
    @pytest.mark.parametrize("number", ["YB-XS-2024-0012", "YB-XS-1999-9999"])
    def test_prefix_year_and_running_number_make_a_contract_number(self, number: str):
        assert judge(h01({"contract.contract_no": number}), "CT-23") == []

    @pytest.mark.parametrize("number", ["YB-XS-2024-12", "YB-XS-2024-00123", "XX-XS-2024-0012", "YB-XS-2024-٠٠١٢"])
    def test_anything_else_does_not(self, number: str):
        assert judge(h01({"contract.contract_no": number}), "CT-23") == [f"a fail {number}"]

    def test_the_prefix_is_no_pattern(self):
        case = h01({"supplier.contract_prefix": "Y.", "contract.contract_no": "YB-2024-0012"})
        assert judge(case, "CT-23") == ["a fail YB-2024-0012"]

    def test_the_company_may_set_its_own_pattern(self):
        assert judge(h01(), "CT-23", numbering__contract_no=r"^HT\d{6}$") == [f"a fail {CONTRACT}"]
        case = h01({"contract.contract_no": "HT202401"})
        assert judge(case, "CT-23", numbering__contract_no=r"^HT\d{6}$") == []

    def test_a_number_used_by_another_case_fails_only_if_somebody_looked(self):
        used = Known(contract_numbers=frozenset({CONTRACT}))
        assert judge(h01(), "CT-23", known=used) == [f"b fail {CONTRACT}"]
        assert judge(h01(), "CT-23", known=Known(contract_numbers=frozenset({"YB-XS-2024-0011"}))) == []
        assert record(h01(), ContractFacts).number_duplicate is None

    def test_the_template_must_be_registered_once_a_register_exists(self):
        assert judge(h01(), "CT-24", contract__templates=("std-sale-v2",)) == [f"warn {CONTRACT}"]
        assert judge(h01(), "CT-24", contract__templates=("std-sale-v1",)) == []
        assert judge(h01(), "CT-24") == []

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("customer.uscc", "客户统一社会信用代码"),
            ("customer.legal_representative", "客户法定代表人"),
            ("customer.address", "客户住所"),
        ],
    )
    def test_party_data_must_be_complete(self, path: str, text: str):
        case = h01({path: None})
        assert judge(case, "CT-25") == [f"fail {CONTRACT}"]
        assert record(case, ContractFacts).party_missing_text == text

    @pytest.mark.parametrize(("cap", "said"), [("3000", []), ("3001", [f"warn {CONTRACT}"]), (None, [])])
    def test_a_penalty_above_thirty_percent_warns(self, cap: str | None, said: list[str]):
        assert judge(h01({"contract.late_penalty_cap_bp": cap}), "CT-26") == said

    @pytest.mark.parametrize(("agreed", "said"), [(False, [f"warn {CONTRACT}"]), (True, []), (None, [])])
    def test_electronic_signing_must_be_agreed_where_the_contract_speaks_of_it(
        self, agreed: bool | None, said: list[str]
    ):
        assert judge(h01({"contract.esign_agreed": agreed}), "CT-40") == said

    def test_a_paper_contract_needs_no_such_agreement(self):
        paper = {f"contract.signatures[{index}].method": "paper" for index in (0, 1)}
        assert judge(h01(paper | {"contract.esign_agreed": False}), "CT-40") == []


class TestSeveralSignatures:
    def test_one_person_may_not_sign_for_both_sides(self):
        assert judge(h01({"contract.signatures[1].signer_name": "王海"}), "CT-36") == [f"fail {CONTRACT}"]

    def test_of_several_signers_any_common_one_counts(self):
        second = part("contract.signatures[1]") | {"signer_name": "王海"}
        assert judge(h01({"contract.signatures[2]": second}), "CT-36") == [f"fail {CONTRACT}"]

    def test_the_question_is_open_until_both_sides_signed(self):
        case = h01({"contract.signatures[1]": GONE})
        assert record(case, ContractFacts).same_signer_both_sides is None
        assert judge(case, "CT-36") == []

    def test_digests_are_compared_without_regard_to_case(self):
        digest = "00000000000000000000000000000000000000000000000000000000000000AB"
        same = {
            "contract.signatures[0].esign.document_sha256": digest,
            "contract.signatures[1].esign.document_sha256": digest.lower(),
        }
        assert judge(h01(same), "CT-18") == []
        assert judge(h01({"contract.signatures[1].esign.document_sha256": "f" * 64}), "CT-18") == [f"b fail {CONTRACT}"]


COMMISSION = {"payee_kind": "intermediary", "amount": "5000.00", "disclosed_in_contract": True, "booked_ref": "JZ-1"}


class TestCommission:
    def test_the_facts_say_disclosure_booking_and_payee(self):
        other = {"payee_kind": "counterparty_staff", "amount": "1.00", "disclosed_in_contract": False}
        first, second = records(h01({"contract.commissions": [COMMISSION, other]}), CommissionFacts)
        assert (first.in_contract, first.booked, first.payee_is_counterparty_person) == (True, True, False)
        assert (second.in_contract, second.booked, second.payee_is_counterparty_person) == (False, False, True)
        assert first.payee_text == "中间人 5,000.00元"
        assert second.subject == f"{CONTRACT}/commissions/1"

    def test_the_law_of_the_signing_day_counts_and_of_today_before_signing(self):
        signed = h01({"contract.commissions": [COMMISSION]})
        assert record(signed, CommissionFacts).on == date(2024, 4, 17)
        open_ = h01({"contract.commissions": [COMMISSION], "contract.signatures": []})
        assert record(open_, CommissionFacts, as_of="2025-11-01T09:00:00+08:00").on == date(2025, 11, 1)
