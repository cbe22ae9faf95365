"""The scan: one contract text looked at for everything that is declared, as facts without judgement."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from docgen.precheck.amounts import disagreements
from docgen.precheck.arithmetic import find_arithmetic_faults
from docgen.precheck.blanks import find_blanks
from docgen.precheck.clauses import ClauseVerdict, detect_clauses
from docgen.precheck.dates import find_date_faults, signing_date
from docgen.precheck.definitions import find_undefined_terms
from docgen.precheck.detectors import Declared, Detectors
from docgen.precheck.forum import find_forum_conflict
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.laws import cited_laws
from docgen.precheck.parties import find_party_faults
from docgen.precheck.references import find_reference_faults
from docgen.precheck.structure import Structure
from docgen.precheck.terms import find_terms
from docgen.precheck.text import ContractText

_TITLE = re.compile(r"^[^\n。;:]{2,40}(?:合同|协议|协议书|合同书|订单|契约|合约)[^\n。;]{0,12}$", re.MULTILINE)
_HEAD = 600


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen in a text; `kind` is the kind of contract by its title, `on` the day laws are held against."""

    structure: Structure
    kind: str
    on: date
    clauses: tuple[ClauseVerdict, ...]
    hits: tuple[Hit, ...]

    @property
    def contract(self) -> ContractText:
        """The text that was looked at."""
        return self.structure.contract


def scan(contract: ContractText, detectors: Detectors, today: date) -> Scan:
    """Look at a contract; laws are held against its signing day, else against `today`."""
    declared = detectors.declared
    structure = Structure(contract, detectors.titles)
    kind = _kind(structure, declared)
    on = signing_date(structure) or today
    hits = sorted(_hits(structure, declared, on), key=lambda hit: (hit.start, hit.kind, hit.end))
    return Scan(structure, kind, on, tuple(detect_clauses(structure, declared.clauses)), tuple(hits))


def _kind(structure: Structure, declared: Declared) -> str:
    head = structure.text[: min(_HEAD, structure.end)]
    title = _TITLE.search(head)
    words = title[0] if title else head[:60]
    return next((kind for kind, pattern in declared.kinds.items() if pattern.search(words)), "")


def _hits(structure: Structure, declared: Declared, on: date) -> Iterator[Hit]:
    yield from _amounts(structure)
    yield from find_arithmetic_faults(structure)
    yield from cited_laws(structure, declared.laws, declared.laws_still, on)
    yield from find_terms(structure, declared.terms)
    yield from find_blanks(structure)
    yield from find_party_faults(structure)
    yield from find_date_faults(structure)
    yield from find_forum_conflict(structure)
    yield from find_reference_faults(structure)
    yield from find_undefined_terms(structure)
    for revision in structure.contract.revisions:
        reason = "inserted" if revision.inserted else "deleted"
        yield Hit(
            HitKind.REVISION,
            reason,
            revision.start,
            revision.end,
            {"text": revision.text[:40], "author": revision.author},
        )


def _amounts(structure: Structure) -> Iterator[Hit]:
    text = structure.text[: structure.end]
    for pair in disagreements(text):
        if pair.figures is None:
            continue
        start, end = min(pair.words[0], pair.figures[0]), max(pair.words[1], pair.figures[1])
        values = {"words": text[slice(*pair.words)], "figures": text[slice(*pair.figures)]}
        yield Hit(HitKind.AMOUNT, "words", *structure.folded.span(start, end), values)
