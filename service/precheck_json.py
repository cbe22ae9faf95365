"""The pre-check as JSON, exactly as interfaces.md pins it, with some keys more."""

from docgen.precheck.source import ContractFile
from docgen.precheck.text import Passage
from rules.precheck import Precheck, TextFinding


def as_json(contract: ContractFile, result: Precheck) -> dict[str, object]:
    """Return what `docgen precheck --format json` prints."""
    return {
        "file": contract.name,
        "sha256": contract.sha256,
        "version": result.version,
        "rules": result.pack_version,
        "reference_date": str(result.scan.on),
        "kind": result.scan.kind,
        "clauses": [
            {
                "id": verdict.id,
                "title": verdict.title,
                "status": verdict.status.value,
                "passages": [_passage(passage) for passage in verdict.passages],
            }
            for verdict in result.clauses
        ],
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: TextFinding) -> dict[str, object]:
    told: dict[str, object] = {
        "id": finding.id,
        "severity": finding.severity.value,
        "message": finding.message,
        "passage": _passage(finding.passage) if finding.passage else None,
        "pattern_id": finding.reason,
        "key": finding.key,
        "suggestion": finding.suggestion,
        "law": [{"name": law.name, "article": law.article} for law in finding.law],
    }
    if finding.agreed:
        told["agreed"] = finding.agreed
    return told


def _passage(passage: Passage) -> dict[str, object]:
    return {"start": passage.start, "end": passage.end, "text": passage.text}
