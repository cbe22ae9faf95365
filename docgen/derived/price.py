"""What follows from a price list: sums, tax, and the total in words (case_model.md section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from docgen import money
from docgen.case.contract import Contract
from docgen.case.enums import PriceCategory
from docgen.case.proposal import PriceLine


class Totalled(Protocol):
    """A quotation, agreed terms or a contract: it states a total in yuan."""

    @property
    def total(self) -> Decimal: ...  # noqa: D102 - a field


class Priced(Totalled, Protocol):
    """A quotation, agreed terms or a contract: it states lines and whether they include tax."""

    @property
    def lines(self) -> Sequence[PriceLine]: ...  # noqa: D102 - a field

    @property
    def tax_included(self) -> bool: ...  # noqa: D102 - a field


@dataclass(frozen=True, slots=True)
class Subtotal:
    """What the lines of one cost category come to, in yuan."""

    category: PriceCategory = field(metadata={"title": "费用类别"})
    amount: Decimal = field(metadata={"title": "小计(元)"})


def total_upper(priced: Totalled) -> str:
    """Return the total in words, 人民币大写."""
    return money.upper(priced.total)


def tax_split(priced: Priced) -> tuple[money.TaxShare, ...]:
    """Split the lines by tax rate into net and tax, highest rate first."""
    return money.tax_split(priced.lines, priced.tax_included)


def total_taxed(contract: Priced) -> Decimal:
    """Return the tax-inclusive total (价税合计), on which the approval limit is judged."""
    if contract.tax_included:
        return contract.total
    return contract.total + sum((share.tax for share in tax_split(contract)), Decimal(0))


def over_gm_threshold(contract: Contract, threshold: Decimal) -> bool:
    """Tell whether the tax-inclusive total is over `threshold` yuan; equal is not over (二(四)步骤3)."""
    return total_taxed(contract) > threshold


def subtotals_by_category(lines: Sequence[PriceLine]) -> tuple[Subtotal, ...]:
    """Sum the lines by cost category (费用构成), in the order in which the categories first appear."""
    sums: dict[PriceCategory, Decimal] = {}
    for line in lines:
        sums[line.category] = sums.get(line.category, Decimal(0)) + line.amount
    return tuple(Subtotal(category, amount) for category, amount in sums.items())
