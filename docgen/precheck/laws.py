"""Laws cited in a text that no longer hold, or hold with other numbers (rules.md section 6.5)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from docgen.precheck.detectors import Law
from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.structure import Structure

_REPUBLIC = "(?:中华人民共和国)?"
_ARTICLE = r"》? *(?:\([^)]{0,20}\))? *第 *[零〇一二三四五六七八九十百\d]{1,6} *条"
_SPEAKS_OF_REPEAL = re.compile(r"废止|失效|原《|已被|施行前|取代|替代|不再适用")
_CITED_BY = re.compile(r"(?:根据|依据|依照|按照?|遵照|遵守|符合|适用|违反|参照|执行|及|和|与|、)[^。;\n《]{0,12}$")


def cited_laws(structure: Structure, laws: Sequence[Law], still: Sequence[str], on: date) -> Iterator[Hit]:
    """Yield every citation of a law that on a day was repealed or renumbered; `still` are laws with like names."""
    by_name: Mapping[str, Law | None] = {
        **{name: law for law in laws for name in law.names},
        **dict.fromkeys(still, None),
    }
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    pattern = re.compile(
        rf"《 *{_REPUBLIC}(?P<titled>{names}) *(?:\((?:试行|草案|修订|修正|\d{{4}}[^)]{{0,10}})\))? *》"
        rf"|(?<![\u4e00-\u9fff]){_REPUBLIC}(?P<bare>{names})(?={_ARTICLE})"
        rf"|{_REPUBLIC}(?P<named>{names})(?![\u4e00-\u9fff]*》)"
    )
    for found in pattern.finditer(structure.text, 0, structure.end):
        name = found["titled"] or found["bare"] or found["named"]
        law = by_name[name]
        first, last = structure.sentence(found.start())
        sentence = structure.text[first:last]
        if law is None or _SPEAKS_OF_REPEAL.search(sentence):
            continue
        if found["named"] and not _cited(structure.text, found, first):
            continue
        kind = _kind(law, on)
        if kind:
            start, end = structure.folded.span(*found.span())
            day = law.repealed_on or law.renumbered_on
            yield Hit(kind, kind.value, start, end, {"name": name, "on": str(day), "by": law.by, "now": law.now})


def _kind(law: Law, on: date) -> HitKind | None:
    if law.repealed_on is not None:
        return HitKind.REPEALED_LAW if law.repealed_on <= on else None
    return HitKind.RENUMBERED_LAW if law.renumbered_on is not None and law.renumbered_on <= on else None


def _cited(text: str, found: re.Match[str], first: int) -> bool:
    """Tell whether a bare name is a citation: what stands before it cites, and no other word runs into it."""
    before, after = text[first : found.start()], text[found.end() : found.end() + 1]
    if "中华人民共和国" in found[0] or re.search(_ARTICLE, text[found.start() : found.end() + 24]):
        return not re.search(r"[\u4e00-\u9fff]法$", before[-2:])
    return bool(_CITED_BY.search(before)) and not re.match(r"[律人学规理定]", after)
