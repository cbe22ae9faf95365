"""What a check says: outcomes, findings and the report of one case (case_model.md section 1, interfaces.md)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Outcome(StrEnum):
    """Result of a rule; the order of `WORST_FIRST` decides which one stands for several (rules.md section 1)."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    WARN = "warn"
    INFO = "info"
    PENDING = "pending"
    NOT_APPLICABLE = "not_applicable"


WORST_FIRST = (Outcome.FAIL, Outcome.WARN, Outcome.PENDING, Outcome.INFO, Outcome.PASS, Outcome.NOT_APPLICABLE)


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ManualReference(_Said):
    """The sentence of the manual that a rule stands on; `section` is "ours" where the manual has none."""

    section: str
    quote: str


class LawReference(_Said):
    """An article of a law, by the short name of the table of laws."""

    name: str
    article: str


class Finding(_Said):
    """One rule part on one subject, whenever it is not a plain pass."""

    rule: str
    outcome: Outcome
    subject: str
    message: str
    inputs: Mapping[str, bool | int | str] = Field(default_factory=dict)
    manual: ManualReference
    law: tuple[LawReference, ...] = ()
    suggestion: str
    due_at: datetime | None = None
    actual_at: datetime | None = None
    part: str = ""
    path: str = ""
    internal: bool = False


class PackIdentity(_Said):
    """Version and digest of the rule packs that decided."""

    version: str
    sha256: str


class CheckReport(_Said):
    """Outcome of every rule over one case at one moment, with a finding for each fail, warn, info and pending."""

    case_no: str
    as_of: datetime
    pack: PackIdentity
    policy_sha256: str
    case_sha256: str
    outcomes: Mapping[str, Outcome]
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether at least one rule failed."""
        return Outcome.FAIL in self.outcomes.values()
