"""The page references of a Word file: PAGEREF fields, of which a table of contents is made.

Every converter computes them as it lays the pages out; what a field holds is only what was computed last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from docgen.convert.package import W

_PARTS: Final = (f"{W}fldChar", f"{W}instrText", f"{W}t")


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    result: list[etree._Element] = field(default_factory=list)
    separated: bool = False


def page_references(body: etree._Element) -> Iterator[Sequence[etree._Element]]:
    """Yield the texts that each PAGEREF field of `body` shows, in the order in which the fields end."""
    fields: list[_Field] = []
    for element in body.iter(*_PARTS):
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            fields.append(_Field())
        elif not fields:
            continue
        elif kind == "separate":
            fields[-1].separated = True
        elif kind == "end":
            ended = fields.pop()
            if ended.instruction.split()[:1] == ["PAGEREF"]:
                yield ended.result
        elif element.tag == f"{W}instrText":
            fields[-1].instruction += element.text or ""
        elif fields[-1].separated:
            fields[-1].result.append(element)
