"""Every sample that can be loaded gives exactly the findings it states."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from docgen.case import load_case
from docgen.findings import CheckReport
from rules.book import Rulebook, load_rulebook
from tests.samples import Kind, Sample, samples

JUDGED = samples(Kind.HAPPY, Kind.IN_PROGRESS, Kind.FAILING, Kind.BOUNDARY)


@cache
def book(policy: Path | None) -> Rulebook:
    return load_rulebook(policy)


@cache
def report(sample: str) -> CheckReport:
    (each,) = [each for each in JUDGED if each.name == sample]
    return book(each.policy).check(load_case(each.case))


@pytest.mark.parametrize("sample", JUDGED, ids=str)
def test_a_sample_gives_exactly_the_findings_it_states(sample: Sample):
    found = report(sample.name).findings
    for outcome, rules in sample.findings.items():
        assert Counter(each.rule for each in found if each.outcome == outcome) == Counter(rules), outcome


@pytest.mark.parametrize("sample", JUDGED, ids=str)
def test_every_message_is_filled_in_and_names_nobody(sample: Sample):
    case = load_case(sample.case)
    people = [person.name for person in (*case.staff, *case.contacts)]
    for finding in report(sample.name).findings:
        assert finding.message
        assert "{" not in finding.message
        assert not any(name in finding.message for name in people), finding.message
