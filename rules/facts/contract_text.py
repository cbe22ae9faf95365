"""Facts of a contract text that was scanned: how often what was found, clause by clause, term by term (rules.md 6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from docgen.precheck.clauses import ClauseVerdict, Status
from docgen.precheck.compare import Difference, Topic
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.scan import Scan
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.clauses import ClauseGroup, ClauseKind
from rules.facts.wording import listed

_SHOWN = 3
_QUOTE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTextFacts(Aspect):
    """One scanned text as a whole."""

    aspect: ClassVar[str] = "contract_text"
    title: ClassVar[str] = "合同文本"

    imported: bool = fact("他方拟定的文本")
    amount_words_bad_count: int = fact("金额不一致处数")
    repealed_law_count: int = fact("引用已废止法律处数")
    renumbered_law_count: int = fact("引用条号须核对的法律处数")
    vague_term_count: int = fact("用语模糊处数")
    unfair_term_count: int = fact("不利或可能无效的用语处数")
    term_note_count: int = fact("提示性用语处数")
    blank_count: int = fact("未填空白处数")
    party_name_bad_count: int = fact("当事人名称问题处数")
    date_bad_count: int = fact("日期问题处数")
    arbitration_and_court: bool = fact("同时约定仲裁和法院")
    reference_bad_count: int = fact("引用落空处数")
    undefined_term_count: int = fact("未定义术语数")
    effectiveness_count: int = fact("生效表述有歧义处数")
    revision_count: int = fact("修订痕迹处数")
    amount_text: DisplayText = fact("金额不一致之处")
    repealed_law_text: DisplayText = fact("已废止的法律")
    renumbered_law_text: DisplayText = fact("条号须核对的法律")
    vague_term_text: DisplayText = fact("模糊用语")
    unfair_term_text: DisplayText = fact("不利用语")
    term_note_text: DisplayText = fact("提示性用语")
    blank_text: DisplayText = fact("空白之处")
    party_name_text: DisplayText = fact("当事人名称之处")
    date_text: DisplayText = fact("日期之处")
    forum_text: DisplayText = fact("争议解决之处")
    reference_text: DisplayText = fact("落空的引用")
    definition_text: DisplayText = fact("未定义术语")
    effectiveness_text: DisplayText = fact("生效之处")
    revision_text: DisplayText = fact("修订之处")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClauseFacts(Aspect):
    """One clause that was looked for in one text."""

    aspect: ClassVar[str] = "text_clause"
    title: ClassVar[str] = "合同文本条款"

    group: ClauseGroup = fact("条款类别")
    verdict: Literal["found", "unsure", "missing"] = fact("识别结果")
    clause_text: DisplayText = fact("条款名称")
    quote_text: DisplayText = fact("引文")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDifferenceFacts(Aspect):
    """One agreed term that a text does not say, or says differently."""

    aspect: ClassVar[str] = "text_difference"
    title: ClassVar[str] = "合同文本与约定的差异"

    topic: Topic = fact("对照内容", "negotiations", "contract", "customer", "supplier")
    mentioned: bool = fact("文本中有相应内容")
    topic_text: DisplayText = fact("对照内容名称")
    agreed_text: DisplayText = fact("约定内容", "negotiations", "contract")
    quote_text: DisplayText = fact("文本所载")


ASPECTS: tuple[type[Aspect], ...] = (ContractTextFacts, TextClauseFacts, TextDifferenceFacts)

COUNTED: Mapping[str, HitKind] = {
    "amount_words_bad_count": HitKind.AMOUNT,
    "repealed_law_count": HitKind.REPEALED_LAW,
    "renumbered_law_count": HitKind.RENUMBERED_LAW,
    "vague_term_count": HitKind.VAGUE_TERM,
    "unfair_term_count": HitKind.UNFAIR_TERM,
    "term_note_count": HitKind.TERM_NOTE,
    "blank_count": HitKind.BLANK,
    "party_name_bad_count": HitKind.PARTY_NAME,
    "date_bad_count": HitKind.DATE,
    "arbitration_and_court": HitKind.FORUM,
    "reference_bad_count": HitKind.REFERENCE,
    "undefined_term_count": HitKind.DEFINITION,
    "effectiveness_count": HitKind.EFFECTIVENESS,
    "revision_count": HitKind.REVISION,
}
"""Which hits a fact of `contract_text` counts; a rule that reads the fact is about those hits."""


def text_facts(scan: Scan, name: str, *, imported: bool) -> ContractTextFacts:
    """Return the record of a scanned text; `name` is its file or document number."""
    by_kind: dict[HitKind, list[Hit]] = {kind: [] for kind in HitKind}
    for hit in scan.hits:
        by_kind[hit.kind].append(hit)
    return ContractTextFacts(
        subject=name,
        on=scan.on,
        imported=imported,
        arbitration_and_court=bool(by_kind[HitKind.FORUM]),
        forum_text=_quoted(scan, by_kind[HitKind.FORUM]),
        amount_words_bad_count=len(by_kind[HitKind.AMOUNT]),
        amount_text=_quoted(scan, by_kind[HitKind.AMOUNT]),
        repealed_law_count=len(by_kind[HitKind.REPEALED_LAW]),
        repealed_law_text=_quoted(scan, by_kind[HitKind.REPEALED_LAW]),
        renumbered_law_count=len(by_kind[HitKind.RENUMBERED_LAW]),
        renumbered_law_text=_quoted(scan, by_kind[HitKind.RENUMBERED_LAW]),
        vague_term_count=len(by_kind[HitKind.VAGUE_TERM]),
        vague_term_text=_quoted(scan, by_kind[HitKind.VAGUE_TERM]),
        unfair_term_count=len(by_kind[HitKind.UNFAIR_TERM]),
        unfair_term_text=_quoted(scan, by_kind[HitKind.UNFAIR_TERM]),
        term_note_count=len(by_kind[HitKind.TERM_NOTE]),
        term_note_text=_quoted(scan, by_kind[HitKind.TERM_NOTE]),
        blank_count=len(by_kind[HitKind.BLANK]),
        blank_text=_quoted(scan, by_kind[HitKind.BLANK]),
        party_name_bad_count=len(by_kind[HitKind.PARTY_NAME]),
        party_name_text=_quoted(scan, by_kind[HitKind.PARTY_NAME]),
        date_bad_count=len(by_kind[HitKind.DATE]),
        date_text=_quoted(scan, by_kind[HitKind.DATE]),
        reference_bad_count=len(by_kind[HitKind.REFERENCE]),
        reference_text=_quoted(scan, by_kind[HitKind.REFERENCE]),
        undefined_term_count=len(by_kind[HitKind.DEFINITION]),
        definition_text=_quoted(scan, by_kind[HitKind.DEFINITION]),
        effectiveness_count=len(by_kind[HitKind.EFFECTIVENESS]),
        effectiveness_text=_quoted(scan, by_kind[HitKind.EFFECTIVENESS]),
        revision_count=len(by_kind[HitKind.REVISION]),
        revision_text=_quoted(scan, by_kind[HitKind.REVISION]),
    )


def clause_facts(
    scan: Scan, name: str, clauses: Mapping[str, ClauseKind], optional: Mapping[str, Sequence[str]]
) -> Iterator[TextClauseFacts]:
    """Yield the record of every clause; `optional` tells for which kinds of contract a clause may be missing."""
    for verdict in scan.clauses:
        yield TextClauseFacts(
            subject=f"{name}/{verdict.id}",
            on=scan.on,
            group=_group(verdict, scan.kind, clauses, optional),
            verdict=_VERDICTS[verdict.status],
            clause_text=verdict.title,
            quote_text=verdict.passages[0].text if verdict.passages else "",
        )


def difference_facts(
    differences: Sequence[Difference], scan: Scan, name: str, titles: Mapping[str, str], on: date
) -> Iterator[TextDifferenceFacts]:
    """Yield one record per difference, in their order."""
    for index, one in enumerate(differences):
        mentioned = one.start is not None and one.end is not None
        quote = scan.contract.text[one.start : one.end] if mentioned else ""
        subject = f"（{one.subject}）" if one.subject and one.subject != one.agreed else ""
        yield TextDifferenceFacts(
            subject=f"{name}/{one.topic}#{index}",
            on=on,
            topic=one.topic,
            mentioned=mentioned,
            topic_text=titles[one.topic] + subject,
            agreed_text=one.agreed,
            quote_text=" ".join(quote.split())[:80],
        )


_VERDICTS: Mapping[Status, Literal["found", "unsure", "missing"]] = {
    Status.FOUND: "found",
    Status.UNSURE: "unsure",
    Status.MISSING: "missing",
}


def _group(
    verdict: ClauseVerdict, kind: str, clauses: Mapping[str, ClauseKind], optional: Mapping[str, Sequence[str]]
) -> ClauseGroup:
    if kind in optional.get(verdict.id, ()) or verdict.id not in clauses:
        return "optional"
    return clauses[verdict.id].group


def _quoted(scan: Scan, hits: Sequence[Hit]) -> str:
    quotes = (" ".join(scan.contract.text[hit.start : hit.end].split())[:_QUOTE] for hit in hits)
    return listed((f"“{quote}”" for quote in quotes), limit=_SHOWN)
