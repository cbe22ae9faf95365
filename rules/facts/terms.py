"""Facts on whether the contract says what the final minutes agreed (manual 四(四) 条款一致性)."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Literal

from docgen.case.contract import AgreedTerms, Contract, Negotiation
from docgen.clock import day
from docgen.rulebook.aspect import Aspect, DisplayText, fact

Topic = Literal["lines", "total", "tax", "payment", "delivery"]
"""What of the minutes and the contract is held against each other (CT-05)."""

_Terms = AgreedTerms | Contract
_Row = tuple[Hashable, ...]
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPairFacts(Aspect):
    """One topic that the minutes and the contract both settle."""

    aspect: ClassVar[str] = "term_pair"
    title: ClassVar[str] = "合同与纪要对照"

    topic: Topic = fact("对照内容")
    equal: bool = fact("纪要与合同一致", "contract", "negotiations")
    topic_text: DisplayText = fact("对照内容名称")
    minutes_text: DisplayText = fact("纪要所载", "negotiations")
    contract_text: DisplayText = fact("合同所载", "contract")


def derive_term_pairs(contract: Contract, final: Negotiation) -> Iterator[TermPairFacts]:
    """Yield one record per topic; none while the final minutes hold no agreed terms."""
    agreed = final.agreed
    if agreed is None:
        return
    for topic, title, read, template in _TOPICS:
        minutes, contracted = Counter(read(agreed)), Counter(read(contract))
        equal = minutes == contracted
        yield TermPairFacts(
            subject=f"{contract.contract_no}/{topic}",
            path="contract",
            on=day(contract.drafted_at),
            topic=topic,
            equal=equal,
            topic_text=title,
            minutes_text=_shown(minutes if equal else minutes - contracted, template),
            contract_text=_shown(contracted if equal else contracted - minutes, template),
        )


def _shown(rows: Counter[_Row], template: str) -> str:
    """Print the first rows; there are none where the other side has all of this side's rows, and more."""
    texts = [template.format(*row) for row in islice(rows.elements(), _SHOWN)]
    more = f"等{rows.total()}项" if rows.total() > _SHOWN else ""
    return ("；".join(texts) + more) or "无"


def _lines(terms: _Terms) -> Iterator[_Row]:
    for line in terms.lines:
        yield line.line_no, line.name, line.spec, line.unit, line.quantity, line.unit_price, line.amount


def _total(terms: _Terms) -> Iterator[_Row]:
    yield (terms.total,)


def _tax(terms: _Terms) -> Iterator[_Row]:
    yield ("含税" if terms.tax_included else "不含税",)


def _payment(terms: _Terms) -> Iterator[_Row]:
    for stage in terms.payment:
        yield stage.seq, stage.percent, stage.amount


def _delivery(terms: _Terms) -> Iterator[_Row]:
    for term in terms.delivery:
        yield "、".join(map(str, sorted(term.line_nos))), term.due_on, term.place


_TOPICS: tuple[tuple[Topic, str, Callable[[_Terms], Iterator[_Row]], str], ...] = (
    ("lines", "标的清单", _lines, "第{0}项{1}（{2}）{4:f}{3}×{5:f}元={6:,.2f}元"),
    ("total", "总价", _total, "{0:,.2f}元"),
    ("tax", "是否含税", _tax, "{0}"),
    ("payment", "付款方式", _payment, "第{0}期{1:%}即{2:,.2f}元"),
    ("delivery", "交付", _delivery, "第{0}项{1}于{2}"),
)
