"""The clauses a sales contract is checked for: id, Chinese name and group (forms.md section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import yaml

from docgen.case.contract import Contract
from docgen.errors import DeclarationError

ClauseGroup = Literal["mandatory", "statutory_fatal", "statutory_warn", "optional"]
"""How much a missing clause weighs (CT-01, CT-02)."""

CATALOGUE = Path(__file__).parent.parent / "clauses" / "catalogue.yaml"
"""The catalogue that ships with the product."""

_GROUPS: tuple[ClauseGroup, ...] = get_args(ClauseGroup)


@dataclass(frozen=True, slots=True)
class ClauseKind:
    """One kind of clause: its id, what it is called in Chinese, and its group."""

    clause_id: str
    title: str
    group: ClauseGroup


@cache
def clause_catalogue() -> Mapping[str, ClauseKind]:
    """Return the catalogue shipped with the rules, by clause id, in the order of the standard contract.

    Raises:
        DeclarationError: an entry of the catalogue has no title or an unknown group.
    """
    return parse_clauses(CATALOGUE.read_bytes())


def parse_clauses(content: bytes) -> Mapping[str, ClauseKind]:
    """Read a catalogue of clauses.

    Raises:
        DeclarationError: an entry of the catalogue has no title or an unknown group.
    """
    entries = yaml.safe_load(content)
    return MappingProxyType({clause_id: _kind(clause_id, entry) for clause_id, entry in entries.items()})


def clause_title(
    clause_id: str, contract: Contract | None = None, catalogue: Mapping[str, ClauseKind] | None = None
) -> str:
    """Return the Chinese name of a clause: of the catalogue, else its heading in the contract, else its id."""
    if kind := (catalogue or clause_catalogue()).get(clause_id):
        return kind.title
    clauses = contract.clauses if contract else ()
    return next((clause.heading for clause in clauses if clause.clause_id == clause_id), clause_id)


def _kind(clause_id: str, entry: Mapping[str, str]) -> ClauseKind:
    group = next((each for each in _GROUPS if each == entry.get("group")), None)
    if group is None or not entry.get("title"):
        raise DeclarationError(f"条款目录中的“{clause_id}”缺少名称或类别有误", code="bad_clause_catalogue")
    return ClauseKind(clause_id, entry["title"], group)
