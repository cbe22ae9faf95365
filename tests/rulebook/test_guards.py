from datetime import UTC, datetime

import pytest

from docgen.editions import Edition
from docgen.findings import CheckReport, Finding, ManualReference, Outcome, PackIdentity
from docgen.rulebook.guards import Action, Guard, blocking, concern, guards_for, parse_guard


def report(*findings: Finding) -> CheckReport:
    return CheckReport(
        case_no="XS2026-0001",
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        pack=PackIdentity(version="1", sha256=""),
        policy_sha256="",
        case_sha256="",
        outcomes={},
        findings=findings,
    )


def finding(rule: str = "CT-01", outcome: Outcome = Outcome.FAIL, path: str = "", part: str = "") -> Finding:
    return Finding(
        rule=rule,
        outcome=outcome,
        subject="x",
        message="m",
        manual=ManualReference(section="ours", quote=""),
        suggestion="s",
        path=path,
        part=part,
    )


def guard(target: str, action: Action = Action.ISSUE, rule: str = "CT-01") -> Guard:
    found = parse_guard(rule, action, target)
    assert found is not None
    return found


def test_a_target_is_read_in_all_its_parts():
    assert guard("contract") == Guard("CT-01", Action.ISSUE, "contract")
    assert guard("*") == Guard("CT-01", Action.ISSUE, None)
    assert guard("contract@signing#customer:a,c!", Action.SIGN) == Guard(
        "CT-01", Action.SIGN, "contract", Edition.SIGNING, "customer", frozenset("ac"), blocks_pending=True
    )


@pytest.mark.parametrize(
    "target",
    [
        "",
        "Contract",
        "contract@",
        "contract@final",
        "contract#us",
        "contract:",
        "contract:1",
        "contract!!",
        "a b",
        "*x",
        "contract:a,",
        "contract\n",
    ],
)
def test_a_badly_written_target_is_none(target: str):
    assert parse_guard("CT-01", Action.ISSUE, target) is None


def test_guards_are_chosen_by_action_form_edition_and_party():
    guards = [
        guard("contract", rule="A-1"),
        guard("contract@signing", rule="A-2"),
        guard("contract@record", rule="A-3"),
        guard("*", rule="A-4"),
        guard("order_form", rule="A-5"),
        guard("contract", Action.REPORT, "A-6"),
        guard("contract#customer", Action.SIGN, "B-1"),
        guard("contract#supplier", Action.SIGN, "B-2"),
        guard("contract", Action.SIGN, "B-3"),
    ]

    def chosen(action: Action, edition: Edition, party: str | None = None) -> str:
        return " ".join(one.rule for one in guards_for(guards, "contract", action, edition, party))

    assert chosen(Action.ISSUE, Edition.DRAFT) == "A-1 A-4"
    assert chosen(Action.ISSUE, Edition.SIGNING) == "A-1 A-2 A-4"
    assert chosen(Action.ISSUE, Edition.RECORD) == "A-1 A-2 A-3 A-4"
    assert chosen(Action.SIGN, Edition.SIGNING, "customer") == "B-1 B-3"
    assert chosen(Action.SIGN, Edition.SIGNING, "supplier") == "B-2 B-3"
    assert chosen(Action.SIGN, Edition.SIGNING) == "B-1 B-2 B-3"
    assert chosen(Action.REPORT, Edition.SIGNING) == "A-6"
    assert chosen(Action.ARCHIVE, Edition.RECORD) == ""


@pytest.mark.parametrize(
    ("outcome", "target", "blocks"),
    [
        (Outcome.FAIL, "contract", True),
        (Outcome.WARN, "contract", True),
        (Outcome.PENDING, "contract", False),
        (Outcome.PENDING, "contract!", True),
        (Outcome.INFO, "contract!", False),
    ],
)
def test_what_blocks(outcome: Outcome, target: str, blocks: bool):
    one = finding(outcome=outcome)
    assert blocking(report(one), [guard(target)], "") == ((one,) if blocks else ())
    assert blocking(report(one), [guard(target, Action.REPORT)], "") == ()
    assert blocking(report(one), [guard(target, rule="CT-02")], "") == ()


def test_only_a_warning_can_be_overridden():
    warn, fail, pending = (finding(outcome=outcome) for outcome in (Outcome.WARN, Outcome.FAIL, Outcome.PENDING))
    assert blocking(report(warn, fail, pending), [guard("contract!")], "", frozenset({"CT-01"})) == (fail, pending)


def test_a_guard_of_some_parts_lets_the_others_pass():
    first, second = finding(part="a"), finding(part="b")
    assert blocking(report(first, second), [guard("contract:b,c")], "") == (second,)
    assert blocking(report(first, second), [guard("contract")], "") == (first, second)


def test_every_blocking_finding_is_listed_once_and_in_order():
    findings = [finding(path=f"contract.lines[{n}]") for n in range(3)]
    assert blocking(report(*findings), [guard("contract"), guard("*")], "contract") == tuple(findings)


@pytest.mark.parametrize(
    ("finding_path", "document_path", "concerned"),
    [
        ("", "orders[0]", True),
        ("orders[0]", "", True),
        ("orders[0]", "orders[0]", True),
        ("orders[0]", "orders[0].acceptances[1]", True),
        ("orders[0].acceptances[1]", "orders[0]", True),
        ("orders[0]", "orders[1]", False),
        ("orders[1]", "orders[10]", False),
        ("orders[0].acceptances[0]", "orders[0].acceptances[1]", False),
        ("orders[0].exceptions[0]", "orders[0].acceptances[0]", False),
        ("customer", "orders[0]", True),
        ("contract.signatures[0]", "orders[0]", True),
        ("contract.signatures[0]", "contract", True),
        ("contract", "contract.signatures[0]", True),
        ("after_sales.tickets[1]", "after_sales.tickets[1]", True),
        ("after_sales.tickets[0]", "after_sales.tickets[1]", False),
        ("needs", "needs_reviews[0]", True),
    ],
)
def test_which_findings_concern_a_document(finding_path: str, document_path: str, concerned: bool):
    assert concern(finding_path, document_path) is concerned
