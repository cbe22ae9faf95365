"""What a run of the command line leaves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Exit code, output and errors of one command."""

    code: int
    out: str
    err: str
