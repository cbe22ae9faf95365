"""What the command line prints of a pre-check."""

from collections import Counter
from collections.abc import Iterator, Sequence

from docgen.clock import SHANGHAI
from docgen.precheck.clauses import Status
from docgen.precheck.source import ContractFile
from docgen.precheck.versions import Change
from docgen.workspace.workspace import TextDecision
from rules.precheck import Precheck, TextFinding
from service.terminal import MARKS
from service.wording import OUTCOMES, law_text

STATUSES = {Status.FOUND: "有", Status.UNSURE: "待确认", Status.MISSING: "缺"}
"""How the verdict on a clause is printed."""

_QUOTE = 50


def table(contract: ContractFile, result: Precheck) -> Iterator[str]:
    """Yield the lines of a pre-check: summary, clauses, findings with their passages."""
    yield summary(contract, result)
    yield f"识别表 {result.version}　规则 {result.pack_version}　按{result.scan.on}的法律　{contract.sha256[:12]}"
    yield ""
    for verdict in result.clauses:
        quote = _shortened(verdict.passages[0].text) if verdict.passages else ""
        yield f"{_padded(STATUSES[verdict.status], 8)}{_padded(verdict.title, 26)}{quote}"
    for finding in result.findings:
        yield ""
        yield from _finding(contract, finding)


def summary(contract: ContractFile, result: Precheck) -> str:
    """Return one line: how many clauses are there, how many findings."""
    clauses = Counter(verdict.status for verdict in result.clauses)
    found = Counter(finding.severity for finding in result.findings)
    said = "　".join(f"{STATUSES[status]} {clauses[status]}" for status in Status)
    told = "　".join(f"{OUTCOMES[outcome]} {count}" for outcome, count in found.items())
    pages = f"{contract.contract.pages}页，" if contract.contract.pages else ""
    return f"{contract.name}（{pages}{len(contract.contract.text)}字）　条款：{said}　结果：{told or '无'}"


def _finding(contract: ContractFile, finding: TextFinding) -> Iterator[str]:
    yield f"{MARKS[finding.severity]} {finding.id} {OUTCOMES[finding.severity]}　{finding.message}　［{finding.key}］"
    if finding.passage is not None:
        start = finding.passage.start
        line = contract.contract.text.count("\n", 0, start) + 1
        around = contract.contract.text[max(0, start - 12) : finding.passage.end + 12]
        yield f"    原文 第{line}行（{start}-{finding.passage.end}）：…{_shortened(around)}…"
    if finding.law:
        yield f"    依据 {law_text(finding.law)}"
    yield f"    建议 {finding.suggestion}"


def decided(ruling: TextDecision) -> str:
    """Return the line that tells of a person's decision on a finding."""
    said = "确认" if ruling.confirmed else "否定"
    at = f"{ruling.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return f"{ruling.key} {ruling.rule} {said}　{ruling.by}　{at}　{ruling.message}" + (
        f"　理由：{ruling.reason}" if ruling.reason else ""
    )


def changes(found: Sequence[Change]) -> Iterator[str]:
    """Yield the lines of a comparison of two drafts."""
    if not found:
        yield "两稿没有差异"
        return
    counts = Counter(change.kind for change in found)
    yield "　".join(f"{kind.label} {count}" for kind, count in counts.items())
    for change in found:
        yield ""
        mark = "!" if change.significant else "·"
        yield f"{mark} {change.kind.label}　{change.article}" + (f"（{change.reason}）" if change.reason else "")
        if change.before:
            yield f"    旧：{_shortened(change.before, 160)}"
        if change.after and change.after != change.before:
            yield f"    新：{_shortened(change.after, 160)}"


def change_json(change: Change) -> dict[str, object]:
    """Return one change of a comparison as JSON."""
    return {
        "kind": change.kind.value,
        "article": change.article,
        "significant": change.significant,
        "reason": change.reason,
        "before": change.before,
        "after": change.after,
    }


def _shortened(text: str, most: int = _QUOTE) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[:most] + "…"


def _padded(text: str, width: int) -> str:
    return text + " " * max(1, width - sum(1 + (ord(character) > 0x2E7F) for character in text))
