"""Explanations: what a rule saw in a case, where each fact came from, and how it came to its verdict."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from docgen.case.enums import Choice
from docgen.findings import LawReference, ManualReference, Outcome
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.expression import show
from docgen.rulebook.judge import Judge, PolicyAt, outcome_of
from docgen.rulebook.message import text_of
from docgen.rulebook.pack import Part
from docgen.rulebook.program import Situation, reads

MAX_SOURCES = 12
"""Most values shown for one fact."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place of the case file and the value found there."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class ExplainedFact:
    """One fact or policy value that a condition read; `value` is None where it is absent, then `reason` may say why.

    `witnessed` names the times behind it that the service logged and that counted instead of those of the case.
    """

    name: str
    title: str
    value: str | None
    reason: str
    sources: tuple[Source, ...]
    witnessed: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a rule on one record; the conditions come as written and with the values put in."""

    rule: str
    part: str
    title: str
    subject: str
    path: str
    outcome: Outcome
    applies: str
    violates: str
    pending: str
    applies_seen: str
    violates_seen: str
    facts: tuple[ExplainedFact, ...]
    manual: ManualReference
    law: tuple[LawReference, ...]
    suggestion: str


def explain(
    judge: Judge, rule_id: str, records: Iterable[Aspect], policy_at: PolicyAt, case: object
) -> tuple[Explanation, ...]:
    """Explain a rule on every record it reads; `case` is where the sources of facts are looked up.

    Raises:
        NotFoundError: There is no such rule.
    """
    rule = judge.rule(rule_id)
    return tuple(
        Explanation(
            rule=rule.id,
            part=part.key,
            title=rule.title,
            subject=record.subject,
            path=record.path,
            outcome=outcome_of(part, verdict),
            applies=show(part.applies),
            violates=show(part.violates),
            pending=show(part.pending) if part.pending is not None else "",
            applies_seen=show(part.applies, situation.values),
            violates_seen=show(part.violates, situation.values),
            facts=tuple(_facts(part, record, situation, case)),
            manual=rule.manual,
            law=judge.laws_in_force(rule, record.on),
            suggestion=rule.suggestion,
        )
        for part, record, situation, verdict in judge.situations(rule_id, records, policy_at)
    )


def _facts(part: Part, record: Aspect, situation: Situation, case: object) -> Iterator[ExplainedFact]:
    for name in reads(part):
        fact = part.schema.facts.get(name)
        value = situation.values.get(name)
        yield ExplainedFact(
            name=name,
            title=fact.title if fact else f"政策值（{record.on.isoformat()}）",
            value=None if value is None else text_of(name, getattr(record, name) if fact else value),
            reason=record.unknown.get(name, ""),
            sources=tuple(
                source
                for path in (fact.paths if fact else ())
                for source in look_up(case, path.replace("{}", record.path))
            )[:MAX_SOURCES],
            witnessed=record.witnessed.get(name, ""),
        )


def look_up(case: object, path: str) -> tuple[Source, ...]:
    """Find the values at a path of the case file; `[]` stands for every entry of a list, a missing value for 缺."""
    found: list[tuple[str, object]] = [("", case)]
    for step in path.replace("[", ".[").split("."):
        if step:
            found = [entry for at, value in found for entry in _step(at, value, step)][:MAX_SOURCES]
    return tuple(Source(at, _text(value)) for at, value in found)


def _step(at: str, value: object, step: str) -> Iterator[tuple[str, object]]:
    if step.startswith("["):
        entries = value if isinstance(value, tuple | list) else ()
        chosen = step[1:-1]
        for number, entry in enumerate(entries):
            if not chosen or chosen == str(number):
                yield f"{at}[{number}]", entry
        return
    name = f"{at}.{step}" if at else step
    if isinstance(value, tuple | list):
        for number, entry in enumerate(value):
            yield from _step(f"{at}[{number}]", entry, step)
    elif isinstance(value, Mapping):
        yield name, value.get(step)
    else:
        yield name, getattr(value, step, None)


def _text(value: object) -> str:
    if value is None:
        return "缺"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Choice):
        return value.label
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, str | int | Decimal | date):
        return str(value)
    return f"{len(value)}项" if isinstance(value, tuple | list | Mapping) else "有"
