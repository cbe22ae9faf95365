"""Guards: which findings block issuing, signing or archiving which form (process.md section 4).

A target is written `form[@edition][#party][:parts][!]`, or `*` for every form: `contract@signing`,
`contract#customer`, `negotiation_minutes:a,c`, `needs_review_record!`. Editions are ordered draft < signing < record,
a target holds from its edition on. A fail blocks, a warning blocks unless a named person overrides it, with `!` a
pending finding blocks too; `report` shows and never blocks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from docgen.editions import Edition
from docgen.findings import CheckReport, Finding, Outcome

_TARGET = re.compile(
    r"(?P<form>\*|[a-z][a-z0-9_]*)(@(?P<edition>draft|signing|record))?(#(?P<party>customer|supplier))?"
    r"(:(?P<parts>[a-z](,[a-z])*))?(?P<pending>!)?"
)


class Action(StrEnum):
    """What a guard stands before; `REPORT` only shows."""

    ISSUE = "issue"
    SIGN = "sign"
    ARCHIVE = "archive"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Guard:
    """One rule (or some `parts` of it) standing before an action on a form (None = every form)."""

    rule: str
    action: Action
    form: str | None
    edition: Edition = Edition.DRAFT
    party: str | None = None
    parts: frozenset[str] = frozenset()
    blocks_pending: bool = False

    def concerns(self, finding: Finding) -> bool:
        """Tell whether a finding is of this guard's rule and parts."""
        return finding.rule == self.rule and (not self.parts or finding.part in self.parts)

    def stops(self, finding: Finding, overrides: frozenset[str]) -> bool:
        """Tell whether a finding blocks; `overrides` are the rules whose warnings a named person has overridden."""
        if self.action is Action.REPORT:
            return False
        match finding.outcome:
            case Outcome.FAIL:
                return True
            case Outcome.WARN:
                return self.rule not in overrides
            case Outcome.PENDING:
                return self.blocks_pending
            case _:
                return False


def parse_guard(rule: str, action: Action, target: str) -> Guard | None:
    """Read a target of a rule's guards, None if it is not well written."""
    match = _TARGET.fullmatch(target)
    if match is None:
        return None
    form, parts = match["form"], match["parts"]
    return Guard(
        rule,
        action,
        None if form == "*" else form,
        Edition(match["edition"] or Edition.DRAFT),
        match["party"],
        frozenset(parts.split(",")) if parts else frozenset(),
        match["pending"] is not None,
    )


def guards_for(
    guards: Iterable[Guard], form: str, action: Action, edition: Edition, party: str | None = None
) -> tuple[Guard, ...]:
    """Choose the guards that stand before `action` on an `edition` of `form`; with `party`, before its signature."""
    return tuple(
        guard
        for guard in guards
        if guard.action is action
        and guard.form in {None, form}
        and guard.edition.reached_by(edition)
        and (party is None or guard.party in {None, party})
    )


def blocking(
    report: CheckReport, guards: Iterable[Guard], path: str, overrides: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Give every finding that blocks an action on the document about the case path `path` ('' = the whole case)."""
    standing = tuple(guards)
    return tuple(
        finding
        for finding in report.findings
        if concern(finding.path, path)
        and any(guard.concerns(finding) and guard.stops(finding, overrides) for guard in standing)
    )


def concern(finding: str, document: str) -> bool:
    """Tell whether a finding about one case path concerns a document about another.

    It does if one of the paths contains the other, or if they start in different collections of the case: the
    customer's findings concern its orders, those of another order do not.
    """
    if not finding or not document:
        return True
    first, second = _steps(finding), _steps(document)
    if first[0] != second[0]:
        return True
    length = min(len(first), len(second))
    return first[:length] == second[:length]


def _steps(path: str) -> list[str]:
    return path.replace("[", ".[").split(".")
