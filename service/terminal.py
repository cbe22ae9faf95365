"""What the command line prints of a check: one block per case, the worst first."""

from collections import Counter
from collections.abc import Iterator

from docgen.findings import WORST_FIRST, CheckReport, Finding, Outcome

LABELS = {
    Outcome.FAIL: "不通过",
    Outcome.WARN: "警告",
    Outcome.PENDING: "待发生",
    Outcome.INFO: "提示",
    Outcome.PASS: "通过",
    Outcome.NOT_APPLICABLE: "不适用",
}
"""Printed name of each outcome."""

MARKS = {Outcome.FAIL: "✗", Outcome.WARN: "!", Outcome.PENDING: "…", Outcome.INFO: "·"}
"""One character before each finding."""


def report_lines(report: CheckReport, title: str) -> Iterator[str]:
    """Yield the lines of a report: summary, then every finding with its sources and what to do."""
    counts = Counter(report.outcomes.values())
    yield f"{report.case_no} {title}"
    yield f"评估时点 {report.as_of:%Y-%m-%d %H:%M}　规则集 {report.pack.version}（{report.pack.sha256[:12]}）"
    yield "　".join(f"{LABELS[outcome]} {counts[outcome]}" for outcome in WORST_FIRST)
    for outcome in WORST_FIRST:
        for finding in report.findings:
            if finding.outcome is outcome:
                yield ""
                yield from finding_lines(finding)


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield one finding: message, deadline, manual and law, suggestion."""
    yield f"{MARKS[finding.outcome]} {finding.rule} {LABELS[finding.outcome]}　{finding.message}　［{finding.subject}］"
    if finding.due_at:
        actual = f"，实际 {finding.actual_at:%Y-%m-%d %H:%M}" if finding.actual_at else ""
        yield f"    应于 {finding.due_at:%Y-%m-%d %H:%M} 前{actual}"
    yield f"    依据 {sources(finding)}"
    yield f"    建议 {finding.suggestion}"


def sources(finding: Finding) -> str:
    """Return the manual's section with its sentence, and the articles of law."""
    own = finding.manual.section == "ours"
    manual = f"本系统规则“{finding.manual.quote}”" if own else f"手册{finding.manual.section}“{finding.manual.quote}”"
    law = "；".join(f"{article.name}第{article.article}条" for article in finding.law)
    return "　".join(part for part in (manual, law) if part)
