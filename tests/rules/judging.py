"""Judging a case by the shipped packs with the plain evaluator of conditions: what each part says of each record."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from docgen.case.casefile import CaseFile
from docgen.clock import WorkCalendar
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.closures import Condition, closure
from docgen.rulebook.expression import normalised
from docgen.rulebook.parser import parse
from rules.facts import (
    acceptance,
    after_sales,
    approval,
    contract,
    development,
    general,
    needs,
    orders,
    proposal,
    signing,
)
from rules.facts.setting import Known, Setting
from rules.policy import Policy, load_policy

Record = TypeVar("Record", bound=Aspect)

_PACKS = Path(__file__).parents[2] / "rules" / "packs"
_MODULES = (general, development, needs, proposal, contract, approval, signing, orders, acceptance, after_sales)
_PACK_OF = {
    "GN": "general",
    "CD": "development",
    "ND": "needs",
    "PR": "proposal",
    "CT": "contract",
    "OD": "orders",
    "AS": "after_sales",
}
_NEVER = "true == false"


@dataclass(frozen=True)
class FixedPolicy:
    """The shipped policy with some values of its numeric view changed, None = absent, the same on every day."""

    changes: Mapping[str, object]

    def at(self, on: date, /) -> Mapping[str, Any]:
        values = {**load_policy_once().at(on), **self.changes}
        return {key: value for key, value in values.items() if value is not None}


@cache
def load_policy_once() -> Policy:
    return load_policy()


@cache
def _calendar() -> WorkCalendar:
    return load_policy_once().calendar()


@dataclass(frozen=True)
class _Part:
    rule: str
    key: str
    aspect: str
    severity: str
    applies: Condition
    violates: Condition
    pending: Condition


@cache
def _parts(pack: str) -> tuple[_Part, ...]:
    document = yaml.safe_load((_PACKS / f"{pack}.yaml").read_text(encoding="utf-8"))
    return tuple(
        _Part(
            rule["id"],
            entry.get("key", ""),
            entry["aspect"],
            entry.get("severity", rule["severity"]),
            closure(normalised(parse(entry.get("applies", "true")))),
            closure(normalised(parse(entry["violates"]))),
            closure(normalised(parse(entry.get("pending", _NEVER)))),
        )
        for rule in document["rules"]
        for entry in rule["parts"]
    )


def setting(case: CaseFile, *, as_of: str | None = None, known: Known | None = None, **policy: object) -> Setting:
    """Return the setting of a check; `policy` changes values, `__` standing for the dot of their keys."""
    at = datetime.fromisoformat(as_of) if as_of else case.as_of
    assert at is not None
    changes = {key.replace("__", ".", 1): value for key, value in policy.items()}
    return Setting(at, FixedPolicy(changes), _calendar(), known or Known()).about(case)


def records(
    case: CaseFile, kind: type[Record], *, as_of: str | None = None, known: Known | None = None, **policy: object
) -> list[Record]:
    """Return the records of one aspect of `case`."""
    about = setting(case, as_of=as_of, known=known, **policy)
    return [record for module in _MODULES for record in module.derive(case, about) if isinstance(record, kind)]


def record(
    case: CaseFile, kind: type[Record], *, as_of: str | None = None, known: Known | None = None, **policy: object
) -> Record:
    """Return the only record of one aspect of `case`."""
    (only,) = records(case, kind, as_of=as_of, known=known, **policy)
    return only


def judge(
    case: CaseFile, rule: str, *, as_of: str | None = None, known: Known | None = None, **policy: object
) -> list[str]:
    """Return what `rule` says, one `[part ]outcome subject` per part and record, passes and not applicable left out."""
    about = setting(case, as_of=as_of, known=known, **policy)
    return judge_records([each for module in _MODULES for each in module.derive(case, about)], about, rule)


def judge_records(every: Sequence[Aspect], about: Setting, rule: str) -> list[str]:
    """Return what `rule` says of some records, as `judge` does."""
    return sorted(_said(every, about, rule))


def all_said(case: CaseFile, *, as_of: str | None = None, known: Known | None = None, **policy: object) -> list[str]:
    """Return what all rules of contract and orders say, as `rule part outcome subject`."""
    about = setting(case, as_of=as_of, known=known, **policy)
    every = [each for module in _MODULES for each in module.derive(case, about)]
    ids = dict.fromkeys(each.rule for pack in ("contract", "orders") for each in _parts(pack))
    return [f"{rule} {said}" for rule in ids for said in sorted(_said(every, about, rule))]


def _said(every: Sequence[Aspect], about: Setting, rule: str) -> Iterator[str]:
    for entry in _parts(_PACK_OF[rule[:2]]):
        for each in every:
            if entry.rule == rule and each.aspect == entry.aspect:
                outcome = _outcome(entry, _values(each, about))
                if outcome not in {"pass", "not_applicable"}:
                    yield f"{entry.key} {outcome} {each.subject}".strip()


def _values(each: Aspect, about: Setting) -> dict[str, Any]:
    inherited = {field.name for field in dataclasses.fields(Aspect)}
    facts = {f.name: getattr(each, f.name) for f in dataclasses.fields(each) if f.name not in inherited}
    policy = {f"policy.{key}": value for key, value in about.policy.at(each.on).items()}
    return {name: value for name, value in (facts | policy).items() if value is not None}


def _outcome(entry: _Part, values: Mapping[str, Any]) -> str:
    """Decide in the order of rules.md section 1."""
    if entry.applies(values) is not True:
        return "not_applicable"
    violated = entry.violates(values)
    if violated:
        return entry.severity
    return "pending" if violated is None or entry.pending(values) else "pass"
