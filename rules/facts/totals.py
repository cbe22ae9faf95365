"""Money as the engine takes it: whole cents, within its integers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from docgen.case.orders import OrderLine
from docgen.case.proposal import PriceLine
from docgen.money import cents, round2

_LARGEST = 2**63 - 1


def sum_cents(amounts: Iterable[Decimal]) -> int:
    """Return the sum of `amounts` in cents.

    No single amount of a case comes near the largest integer of the engine, so holding a sum to it can never make
    the sum equal to, or less than, a total it is compared with.
    """
    return max(-_LARGEST, min(cents(sum(amounts, Decimal())), _LARGEST))


def bad_line_count(lines: Sequence[PriceLine | OrderLine]) -> int:
    """Count the lines whose amount is not quantity × unit price, rounded half up to cents."""
    return sum(line.amount != round2(line.quantity * line.unit_price) for line in lines)
