"""What verification says, in words a reader of contracts understands, and what it is told to expect."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docgen.errors import InputError

MAX_EVIDENCE: Final = 1_000_000  # bytes
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Status(StrEnum):
    """The three outcomes of ETSI EN 319 102-1."""

    VALID = "有效"
    INVALID = "无效"
    UNDECIDED = "不能确认"


class Level(StrEnum):
    """How long a signature can be checked: B now, T its time too, LT its certificate too, LTA beyond its expiry."""

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedSigner(_Frozen):
    """Somebody who signed, by the name in the certificate, and the certificate itself where it is on record."""

    name: str = Field(min_length=1, max_length=200)
    certificate_sha256: Sha256 | None = None


class Expectation(_Frozen):
    """What was recorded when signing ended: the final file and its signers in order.

    A file taken back to an earlier signature is flawless in itself; only this record tells. The evidence of an
    envelope says more than this; all else in it is for people.
    """

    model_config = ConfigDict(extra="ignore")

    sha256: Sha256
    signers: tuple[ExpectedSigner, ...] = Field(min_length=1, max_length=64)


class Reason(_Frozen):
    """One reason why a file is not valid: a stable `code`, a sentence, and the signature field it concerns."""

    code: str
    message: str
    field: str = ""
    undecided: bool = False
    """Whether more proof could still decide it; otherwise the file is invalid."""


class SignatureReport(_Frozen):
    """One signature: who, when (proven by a time stamp, else None), at what level, and whether it holds."""

    field: str
    name: str
    organisation: str
    title: str
    serial: str
    certificate_sha256: Sha256
    signed_at: datetime | None
    level: Level | None
    reason: str
    holds: bool


class Verdict(_Frozen):
    """The judgement on a file."""

    status: Status
    sha256: Sha256
    tight: bool
    """Whether nothing may follow the last signature, as our own files promise."""
    signatures: tuple[SignatureReport, ...]
    reasons: tuple[Reason, ...]

    @property
    def valid(self) -> bool:
        """Whether the file may be relied on."""
        return self.status is Status.VALID


def judged(sha256: str, *, tight: bool, signatures: Sequence[SignatureReport], reasons: Sequence[Reason]) -> Verdict:
    """Conclude: valid without a reason against it, undecided if proof is all that is missing, else invalid."""
    if not reasons:
        status = Status.VALID
    else:
        status = Status.UNDECIDED if all(reason.undecided for reason in reasons) else Status.INVALID
    return Verdict(status=status, sha256=sha256, tight=tight, signatures=tuple(signatures), reasons=tuple(reasons))


def read_expectation(data: bytes) -> Expectation:
    """Read the recorded evidence (JSON with `sha256` and `signers`); raise `InputError` (`evidence_unreadable`)."""
    try:
        if len(data) > MAX_EVIDENCE:
            raise ValueError  # noqa: TRY301 - as unreadable as any other
        return Expectation.model_validate_json(data)
    except (ValidationError, ValueError) as error:
        raise InputError(
            "签署证据文件不能使用", code="evidence_unreadable", remedy="给出含 sha256 和 signers 的 JSON 证据文件"
        ) from error
