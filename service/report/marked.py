"""The contract of the other side with what the pre-check says written beside it as Word comments."""

from docgen.precheck.marking import Note, with_comments
from docgen.precheck.source import ContractFile
from rules.precheck import Precheck, TextFinding
from service.wording import OUTCOMES, law_text

_AUTHOR = "文本预审"


def marked_copy(contract: ContractFile, result: Precheck) -> bytes:
    """Return a Word copy with a comment for every finding.

    Raises:
        InputError: Code `not_markable`.
    """
    notes = [
        Note(
            finding.passage.start if finding.passage else None,
            finding.passage.end if finding.passage else None,
            _text(finding),
        )
        for finding in result.findings
    ]
    return with_comments(contract, notes, _AUTHOR)


def _text(finding: TextFinding) -> str:
    lines = [f"{finding.id} {OUTCOMES[finding.severity]}：{finding.message}", f"建议：{finding.suggestion}"]
    if finding.law:
        lines.append(f"依据：{law_text(finding.law)}")
    return "\n".join(lines)
