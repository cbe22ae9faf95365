"""Terms that the text uses as defined and nowhere defines."""

import re
from collections.abc import Iterator

from docgen.precheck.hits import Hit, HitKind
from docgen.precheck.structure import Structure

_USED = re.compile(
    r"(?:本(?:合同|协议)|本条|上述|前述)?(?:所称|所定义|中定义|项下定义"
    r"|约定定义)的?[\"“「『](?P<term>[\u4e00-\u9fffA-Za-z]{2,14})[\"”」』]"
    r"|[\"“「『](?P<seen>[\u4e00-\u9fffA-Za-z]{2,14})[\"”」』] *\(?(?:其)?(?:定义|含义)(?:见|以|同|参见)"
)
_DEFINES = r"[\"”」』]? *(?:\([^)]{0,30}\))? *,? *(?:是?指|系指|意指|意为|指的是|即为?|为|包括|是|:|的定义|,指|,是指)"
_SHORT = r"(?:以下|下)?(?:统称|简称|合称|(?<!所)称)[为:]? *(?:[\"“「『])?{term}|[\"“「『]{term}[\"”」』]\)"


def find_undefined_terms(structure: Structure) -> Iterator[Hit]:
    """Yield each term that is used as defined and has no definition, once."""
    told: set[str] = set()
    for found in _USED.finditer(structure.text, 0, structure.end):
        group = "term" if found["term"] else "seen"
        term = found[group]
        if term in told or _defined(structure.text, term):
            continue
        told.add(term)
        start, end = structure.folded.span(*found.span(group))
        yield Hit(HitKind.DEFINITION, "undefined_term", start, end, {"term": term})


def _defined(text: str, term: str) -> bool:
    name = re.escape(term)
    return bool(re.search(name + _DEFINES, text) or re.search(_SHORT.replace("{term}", name), text))
