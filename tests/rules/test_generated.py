"""Laws of checking, over generated cases: total, the same again, in any order, on any thread, by either evaluator."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.case import CaseFile, load_case
from docgen.case.canonical import canonical_json
from docgen.clock import SHANGHAI, FixedClock
from docgen.errors import InputError
from docgen.findings import WORST_FIRST, CheckReport, Finding, Outcome
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.judge import Judge, Occasion
from docgen.rulebook.program import reads
from rules.book import Rulebook, load_rulebook
from rules.facts import Known, Setting, derive
from tests.rules.generation import BITS, bases, cases, demanding_policy, mutated, random_case
from tests.samples import sample

_NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
_KNOWN = Known(frozenset({"YB-XS-2024-0012"}), frozenset({"PO20240418001"}))
_LAW = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load_rulebook(demanding_policy(tmp_path_factory.mktemp("policy")), clock=FixedClock(_NOW))


@cache
def turned_round(judge: Judge, book: Rulebook) -> Judge:
    """Return a judge with the same rules in the opposite order."""
    packs = [replace(pack, rules=pack.rules[::-1]) for pack in book.packs[::-1]]
    assert [rule.id for pack in packs for rule in pack.rules] == [rule.id for rule in judge.rules][::-1]
    return Judge(packs, book.laws)


def facts(case: CaseFile, book: Rulebook) -> list[Aspect]:
    return list(derive(case, Setting(case.as_of or _NOW, book.policy, book.policy.calendar(), _KNOWN)))


def judged(judge: Judge, records: Sequence[Aspect], book: Rulebook, *, oracle: bool = False) -> CheckReport:
    return judge.judge(records, book.policy.at, Occasion("XS2024-0012", _NOW, "", ""), oracle=oracle)


def loaded(text: bytes) -> CaseFile | None:
    """Return the case, None if it is refused because its parts do not fit together."""
    try:
        return load_case(text)
    except InputError as refused:
        if refused.code != "invalid_case":
            raise
        return None


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings in an order that does not depend on that of rules and records."""
    return sorted(findings, key=lambda each: (each.rule, each.part, each.path, each.subject, each.message))


def worst(findings: Sequence[Finding]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for each in findings:
        found[each.rule] = min(each.outcome, found.get(each.rule, each.outcome), key=WORST_FIRST.index)
    return found


@pytest.mark.slow
@settings(_LAW, max_examples=2_000)
@given(cases())
def test_the_engine_says_of_every_part_and_record_what_the_closures_say(book: Rulebook, case: CaseFile):
    records = facts(case, book)
    report = judged(book.judge(), records, book)
    by_closures = judged(turned_round(book.judge(), book), records[::-1], book, oracle=True)
    assert by_closures.outcomes == report.outcomes
    assert in_order(by_closures.findings) == in_order(report.findings)


@settings(_LAW, max_examples=200)
@given(cases())
def test_the_engine_says_the_same_whatever_the_order_of_rules_and_records(book: Rulebook, case: CaseFile):
    records = facts(case, book)
    report = judged(book.judge(), records, book)
    again = judged(turned_round(book.judge(), book), records[::-1], book)
    assert again.outcomes == report.outcomes
    assert in_order(again.findings) == in_order(report.findings)


@settings(_LAW, max_examples=150)
@given(cases())
def test_a_finding_is_about_a_record_and_the_worst_one_is_the_outcome_of_its_rule(book: Rulebook, case: CaseFile):
    report = book.check(case, known=_KNOWN)
    assert {(each.path, each.subject) for each in report.findings} <= {
        (record.path, record.subject) for record in facts(case, book)
    }
    said = worst(report.findings)
    plain = {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert {rule: outcome for rule, outcome in report.outcomes.items() if outcome not in plain} == said
    assert book.check(case, known=_KNOWN) == report


@settings(_LAW, max_examples=25)
@given(cases())
def test_a_record_is_judged_alone_as_it_is_among_others(book: Rulebook, case: CaseFile):
    records = facts(case, book)
    together = judged(book.judge(), records, book)
    alone = [found for record in records for found in judged(book.judge(), [record], book).findings]
    assert in_order(alone) == in_order(together.findings)


@settings(_LAW, max_examples=100)
@given(cases(), st.integers(0, 2**16), st.integers(0, 2**16))
def test_a_poisoned_fact_changes_only_what_is_said_of_its_record_by_parts_that_read_it(
    book: Rulebook, case: CaseFile, where: int, which: int
):
    records = facts(case, book)
    at = where % len(records)
    own = [field.name for field in fields(records[at]) if field.name not in {each.name for each in fields(Aspect)}]
    name = own[which % len(own)]
    poisoned = [*records[:at], replace(records[at], **{name: object()}), *records[at + 1 :]]
    touched = {
        (rule.id, part.key)
        for rule in book.judge().rules
        for part in rule.parts
        if part.schema.aspect == records[at].aspect and (name in reads(part) or f"{{{name}}}" in part.message)
    }
    before, after = (judged(book.judge(), each, book) for each in (records, poisoned))
    assert list(_others(before, touched, records[at])) == list(_others(after, touched, records[at]))


def _others(report: CheckReport, touched: set[tuple[str, str]], record: Aspect) -> Iterator[Finding]:
    about = (record.path, record.subject)
    return (
        each for each in report.findings if (each.rule, each.part) not in touched or (each.path, each.subject) != about
    )


@settings(_LAW, max_examples=100)
@given(cases())
def test_a_case_written_as_json_and_read_again_gives_the_same_report_or_is_no_case(book: Rulebook, case: CaseFile):
    again = loaded(canonical_json(case))
    assert again is None or book.check(again) == book.check(case)


def test_a_good_part_of_the_generated_cases_can_be_loaded():
    random = Random(3)
    assert sum(loaded(canonical_json(random_case(random))) is not None for _ in range(60)) >= 30


def test_eight_threads_give_the_reports_that_one_gives(book: Rulebook):
    random = Random(8)
    drawn = [*bases(), *(random_case(random) for _ in range(40))]
    expected = [book.check(case) for case in drawn]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(book.check, drawn)) == expected


def test_changes_to_the_complete_case_alone_break_most_rules(book: Rulebook):
    random, h01 = Random(1), bases().index(load_case(sample("H01").case))
    drawn = (mutated(h01, [random.getrandbits(BITS) for _ in range(6)]) for _ in range(300))
    fired = {Outcome.FAIL, Outcome.WARN, Outcome.INFO}
    broken = {each.rule for case in drawn for each in book.check(case, known=_KNOWN).findings if each.outcome in fired}
    assert len(broken) >= 80
