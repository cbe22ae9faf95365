"""The report of a batch: for people on the screen and as a page, for machines as JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from docgen.batch import Result, State
from docgen.journal import Tally

STATES = {
    State.ARCHIVED: "已归档",
    State.REFUSED: "有文书被拒绝",
    State.FAILED: "故障",
    State.POISONED: "使程序崩溃",
}
"""Printed name of each state."""

_SHOWN = 20
_WORST_FIRST = (State.POISONED, State.FAILED, State.REFUSED)
PAGE, DATA = "批次报告.html", "批次报告.json"


@dataclass(frozen=True, slots=True)
class Done:
    """A batch at its end: what became of `cases` case files, in `seconds` of this run."""

    tally: Tally
    cases: int
    seconds: float
    interrupted: bool

    @property
    def open(self) -> int:
        """Cases that are not settled yet."""
        return max(0, self.cases - self.tally.cases.total())

    @property
    def others(self) -> list[Result]:
        """Cases that are not simply archived, the worst first."""
        return sorted(self.tally.others.values(), key=lambda one: (_WORST_FIRST.index(one.state), one.name))


def lines(done: Done, folder: Path) -> Iterator[str]:
    """Yield the report for the screen; what is long stands in the page only."""
    counts = "　".join(f"{label} {done.tally.cases[state]}" for state, label in STATES.items())
    yield f"案卷 {done.cases}　{counts}　未处理 {done.open}"
    yield f"文书归档 {done.tally.documents} 件，其中新归档 {done.tally.new} 件"
    yield f"用时 {done.seconds:.1f} 秒"
    for one in done.others[:_SHOWN]:
        yield f"{STATES[one.state]}　{one.name}　{one.case_no}"
        yield from (f"  {reason}" for reason in one.reasons)
    if len(done.others) > _SHOWN:
        yield f"另有 {len(done.others) - _SHOWN} 个案卷，见报告"
    yield f"报告 {folder / PAGE}"
    if done.open:
        yield "批次未完成：用同样的参数加 --resume 继续"


def as_json(done: Done) -> dict[str, object]:
    """Return the report for machines."""
    return {
        "cases": done.cases,
        **{state.value: done.tally.cases[state] for state in State},
        "open": done.open,
        "documents": done.tally.documents,
        "new_documents": done.tally.new,
        "interrupted": done.interrupted,
        "others": [
            {"file": one.name, "case_no": one.case_no, "state": one.state.value, "reasons": one.reasons}
            for one in done.others
        ],
    }


def files(done: Done) -> dict[str, bytes]:
    """Return the files of the report by name."""
    page = _template().render(
        done=done, counts=[(label, done.tally.cases[state]) for state, label in STATES.items()], states=STATES
    )
    data = json.dumps(as_json(done), ensure_ascii=False, indent=1) + "\n"
    return {PAGE: page.encode(), DATA: data.encode()}


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("batch_report.html")
