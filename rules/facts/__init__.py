"""Facts: everything that conditions of the rule packs read, derived from a case in one pass (rules.md section 3).

Joins, calendars, arithmetic and text comparison happen here, so that a condition is a plain comparison on one flat
record. Derivation is pure and total: it never fails on a case that could be loaded.
"""

from collections.abc import Iterator
from itertools import chain

from docgen.case.casefile import CaseFile
from docgen.rulebook.aspect import Aspect
from rules.facts import (
    acceptance,
    after_sales,
    approval,
    contract,
    contract_text,
    development,
    document,
    general,
    needs,
    orders,
    proposal,
    signing,
)
from rules.facts.document import DocumentFacts, RenderedText, document_facts
from rules.facts.setting import Known, Setting
from rules.facts.witness import noted

__all__ = ["ASPECTS", "DocumentFacts", "Known", "RenderedText", "Setting", "derive", "document_facts"]

_STAGES = (general, development, needs, proposal, contract, approval, signing, orders, acceptance, after_sales)

ASPECTS: tuple[type[Aspect], ...] = tuple(
    aspect for module in (*_STAGES, document, contract_text) for aspect in module.ASPECTS
)
"""Every aspect of the rulebook."""


def derive(case: CaseFile, setting: Setting) -> Iterator[Aspect]:
    """Yield every record of `case`, in the order of the stages; documents are added at issue (`document_facts`)."""
    bound = setting.about(case)
    records = chain.from_iterable(module.derive(case, bound) for module in _STAGES)
    return noted(records, case, bound) if bound.log else records
