"""The shipped packs of the general, development, needs, proposal and after-sales rules."""

import re
from functools import cache
from pathlib import Path

import pytest

from docgen.case import load_case
from docgen.editions import Edition
from docgen.rulebook.guards import Action, blocking
from rules.book import Rulebook, load_rulebook
from rules.policy import DEFAULT_POLICY
from tests.rules.patching import GONE, h01, part
from tests.samples import Kind, Sample, samples

OPINIONS = "proposals[1].review.opinions"


rulebook = cache(load_rulebook)


@pytest.fixture
def book() -> Rulebook:
    return rulebook()


def test_only_the_margin_is_internal_among_the_proposal_rules(book: Rulebook):
    assert [rule.id for rule in book.judge().rules if rule.internal and rule.id.startswith("PR")] == ["PR-12"]


def test_an_internal_rule_tells_no_number(tmp_path: Path):
    policy = tmp_path / "policy.yaml"
    shipped = DEFAULT_POLICY.read_text(encoding="utf-8")
    policy.write_text(shipped.replace("min_margin_rate: null", 'min_margin_rate: "0.2500"'), encoding="utf-8")
    report = load_rulebook(policy).check(h01({"proposals[1].margin_rate": "0.1234"}))
    (finding,) = [each for each in report.findings if each.rule == "PR-12"]
    assert finding.internal
    assert not {"1234", "12.34", "2500"} & set(re.findall(r"[\d.]+", f"{finding.message}{finding.inputs}"))


@pytest.mark.parametrize("sample", samples(Kind.FAILING), ids=str)
def test_every_message_is_filled_in_and_names_nobody(sample: Sample):
    case = load_case(sample.case)
    people = [person.name for person in (*case.staff, *case.contacts)]
    for finding in rulebook(sample.policy).check(case).findings:
        assert finding.message
        assert "{" not in finding.message
        assert not any(name in finding.message for name in people), finding.message


class TestSigningTheReview:
    """A head who signs the review is held up by the own department's faults only."""

    def stopped(self, book: Rulebook, case: object, path: str) -> list[str]:
        guards = book.guards_for("proposal_review_form", Action.SIGN, Edition.SIGNING)
        return [finding.subject for finding in blocking(book.check(case), guards, path)]

    def test_a_missing_opinion_of_another_department_does_not_stop(self, book: Rulebook):
        case = h01({f"{OPINIONS}[2]": GONE})
        assert self.stopped(book, case, f"{OPINIONS}[0]") == []
        assert self.stopped(book, case, "proposals[1]") == ["FA-2024-0012/V2/tech"]

    def test_the_wrong_person_of_the_own_department_does(self, book: Rulebook):
        case = h01({f"{OPINIONS}[1].reviewer_ref": "S10"})
        assert self.stopped(book, case, f"{OPINIONS}[1]") == ["FA-2024-0012/V2/commerce"]
        assert self.stopped(book, case, f"{OPINIONS}[0]") == []


class TestIssuing:
    def stopped(self, book: Rulebook, form: str, edition: Edition, patches: dict[str, object], path: str) -> list[str]:
        guards = book.guards_for(form, Action.ISSUE, edition)
        return [finding.rule for finding in blocking(book.check(h01(patches)), guards, path)]

    def test_the_customers_copy_needs_the_review_to_exist(self, book: Rulebook):
        unreviewed = {"proposals[1].review": None, "proposals[1].presentation": None}
        assert self.stopped(book, "proposal", Edition.DRAFT, unreviewed, "proposals[1]") == []
        assert self.stopped(book, "proposal", Edition.SIGNING, unreviewed, "proposals[1]") == ["PR-08"]

    def test_a_late_record_is_still_issued(self, book: Rulebook):
        late = {"first_contact.recorded_at": "2024-03-20T10:00:00+08:00"}
        assert self.stopped(book, "first_contact_record", Edition.RECORD, late, "first_contact") == []
        empty = {"first_contact.concerns": []}
        assert self.stopped(book, "first_contact_record", Edition.SIGNING, empty, "first_contact") == ["CD-09"]

    def test_needs_are_confirmed_before_their_review_is_issued(self, book: Rulebook):
        open_need = {"needs[0].confirmation": None, "proposals": [], "contract": None, "negotiations": []}
        assert self.stopped(book, "needs_review_record", Edition.SIGNING, open_need, "needs_reviews[0]") == ["ND-05"]
        assert self.stopped(book, "needs_confirmation_list", Edition.SIGNING, open_need, "") == []
        assert self.stopped(book, "needs_confirmation_list", Edition.RECORD, open_need, "") == ["ND-05"]

    def test_a_wrong_credit_code_stops_every_form(self, book: Rulebook):
        wrong = {"supplier.uscc": "91330100MA00000010"}
        for form in ("target_persona_list", "contract", "improvement_plan"):
            assert self.stopped(book, form, Edition.SIGNING, wrong, "persona") == ["GN-05"]

    def test_the_owners_notice_is_what_tells_the_customer(self, book: Rulebook):
        untold = {"after_sales.customer_notified_at": None}
        assert self.stopped(book, "after_sales_assignment_notice", Edition.SIGNING, untold, "after_sales") == []
        wrong = {"after_sales.owner_ref": part("after_sales.tickets[0].handler_ref")}
        assert self.stopped(book, "after_sales_assignment_notice", Edition.SIGNING, wrong, "after_sales") == ["AS-01"]
