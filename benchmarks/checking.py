"""How fast a case is judged: the parts of a check, durable_rules beside closures and zen-engine, memory over many."""

import gc
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.memory import resident
from benchmarks.zen_rules import ZenRules
from docgen.case import CaseFile, load_case
from docgen.clock import SHANGHAI, FixedClock
from docgen.errors import InputError
from docgen.rulebook.aspect import Aspect
from docgen.rulebook.closures import closure
from docgen.rulebook.durable import Engine
from docgen.rulebook.expression import Value
from docgen.rulebook.judge import Judge, Occasion
from docgen.rulebook.pack import clause_of
from docgen.rulebook.program import Program
from rules.book import Rulebook, load_rulebook
from rules.facts import Setting, derive
from tests.rules.generation import demanding_policy, random_case

_H01 = Path(__file__).parents[1] / "samples" / "H01" / "case.yaml"
_NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
_ROUNDS = 20
_BATCH = 10
_GENERATED = 100_000
_WARM = 2_000
"""Generated cases after which caches and the allocator have grown to their size."""

_DIFFERING = 100
_MINUTES = re.compile(r":[0-9]{2}:[0-9]{2}\+")
"""Minutes and seconds of an instant."""

_Task = Callable[[], object]


def run(generated: int = _GENERATED) -> str:
    """Return tables of CPU times, and what many different cases cost in memory and show of differences."""
    return "\n\n".join([_checks(), _engines(), _differing(), _many(generated)])


def _checks() -> str:
    text = _H01.read_text(encoding="utf-8")
    case, book = load_case(text), load_rulebook()
    assert case.as_of is not None
    setting = Setting(case.as_of, book.policy, book.policy.calendar())
    judge = book.judge(case.as_of.date())
    records = list(derive(case, setting))

    def judged(facts: Sequence[Aspect], *, oracle: bool = False) -> object:
        return judge.judge(facts, book.policy.at, Occasion(case.case_no, _NOW, "", ""), oracle=oracle)

    def judged_anew() -> object:
        judge.forget()
        return judged(records)

    tasks: dict[str, _Task] = {
        "load": lambda: load_case(text),
        "facts": lambda: list(derive(case, setting)),
        "rules": lambda: judged(records),
        "rules, of records never seen before": judged_anew,
        "rules, by closures alone": lambda: judged(records, oracle=True),
        "facts and rules": lambda: judged(list(derive(case, setting))),
        "check: facts, rules, digests, report": lambda: book.check(case),
        "whole: load and check": lambda: book.check(load_case(text)),
    }
    return _table(f"checking H01 ({len(records)} records, {len(judge.rules)} rules)", tasks)


def _engines() -> str:
    """Compare what decides the bare conditions; all three must decide alike."""
    case, book = load_case(_H01), load_rulebook()
    assert case.as_of is not None
    setting = Setting(case.as_of, book.policy, book.policy.calendar())
    judge = book.judge(case.as_of.date())
    clauses = [clause_of(part) for rule in judge.rules for part in rule.parts]
    asked = _asked(judge, list(derive(case, setting)), book)
    by_aspect: dict[str, list[tuple[str, Callable[[Mapping[str, Value]], bool | None]]]] = {}
    for clause in clauses:
        by_aspect.setdefault(clause.aspect, []).append((clause.label, closure(clause.condition)))

    def by_closures() -> list[frozenset[str]]:
        return [frozenset(label for label, holds in by_aspect[aspect] if holds(values)) for aspect, values in asked]

    engine = Engine(clauses)
    tasks: dict[str, _Task] = {"closures": by_closures, "durable_rules": lambda: engine.fired(asked)}
    assert engine.fired(asked) == by_closures()
    lines = []
    try:
        zen = ZenRules(clauses)
    except ImportError:
        lines.append("zen-engine: skipped, not installed (pip install zen-engine)")
    else:
        assert zen.fired(asked) == by_closures()
        tasks["zen-engine"] = lambda: zen.fired(asked)
    return "\n".join([_table(f"{len(clauses)} conditions over the {len(asked)} records of H01", tasks), *lines])


def _asked(judge: Judge, records: Sequence[Aspect], book: Rulebook) -> list[tuple[str, Mapping[str, Value]]]:
    """Give the values that conditions see of each record, by aspect."""
    asked = []
    for record in records:
        parts = [part for rule in judge.rules for part in rule.parts if part.schema.aspect == record.aspect]
        if parts:
            program = Program(parts[0].schema, parts)
            policy = program.policy_row(book.policy.at(record.on))
            asked.append((record.aspect, program.situation(program.row(record), policy).values))
    return asked


def _differing() -> str:
    """Check cases that differ in the minutes of every time, as those of different customers do, twice over."""
    random, text, book = Random(20261127), _H01.read_text(encoding="utf-8"), load_rulebook()
    cases: list[CaseFile] = []
    while len(cases) < _DIFFERING:
        with suppress(InputError):  # a talk may now end before it begins
            cases.append(load_case(_MINUTES.sub(lambda _: f":{random.randrange(60):02}:00+", text)))
    book.check(load_case(text))
    passes = []
    for _ in range(2):
        started = time.process_time()
        for case in cases:
            book.check(case)
        passes.append((time.process_time() - started) * 1000 / _DIFFERING)
    return (
        f"{_DIFFERING} cases that differ in every time: {passes[0]:.1f} ms a check for the first time, "
        f"{passes[1]:.1f} ms again"
    )


def _many(count: int) -> str:
    """Judge generated cases by engine and closures; different random numbers on every line of the same seed."""
    random, different, findings = Random(20261123), 0, 0
    with TemporaryDirectory() as folder:
        book = load_rulebook(demanding_policy(Path(folder)), clock=FixedClock(_NOW))
        judge, policy = book.judge(), book.policy
        for number in range(_WARM + count):
            if number == _WARM:
                before, started = _resident(), time.process_time()
            case = random_case(random)
            facts = list(derive(case, Setting(case.as_of or _NOW, policy, policy.calendar())))
            occasion = Occasion(case.case_no, _NOW, "", "")
            report = judge.judge(facts, policy.at, occasion)
            different += report != judge.judge(facts, policy.at, occasion, oracle=True)
            findings += len(report.findings)
        seconds, after = time.process_time() - started, _resident()
    return (
        f"{count} generated cases judged by durable_rules and by closures: {different} differences, "
        f"{findings / (_WARM + count):.1f} findings a case, {seconds / count * 1000:.1f} ms a case; "
        f"resident memory {before:.1f} MiB at the start, {after:.1f} MiB at the end"
    )


def _table(title: str, tasks: Mapping[str, _Task]) -> str:
    """Measure the tasks in turns of some runs each; the best turn is what they cost while nobody else needs caches."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    gc.collect()
    for _ in range(_ROUNDS):
        for name, task in tasks.items():
            started = time.process_time()
            for _ in range(_BATCH):
                task()
            times[name].append((time.process_time() - started) * 1000 / _BATCH)
    rows = [f"{title:46}{'median ms':>10}{'per s':>8}{'best ms':>10}{'per s':>8}"]
    for name, found in times.items():
        median, best = statistics.median(found), min(found)
        rows.append(f"{name:46}{median:10.2f}{1000 / median:8.0f}{best:10.2f}{1000 / best:8.0f}")
    return "\n".join(rows)


def _resident() -> float:
    gc.collect()
    return resident()


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else _GENERATED))
