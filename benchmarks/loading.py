"""How long a case file takes to load: ours beside the stock YAML loader with the same models, warm, one core."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from docgen.case import CaseFile, load_case
from docgen.case.plain_yaml import read_plain_yaml
from docgen.case.yaml_reader import read_yaml

_H01 = Path(__file__).parents[1] / "samples" / "H01" / "case.yaml"
_ROUNDS = 40


class _TextLoader(yaml.CSafeLoader):
    """The stock loader, told to leave scalars as text (but true, false and null) so that the models accept them."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":bool", ":null"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _milliseconds(task: Callable[[], object]) -> float:
    started = time.process_time()
    task()
    return (time.process_time() - started) * 1000


def run() -> str:
    """Return a table of medians in milliseconds, the tasks taken in turns."""
    text = _H01.read_text(encoding="utf-8")
    tasks: dict[str, Callable[[], object]] = {
        "load_case: limits, lines, invariants": lambda: load_case(text),
        "yaml.CSafeLoader + model_validate": lambda: CaseFile.model_validate(yaml.load(text, _TextLoader)),
        "of load_case: text to tree": lambda: read_plain_yaml(text),
        "text to tree, by the reference": lambda: read_yaml(text),
        "libyaml events only": lambda: list(yaml.parse(text, Loader=yaml.CSafeLoader)),
    }
    for task in tasks.values():
        task()
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(_ROUNDS):
        for name, task in tasks.items():
            times[name].append(_milliseconds(task))
    stock = statistics.median(times["yaml.CSafeLoader + model_validate"])
    rows = [f"{'loading H01 (' + str(len(text.splitlines())) + ' lines)':42}{'ms':>8}{'x stock':>10}"]
    for name, found in times.items():
        median = statistics.median(found)
        rows.append(f"{name:42}{median:8.2f}{stock / median:10.2f}")
    return "\n".join(rows)


if __name__ == "__main__":
    print(run())
