"""Check reports to print: of samples, and with findings of any kind added."""

from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from docgen.case import load_case
from docgen.findings import CheckReport, Finding, LawReference, ManualReference, Outcome
from rules.book import Rulebook, load_rulebook
from service.report import About, about
from tests.samples import sample


@cache
def book() -> Rulebook:
    return load_rulebook()


@cache
def reported(name: str) -> tuple[CheckReport, About]:
    """The report of a sample and what is printed besides."""
    case = load_case(sample(name).case)
    report = book().check(case)
    return report, about(case, book(), report.as_of)


def with_findings(report: CheckReport, *findings: Finding) -> CheckReport:
    """The report with more findings."""
    return report.model_copy(update={"findings": (*report.findings, *findings)})


def finding(
    outcome: Outcome = Outcome.PENDING,
    *,
    rule: str = "OD-12",
    message: str = "验收尚未完成",
    due_at: datetime | None = None,
    actual_at: datetime | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        outcome=outcome,
        subject="PO20240418001",
        message=message,
        inputs={"accept_wd_used": 4, "kind": "product"},
        manual=ManualReference(section="二(五)步骤4", quote="签署《产品验收单》"),
        law=(LawReference(name="民法典", article="201"), LawReference(name="民法典", article="621")),
        suggestion="催办并完成验收",
        due_at=due_at,
        actual_at=actual_at,
        path="orders[0]",
    )


def days(count: float) -> timedelta:
    return timedelta(days=count)


def packs_copy(folder: Path) -> Path:
    """A copy of the packs that ship, to be changed."""
    for pack in (Path(__file__).parents[2] / "rules" / "packs").glob("*.yaml"):
        (folder / pack.name).write_bytes(pack.read_bytes())
    return folder
