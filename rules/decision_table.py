"""The decision table of the final approval: every combination of amount and approvals, decided by the rule itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from docgen.errors import DeclarationError
from docgen.findings import Outcome
from docgen.rulebook.expression import Value
from docgen.rulebook.judge import outcome_of
from docgen.rulebook.pack import Rule
from docgen.rulebook.program import Program, Situation, reads

FINAL_APPROVAL = "CT-09"
"""The rule on who may give the final approval."""

_THRESHOLD = "policy.approval.gm_threshold_cents"
_CENTS = 10_000_000


class Amount(StrEnum):
    """How the contract sum stands to the threshold of the company."""

    WITHIN = "within"
    EQUAL = "equal"
    OVER = "over"
    NO_THRESHOLD = "no_threshold"


_SUMS = {Amount.WITHIN: _CENTS - 1, Amount.EQUAL: _CENTS, Amount.OVER: _CENTS + 1, Amount.NO_THRESHOLD: _CENTS}


@dataclass(frozen=True, slots=True)
class Row:
    """What the rule says of one combination, before and after the contract has been signed."""

    amount: Amount
    vp_passed: bool
    gm_passed: bool
    unsigned: Outcome
    signed: Outcome


def approval_table(rule: Rule) -> tuple[Row, ...]:
    """Return the decision table of the rule on the final approval.

    Raises:
        DeclarationError: Code `not_decidable`; the rule reads facts that the table does not vary.
    """
    return tuple(
        Row(amount, vp, gm, _outcome(rule, amount, vp, gm, signed=False), _outcome(rule, amount, vp, gm, signed=True))
        for amount, vp, gm in product(Amount, (False, True), (False, True))
    )


def _outcome(rule: Rule, amount: Amount, vp: bool, gm: bool, *, signed: bool) -> Outcome:
    (outcome,) = _outcomes(rule, dict(_facts(amount, vp, gm, signed)))
    return outcome


def _facts(amount: Amount, vp: bool, gm: bool, signed: bool) -> Iterator[tuple[str, Value]]:
    yield "has_approval", True
    yield "has_signature", signed
    yield "vp_passed", vp
    yield "gm_passed", gm
    yield "total_taxed_cents", _SUMS[amount]
    if amount is not Amount.NO_THRESHOLD:
        yield _THRESHOLD, _CENTS


def _outcomes(rule: Rule, facts: Mapping[str, Value]) -> Iterator[Outcome]:
    for part in rule.parts:
        if unknown := set(reads(part)) - facts.keys() - {_THRESHOLD}:
            raise DeclarationError(
                f"{rule.id} 读取了审批决策表没有的事实：{'、'.join(sorted(unknown))}",
                remedy="在 rules/decision_table.py 中补上这些事实",
                code="not_decidable",
            )
        (conditions,) = Program(part.schema, [part]).conditions
        yield outcome_of(part, conditions.verdict(Situation(facts)))
