"""Arbitration and a court agreed for the same disputes, which as a rule makes the arbitration agreement void."""

import re
from collections.abc import Iterator

from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.structure import Structure

_ARBITRATION = re.compile(
    r"(?:提交|提请|申请|交由|交付|向|由|进行|选择)[^。;\n]{0,30}仲裁|仲裁委员会[^。;\n]{0,16}(?:仲裁"
    r"|裁决|解决)|仲裁(?:解决|方式)"
)
_COURT = re.compile(
    r"(?:向|由|提交|诉至|诉诸|到)[^。;\n]{0,34}法院[^。;\n]{0,14}(?:起诉|诉讼|管辖|解决|裁决|提起"
    r"|处理|判决)|提起诉讼|(?:由|向"
    r"|归)[^。;\n]{0,24}法院(?:管辖|解决)?|诉讼(?:解决|方式)|向[^。;\n]{0,24}法院"
)
_NOT_A_FORUM = re.compile(
    r"强制执行|申请执行|保全|劳动仲裁|撤销[^。]{0,8}裁决|人事仲裁|知识产权[^。]{0,12}第三"
    r"|任何第三方[^。]{0,12}诉讼|仲裁费|诉讼费"
)
_DISPUTE = re.compile(r"争议|纠纷|争端|协商不成|分歧|协商[^。]{0,8}(?:不|未)|仲裁|管辖")
_CHOICE = re.compile(
    r"第 *[_ ]* *(?:[\d一二三四(①②]{0,3} *)?[)]? *(?:种|项)|(?:下列|以下|如下)[^。\n]{0,12}(?:方式|选择|之一|途径)|择一"
    r"|选择[^。\n]{0,6}(?:一|以下|下列)|[□☐☑√✓]|二选一|任选"
)
_TITLE = re.compile(r"争议|纠纷|仲裁|管辖|适用法律|法律适用|诉讼|争端")


def find_forum_conflict(structure: Structure) -> Iterator[Hit]:
    """Yield one hit where both an arbitration and a court are agreed and nothing says that only one is chosen."""
    arbitration = _agreed(structure, _ARBITRATION)
    court = _agreed(structure, _COURT)
    if not arbitration or not court:
        return
    for one in arbitration:
        for other in court:
            if _same_disputes(structure, one, other) and not _chosen(structure, one, other):
                start, end = structure.folded.span(*_joined(one, other))
                yield Hit(HitKind.FORUM, "arbitration_and_court", start, end)
                return


def _agreed(structure: Structure, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    found = []
    for match in pattern.finditer(structure.text, 0, structure.end):
        first, last = structure.sentence(match.start())
        sentence = structure.text[first:last]
        titled = any(_TITLE.search(section.heading.title) for section in structure.sections_at(match.start()))
        if not _NOT_A_FORUM.search(sentence) and (titled or _DISPUTE.search(sentence)):
            found.append(match.span())
    return found


def _same_disputes(structure: Structure, one: tuple[int, int], other: tuple[int, int]) -> bool:
    if abs(one[0] - other[0]) < 200:
        return True
    return bool(
        {section.heading.start for section in structure.sections_at(one[0])}
        & {section.heading.start for section in structure.sections_at(other[0]) if _TITLE.search(section.heading.title)}
    ) or all(_DISPUTE.search(structure.text[slice(*structure.sentence(place[0]))]) for place in (one, other))


def _chosen(structure: Structure, one: tuple[int, int], other: tuple[int, int]) -> bool:
    first = min(one[0], other[0])
    return bool(_CHOICE.search(structure.text[max(0, first - 120) : max(one[1], other[1])]))


def _joined(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    start, end = min(one[0], other[0]), max(one[1], other[1])
    return (start, end) if end - start <= 160 else one
