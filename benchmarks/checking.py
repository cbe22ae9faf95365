"""How fast a case is judged: durable_rules beside the closures, the parts of a check, and memory over many runs."""

import gc
import resource
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from docgen.case import load_case
from docgen.rulebook.judge import Occasion
from rules.book import load_rulebook
from rules.facts import Known, Setting, derive

_H01 = Path(__file__).parents[1] / "samples" / "H01" / "case.yaml"
_ROUNDS = 60
_MOMENTS = 2_000


def _milliseconds(task: Callable[[], object]) -> float:
    started = time.process_time()
    task()
    return (time.process_time() - started) * 1000


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def run() -> str:
    """Return a table of medians of CPU time, the tasks in turns, and what many different checks cost in memory."""
    text = _H01.read_text(encoding="utf-8")
    case = load_case(text)
    book = load_rulebook()
    judge, policy = book.judge(), book.policy
    assert case.as_of is not None
    setting = Setting(case.as_of, policy, policy.calendar(), Known())
    records = list(derive(case, setting))
    occasion = Occasion(case.case_no, case.as_of, policy.sha256, "")

    tasks: dict[str, Callable[[], object]] = {
        "facts": lambda: list(derive(case, setting)),
        "rules by durable_rules": lambda: judge.judge(records, policy.at, occasion),
        "rules by closures": lambda: judge.judge(records, policy.at, occasion, oracle=True),
        "facts and rules (durable_rules)": lambda: judge.judge(derive(case, setting), policy.at, occasion),
        "facts and rules (closures)": lambda: judge.judge(derive(case, setting), policy.at, occasion, oracle=True),
        "load, facts, rules, report": lambda: book.check(load_case(text)),
    }
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    gc.collect()
    for _ in range(_ROUNDS):
        for name, task in tasks.items():
            times[name].append(_milliseconds(task))
    lines = [f"{f'checking H01 ({len(records)} records, {len(judge.rules)} rules)':42}{'ms':>8}{'per s':>8}"]
    for name, found in times.items():
        median = statistics.median(found)
        lines.append(f"{name:42}{median:8.2f}{1000 / median:8.0f}")

    before, different = _memory(), 0
    for number in range(_MOMENTS):
        moment = case.as_of - timedelta(hours=5 * number)
        facts = list(derive(case, Setting(moment, policy, policy.calendar(), Known())))
        occasion = Occasion(case.case_no, moment, policy.sha256, "")
        different += judge.judge(facts, policy.at, occasion) != judge.judge(facts, policy.at, occasion, oracle=True)
    lines.append(
        f"{_MOMENTS} moments of H01: {different} differences to the closures, {_memory() - before} KiB more memory"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    print(run())
