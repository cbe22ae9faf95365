"""The pre-check as one HTML page: the text on the left, what was found on the right, each leading to the other.

The page needs nothing else, runs nothing and loads nothing; every text is escaped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from docgen.clock import SHANGHAI
from docgen.precheck.source import ContractFile
from docgen.workspace.workspace import TextDecision
from rules.precheck import Precheck, TextFinding
from service.precheck_lines import STATUSES, summary
from service.wording import OUTCOMES, law_text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the text between two edges of passages; `begins` are the findings whose passage starts here."""

    text: str
    begins: Sequence[str]
    covered: str
    severity: str


def page(contract: ContractFile, result: Precheck, decisions: Mapping[str, TextDecision]) -> str:
    """Return the page; `decisions` are what people decided on findings, by finding."""
    shown = content(contract, result)
    for finding in shown["findings"]:
        finding["decided"] = decided(decisions.get(finding["key"]))
    return _template().render(shown)


def content(contract: ContractFile, result: Precheck) -> dict[str, Any]:
    """Return what the page shows, for whoever shows it in another frame; nothing is decided yet."""
    return {
        "name": contract.name,
        "summary": summary(contract, result),
        "sha256": contract.sha256,
        "version": result.version,
        "on": str(result.scan.on),
        "pieces": list(_pieces(contract.contract.text, result.findings)),
        "clauses": [
            {
                "title": verdict.title,
                "status": verdict.status.value,
                "label": STATUSES[verdict.status],
                "quote": verdict.passages[0].text if verdict.passages else "",
            }
            for verdict in result.clauses
        ],
        "findings": [_finding(finding) for finding in result.findings],
    }


def decided(decision: TextDecision | None) -> str:
    """Return the line that tells of a person's decision; nothing where there is none."""
    if decision is None:
        return ""
    said = "已确认" if decision.confirmed else "已否定"
    at = f"{decision.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return f"{said}：{decision.by} {at} {decision.reason}".rstrip()


def _finding(finding: TextFinding) -> dict[str, object]:
    return {
        "key": finding.key,
        "id": finding.id,
        "severity": finding.severity.value,
        "label": OUTCOMES[finding.severity],
        "title": finding.title,
        "message": finding.message,
        "agreed": finding.agreed,
        "quote": finding.passage.text if finding.passage else "",
        "law": law_text(finding.law),
        "suggestion": finding.suggestion,
    }


def _pieces(text: str, findings: Sequence[TextFinding]) -> Iterator[_Piece]:
    placed = [(finding, finding.passage) for finding in findings if finding.passage is not None]
    edges = sorted({0, len(text), *(edge for _, passage in placed for edge in (passage.start, passage.end))})
    for start, end in pairwise(edges):
        over = [finding for finding, passage in placed if passage.start <= start and passage.end >= end]
        begins = [finding.key for finding, passage in placed if passage.start == start]
        yield _Piece(text[start:end], begins, over[0].key if over else "", over[0].severity.value if over else "")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("precheck.html")
