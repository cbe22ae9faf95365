"""Sums, tax and the total in words."""

from decimal import Decimal

import pytest

from docgen.case.contract import Contract
from docgen.case.enums import PriceCategory
from docgen.derived import over_gm_threshold, subtotals_by_category, tax_split, total_taxed, total_upper
from tests.rules.patching import h01


def contract(**update: object) -> Contract:
    found = h01().contract
    assert found is not None
    return found.model_copy(update=update)


def test_the_totals_of_the_complete_case_are_written_in_words():
    case = h01()
    assert total_upper(contract()) == "人民币陆拾捌万元整"
    assert [total_upper(proposal.quotation) for proposal in case.proposals] == [
        "人民币柒拾贰万元整",
        "人民币柒拾万元整",
    ]
    agreed = case.negotiations[0].agreed
    assert agreed is not None
    assert total_upper(agreed) == "人民币陆拾捌万元整"


def test_the_tax_of_the_complete_case_is_split_per_rate():
    shares = [(str(share.rate), str(share.gross), str(share.net), str(share.tax)) for share in tax_split(contract())]
    assert shares == [
        ("0.13", "556000.00", "492035.40", "63964.60"),
        ("0.06", "124000.00", "116981.13", "7018.87"),
    ]


def test_subtotals_are_in_the_order_of_the_lines():
    subtotals = subtotals_by_category(h01().proposals[1].quotation.lines)
    assert [(each.category, str(each.amount)) for each in subtotals] == [
        (PriceCategory.SOFTWARE, "375000.00"),
        (PriceCategory.HARDWARE, "196000.00"),
        (PriceCategory.SERVICE, "129000.00"),
    ]
    assert subtotals_by_category(()) == ()


@pytest.mark.parametrize(("threshold", "over"), [("679999.99", True), ("680000.00", False), ("680000.01", False)])
def test_only_more_than_the_limit_is_over_it(threshold: str, over: bool):
    assert over_gm_threshold(contract(), Decimal(threshold)) is over


@pytest.mark.parametrize(("threshold", "over"), [("759719.99", True), ("759720.00", False)])
def test_a_price_without_tax_is_judged_with_tax(threshold: str, over: bool):
    without_tax = contract(tax_included=False)
    assert total_taxed(without_tax) == Decimal("759720.00")
    assert over_gm_threshold(without_tax, Decimal(threshold)) is over
