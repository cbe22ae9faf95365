"""The judge: records of facts in, a report with one of six outcomes for every rule out (rules.md section 1).

Per record and part: not applicable unless `applies` holds; else violated (fail, warn, info) if `violates` holds; else
pending if an absent fact decides `violates` or `pending` holds; else passed. The engine (`durable`) decides what is
violated; `applies`, `pending` and what is unknown are worked out by the closures. Policy values are looked up for the
day of the record and are facts of it like any other, so one compiled engine serves dated values.

What the engine cannot hold (an integer beyond 62 bits) is judged by the closures alone. A fact of a wrong type is left
out: the parts that read it are pending for that reason, no other part is touched.

What the parts say depends on nothing but the facts and policy values that conditions read, so records alike in these
are judged once, within a check and over the last few thousand such records.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docgen.errors import NotFoundError
from docgen.findings import WORST_FIRST, CheckReport, Finding, LawReference, Outcome, PackIdentity
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.durable import Engine
from docgen.rulebook.expression import Value, names
from docgen.rulebook.guards import Guard
from docgen.rulebook.laws import Law
from docgen.rulebook.message import filled, pending_text, with_witnessed
from docgen.rulebook.pack import Pack, Part, Rule, clause_of
from docgen.rulebook.program import REFUSED, Conditions, Program, Row, Situation, Verdict

PolicyAt = Callable[[date], Mapping[str, bool | int | str | tuple[str | int, ...]]]
"""Gives the policy values in force on a day."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a report is about: the case, the moment, and the digests under which the check can be repeated."""

    case_no: str
    as_of: datetime
    policy_sha256: str
    case_sha256: str


MAX_KEPT = 4_096
"""Most judgements kept for records to come; H01 has 54, of about 1 KiB each."""

_RANK = {outcome: rank for rank, outcome in enumerate(WORST_FIRST)}

_Alike = tuple[str, Row, Row]
"""The aspect of a record, and the facts and policy values that conditions read of it."""


