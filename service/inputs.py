"""What a check reads: case files and the rulebook; apart from `wiring`, so that it loads no database and no form."""

from pathlib import Path

from docgen.case import CaseFile, load_case
from docgen.clock import Clock
from docgen.errors import NotFoundError
from rules.book import Rulebook, load_rulebook
from service.settings import Settings


def case_file(path: Path) -> CaseFile:
    """Load the case file at `path`; raise `InputError` or `NotFoundError` with every fault."""
    if not path.is_file():
        raise NotFoundError(f"没有案卷文件：{path.name}", remedy="检查文件名和目录", code="case_missing")
    return load_case(path)


def rulebook(settings: Settings, policy: Path | None = None, clock: Clock | None = None) -> Rulebook:
    """Load packs and policy as set, or with another policy file."""
    chosen = policy or settings.policy
    if chosen is not None and not chosen.is_file():
        raise NotFoundError(f"没有公司规定文件：{chosen.name}", code="policy_missing")
    return load_rulebook(chosen, settings.packs, clock=clock)
