"""Finds the sample cases of `samples/` and what each of them expects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "samples"


class Kind(StrEnum):
    """What a sample is there to show."""

    HAPPY = "happy"
    IN_PROGRESS = "in_progress"
    FAILING = "failing"
    BOUNDARY = "boundary"
    LOAD_ERROR = "load_error"


class Gone(Enum):
    """Stands for a path that is to be deleted from a variant of a sample; its name is the same in every process."""

    GONE = "gone"


GONE = Gone.GONE
"""Value of a path that is to be deleted."""


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """The one fault for which a case file is refused."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A case file and what is expected of it.

    `findings` gives, by outcome and rule, the number of findings; an outcome that is not named is not stated.
    `overrides` are the policy values that differ from the shipped policy; `policy` is the whole of it as a file.
    """

    name: str
    title: str
    kind: Kind
    case: Path
    policy: Path | None = None
    overrides: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    findings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    error: ExpectedError | None = None

    def __str__(self) -> str:
        return self.name


@cache
def samples(*kinds: Kind) -> tuple[Sample, ...]:
    """Return the samples of these kinds (of all, if none is named), by name."""
    found = (_read(folder) for folder in sorted(FOLDER.iterdir()) if (folder / "expected.json").is_file())
    return tuple(each for each in found if not kinds or each.kind in kinds)


def sample(name: str) -> Sample:
    """Return the sample whose folder is `name` or begins with `name` and an underscore: `H01`, `F03`."""
    (found,) = (each for each in samples() if each.name == name or each.name.startswith(f"{name}_"))
    return found


def _read(folder: Path) -> Sample:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    policy = folder / "policy.yaml"
    return Sample(
        name=folder.name,
        title=expected["title"],
        kind=Kind(expected["kind"]),
        case=folder / "case.yaml",
        policy=policy if policy.is_file() else None,
        overrides=expected.get("policy", {}),
        findings=expected.get("findings", {}),
        error=ExpectedError(**expected["error"]) if "error" in expected else None,
    )
