"""Cases as other people would write them, each with the findings that rules.md asks for."""

import copy
import json
from typing import Any

import pytest

from tests.e2e.desk import Change, Desk, renamed

Data = dict[str, Any]


def offered(data: Data) -> list[Data]:
    """Return everything that states a price: contract, final minutes, quotations."""
    quotations = [proposal["quotation"] for proposal in data["proposals"]]
    return [data["contract"], data["negotiations"][0]["agreed"], *quotations]


def clause(data: Data, clause_id: str) -> Data:
    return next(one for one in data["contract"]["clauses"] if one["clause_id"] == clause_id)


def tax_exclusive(data: Data) -> None:
    for terms in offered(data):
        terms["tax_included"] = False
    data["baseline"]["tax_included"] = False
    clause(data, "tax")["text"] = "上述价格为不含税价，产品税率13%，服务税率6%，税款由甲方另行承担"


def two_rounds(data: Data) -> None:
    final = data["negotiations"][0]
    first = copy.deepcopy(final) | {"is_final": False, "open_issues": ["价格待总经理批示"]}
    del first["agreed"]
    first |= {"started_at": "2024-04-09T17:10:00+08:00", "ended_at": "2024-04-09T18:40:00+08:00"}
    for signature in first["signatures"]:
        signature["signed_at"] = "2024-04-09T18:45:00+08:00"
    final |= {"round": 2, "minutes_no": "TP-2024-0012-02"}
    data["negotiations"] = [first, final]


def signed_on_paper_by_legal_representatives(data: Data) -> None:
    data["contacts"].append(
        copy.deepcopy(data["contacts"][2]) | {"contact_id": "C05", "name": "周华", "title": "董事长"}
    )
    data["authorizations"] = data["authorizations"][1:]
    signers = {"C05": "周华", "S09": "陈志远"}
    for signature, (ref, name) in zip(data["contract"]["signatures"], signers.items(), strict=True):
        signature |= {"signer_kind": "legal_representative", "signer_ref": ref, "signer_name": name, "method": "paper"}
        signature.pop("esign", None)
        signature.pop("auth_no", None)
    items = data["transfers"][0]["items"]
    data["transfers"][0]["items"] = [one for one in items if one["doc_no"] != "SQ-2024-0012-01"]


def changed_in_approval(data: Data) -> None:
    contract = data["contract"]
    change: Data = {"change_no": "XG-01", "at": "2024-04-12T11:00:00+08:00", "clause_id": "breach_late_delivery"}
    change |= {"before": "万分之三", "after": "万分之五", "reason": "法务意见", "version_from": 1, "version_to": 2}
    change |= {"customer_contact_ref": "C03", "customer_confirmed_at": "2024-04-12T12:00:00+08:00"}
    contract |= {"version": 2, "changes": [change | {"confirm_method": "email"}]}
    steps = contract["approval"]["steps"]
    again = [steps[0] | {"decided_at": "2024-04-12T14:00:00+08:00"}, *steps[1:]]
    anew = [step | {"seq": seq, "contract_version": 2} for seq, step in enumerate(again, 2)]
    contract["approval"]["steps"] = [steps[0], *anew]


def changed_without_asking_anybody(data: Data) -> None:
    changed_in_approval(data)
    del data["contract"]["changes"][0]["customer_confirmed_at"]
    first, _, *others = data["contract"]["approval"]["steps"]
    data["contract"]["approval"]["steps"] = [first, *(step | {"seq": n} for n, step in enumerate(others, 2))]


def copied_order(data: Data, number: str) -> Data:
    order: Data = json.loads(json.dumps(data["orders"][0]).replace("PO20240418001", number))
    return order


def half_by_half(data: Data) -> None:
    """Order and accept the twenty gateways in two orders of ten."""
    second, first = copied_order(data, "PO20240418003"), data["orders"][0]
    second["dispatch"]["dispatch_no"] = "SC-20240419-002"
    second["exceptions"] = []
    for order in (first, second):
        order["lines"][1] |= {"quantity": "10", "amount": "98000.00"}
        order["acceptances"][0]["items"][1] |= {"quantity_due": "10", "quantity_actual": "10"}
    del second["lines"][0], second["acceptances"][0]["items"][0]
    first["amount"], second["amount"] = "458000.00", "98000.00"
    data["orders"].append(second)
    items = data["transfers"][1]["items"]
    items.append(items[0] | {"seq": 3, "doc_no": "YS-PO20240418003-01"})


