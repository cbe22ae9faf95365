"""The pre-check of a contract text: scanned, judged by the rule packs, every finding with its passage (rules.md 6)."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from docgen.case.casefile import CaseFile
from docgen.clock import day
from docgen.findings import Finding, LawReference, Outcome
from docgen.precheck.clauses import ClauseVerdict
from docgen.precheck.compare import Difference, find_differences
from docgen.precheck.detectors import Detectors, parse_detectors
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.scan import Scan, scan
from docgen.precheck.text import ContractText, Passage
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.judge import Occasion
from rules.book import Rulebook
from rules.facts.clauses import clause_catalogue
from rules.facts.contract_text import COUNTED, clause_facts, difference_facts, text_facts

SHIPPED = Path(__file__).with_name("detectors.yaml")
_ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.INFO)


@dataclass(frozen=True, slots=True)
class TextFinding:
    """One finding at one place; `passage` is None where something is missing; `key` names it among all of the text."""

    id: str
    severity: Outcome
    message: str
    passage: Passage | None
    suggestion: str
    law: tuple[LawReference, ...]
    reason: str
    key: str
    title: str
    agreed: str = ""


@dataclass(frozen=True, slots=True)
class Precheck:
    """What the pre-check says of one text; `on` in `scan` is the day that laws were held against."""

    scan: Scan
    version: str
    pack_version: str
    findings: tuple[TextFinding, ...]

    @property
    def clauses(self) -> tuple[ClauseVerdict, ...]:
        """The verdict on every clause."""
        return self.scan.clauses

    @property
    def alarming(self) -> bool:
        """Whether anything weighs more than a note."""
        return any(finding.severity is not Outcome.INFO for finding in self.findings)


@cache
def shipped_detectors() -> Detectors:
    """Read the detectors that ship with the product.

    Raises:
        DeclarationError: Code `bad_detectors`.
    """
    return parse_detectors(SHIPPED.name, SHIPPED.read_bytes())


def precheck(  # noqa: PLR0913 - what a check depends on
    text: ContractText,
    name: str,
    book: Rulebook,
    at: datetime,
    *,
    case: CaseFile | None = None,
    imported: bool = True,
    detectors: Detectors | None = None,
) -> Precheck:
    """Check a text called `name`, against the terms of `case` where one is given; `imported` = not written by us."""
    with_what = detectors or shipped_detectors()
    seen = scan(text, with_what, day(at))
    differences = find_differences(seen.structure, case) if case is not None else ()
    records = list(text_records(seen, name, with_what, imported=imported))
    records += difference_facts(differences, seen, name, with_what.declared.differences, day(at))
    policy = book.policy
    judge = book.judge(day(at))
    report = judge.judge(records, policy.at, Occasion(case.case_no if case else name, at, policy.sha256, ""))
    places = _Places(seen, with_what, name, differences)
    titles = {rule.id: rule.title for rule in judge.rules}
    found = [one for finding in report.findings for one in places.told(finding, titles[finding.rule])]
    found.sort(key=lambda one: (_ORDER.index(one.severity), one.passage.start if one.passage else -1, one.id))
    return Precheck(seen, with_what.version, report.pack.version, tuple(found))


def text_records(seen: Scan, name: str, detectors: Detectors, *, imported: bool) -> Iterator[Aspect]:
    """Yield the facts of a scanned text."""
    optional = {clause_id: clause.optional_for for clause_id, clause in detectors.declared.clauses.items()}
    yield text_facts(seen, name, imported=imported)
    yield from clause_facts(seen, name, clause_catalogue(), optional)


class _Places:
    """Finds the passages that a finding of the rules is about."""

    def __init__(self, seen: Scan, detectors: Detectors, name: str, differences: tuple[Difference, ...]) -> None:
        self._seen = seen
        self._declared = detectors.declared
        self._why = {term.id: term.why for term in detectors.declared.terms}
        self._verdicts = {f"{name}/{verdict.id}": verdict for verdict in seen.clauses}
        self._differences = {f"{name}/{one.topic}#{index}": one for index, one in enumerate(differences)}

    def told(self, finding: Finding, title: str) -> Iterator[TextFinding]:
        if finding.outcome not in _ORDER:
            return
        if verdict := self._verdicts.get(finding.subject):
            passage = verdict.passages[0] if verdict.passages else None
            yield _finding(finding, title, finding.message, passage, verdict.id)
        elif one := self._differences.get(finding.subject):
            stated = one.start is not None and one.end is not None
            passage = self._seen.contract.passage(one.start or 0, one.end or 0) if stated else None
            yield _finding(finding, title, finding.message, passage, one.topic.value, one.agreed)
        else:
            kinds = {COUNTED[name] for name in finding.inputs if name in COUNTED}
            for hit in self._seen.hits:
                if hit.kind in kinds:
                    yield self._of_hit(finding, title, hit)

    def _of_hit(self, finding: Finding, title: str, hit: Hit) -> TextFinding:
        passage = self._seen.contract.passage(hit.start, hit.end)
        why = self._why.get(hit.reason)
        if why is None:
            message = self._declared.messages[hit.reason].format_map(_Values(hit.values))
        else:
            message = f"“{' '.join(passage.text.split())[:60]}”：{why}"
        law = _article(hit.article) if hit.article and hit.kind is not HitKind.REPEALED_LAW else finding.law
        return _finding(finding, title, message, passage, hit.reason, law=law)


class _Values(dict[str, str]):
    """Values of a message; braces in what was quoted stay as they are."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)

    def __missing__(self, key: str) -> str:
        return ""


def _article(text: str) -> tuple[LawReference, ...]:
    name = text.rstrip("0123456789")
    return (LawReference(name=name, article=text.removeprefix(name)),)


def _finding(  # noqa: PLR0913, PLR0917 - a finding is made of this much
    finding: Finding,
    title: str,
    message: str,
    passage: Passage | None,
    reason: str,
    agreed: str = "",
    law: tuple[LawReference, ...] | None = None,
) -> TextFinding:
    place = f"{passage.start}-{passage.end}" if passage else ""
    key = hashlib.sha256(f"{finding.rule}|{reason}|{place}|{message}".encode()).hexdigest()[:8]
    return TextFinding(
        id=finding.rule,
        severity=finding.outcome,
        message=message,
        passage=passage,
        suggestion=finding.suggestion,
        law=finding.law if law is None else law,
        reason=reason,
        key=key,
        title=title,
        agreed=agreed,
    )
