"""Before every action on every form stand the rules that process.md section 4 names, row by row."""

from functools import cache

import pytest

from docgen.editions import Edition
from docgen.rulebook.guards import Action, blocking
from rules.book import load_rulebook
from tests.rules.patching import GONE, h01

rulebook = cache(load_rulebook)

EVERY_FORM = "GN-02 GN-03 GN-04 GN-05 GN-06 GN-07 GN-09"
PROPOSAL = "PR-03 PR-04 PR-05 PR-06 PR-07 PR-11"

ISSUE = {
    "target_persona_list": "CD-01",
    "customer_info_table": "CD-02 CD-03 CD-04 CD-12",
    "customer_grading_table": "CD-05",
    "first_contact_record": "CD-09",
    "communication_outline": "ND-01",
    "needs_interview_record": "ND-03",
    "needs_confirmation_list@signing": "ND-04 ND-09",
    "needs_confirmation_list@record": "ND-04 ND-05 ND-06 ND-09",
    "need_change_evaluation": "ND-07",
    "needs_review_record": "ND-05 PR-01 PR-02",
    "proposal@draft": PROPOSAL,
    "proposal@signing": f"{PROPOSAL} PR-08 PR-09 PR-12 PR-13",
    "quotation_list@draft": PROPOSAL,
    "quotation_list@signing": f"{PROPOSAL} PR-08 PR-09 PR-12 PR-13",
    "proposal_review_form": "PR-03 PR-04 PR-05 PR-06 PR-07",
    "capability_boundary_notice": "PR-11",
    "negotiation_minutes": "CT-07",
    "contract@draft": "CT-01 CT-02 CT-03 CT-04 CT-05 CT-06 CT-23",
    "contract@signing": "CT-01 CT-02 CT-03 CT-04 CT-05 CT-06 CT-08 CT-09 CT-10 CT-11 CT-12 CT-23",
    "contract_approval_form": "CT-12",
    "order_form": "OD-01 OD-02 OD-03 OD-04",
    "production_notice": "OD-05 OD-06",
    "delivery_task_notice": "OD-05 OD-06",
    "order_confirmation_letter": "OD-05 OD-07",
    "weekly_progress_report": "OD-07",
    "exception_notice": "OD-10",
    "service_acceptance_sheet": "OD-14",
    "after_sales_assignment_notice": "AS-01",
    "after_sales_guide": "AS-02",
    "after_sales_record": "AS-06",
    "satisfaction_questionnaire": "OD-16",
    "success_case": "AS-10 OD-16",
}
SIGN = {
    "proposal_review_form": "PR-08",
    "contract#customer": "CT-13 CT-14 CT-15 CT-18 CT-19",
    "contract#supplier": "CT-16 CT-17 CT-18 CT-19",
    "contract_approval_form": "CT-08 CT-09 CT-10 CT-11",
    "power_of_attorney": "CT-14",
    "order_form": "OD-05",
    "product_acceptance_sheet": "OD-13 OD-17",
    "service_acceptance_sheet": "OD-13 OD-17",
    "success_case": "AS-10",
}
ARCHIVE = {
    "needs_confirmation_list": "ND-05",
    "proposal_review_form": "PR-08",
    "negotiation_minutes": "CT-07",
    "contract_approval_form": "CT-08 CT-09",
}
REPORT = {
    "first_contact_record": "CD-08 CD-10",
    "contract": "CT-20 CT-21",
    "exception_notice": "OD-09 OD-11",
    "product_acceptance_sheet": "OD-12",
    "rectification_record": "OD-15",
    "satisfaction_questionnaire": "AS-07",
    "proposal_feedback_record": "PR-10",
    "acceptance_meeting_minutes": "OD-14",
    "follow_up_visit_record": "AS-05",
    "survey_result_report": "AS-08",
    "customer_visit_record": "AS-09",
}
ROWS = [
    (action, target, rules)
    for action, rows in ((Action.ISSUE, ISSUE), (Action.SIGN, SIGN), (Action.ARCHIVE, ARCHIVE), (Action.REPORT, REPORT))
    for target, rules in rows.items()
]


def standing(action: Action, target: str) -> set[str]:
    named, _, party = target.partition("#")
    form, _, edition = named.partition("@")
    guards = rulebook().guards_for(form, action, Edition(edition or "signing"), party or None)
    return {guard.rule for guard in guards}


@pytest.mark.parametrize(("action", "target", "rules"), ROWS, ids=[f"{one}-{form}" for one, form, _ in ROWS])
def test_the_rules_of_a_row_stand_before_its_action(action: Action, target: str, rules: str):
    assert set(rules.split()) - standing(action, target) == set()


@pytest.mark.parametrize("form", sorted({target.partition("@")[0] for target in ISSUE}))
def test_the_general_rules_stand_before_every_issue(form: str):
    assert set(EVERY_FORM.split()) - standing(Action.ISSUE, form) == set()


@pytest.mark.parametrize(
    ("target", "path", "patches", "rules"),
    [
        ("needs_confirmation_list", "", {"needs[1].confirmation": GONE}, {"ND-05"}),
        ("proposal_review_form", "proposals[1]", {"proposals[1].review.opinions[2]": GONE}, {"PR-08"}),
        ("contract_approval_form", "contract", {"contract.approval.steps[2]": GONE}, {"CT-08", "CT-09"}),
    ],
)
def test_what_is_not_complete_is_not_archived(target: str, path: str, patches: dict[str, object], rules: set[str]):
    guards = rulebook().guards_for(target, Action.ARCHIVE, Edition.RECORD)
    assert blocking(rulebook().check(h01({})), guards, path) == ()
    assert {finding.rule for finding in blocking(rulebook().check(h01(patches)), guards, path)} == rules


def test_no_weekly_report_leaves_before_the_order_is_confirmed():
    guards = rulebook().guards_for("weekly_progress_report", Action.ISSUE, Edition.SIGNING)
    report = rulebook().check(h01({"orders[1].confirmation": GONE}))
    assert "OD-07" in {finding.rule for finding in blocking(report, guards, "orders[1].progress[0]")}
    assert blocking(report, guards, "orders[0].progress[0]") == ()
