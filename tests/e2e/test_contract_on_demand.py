"""A contract drafted from the final minutes: the blanks asked for by name, the result clean and fit to be printed."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import Change, Desk

Data = dict[str, Any]
ANSWERS = {
    "sign_place": "浙江省杭州市",
    "payment_method": "银行转账",
    "acceptance_standard": "功能清单<全部>可用 & 合格",
    "warranty_months": "12",
    "late_penalty": "5",
    "confidentiality_years": "3",
}
DRAFT_RULES = {"CT-01", "CT-02", "CT-03", "CT-04", "CT-05"}


def agreed_only(data: Data) -> None:
    """Go back to the day after the negotiation."""
    data["as_of"] = "2024-04-11T18:00:00+08:00"
    for name in ("contract", "after_sales", "success_case", "orders", "transfers", "authorizations"):
        del data[name]
    data["customer"]["follow_ups"] = data["customer"]["follow_ups"][:2]
    data["customer"]["grade_history"] = []


def mixed(_data: Data) -> None:
    """Keep products and services."""


def services(data: Data) -> None:
    agreed = data["negotiations"][0]["agreed"]
    lines = [line | {"line_no": number} for number, line in enumerate(agreed["lines"][2:], 1)]
    agreed |= {"lines": lines, "total": "124000.00", "delivery": [agreed["delivery"][1] | {"line_nos": [1, 2]}]}
    one_payment(data)
    data["baseline"]["min_total"] = "100000.00"


def products(data: Data) -> None:
    agreed = data["negotiations"][0]["agreed"]
    agreed |= {"lines": agreed["lines"][:2], "total": "556000.00", "delivery": agreed["delivery"][:1]}
    one_payment(data)
    data["baseline"]["min_total"] = "500000.00"


def tax_exclusive(data: Data) -> None:
    data["negotiations"][0]["agreed"]["tax_included"] = data["baseline"]["tax_included"] = False


def one_payment(data: Data) -> None:
    agreed = data["negotiations"][0]["agreed"]
    stage = {"seq": 1, "name": "全款", "trigger": "合同生效", "percent": "1", "due_days": 10}
    agreed["payment"] = [stage | {"amount": agreed["total"]}]


def drafted(desk: Desk, case: Path, *options: str) -> tuple[Path, str]:
    """Draft the contract of `case`; return the new case file and what was printed."""
    target = desk.folder / "拟定.yaml"
    run = desk.run("contract", "draft", case, "--out", target, "--at", "2024-04-11T16:00:00+08:00", *options)
    assert run.code == 0, run.err
    return target, run.out


@pytest.mark.parametrize("change", [mixed, services, products, tax_exclusive, one_payment])
def test_a_drafted_contract_is_clean_and_is_printed_as_a_draft(desk: Desk, change: Change) -> None:
    options = [part for name, answer in ANSWERS.items() for part in ("--set", f"{name}={answer}")]
    case, said = drafted(desk, desk.case(agreed_only, change), *options)
    assert "待填写" not in said
    assert not DRAFT_RULES & {rule for rule, _ in desk.findings(case)}
    run = desk.issue(case, "contract")
    assert run.code == 0, run.err
    assert "功能清单<全部>可用&合格" in desk.word("审批稿")
    assert all("审批稿" in page for page in desk.pages("审批稿"))


def test_blanks_are_asked_for_by_name_and_keep_the_contract_from_being_issued(desk: Desk) -> None:
    case, said = drafted(desk, desk.case(agreed_only))
    assert all(f"--set {name}=" in said for name in ANSWERS)
    assert ("CT-01", "fail") in desk.findings(case)
    assert desk.issue(case, "contract").code == 3
    assert desk.written() == []


@pytest.mark.parametrize(
    ("option", "answer", "code"),
    [
        ("--set", "confidentiality_years=三", "bad_answer"),
        ("--set", "confidentialty_years=3", "bad_answer"),
        ("--set", "没有等号", "bad_answer"),
        ("--by", "S99", "invalid_case"),
        ("--at", "2024-04-11", "bad_moment"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_written(desk: Desk, option: str, answer: str, code: str) -> None:
    target = desk.folder / "拟定.yaml"
    run = desk.run("contract", "draft", desk.case(agreed_only), "--out", target, option, answer)
    assert run.code == 4
    assert f"[{code}]" in run.err
    assert not target.exists()
