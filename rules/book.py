"""The rulebook: packs, policy, laws and facts in one object that checks a case.

Packs and policy are data: they are looked at before every check and taken anew when they have changed; a wrong version
is refused whole and the one before stays in force (`refused` says why). The pack in force on `as_of` decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Self

from docgen.case.canonical import case_sha256
from docgen.case.casefile import CaseFile
from docgen.clock import Clock, SystemClock, day
from docgen.editions import Edition
from docgen.errors import DeclarationError, Detail
from docgen.findings import CheckReport, Finding, Outcome
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.explain import Explanation, explain
from docgen.rulebook.guards import Action, Guard, guards_for
from docgen.rulebook.judge import Judge, Occasion
from docgen.rulebook.laws import Law
from docgen.rulebook.pack import Pack, Vocabulary, load_packs
from docgen.rulebook.schema import policy_types as fact_types
from docgen.rulebook.schema import schema_of
from docgen.rulebook.watch import Declared, Fixed, Watched
from rules.facts import ASPECTS, Known, RenderedText, Setting, derive, document_facts
from rules.policy import DEFAULT_POLICY, Policy, parse_policy, policy_types
from rules.references import References, parse_references, shipped_references

HERE = Path(__file__).parent
DEFAULT_PACKS = HERE / "packs"
"""The packs that ship with the product."""

STAGES = ("general", "development", "needs", "proposal", "contract", "precheck", "orders", "after_sales")
"""Order of packs in reports; others follow by name."""

_PACKS, _POLICY = "packs/", "policy/"

_KEPT_JUDGES = 4
"""Compiled sets of packs kept, for checks at other moments."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that appears, vanishes or changes between two rulebooks; None = there is none."""

    case_no: str
    rule: str
    part: str
    subject: str
    before: Outcome | None
    after: Outcome | None
    message: str


