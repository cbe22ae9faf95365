"""Sample cases: folders with a `case.yaml` and an `expected.json` that states what a check has to find.

A stated outcome is exact: these rules, this often, and no others; an outcome that is not stated is free. A sample that
is to be refused names the one fault. A `policy.yaml` in the folder stands in for the policy that ships.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from docgen.case import load_case
from docgen.errors import InputError, NotFoundError
from docgen.findings import CheckReport, Outcome
from docgen.rulebook.source import Fault, conform, read, refusal
from rules.book import Rulebook, load_rulebook
from service.wording import OUTCOMES


class ExpectedFault(BaseModel):
    """The one fault for which a case file is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    code: str


class Expected(BaseModel):
    """What `expected.json` states: counts of findings by outcome and rule, or the fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    kind: str
    findings: Mapping[Outcome, Mapping[str, int]] = {}
    error: ExpectedFault | None = None
    policy: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Sample:
    """One folder of samples; `policy` is None where the policy that ships counts."""

    name: str
    case: Path
    expected: Expected
    policy: Path | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a sample; `differences` is empty where everything is as stated."""

    sample: Sample
    report: CheckReport | None
    differences: tuple[str, ...]


def samples(folder: Path) -> tuple[Sample, ...]:
    """Return the samples of a folder by name.

    Raises:
        NotFoundError: Code `no_samples`.
        DeclarationError: Code `bad_sample`; an `expected.json` is not well written.
    """
    found = sorted(folder.glob("*/expected.json")) if folder.is_dir() else []
    if not found:
        raise NotFoundError("没有样例", remedy="用 --samples 指明样例文件夹", code="no_samples")
    return tuple(_read(path) for path in found)


def results(folder: Path, packs: Path | None = None, policy: Path | None = None) -> Iterator[Result]:
    """Check every sample of a folder and compare; `packs` and `policy` are None for those that ship."""
    book = load_rulebook(policy, packs)
    for sample in samples(folder):
        yield result(sample, book if sample.policy is None else load_rulebook(sample.policy, packs))


def result(sample: Sample, book: Rulebook) -> Result:
    """Check one sample and compare."""
    try:
        case = load_case(sample.case)
    except InputError as error:
        return Result(sample, None, tuple(_fault_differences(sample.expected, error)))
    report = book.check(case)
    return Result(sample, report, tuple(_differences(sample.expected, report)))


def _read(path: Path) -> Sample:
    faults: list[Fault] = []
    source = read(f"{path.parent.name}/{path.name}", path.read_bytes(), faults)
    expected = conform(Expected, source, faults) if source else None
    if expected is None:
        raise refusal(faults, "样例", "bad_sample")
    policy = path.with_name("policy.yaml")
    return Sample(path.parent.name, path.with_name("case.yaml"), expected, policy if policy.is_file() else None)


def _differences(expected: Expected, report: CheckReport) -> Iterator[str]:
    if expected.error is not None:
        yield f"应因 {expected.error.path}（{expected.error.code}）被拒绝，实际读入"
    for outcome, stated in expected.findings.items():
        counted = Counter(finding.rule for finding in report.findings if finding.outcome is outcome)
        for rule in sorted(stated.keys() | counted.keys()):
            if stated.get(rule, 0) != counted[rule]:
                yield f"{OUTCOMES[outcome]} {rule}：应有{stated.get(rule, 0)}项，实有{counted[rule]}项"


def _fault_differences(expected: Expected, error: InputError) -> Iterator[str]:
    found = [(detail.path, detail.code) for detail in error.details]
    stated = [(expected.error.path, expected.error.code)] if expected.error else []
    if found != stated:
        wanted = "、".join(f"{path}（{code}）" for path, code in stated) or "能读入"
        actual = "、".join(f"{path}（{code}）" for path, code in found) or error.code
        yield f"读入：应为{wanted}，实为{actual}"