def more_than_was_sold(data: Data) -> None:
    half_by_half(data)
    line = data["orders"][2]["lines"][0]
    line |= {"quantity": "11", "amount": "107800.00"}
    data["orders"][2]["amount"] = "107800.00"


def cancelled_order(data: Data) -> None:
    order = copied_order(data, "PO20240418009") | {"status": "cancelled"}
    order |= {name: [] for name in ("progress", "exceptions", "acceptances", "reviews")}
    for name in ("dispatch", "confirmation", "shipped_at", "received_at"):
        del order[name]
    data["orders"].append(order)


def delay_with_consent(data: Data) -> None:
    data["orders"][0]["exceptions"][0] |= {
        "new_delivery_on": "2024-06-03",
        "customer_consent_at": "2024-05-13T18:00:00+08:00",
    }


def delay_without_consent(data: Data) -> None:
    data["orders"][0]["exceptions"][0]["new_delivery_on"] = "2024-06-03"


def three_acceptance_rounds(data: Data) -> None:
    order = data["orders"][1]
    first, last = order["acceptances"]
    text = json.dumps(first).replace("2024-06-05", "2024-06-08").replace("-01", "-02")
    second = json.loads(text) | {"round": 2, "signatures": json.loads(json.dumps(first["signatures"]))}
    for signature in second["signatures"]:
        signature["signed_at"] = signature["signed_at"].replace("06-05", "06-08")
    last |= {"round": 3, "sheet_no": "YS-PO20240418002-03"}
    repair = order["rectifications"][0]
    order["acceptances"] = [first, second, last]
    order["rectifications"].append(
        repair
        | {"rectification_no": "ZG-PO20240418002-02", "acceptance_round": 2}
        | {"started_at": "2024-06-08T15:00:00+08:00", "finished_at": "2024-06-10T17:00:00+08:00"}
    )
    data["transfers"][1]["items"][1]["doc_no"] = "YS-PO20240418002-03"


def just_signed(data: Data) -> None:
    data["as_of"] = "2024-04-17T12:00:00+08:00"
    for name in ("after_sales", "success_case", "orders", "transfers"):
        del data[name]
    del data["contract"]["archive"]
    data["customer"]["follow_ups"] = data["customer"]["follow_ups"][:2]
    data["customer"]["grade_history"] = data["customer"]["grade_history"][:1]


def vice_president_over_the_limit(data: Data) -> None:
    data["contract"]["approval"]["steps"][2] |= {"role": "vp", "approver_ref": "S07"}


def foreign_to_our_alphabet(data: Data) -> None:
    renamed("王海", "阿卜杜拉·买买提")(data)
    renamed("刘洋", "欧阳娜娜")(data)
    renamed("示例科技有限公司", "新疆维吾尔自治区乌鲁木齐市示例民族智能装备制造与服务股份有限公司")(data)


CLEAN = (
    tax_exclusive,
    two_rounds,
    signed_on_paper_by_legal_representatives,
    changed_in_approval,
    half_by_half,
    cancelled_order,
    delay_with_consent,
    three_acceptance_rounds,
    foreign_to_our_alphabet,
)
"""Cases without a fault."""


@pytest.mark.parametrize("change", CLEAN)
def test_a_case_without_fault_gives_no_finding(desk: Desk, change: Change) -> None:
    assert desk.findings(desk.case(change)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (changed_without_asking_anybody, [("CT-11", "fail"), ("CT-12", "fail")]),
        (more_than_was_sold, [("OD-04", "fail")]),
        (delay_without_consent, [("OD-11", "warn")]),
        (vice_president_over_the_limit, [("CT-09", "fail"), ("CT-17", "fail")]),
        (
            just_signed,
            [(rule, "pending") for rule in ("AS-01", "CT-20", "CT-21", "CT-21", "CT-41")],
        ),
    ],
)
def test_a_fault_gives_its_findings_and_no_other(desk: Desk, change: Change, expected: list[tuple[str, str]]) -> None:
    assert desk.findings(desk.case(change)) == expected


@pytest.mark.parametrize("change", [tax_exclusive, signed_on_paper_by_legal_representatives, half_by_half])
def test_the_main_documents_of_an_unseen_case_are_issued(desk: Desk, change: Change) -> None:
    forms = ("contract", "contract_approval_form", "negotiation_minutes", "product_acceptance_sheet")
    run = desk.issue(desk.case(change), *forms, "--no-pdf")
    assert run.code == 0, run.err
    assert "680,000.00" in desk.word("销售合同")
