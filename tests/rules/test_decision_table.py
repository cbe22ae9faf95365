"""The approval matrix, as the rule itself decides it: only strictly more than the threshold needs the 总经理."""

from datetime import date

import pytest

from docgen.errors import DeclarationError
from docgen.findings import Outcome
from docgen.rulebook.pack import Rule
from rules.book import load_rulebook
from rules.decision_table import FINAL_APPROVAL, Amount, approval_table


@pytest.fixture(scope="module")
def rule() -> Rule:
    return load_rulebook().judge(date(2026, 1, 1)).rule(FINAL_APPROVAL)


def _cell(rule: Rule, amount: Amount, *, vp: bool = False, gm: bool = False) -> tuple[Outcome, Outcome]:
    (row,) = (row for row in approval_table(rule) if (row.amount, row.vp_passed, row.gm_passed) == (amount, vp, gm))
    return row.unsigned, row.signed


def test_every_combination_is_there_once(rule: Rule):
    rows = approval_table(rule)
    assert len({(row.amount, row.vp_passed, row.gm_passed) for row in rows}) == len(rows) == 16


@pytest.mark.parametrize("amount", [Amount.WITHIN, Amount.EQUAL])
def test_up_to_the_threshold_the_vice_president_suffices(rule: Rule, amount: Amount):
    assert _cell(rule, amount, vp=True) == (Outcome.PASS, Outcome.PASS)


def test_over_the_threshold_the_vice_president_never_replaces_the_general_manager(rule: Rule):
    assert _cell(rule, Amount.OVER, vp=True) == (Outcome.FAIL, Outcome.FAIL)
    assert _cell(rule, Amount.OVER, vp=True, gm=True) == (Outcome.PASS, Outcome.PASS)


@pytest.mark.parametrize("amount", list(Amount))
def test_the_general_manager_suffices_for_any_amount(rule: Rule, amount: Amount):
    assert _cell(rule, amount, gm=True) == (Outcome.PASS, Outcome.PASS)


@pytest.mark.parametrize("amount", [Amount.WITHIN, Amount.EQUAL, Amount.OVER])
def test_without_final_approval_it_is_pending_until_someone_signs(rule: Rule, amount: Amount):
    assert _cell(rule, amount) == (Outcome.PENDING, Outcome.FAIL)


def test_without_a_threshold_the_vice_president_leaves_it_undecided(rule: Rule):
    assert _cell(rule, Amount.NO_THRESHOLD, vp=True) == (Outcome.PENDING, Outcome.PENDING)


def test_a_rule_on_other_facts_has_no_such_table():
    other = load_rulebook().judge(date(2026, 1, 1)).rule("CT-10")
    with pytest.raises(DeclarationError) as refused:
        approval_table(other)
    assert refused.value.code == "not_decidable"
    assert "CT-10" in refused.value.message
