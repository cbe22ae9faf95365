"""Every sample gives exactly its findings, and together they show every rule both firing and silent."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from docgen.case import load_case
from docgen.findings import CheckReport, Outcome
from rules.book import Rulebook, load_rulebook
from tests.samples import Kind, Sample, sample, samples

_JUDGED = samples(Kind.HAPPY, Kind.IN_PROGRESS, Kind.FAILING, Kind.BOUNDARY)
_STATED = (Outcome.FAIL, Outcome.WARN, Outcome.INFO, Outcome.PENDING)
_FIRED = {Outcome.FAIL, Outcome.WARN, Outcome.INFO}

_OF_TEXTS = {"document", "contract_text", "text_clause", "text_difference"}
"""Aspects of documents at issue and of contracts that we did not write."""
_UNREACHABLE = {"GN-03"}
"""A strict load refuses what this rule looks for."""
_NEVER_PASSED = {"CT-21"}
"""It looks at what is not yet archived, which is pending or late."""
_BY_DATABASE = {("CT-23", "b"), ("OD-02", "b")}
"""Only a database knows the numbers of other cases."""


@cache
def book(policy: Path | None) -> Rulebook:
    return load_rulebook(policy)


@cache
def _report(case: Path, policy: Path | None) -> CheckReport:
    return book(policy).check(load_case(case))


def report(each: Sample) -> CheckReport:
    return _report(each.case, each.policy)


def shown() -> set[str]:
    """Return the rules that a case file alone can show."""
    rules = book(None).judge().rules
    return {rule.id for rule in rules if not _OF_TEXTS & {part.schema.aspect for part in rule.parts}} - _UNREACHABLE


@pytest.mark.parametrize("each", _JUDGED, ids=str)
def test_a_sample_gives_exactly_its_findings(each: Sample):
    counted = {
        outcome: dict(Counter(found.rule for found in report(each).findings if found.outcome is outcome))
        for outcome in _STATED
    }
    assert counted == each.findings


@pytest.mark.parametrize("each", samples(Kind.IN_PROGRESS), ids=str)
def test_a_case_in_progress_is_not_blamed_for_what_is_still_to_come(each: Sample):
    assert not {Outcome.FAIL, Outcome.WARN} & set(report(each).outcomes.values())


def test_every_rule_fires_in_some_sample():
    fired = {rule for each in _JUDGED for rule, outcome in report(each).outcomes.items() if outcome in _FIRED}
    assert shown() - fired == set()


def test_every_rule_is_passed_in_some_sample():
    passed = {rule for each in _JUDGED for rule, outcome in report(each).outcomes.items() if outcome is Outcome.PASS}
    assert shown() - passed == _NEVER_PASSED


def test_every_part_of_a_rule_fires_in_some_sample():
    fired = {(one.rule, one.part) for each in _JUDGED for one in report(each).findings if one.outcome in _FIRED}
    parts = {(rule.id, part.key) for rule in book(None).judge().rules if rule.id in shown() for part in rule.parts}
    assert parts - fired == _BY_DATABASE


def test_no_rule_speaks_in_the_complete_case():
    assert set(report(sample("H01")).outcomes.values()) <= {Outcome.PASS, Outcome.NOT_APPLICABLE}


def test_a_year_without_calendar_keeps_only_the_deadline_that_needs_it_open_and_says_so():
    (finding,) = report(sample("S16")).findings
    assert (finding.rule, finding.outcome) == ("AS-05", Outcome.PENDING)
    assert "日历缺少2028年" in finding.message


def test_every_rule_has_an_outcome_in_every_report():
    rules = {rule.id for rule in book(None).judge().rules}
    assert all(report(each).outcomes.keys() == rules for each in _JUDGED)


def test_the_threshold_of_the_day_of_submission_decides_who_approves():
    without_gm = sample("F03")
    lowered_a_day_later = sample("B13").policy
    assert report(without_gm).outcomes["CT-09"] is Outcome.FAIL
    assert _report(without_gm.case, lowered_a_day_later).outcomes["CT-09"] is Outcome.PASS


def test_a_higher_threshold_clears_exactly_the_samples_that_lack_only_the_general_manager():
    now, then = book(None), book(sample("B01").policy)
    cleared = {each.name: now.diff(then, [load_case(each.case)]) for each in _JUDGED}
    assert {name: {change.rule for change in changes} for name, changes in cleared.items() if changes} == {
        sample(name).name: {"CT-09", "CT-17"} for name in ("F03", "B01", "B13")
    }
    assert all(change.after is None for changes in cleared.values() for change in changes)