class Rulebook:
    """Checks cases by the packs and the policy in force; safe to share between threads."""

    def __init__(
        self, policy: Declared[Policy], packs: Declared[tuple[Pack, ...]], references: References, clock: Clock
    ) -> None:
        """Put a rulebook together; `load_rulebook` reads its parts from files."""
        self._policy = policy
        self._packs = packs
        self._references = references
        self._clock = clock
        self._judges: dict[tuple[str, ...], Judge] = {}

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy.current()

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Every valid pack, also those not yet or no longer in force."""
        return self._packs.current()

    @property
    def laws(self) -> Mapping[str, Law]:
        """The laws that rules may cite, by short name."""
        return self._references.laws

    @property
    def files(self) -> Mapping[str, str]:
        """The text of every file that a check depends on, by name: enough for `kept_rulebook` years later."""
        packs = [(_PACKS + name, content) for name, content in self._packs.content]
        policy = [(_POLICY + name, content) for name, content in self._policy.content]
        return {name: content.decode() for name, content in (*packs, *policy, *self._references.content)}

    @property
    def refused(self) -> tuple[DeclarationError, ...]:
        """Why changed files were not taken; empty if all were."""
        return tuple(error for error in (self._policy.refused, self._packs.refused) if error is not None)

    def judge(self, on: date | None = None) -> Judge:
        """Give the rules of the packs in force on a day, by default today."""
        when = on or day(self._clock.now())
        packs = [pack for pack in self.packs if pack.in_force(when)]
        key = tuple(f"{pack.name}:{pack.sha256}" for pack in packs)
        judge = self._judges.get(key)
        if judge is None:
            judge = Judge(packs, self.laws)
            self._judges = dict([*self._judges.items(), (key, judge)][-_KEPT_JUDGES:])
        return judge

    def check(
        self,
        case: CaseFile,
        as_of: datetime | None = None,
        known: Known | None = None,
        documents: Iterable[RenderedText] = (),
        records: Iterable[Aspect] = (),
    ) -> CheckReport:
        """Judge a case at a moment: the one given, else that of the case file, else now.

        `known` is what only a database knows, `documents` are texts about to be issued, `records` further facts (of
        a contract text that we did not write).
        """
        policy, setting = self._setting(case, as_of, known)
        occasion = Occasion(case.case_no, setting.as_of, policy.sha256, case_sha256(case))
        facts = chain(self._facts(case, setting, documents), records)
        return self.judge(day(setting.as_of)).judge(facts, policy.at, occasion)

    def explain(
        self,
        rule_id: str,
        case: CaseFile,
        as_of: datetime | None = None,
        known: Known | None = None,
        documents: Iterable[RenderedText] = (),
    ) -> tuple[Explanation, ...]:
        """Explain what a rule says of every record of a case that it reads.

        Raises:
            NotFoundError: Code `unknown_rule`.
        """
        policy, setting = self._setting(case, as_of, known)
        records = self._facts(case, setting, documents)
        return explain(self.judge(day(setting.as_of)), rule_id, records, policy.at, case)

    def guards_for(
        self, form: str, action: Action, edition: Edition, party: str | None = None, *, on: date | None = None
    ) -> tuple[Guard, ...]:
        """Give the guards of the packs in force that stand before an action on an edition of a form."""
        return guards_for(self.judge(on).guards, form, action, edition, party)

    def diff(self, other: Self, cases: Iterable[CaseFile], as_of: datetime | None = None) -> tuple[Change, ...]:
        """Tell which findings appear, vanish or change over some cases if `other` were in force instead."""
        now = self._clock.now()
        changes: list[Change] = []
        for case in cases:
            moment = as_of or case.as_of or now
            changes.extend(_changes(self.check(case, moment), other.check(case, moment)))
        return tuple(changes)

    def _setting(self, case: CaseFile, as_of: datetime | None, known: Known | None) -> tuple[Policy, Setting]:
        policy = self.policy
        moment = as_of or case.as_of or self._clock.now()
        return policy, Setting(moment, policy, policy.calendar(), known or Known(), self._references.clauses)

    @staticmethod
    def _facts(case: CaseFile, setting: Setting, documents: Iterable[RenderedText]) -> Iterator[Aspect]:
        yield from derive(case, setting)
        for document in documents:
            yield document_facts(document, case, setting)


def load_rulebook(
    policy_path: Path | None = None, packs_dir: Path | None = None, *, clock: Clock | None = None
) -> Rulebook:
    """Load the rulebook of the product, or one with another policy file or folder of packs (or a single pack file).

    Raises:
        DeclarationError: Codes `bad_policy`, `bad_rulebook`, `declaration_unreadable`; every fault with file and line.
    """
    references = shipped_references()
    vocabulary = _vocabulary(references)
    policy_file, folder = policy_path or DEFAULT_POLICY, packs_dir or DEFAULT_PACKS
    policy = Watched(lambda: [policy_file], lambda files: parse_policy(*files[0]))
    packs = Watched(lambda: _pack_files(folder), lambda files: load_packs(files, vocabulary))
    return Rulebook(policy, packs, references, clock or SystemClock())


def kept_rulebook(files: Mapping[str, str], clock: Clock | None = None) -> Rulebook:
    """Put the rulebook together again whose `files` were kept.

    Raises:
        DeclarationError: The present program cannot read them.
    """
    contents = {name: text.encode() for name, text in files.items()}
    references = parse_references(contents)
    written = sorted(_under(_PACKS, contents), key=lambda entry: _order(entry[0]))
    packs = Fixed(load_packs(written, _vocabulary(references)), written)
    settings = _under(_POLICY, contents)
    if len(settings) != 1:
        raise DeclarationError("缺少公司规定，或有多份", code="policy_missing")
    policy = Fixed(parse_policy(*settings[0]), settings)
    return Rulebook(policy, packs, references, clock or SystemClock())


def lint(policy_path: Path | None = None, packs_dir: Path | None = None) -> tuple[Detail, ...]:
    """Give everything that is wrong with a policy file and a folder of packs; nothing if they could be taken."""
    found: list[Detail] = []
    for path, folder in ((policy_path, None), (None, packs_dir)):
        try:
            load_rulebook(path, folder)
        except DeclarationError as error:
            found.extend(error.details or [Detail("", "", error.message, error.code)])
    return tuple(dict.fromkeys(found))


def _under(folder: str, contents: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    return [(name.removeprefix(folder), content) for name, content in contents.items() if name.startswith(folder)]


def _order(name: str) -> tuple[int, str]:
    stage = name.removesuffix(".yaml").partition("@")[0]
    return STAGES.index(stage) if stage in STAGES else len(STAGES), name


def _pack_files(folder: Path) -> list[Path]:
    found = [folder] if folder.is_file() else sorted(folder.glob("*.yaml"), key=lambda path: _order(path.name))
    if not found:
        raise DeclarationError("规则包文件夹中没有规则包", remedy="检查文件夹", code="declaration_unreadable")
    return found


def _vocabulary(references: References) -> Vocabulary:
    return Vocabulary(
        aspects={aspect.aspect: schema_of(aspect) for aspect in ASPECTS},
        policy=fact_types(policy_types()),
        laws=references.laws,
        manual=references.manual,
    )


def _changes(before: CheckReport, after: CheckReport) -> Iterator[Change]:
    old, new = _by_place(before), _by_place(after)
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place), new.get(place)
        finding = now or was
        assert finding is not None
        if was is None or now is None or was.outcome is not now.outcome:
            yield Change(
                before.case_no,
                finding.rule,
                finding.part,
                finding.subject,
                was.outcome if was else None,
                now.outcome if now else None,
                finding.message,
            )


def _by_place(report: CheckReport) -> Mapping[tuple[str, str, str, str], Finding]:
    return {(one.rule, one.part, one.path, one.subject): one for one in report.findings}
