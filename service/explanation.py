"""Explanations as the command line prints them: facts with their sources, the condition with the values put in."""

from collections.abc import Iterator

from docgen.rulebook.explain import ExplainedFact, Explanation
from service.wording import OUTCOMES, law_text, manual_text

_ALWAYS = "true"


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Yield what one part of a rule says of one record, and why."""
    part = f"（{explanation.part}）" if explanation.part else ""
    place = f"（{explanation.path}）" if explanation.path not in {"", explanation.subject} else ""
    said = OUTCOMES[explanation.outcome]
    yield f"{explanation.rule}{part} {explanation.title}　{said}　［{explanation.subject}］{place}"
    yield "  事实"
    for fact in explanation.facts:
        yield from _fact_lines(fact)
    yield "  条件"
    if explanation.applies != _ALWAYS:
        yield f"    适用　{explanation.applies}"
        yield f"    　　　{explanation.applies_seen}"
    yield f"    违反　{explanation.violates}"
    yield f"    　　　{explanation.violates_seen}"
    if explanation.pending:
        yield f"    待定　{explanation.pending}"
    yield f"  依据　{manual_text(explanation.manual)}"
    if explanation.law:
        yield f"  法律　{law_text(explanation.law)}"
    yield f"  建议　{explanation.suggestion}"


def _fact_lines(fact: ExplainedFact) -> Iterator[str]:
    value = "缺" if fact.value is None else fact.value
    reason = f"（{fact.reason}）" if fact.reason else ""
    yield f"    {fact.title} {fact.name} = {value}{reason}"
    for source in fact.sources:
        yield f"      {source.path} = {source.value}"
    if fact.witnessed:
        yield f"      系统见证　{fact.witnessed}"
