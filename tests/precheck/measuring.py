"""Measuring the detectors on labelled contracts: how many clauses are found, missed, unsure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from docgen.precheck.clauses import Status
from docgen.precheck.scan import scan
from docgen.precheck.source import read_contract
from rules.precheck import shipped_detectors
from tests.precheck.evaluation import Labelled

TODAY = date(2026, 11, 27)


@dataclass
class Measured:
    """Verdicts counted by clause, for clauses that are there and for those that are not; `wrong` names the misses."""

    present: dict[str, Counter[Status]] = field(default_factory=dict)
    absent: dict[str, Counter[Status]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def share(self, which: Mapping[str, Counter[Status]], status: Status) -> float:
        """Return what part of all verdicts of one side is `status`."""
        total = sum(sum(counts.values()) for counts in which.values())
        return sum(counts[status] for counts in which.values()) / total if total else 0.0


def measure(contracts: Iterable[Labelled]) -> Measured:
    """Look at every contract and hold the verdicts against its labels."""
    measured = Measured()
    for contract in contracts:
        seen = scan(read_contract(contract.text.encode()), shipped_detectors(), TODAY)
        for verdict in seen.clauses:
            if verdict.id in contract.present:
                measured.present.setdefault(verdict.id, Counter())[verdict.status] += 1
                if verdict.status is not Status.FOUND:
                    measured.wrong.append(f"{contract.name} {verdict.id} there but {verdict.status}")
            elif verdict.id in contract.absent:
                measured.absent.setdefault(verdict.id, Counter())[verdict.status] += 1
                if verdict.status is Status.FOUND:
                    measured.wrong.append(f"{contract.name} {verdict.id} not there but {verdict.passages[0].text!r}")
    return measured