@dataclass(frozen=True, slots=True)
class _Remark:
    """What one part says of a record if that is not a plain pass; `absent` are the names it waits for."""

    conditions: Conditions
    outcome: Outcome
    absent: tuple[str, ...]
    inputs: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What all parts say of records that no condition can tell apart: the worst of each rule, and the remarks."""

    outcomes: tuple[tuple[str, Outcome], ...]
    remarks: tuple[_Remark, ...]


class Judge:
    """The rules of some packs, compiled; safe to share between threads."""

    def __init__(self, packs: Sequence[Pack], laws: Mapping[str, Law]) -> None:
        """Compile the rules of `packs`; `laws` tells which citations are in force on the day of a fact."""
        self.rules: tuple[Rule, ...] = tuple(rule for pack in packs for rule in pack.rules)
        self.guards: tuple[Guard, ...] = tuple(guard for rule in self.rules for guard in rule.guards)
        self.identity = identity_of(packs)
        self._laws = laws
        self._by_id = {rule.id: (position, rule) for position, rule in enumerate(self.rules)}
        by_aspect: dict[str, list[Part]] = {}
        for rule in self.rules:
            for part in rule.parts:
                by_aspect.setdefault(part.schema.aspect, []).append(part)
        self._programs = {name: Program(parts[0].schema, parts) for name, parts in by_aspect.items()}
        self._engine = Engine([clause_of(part) for rule in self.rules for part in rule.parts])
        self._kept: dict[_Alike, _Judgement] = {}

    @property
    def rule_ids(self) -> frozenset[str]:
        """The ids of all rules."""
        return frozenset(self._by_id)

    def rule(self, rule_id: str) -> Rule:
        """Look a rule up.

        Raises:
            NotFoundError: Code `unknown_rule`.
        """
        if rule_id not in self._by_id:
            raise NotFoundError(
                f"没有规则“{rule_id[:20]}”", remedy="用 docgen rules list 查看规则编号", code="unknown_rule"
            )
        return self._by_id[rule_id][1]

    def judge(
        self, records: Iterable[Aspect], policy_at: PolicyAt, occasion: Occasion, *, oracle: bool = False
    ) -> CheckReport:
        """Judge the records of a case; findings come in the order of the rules, then of the records.

        With `oracle` the closures alone decide: what tests and benchmarks hold the engine against.

        Raises:
            BackendError: Code `engine_failed`; the engine did not evaluate everything, there is no report.
        """
        alike = self._alike(records, policy_at)
        worst = dict.fromkeys(self._by_id, Outcome.NOT_APPLICABLE)
        found: list[tuple[tuple[int, int, str], Finding]] = []
        for judgement, members in zip(self._judgements(list(alike), oracle=oracle), alike.values(), strict=True):
            for rule_id, outcome in judgement.outcomes:
                if _RANK[outcome] < _RANK[worst[rule_id]]:
                    worst[rule_id] = outcome
            for remark in judgement.remarks:
                part = remark.conditions.part
                position, rule = self._by_id[part.rule]
                found += [((position, at, part.key), self._finding(rule, remark, record)) for at, record in members]
        return CheckReport(
            case_no=occasion.case_no,
            as_of=occasion.as_of,
            pack=self.identity,
            policy_sha256=occasion.policy_sha256,
            case_sha256=occasion.case_sha256,
            outcomes=worst,
            findings=tuple(finding for _, finding in sorted(found, key=lambda entry: entry[0])),
        )

    def situations(
        self, rule_id: str, records: Iterable[Aspect], policy_at: PolicyAt
    ) -> Iterator[tuple[Part, Aspect, Situation, Verdict]]:
        """Tell for each part of a rule and each record it reads what it saw and what it says, by the closures.

        Raises:
            NotFoundError: There is no such rule.
        """
        parts = self.rule(rule_id).parts
        for record in records:
            for part in parts:
                if part.schema.aspect == record.aspect:
                    program = self._programs[record.aspect]
                    conditions = next(one for one in program.conditions if one.part is part)
                    situation = program.situation(program.row(record), program.policy_row(policy_at(record.on)))
                    yield part, record, situation, conditions.verdict(situation)

    def laws_in_force(self, rule: Rule, on: date) -> tuple[LawReference, ...]:
        """Give the articles of a rule that are in force on a day."""
        return tuple(reference for reference in rule.law if self._laws[reference.name].in_force(on))

    def _alike(self, records: Iterable[Aspect], policy_at: PolicyAt) -> dict[_Alike, list[tuple[int, Aspect]]]:
        """Put together the records that no condition can tell apart, each with its place among all."""
        found: dict[_Alike, list[tuple[int, Aspect]]] = {}
        views: dict[date, Mapping[str, object]] = {}
        for at, record in enumerate(records):
            program = self._programs.get(record.aspect)
            if program is None:
                continue
            policy: Row = ()
            if program.policy:
                view = views.get(record.on)
                if view is None:
                    view = views[record.on] = policy_at(record.on)
                policy = program.policy_row(view)
            found.setdefault((record.aspect, program.row(record), policy), []).append((at, record))
        return found

    def _judgements(self, asked: Sequence[_Alike], *, oracle: bool) -> list[_Judgement]:
        if oracle:
            return [self._judgement(one, self._situation(one), None) for one in asked]
        given = {one: judgement for one in asked if (judgement := self._kept.get(one)) is not None}
        open_ = {one: self._situation(one) for one in asked if one not in given}
        fired = self._engine.fired([(aspect, situation.values) for (aspect, *_), situation in open_.items()])
        for (one, situation), labels in zip(open_.items(), fired, strict=True):
            given[one] = self._judgement(one, situation, labels)
            if labels is not None:
                self._keep(one, given[one])
        return [given[one] for one in asked]

    def forget(self) -> None:
        """Drop what was kept of records judged so far; what is said of records to come does not change."""
        self._kept.clear()

    def _keep(self, one: _Alike, judgement: _Judgement) -> None:
        if len(self._kept) >= MAX_KEPT:
            self.forget()
        self._kept[one] = judgement

    def _situation(self, one: _Alike) -> Situation:
        aspect, row, policy = one
        return self._programs[aspect].situation(row, policy)

    def _judgement(self, one: _Alike, situation: Situation, fired: frozenset[str] | None) -> _Judgement:
        """Say what the parts say of a situation; `fired` are the labels that the engine found to hold."""
        outcomes: dict[str, Outcome] = {}
        remarks = []
        for conditions in self._programs[one[0]].conditions:
            verdict = conditions.verdict(situation, fired)
            part, outcome = conditions.part, outcome_of(conditions.part, verdict)
            if verdict is not Verdict.NOT_APPLICABLE:
                outcomes[part.rule] = min(outcome, outcomes.get(part.rule, outcome), key=_RANK.__getitem__)
            if verdict in {Verdict.VIOLATED, Verdict.PENDING}:
                inputs = _inputs(self._by_id[part.rule][1], conditions.order, situation)
                remarks.append(_Remark(conditions, outcome, conditions.absent(situation), inputs))
        return _Judgement(tuple(outcomes.items()), tuple(remarks))

    def _finding(self, rule: Rule, remark: _Remark, record: Aspect) -> Finding:
        part = remark.conditions.part
        read = names(part.violates)
        due = next((record.due[name] for name in read if name in record.due), None)
        pending = remark.outcome is Outcome.PENDING
        message = _pending(rule, part, record, remark.absent) if pending else filled(part.message, record)
        return Finding(
            rule=rule.id,
            outcome=remark.outcome,
            subject=record.subject,
            message=with_witnessed(message, [record.witnessed[name] for name in read if name in record.witnessed]),
            inputs=dict(remark.inputs),
            manual=rule.manual,
            law=self.laws_in_force(rule, record.on),
            suggestion=rule.suggestion,
            due_at=due.due_at if due else None,
            actual_at=due.actual_at if due else None,
            part=part.key,
            path=record.path,
            internal=rule.internal,
        )


def identity_of(packs: Sequence[Pack]) -> PackIdentity:
    """Name the packs that decide together: their versions, and a digest over all of them."""
    digests = sorted(f"{pack.name}:{pack.sha256}" for pack in packs)
    return PackIdentity(
        version="+".join(sorted({pack.version for pack in packs})),
        sha256=hashlib.sha256("\n".join(digests).encode()).hexdigest(),
    )


def outcome_of(part: Part, verdict: Verdict) -> Outcome:
    """Turn a verdict into the outcome that a report gives, a violation by the severity of the part."""
    match verdict:
        case Verdict.VIOLATED:
            return part.severity
        case Verdict.PENDING:
            return Outcome.PENDING
        case Verdict.PASSED:
            return Outcome.PASS
        case Verdict.NOT_APPLICABLE:
            return Outcome.NOT_APPLICABLE


def _pending(rule: Rule, part: Part, record: Aspect, absent: Sequence[str]) -> str:
    facts = part.schema.facts
    reasons = [record.unknown.get(name) or (REFUSED.value if _present(record, name) else "") for name in absent]
    titles = [facts[name].title if name in facts else f"政策值{name.removeprefix('policy.')}" for name in absent]
    return pending_text(rule.title, titles, [reason for reason in dict.fromkeys(reasons) if reason])


def _present(record: Aspect, name: str) -> bool:
    return getattr(record, name, None) is not None


def _inputs(rule: Rule, order: Sequence[str], situation: Situation) -> dict[str, Value]:
    """Give the values a part read; an internal rule tells no figures, which are confidential."""
    read = {name: situation.values[name] for name in order if name in situation.values}
    if rule.internal:
        read = {name: value for name, value in read.items() if type(value) is not int}
    return {name: str(value) if isinstance(value, str) else value for name, value in read.items()}
