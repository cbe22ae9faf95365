"""Rule packs: YAML files of rules, validated whole before any of them may decide.

A pack has a version and the days on which it is in force; the pack in force on `as_of` decides. Every fault of every
file is reported at once, with file, line and rule: shape, ids, aspects, types of conditions, conditions that can never
matter, placeholders of messages, quotations that the manual does not contain, laws and articles that the table of laws
does not know, guards.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from docgen.errors import DeclarationError
from docgen.findings import LawReference, ManualReference, Outcome
from docgen.rulebook.durable import Clause, clause_size
from docgen.rulebook.expression import ALWAYS, Node, conjunction, normalised
from docgen.rulebook.guards import Action, Guard, parse_guard
from docgen.rulebook.laws import Law, fault_in
from docgen.rulebook.parser import MAX_LENGTH, ExpressionError, parse
from docgen.rulebook.schema import FactType, Schema
from docgen.rulebook.source import Fault, Source, Where, conform, read, refusal
from docgen.rulebook.typecheck import Role, check, futile

OURS = "ours"
"""Section of a rule that the manual does not have."""

Severity = Literal[Outcome.FAIL, Outcome.WARN, Outcome.INFO]
_Line = Annotated[str, Field(min_length=1, max_length=300)]
_Condition = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PartEntry(_Entry):
    """One condition of a rule as it is written."""

    aspect: _Line
    key: Annotated[str, Field(pattern=r"^[a-z]$")] | None = None
    severity: Severity | None = None
    applies: _Condition = "true"
    violates: _Condition
    pending: _Condition | None = None
    message: _Line


class RuleEntry(_Entry):
    """One rule as it is written."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-\d{2,4}$")]
    title: _Line
    severity: Severity
    kind: Literal["data", "text", "attestation"]
    parts: Annotated[tuple[PartEntry, ...], Field(min_length=1, max_length=26)]
    internal: bool = False
    manual: ManualReference
    law: tuple[LawReference, ...] = ()
    suggestion: _Line
    guards: Mapping[Action, tuple[str, ...]] = {}
    note: str = ""


