"""When the contract was signed and took effect, its digest and its articles."""

from collections.abc import Mapping
from datetime import date

import pytest

from docgen.case.contract import Contract
from docgen.case.enums import ApprovalRole
from docgen.derived import (
    approval_scope,
    articles,
    contract_content_sha256,
    contract_effective_at,
    contract_effective_on,
    contract_signed_at,
    contract_signed_on,
)
from tests.rules.patching import GONE, h01, part


def contract(patches: Mapping[str, object] | None = None) -> Contract:
    found = h01(patches).contract
    assert found is not None
    return found


def test_the_contract_is_signed_by_the_last_signature_and_takes_effect_with_it():
    case = h01()
    assert str(contract_signed_at(case)) == "2024-04-17 11:05:00+08:00"
    assert contract_signed_on(case) == contract_effective_on(case) == date(2024, 4, 17)
    assert contract_effective_at(case) == contract_signed_at(case)


@pytest.mark.parametrize(
    "patches", [{"contract.signatures[1]": GONE}, {"contract.signatures": []}, {"contract": None}], ids=str
)
def test_until_both_have_signed_nothing_is_signed_or_effective(patches: Mapping[str, object]):
    case = h01({**patches, "orders": []})
    assert contract_signed_at(case) is contract_signed_on(case) is None
    assert contract_effective_at(case) is contract_effective_on(case) is None


def test_the_last_signature_of_either_party_counts_and_an_internal_one_does_not():
    supplier = part("contract.signatures[1]")
    later = supplier | {"signed_at": "2024-04-17T12:00:00+08:00"}
    internal = supplier | {"party": "internal", "signed_at": "2024-04-18T12:00:00+08:00"}
    case = h01({"contract.signatures": [later, part("contract.signatures[0]"), supplier, internal]})
    assert str(contract_signed_at(case)) == "2024-04-17 12:00:00+08:00"


def test_an_agreed_day_alone_does_not_make_the_contract_effective():
    case = h01({"contract.signatures": [], "contract.effective_on": "2024-05-01"})
    assert contract_effective_at(case) is None


@pytest.mark.parametrize(
    ("agreed_on", "effective_at"),
    [
        ("2024-04-16", "2024-04-16 00:00:00+08:00"),
        ("2024-04-17", "2024-04-17 11:05:00+08:00"),
        ("2024-05-01", "2024-05-01 00:00:00+08:00"),
    ],
)
def test_an_agreed_day_other_than_that_of_signing_counts_from_its_beginning(agreed_on: str, effective_at: str):
    case = h01({"contract.effective_on": agreed_on})
    assert str(contract_effective_at(case)) == effective_at
    assert contract_effective_on(case) == date.fromisoformat(agreed_on)


def test_the_day_of_signing_is_the_local_one():
    assert contract_signed_on(h01({"contract.signatures[1].signed_at": "2024-04-17T18:30:00Z"})) == date(2024, 4, 18)


@pytest.mark.parametrize(
    "patches",
    [
        {"contract.approval": None},
        {"contract.signatures": []},
        {"contract.archive": None},
        {"contract.total": "680000"},
        {"contract.total": "680000.0"},
        {"contract.lines[0].quantity": "1.0000"},
        {"contract.drafted_at": "2024-04-11T08:00:00Z"},
        {"contract.effective_on": None},
        {"contract.acceptance_workdays": GONE},
    ],
    ids=str,
)
def test_what_says_the_same_has_the_same_digest(patches: Mapping[str, object]):
    assert contract_content_sha256(contract(patches)) == contract_content_sha256(contract())


@pytest.mark.parametrize(
    "patches",
    [
        {"contract.total": "680000.01"},
        {"contract.version": "2"},
        {"contract.clauses[3].text": "合同总价人民币680000.00元"},
        {"contract.clauses[21]": GONE},
        {"contract.payment[0].due_days": "11"},
        {"contract.payment[0].percent": "0.31"},
        {"contract.delivery[0].line_nos[0]": "3"},
        {"contract.tax_included": False},
        {"contract.effective_on": "2024-05-01"},
        {"contract.drafted_at": "2024-04-11T16:00:01+08:00"},
    ],
    ids=str,
)
def test_whatever_changes_the_content_changes_the_digest(patches: Mapping[str, object]):
    assert contract_content_sha256(contract(patches)) != contract_content_sha256(contract())


def test_a_nought_has_one_writing_and_the_digest_stays_what_it_was():
    zero, zeros = (contract({"contract.payment[0].amount": text}) for text in ("0", "0.00"))
    assert contract_content_sha256(zero) == contract_content_sha256(zeros)
    assert contract_content_sha256(contract()) == "b4c259d9a0841167709d6c2c3d971e661ff0619273530e293406159f4e5553b9"


def test_clauses_are_grouped_by_article_in_the_order_of_the_file():
    found = articles(contract())
    assert [article.number for article in found[:3]] == ["首部", "第一条", "第二条"]
    assert len(found) == 17
    assert found[4].title == "交付时间、交付地点"
    assert [clause.clause_id for clause in found[4].clauses] == ["delivery_time", "delivery_place"]
    assert sum(len(article.clauses) for article in found) == 22


def test_a_clause_joins_its_article_wherever_it_stands_and_one_without_stands_alone():
    patches = {"contract.clauses[21].article": "第二条", "contract.clauses[3].article": GONE}
    found = articles(contract({**patches, "contract.clauses[4].article": GONE, "contract.clauses[21].heading": "价款"}))
    assert [(article.number, article.title) for article in found[2:5]] == [
        (None, "合同价款"),
        (None, "税费"),
        ("第三条", "付款方式"),
    ]
    assert (found[-1].number, found[-1].title) == ("第二条", "价款")


def test_each_approver_answers_for_a_matter():
    assert [approval_scope(role) for role in ApprovalRole] == [
        "商务条款合理性",
        "法律条款合规性",
        "最终审批",
        "最终审批",
    ]
