"""What is done with files of strangers, as functions that run in the reader's process (service.reading)."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from docgen.case.loader import load_text
from docgen.precheck.source import ContractFile, read_contract
from docgen.signing.trust import Trust, read_trust
from docgen.signing.verdict import Verdict
from docgen.signing.verify import verify
from rules.book import Rulebook
from rules.precheck import precheck
from service import wiring
from service.precheck_json import as_json
from service.report.precheck_page import content
from service.settings import Settings


def verdict(pdf: bytes, trust: bytes | None) -> Verdict:
    """Judge a signed PDF by the roots in a PEM file."""
    return verify(pdf, read_trust(trust) if trust else Trust())


def prechecked(settings: Settings, name: str, data: bytes, case: str | None, at: datetime) -> dict[str, object]:
    """Pre-check a contract, against a case file where one is given; return what the command prints as JSON."""
    contract = ContractFile(Path(name).name[:200], data, read_contract(data))
    against = load_text(case) if case else None
    return as_json(contract, precheck(contract.contract, contract.name, _book(settings), at, case=against))


def prechecked_page(settings: Settings, name: str, data: bytes, case: str | None, at: datetime) -> dict[str, Any]:
    """Pre-check a contract as `prechecked` does; return what a page shows of it."""
    contract = ContractFile(Path(name).name[:200], data, read_contract(data))
    against = load_text(case) if case else None
    return content(contract, precheck(contract.contract, contract.name, _book(settings), at, case=against))


@cache
def _book(settings: Settings) -> Rulebook:
    return wiring.rulebook(settings)