class PackEntry(_Entry):
    """One pack file as it is written."""

    version: Annotated[str, Field(pattern=r"^\d{4}\.\d{1,2}(\.\d{1,3})?$")]
    in_force_from: date
    in_force_to: date | None = None
    rules: Annotated[tuple[Mapping[str, object], ...], Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Part:
    """One condition of a rule, normalised: what it reads and what it says."""

    rule: str
    key: str
    severity: Outcome
    schema: Schema
    applies: Node
    violates: Node
    pending: Node | None
    message: str

    @property
    def label(self) -> str:
        """The name of the part among all parts: `CT-15/c`."""
        return f"{self.rule}/{self.key}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, its fields as in `RuleEntry`; `line` is where it begins in its file."""

    id: str
    title: str
    severity: Outcome
    kind: str
    internal: bool
    manual: ManualReference
    law: tuple[LawReference, ...]
    suggestion: str
    guards: tuple[Guard, ...]
    note: str
    parts: tuple[Part, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Pack:
    """One valid pack file."""

    name: str
    version: str
    in_force_from: date
    in_force_to: date | None
    sha256: str
    rules: tuple[Rule, ...]

    def in_force(self, on: date) -> bool:
        """Tell whether the pack decides on a day."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a pack may speak of: aspects, policy values, laws by short name, and the `plain` text of the manual."""

    aspects: Mapping[str, Schema]
    policy: Mapping[str, FactType]
    laws: Mapping[str, Law]
    manual: str


def plain(text: str) -> str:
    """Reduce a text to its bare characters, without Markdown, editor's brackets and filled-in gaps."""
    text = re.sub(r"⟪[^⟫]*⟫|^\s*- ", "", text, flags=re.MULTILINE)
    return re.sub(r"[〔〕*#|>\s]", "", text)


def load_packs(files: Iterable[tuple[str, bytes]], vocabulary: Vocabulary) -> tuple[Pack, ...]:
    """Read and validate pack files (name, content), in their order.

    Raises:
        DeclarationError: Code `bad_rulebook`; every fault of every file.
    """
    faults: list[Fault] = []
    packs: list[Pack] = []
    for name, content in files:
        if pack := _pack(name, content, vocabulary, faults):
            faults.extend(_repeated(pack, packs))
            packs.append(pack)
    if faults:
        raise refusal(sorted(faults, key=lambda fault: (fault.file, fault.line)), "规则包", "bad_rulebook")
    return tuple(packs)


def _repeated(pack: Pack, earlier: Iterable[Pack]) -> Iterator[Fault]:
    for other in earlier:
        ends = [one.in_force_to for one in (pack, other) if one.in_force_to is not None]
        if max(pack.in_force_from, other.in_force_from) <= min([*ends, date.max]):
            taken = {rule.id for rule in other.rules}
            for rule in pack.rules:
                if rule.id in taken:
                    yield Fault(pack.name, rule.line, rule.id, f"规则编号与{other.name}重复，且有效期重叠")


def _pack(name: str, content: bytes, vocabulary: Vocabulary, faults: list[Fault]) -> Pack | None:
    source = read(name, content, faults)
    entry = conform(PackEntry, source, faults) if source else None
    if source is None or entry is None:
        return None
    if entry.in_force_to is not None and entry.in_force_to < entry.in_force_from:
        faults.append(source.fault(("in_force_to",), "in_force_to", "失效日期早于生效日期"))
    rules: dict[str, Rule] = {}
    for number, written in enumerate(entry.rules):
        where: Where = ("rules", number)
        known_as = str(written.get("id", f"第{number + 1}条规则"))[:20]
        if rule_entry := conform(RuleEntry, source, faults, where, known_as):
            rule = _Reader(source, where, rule_entry, vocabulary, faults).rule()
            if rule.id in rules:
                faults.append(source.fault((*where, "id"), rule.id, "规则编号重复"))
            rules[rule.id] = rule
    return Pack(name, entry.version, entry.in_force_from, entry.in_force_to, source.sha256, tuple(rules.values()))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one rule, collecting what is wrong with it."""

    source: Source
    where: Where
    entry: RuleEntry
    vocabulary: Vocabulary
    faults: list[Fault]

    def fault(self, message: str, *where: str | int) -> None:
        self.faults.append(self.source.fault((*self.where, *where), self.entry.id, message))

    def rule(self) -> Rule:
        entry = self.entry
        self._references()
        if len(entry.parts) > 1 and len({part.key for part in entry.parts} - {None}) < len(entry.parts):
            self.fault("有多个部分的规则，每个部分须有不同的 key", "parts")
        return Rule(
            entry.id,
            entry.title,
            Outcome(entry.severity),
            entry.kind,
            entry.internal,
            entry.manual,
            entry.law,
            entry.suggestion,
            tuple(self._guards()),
            entry.note,
            tuple(part for number, written in enumerate(entry.parts) if (part := self._part(written, number))),
            self.source.line(self.where),
        )

    def _references(self) -> None:
        manual = self.entry.manual
        if not manual.quote and manual.section != OURS:
            self.fault("缺少手册引文", "manual")
        elif plain(manual.quote) not in self.vocabulary.manual:
            self.fault("引文不在手册中", "manual", "quote")
        for number, reference in enumerate(self.entry.law):
            if message := fault_in(reference, self.vocabulary.laws):
                self.fault(message, "law", number)

    def _guards(self) -> Iterator[Guard]:
        keys = {part.key for part in self.entry.parts}
        for action, targets in self.entry.guards.items():
            for number, target in enumerate(targets):
                guard = parse_guard(self.entry.id, action, target)
                if guard is None:
                    self.fault(f"防线写法不正确：“{target[:40]}”", "guards", action, number)
                elif not guard.parts <= keys:
                    self.fault(f"防线“{target[:40]}”指向不存在的部分", "guards", action, number)
                elif guard.party and action is not Action.SIGN:
                    self.fault(f"防线“{target[:40]}”：只有签署才分当事人", "guards", action, number)
                else:
                    yield guard

    def _part(self, entry: PartEntry, number: int) -> Part | None:
        at = ("parts", number)
        schema = self.vocabulary.aspects.get(entry.aspect)
        if schema is None:
            self.fault(f"没有事实组“{entry.aspect[:40]}”", *at, "aspect")
            return None
        self._placeholders(entry.message, schema, at)
        before = len(self.faults)
        applies = self._condition(entry.applies, Role.APPLIES, schema, at)
        violates = self._condition(entry.violates, Role.VIOLATES, schema, at)
        pending = self._condition(entry.pending, Role.PENDING, schema, at) if entry.pending else None
        if len(self.faults) > before:
            return None
        if reason := futile(applies, violates, schema, self.vocabulary.policy):
            self.fault(reason, *at, "violates")
        part = Part(
            self.entry.id,
            entry.key or "",
            Outcome(entry.severity or self.entry.severity),
            schema,
            normalised(applies),
            normalised(violates),
            normalised(pending) if pending else None,
            entry.message,
        )
        try:
            clause_size(clause_of(part))
        except DeclarationError as error:
            self.fault(f"{error.message}；{error.remedy}", *at, "violates")
        return part

    def _condition(self, text: str, role: Role, schema: Schema, at: Where) -> Node:
        try:
            node = parse(text)
        except ExpressionError as error:
            self.fault(f"{role}：{error}", *at, role)
            return ALWAYS
        for fault in check(node, role, schema, self.vocabulary.policy):
            self.fault(f"{role}：{fault}", *at, role)
        return node

    def _placeholders(self, message: str, schema: Schema, at: Where) -> None:
        for name in re.findall(r"\{(\w+)\}", message):
            if name != "subject" and name not in schema.facts:
                self.fault(f"文字中的{{{name[:40]}}}不是{schema.aspect}的事实", *at, "message")
        if re.search(r"[{}]", re.sub(r"\{\w+\}", "", message)):
            self.fault("文字中的花括号不成对", *at, "message")


def clause_of(part: Part) -> Clause:
    """Make the clause by which the engine decides whether a part is violated."""
    return Clause(part.label, part.schema.aspect, conjunction(part.applies, part.violates))
