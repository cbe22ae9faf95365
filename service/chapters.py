"""The chapters of a rulebook: the packs in force on a day under the stages of the manual, in its order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from docgen.rulebook.pack import Rule
from rules.book import Rulebook

TITLES: Mapping[str, str] = {
    "general": "通用要求",
    "development": "客户开发",
    "needs": "需求沟通",
    "proposal": "方案制定",
    "contract": "合同签订",
    "orders": "订单执行",
    "after_sales": "售后服务",
}
"""Printed name of each stage; a pack of the company's own is printed under its file name."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one stage that are in force."""

    stage: str
    title: str
    rules: tuple[Rule, ...]


def chapters(book: Rulebook, on: date) -> tuple[Chapter, ...]:
    """Return the chapters of the packs in force on a day."""
    found: dict[str, list[Rule]] = {}
    for pack in book.packs:
        if pack.in_force(on):
            stage = pack.name.removesuffix(".yaml").partition("@")[0]
            found.setdefault(stage, []).extend(pack.rules)
    return tuple(Chapter(stage, TITLES.get(stage, stage), tuple(rules)) for stage, rules in found.items())
