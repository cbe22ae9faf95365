"""What the command line prints of a check: one block per case, the worst first."""

from collections import Counter
from collections.abc import Iterator

from docgen.findings import WORST_FIRST, CheckReport, Finding, Outcome
from service.wording import OUTCOMES, deadline, instant, law_text, manual_text

MARKS = {Outcome.FAIL: "✗", Outcome.WARN: "!", Outcome.PENDING: "…", Outcome.INFO: "·"}
"""One character before each finding."""


def report_lines(report: CheckReport, title: str) -> Iterator[str]:
    """Yield the lines of a report: summary, then every finding with its sources and what to do."""
    counts = Counter(report.outcomes.values())
    yield f"{report.case_no} {title}"
    yield f"评估时点 {instant(report.as_of)}　规则集 {report.pack.version}（{report.pack.sha256[:12]}）"
    yield "　".join(f"{OUTCOMES[outcome]} {counts[outcome]}" for outcome in WORST_FIRST)
    for outcome in WORST_FIRST:
        for finding in report.findings:
            if finding.outcome is outcome:
                yield ""
                yield from finding_lines(finding)


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield one finding: message, deadline, manual and law, suggestion."""
    said = OUTCOMES[finding.outcome]
    yield f"{MARKS[finding.outcome]} {finding.rule} {said}　{finding.message}　［{finding.subject}］"
    if finding.due_at:
        actual = f"，实际 {instant(finding.actual_at)}" if finding.actual_at else ""
        yield f"    应于 {deadline(finding.due_at)} 前{actual}"
    yield f"    依据 {sources(finding)}"
    yield f"    建议 {finding.suggestion}"


def sources(finding: Finding) -> str:
    """Return the manual's section with its sentence, and the articles of law."""
    return "　".join(part for part in (manual_text(finding.manual), law_text(finding.law)) if part)
