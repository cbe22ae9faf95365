"""What a rulebook stands on besides packs and policy: the table of laws, the catalogue of clauses, the manual."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docgen.errors import DeclarationError
from docgen.rulebook.laws import Law, LawTable
from docgen.rulebook.pack import plain
from docgen.rulebook.source import Fault, conform, read, refusal
from docgen.rulebook.watch import Files
from rules.facts.clauses import CATALOGUE, ClauseKind, parse_clauses

_HERE = Path(__file__).parent
_LAWS, _CLAUSES, _MANUAL = "laws.yaml", "clauses.yaml", "manual.md"


@dataclass(frozen=True, slots=True)
class References:
    """Laws by short name, clauses by id, the bare text of the manual; `content` is what they were read from."""

    laws: Mapping[str, Law]
    clauses: Mapping[str, ClauseKind]
    manual: str
    content: Files


def shipped_references() -> References:
    """Read the references that ship with the product.

    Raises:
        DeclarationError: Code `bad_laws` or `bad_clause_catalogue`.
    """
    paths = {_LAWS: _HERE / _LAWS, _CLAUSES: CATALOGUE, _MANUAL: _HERE / _MANUAL}
    return parse_references({name: path.read_bytes() for name, path in paths.items()})


def parse_references(contents: Mapping[str, bytes]) -> References:
    """Read the references among some files, by name.

    Raises:
        DeclarationError: Code `bad_laws` or `bad_clause_catalogue`, or `references_missing` if one is not there.
    """
    if missing := [name for name in (_LAWS, _CLAUSES, _MANUAL) if name not in contents]:
        raise DeclarationError(f"缺少{'、'.join(missing)}", code="references_missing")
    return References(
        laws=_laws(contents[_LAWS]),
        clauses=parse_clauses(contents[_CLAUSES]),
        manual=plain(contents[_MANUAL].decode()),
        content=[(name, contents[name]) for name in (_LAWS, _CLAUSES, _MANUAL)],
    )


def _laws(content: bytes) -> Mapping[str, Law]:
    faults: list[Fault] = []
    source = read(_LAWS, content, faults)
    table = conform(LawTable, source, faults) if source else None
    if table is None:
        raise refusal(faults, "法律表", "bad_laws")
    return table.by_name()
