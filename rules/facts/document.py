"""Facts of a document at issue, read from its rendered text (rules GN-04, GN-06, GN-07, GN-09, CT-22)."""

import re
from dataclasses import dataclass
from typing import ClassVar

from docgen.case.casefile import CaseFile
from docgen.masking import PiMode
from docgen.precheck.amounts import disagreements
from docgen.rulebook.aspect import Aspect, DisplayText, fact
from rules.facts.secrets import house_secrets, personal_data, without_companies
from rules.facts.setting import Setting
from rules.facts.wording import listed

_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|⟪|××+"
    r"|(?<![A-Za-z0-9])(?:None|nan|NaN|TBD|X{2,})(?![A-Za-z0-9])"
    r"|(?<![等期招接看优])待定"
)
"""What an issued document must not contain (forms.md section 1.2); Latin words only as words, 待定 not in 等待定标."""

_CONTEXT = 8


@dataclass(frozen=True, slots=True)
class RenderedText:
    """The text of a document about to be issued, and what its form says of it.

    `text` holds paragraphs and table rows in document order, cells joined by ` | `; `audience` is `internal`,
    `customer` or `public`; `path` is the place in the case file that the document is about.
    """

    doc_no: str
    form_id: str
    text: str
    pi_mode: PiMode
    audience: str
    esign_requested: bool
    esign_allowed: bool
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts(Aspect):
    """One document at issue."""

    aspect: ClassVar[str] = "document"
    title: ClassVar[str] = "签发文书"

    placeholder_count: int = fact("未填内容处数")
    placeholder_text: DisplayText = fact("未填内容")
    masked_mode: bool = fact("文书应脱敏")
    pi_leak_count: int = fact("出现的个人信息数", "contacts", "staff", "authorizations")
    customer_facing: bool = fact("文书发给客户")
    confidential_leak_count: int = fact("出现的内部保密数值数", "baseline", "proposals", "negotiations")
    esign_requested: bool = fact("拟电子签署")
    esign_allowed: bool = fact("文书允许电子签署")
    amount_words_bad_count: int = fact("大小写金额不一致处数")


ASPECTS: tuple[type[Aspect], ...] = (DocumentFacts,)


def document_facts(rendered: RenderedText, case: CaseFile, setting: Setting) -> DocumentFacts:
    """Return the record of one rendered document of `case`."""
    text, people = rendered.text, personal_data(case)
    anonymous = without_companies(text, case)
    blanks = list(_PLACEHOLDER.finditer(text))
    return DocumentFacts(
        subject=rendered.doc_no,
        path=rendered.path,
        on=setting.today,
        placeholder_count=len(blanks),
        placeholder_text=listed((_context(text, match, people) for match in blanks), limit=3),
        masked_mode=rendered.pi_mode is not PiMode.FULL,
        pi_leak_count=sum(pattern.search(anonymous) is not None for pattern in people),
        customer_facing=rendered.audience != "internal",
        confidential_leak_count=sum(pattern.search(text) is not None for pattern in house_secrets(case)),
        esign_requested=rendered.esign_requested,
        esign_allowed=rendered.esign_allowed,
        amount_words_bad_count=len(disagreements(text)),
    )


def _context(text: str, match: re.Match[str], people: tuple[re.Pattern[str], ...]) -> str:
    """Quote a blank with the words around it; a message holds no personal data."""
    quote = text[max(0, match.start() - _CONTEXT) : match.end() + _CONTEXT]
    for pattern in people:
        quote = pattern.sub("*", quote)
    return f"“{' '.join(quote.split())}”"
