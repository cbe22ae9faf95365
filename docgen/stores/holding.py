"""What looking through a store finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holding:
    """A thing that lies in a store.

    `name` is where it lies, `expected` the digest its name stands for (None: a foreign thing), `actual` the digest of
    its bytes (None: it cannot be read).
    """

    name: str
    expected: str | None
    actual: str | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: temporaries removed, the digests of orphans moved to quarantine, and of objects sent again."""

    temporaries: int
    quarantined: tuple[str, ...]
    sent_again: tuple[str, ...] = ()
