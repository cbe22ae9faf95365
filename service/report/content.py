"""What a check report says, in the order in which it is read, as plain texts for both the Word and the HTML form."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docgen.case.casefile import CaseFile
from docgen.clock import day
from docgen.derived import stage
from docgen.findings import WORST_FIRST, CheckReport, Finding, Outcome
from docgen.rulebook.pack import Part, Rule
from rules.book import Rulebook
from service.chapters import Chapter, chapters
from service.report.timeline import Timeline, timeline
from service.wording import OUTCOMES, deadline, fact_title, fact_value, instant, law_text, manual_text

_SHOWN = (Outcome.FAIL, Outcome.WARN, Outcome.PENDING, Outcome.INFO)
_MARKS = {Outcome.FAIL: "×", Outcome.WARN: "！", Outcome.PENDING: "…", Outcome.INFO: "·"}
_PREFIX = 12


@dataclass(frozen=True, slots=True)
class About:
    """What readers should know of a case besides its report; `chapters` are the rules that decided."""

    title: str
    customer: str
    stage: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """A warning that a named person set aside."""

    rule: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what stands beside it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One finding with everything that backs it; `lines` hold only what there is."""

    rule: str
    title: str
    mark: str
    message: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one outcome."""

    outcome: str
    title: str
    cards: tuple[Card, ...]
    timeline: Timeline | None


@dataclass(frozen=True, slots=True)
class Row:
    """How many rules of a chapter came to each outcome, in the order of `Sheet.outcomes`; a dash for none."""

    chapter: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Rules of one chapter, by number and title."""

    chapter: str
    rules: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The report of one case, ready to be printed."""

    case_no: str
    verdict: str
    failed: bool
    head: tuple[Line, ...]
    outcomes: tuple[str, ...]
    summary: tuple[Row, ...]
    total: Row
    groups: tuple[Group, ...]
    overrides: tuple[Line, ...]
    passed: tuple[Listed, ...]
    passed_count: int
    not_applicable: tuple[Listed, ...]
    not_applicable_count: int


def about(case: CaseFile, book: Rulebook, as_of: datetime) -> About:
    """Return what a report on a case at a moment says besides the findings."""
    name = case.customer.short_name or case.customer.name
    return About(case.title, name, stage(case).label, chapters(book, day(as_of)))


def sheet(report: CheckReport, about: About, overrides: Sequence[Override] = ()) -> Sheet:
    """Put a report into the order and the words in which it is printed."""
    rules = {rule.id: rule for chapter in about.chapters for rule in chapter.rules}
    groups = tuple(_group(outcome, report, rules, overrides) for outcome in _SHOWN if _of(report, outcome))
    counts = Counter(report.outcomes.values())
    return Sheet(
        case_no=report.case_no,
        verdict=_verdict(report),
        failed=report.failed,
        head=tuple(_head(report, about)),
        outcomes=tuple(OUTCOMES[outcome] for outcome in WORST_FIRST),
        summary=tuple(_row(chapter, report) for chapter in about.chapters),
        total=Row("合计", tuple(str(counts[outcome]) for outcome in WORST_FIRST)),
        groups=groups,
        overrides=tuple(Line(one.rule, _override_text(one)) for one in overrides),
        passed=tuple(_listed(about, report, Outcome.PASS)),
        passed_count=counts[Outcome.PASS],
        not_applicable=tuple(_listed(about, report, Outcome.NOT_APPLICABLE)),
        not_applicable_count=counts[Outcome.NOT_APPLICABLE],
    )


def _head(report: CheckReport, about: About) -> Iterator[Line]:
    yield Line("案卷编号", report.case_no)
    yield Line("项目名称", about.title)
    yield Line("客户", about.customer)
    yield Line("所处阶段", about.stage)
    yield Line("评估时点", instant(report.as_of))
    yield Line("规则包", f"{report.pack.version}（{report.pack.sha256[:_PREFIX]}）")
    yield Line("公司规定", report.policy_sha256[:_PREFIX])
    yield Line("案卷摘要", report.case_sha256[:_PREFIX])


def _verdict(report: CheckReport) -> str:
    found = {outcome: len(_of(report, outcome)) for outcome in _SHOWN}
    parts = "，".join(f"{OUTCOMES[outcome]}{count}项" for outcome, count in found.items() if count)
    return parts or "没有需要处理的事项"


def _of(report: CheckReport, outcome: Outcome) -> list[Finding]:
    return [finding for finding in report.findings if finding.outcome is outcome]


def _row(chapter: Chapter, report: CheckReport) -> Row:
    counts = Counter(report.outcomes[rule.id] for rule in chapter.rules if rule.id in report.outcomes)
    return Row(chapter.title, tuple(str(counts[outcome] or "—") for outcome in WORST_FIRST))


def _listed(about: About, report: CheckReport, outcome: Outcome) -> Iterator[Listed]:
    for chapter in about.chapters:
        rules = tuple(Line(rule.id, rule.title) for rule in chapter.rules if report.outcomes.get(rule.id) is outcome)
        if rules:
            yield Listed(chapter.title, rules)


def _group(outcome: Outcome, report: CheckReport, rules: Mapping[str, Rule], overrides: Sequence[Override]) -> Group:
    findings = _of(report, outcome)
    dated = outcome is Outcome.PENDING and any(finding.due_at for finding in findings)
    return Group(
        outcome=outcome.value,
        title=f"{OUTCOMES[outcome]}（{len(findings)}项）",
        cards=tuple(_card(finding, rules.get(finding.rule), overrides) for finding in findings),
        timeline=timeline(findings, report.as_of) if dated else None,
    )


def _card(finding: Finding, rule: Rule | None, overrides: Sequence[Override]) -> Card:
    return Card(
        rule=finding.rule + (f"（{finding.part}）" if finding.part else ""),
        title=rule.title if rule else "",
        mark=f"{_MARKS[finding.outcome]} {OUTCOMES[finding.outcome]}",
        message=finding.message,
        lines=tuple(line for line in _lines(finding, rule, overrides) if line.text),
    )


def _lines(finding: Finding, rule: Rule | None, overrides: Sequence[Override]) -> Iterator[Line]:
    yield Line("对象", finding.subject + (f"（{finding.path}）" if finding.path not in {"", finding.subject} else ""))
    yield Line("事实", "；".join(_facts(finding, rule)))
    yield Line("期限", _term(finding))
    yield Line("手册", manual_text(finding.manual))
    yield Line("法律", law_text(finding.law))
    yield Line("建议", finding.suggestion)
    for override in overrides:
        if override.rule == finding.rule and finding.outcome is Outcome.WARN:
            yield Line("放行", _override_text(override))


def _facts(finding: Finding, rule: Rule | None) -> Iterator[str]:
    part = _part(finding, rule)
    for name, value in finding.inputs.items():
        if part is None:
            yield f"{name}：{value}"
        else:
            yield f"{fact_title(name, part.schema)}：{fact_value(name, value, part.schema)}"


def _part(finding: Finding, rule: Rule | None) -> Part | None:
    return next((part for part in rule.parts if part.key == finding.part), None) if rule else None


def _term(finding: Finding) -> str:
    if finding.due_at is None:
        return ""
    actual = f"实际{instant(finding.actual_at)}" if finding.actual_at else "尚未完成"
    return f"应于{deadline(finding.due_at)}前，{actual}"


def _override_text(override: Override) -> str:
    return f"{override.by}于{instant(override.at)}放行：{override.reason}"
