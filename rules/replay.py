"""Replay: ask the rules of then again, about the case of then, and compare with what they said.

Everything comes from the workspace: the case, the files of packs, policy, laws and clauses, the moment, what was known
of other cases. What lies on the disk now has no say; only the program is the present one.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from docgen.case import load_case
from docgen.errors import DeclarationError, DocgenError, IntegrityError, NotFoundError
from docgen.findings import CheckReport, Finding, Outcome
from docgen.workspace import KeptDecision
from rules.book import Rulebook, kept_rulebook
from rules.facts import Known

Content = Callable[[str], bytes]
"""Gives kept bytes by digest, re-hashed (`Workspace.content`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule said: its outcome, and the finding that the difference is about (None: there is none)."""

    outcome: Outcome | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the kept report and the replay part: the answer of then and that of now."""

    rule: str
    before: Answer
    after: Answer


class Replayer:
    """Repeats decisions; a rulebook of then is put together once for all decisions made under it."""

    def __init__(self, content: Content) -> None:
        """Read what was kept through `content`."""
        self._content = content
        self._rulebooks: dict[str, Rulebook] = {}

    def replay(self, decision: KeptDecision) -> tuple[Difference, ...]:
        """Repeat a decision; give what the present program says differently, nothing if the answer is the same.

        Raises:
            IntegrityError: What was kept is not what was decided on (code `object_altered` or `decision_altered`).
            NotFoundError: Something kept is gone (code `object_missing`).
            DeclarationError: The present program cannot read what was kept (code `decision_unreadable`).
        """
        if not decision.sealed:
            raise _altered()
        try:
            before = self._report(decision)
            case = load_case(self._content(decision.digests.case))
            after = self._rulebook(decision.digests.rules).check(case, decision.as_of, _known(decision))
        except (IntegrityError, NotFoundError):
            raise
        except (DocgenError, ValueError) as error:
            raise _unreadable(error) from error
        if before.pack != after.pack:
            raise _altered()
        return tuple(sorted(_differences(before, after), key=lambda one: one.rule))

    def _report(self, decision: KeptDecision) -> CheckReport:
        report = CheckReport.model_validate_json(self._content(decision.digests.report))
        said = (report.case_no, report.as_of, report.pack.sha256, report.policy_sha256, report.case_sha256)
        decided = (decision.case_no, decision.as_of, decision.pack_sha256, decision.policy_sha256)
        if said != (*decided, decision.digests.case):
            raise _altered()
        return report

    def _rulebook(self, digest: str) -> Rulebook:
        if digest not in self._rulebooks:
            self._rulebooks[digest] = kept_rulebook(json.loads(self._content(digest)))
        return self._rulebooks[digest]


def _known(decision: KeptDecision) -> Known:
    numbers = decision.known
    return Known() if numbers is None else Known(numbers.contract_numbers, numbers.order_numbers)


def _differences(before: CheckReport, after: CheckReport) -> Iterator[Difference]:
    for rule in before.outcomes.keys() | after.outcomes.keys():
        was, now = before.outcomes.get(rule), after.outcomes.get(rule)
        pairs = list(_pairs(_findings(before, rule), _findings(after, rule)))
        if was is not now and not pairs:
            pairs = [(None, None)]
        for first, second in pairs:
            yield Difference(rule, Answer(was, first), Answer(now, second))


def _findings(report: CheckReport, rule: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == rule]


def _pairs(before: list[Finding], after: list[Finding]) -> Iterator[tuple[Finding | None, Finding | None]]:
    """Yield the findings that are not the same, those about the same place together."""
    places = dict.fromkeys(_place(finding) for finding in (*before, *after))
    for place in places:
        was, now = ([one for one in found if _place(one) == place] for found in (before, after))
        yield from ((first, second) for first, second in zip_longest(was, now) if first != second)


def _place(finding: Finding) -> tuple[str, str, str]:
    return finding.part, finding.path, finding.subject


def _altered() -> IntegrityError:
    return IntegrityError(
        "决定的记录与作出时不一致", remedy="不要采信这项决定；从备份恢复后重新核对", code="decision_altered"
    )


def _unreadable(error: Exception) -> DeclarationError:
    known = error if isinstance(error, DocgenError) else None
    return DeclarationError(
        f"现行程序无法读取当时的内容：{known.message if known else '格式不同'}",
        remedy="用作出决定时的程序版本重放",
        details=known.details if known else (),
        code="decision_unreadable",
    )
