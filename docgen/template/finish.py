"""From the text that Jinja made to the bytes of a part: docxtpl's last steps, each taken only where it can matter.

The short way edits the text; the long way is docxtpl's own, through a parsed tree. Both give the same XML.
"""

import re
from typing import Any

from docx.opc.oxml import parse_xml, serialize_part_xml
from docxtpl import DocxTemplate
from lxml import etree

from docgen.errors import InputError
from docgen.template.source import PartKind, SourcePart

__all__ = ["finished", "listed", "margin_of", "tree_of"]

_SPECIAL = re.compile("[\t\n\a\f]")
_PARAGRAPH = re.compile(r"<w:p(?: [^>]*)?>")
_PARAGRAPH_END = "</w:p>"
_DRAWING = re.compile(r'(<wp:docPr\b[^>]*?\sid=")[^"]*(")')
_DRAWING_START = "<wp:docPr"
_STATELESS = DocxTemplate("")
"""For docxtpl's functions that only transform what they are given."""


def finished(part: SourcePart, text: str, *, exact: bool) -> bytes:
    """Return the bytes of `part` filled with `text`; `exact` where only a parser can tell what docxtpl would make.

    Raises:
        InputError: `not_xml`, the filled text of a header or footer is not XML; `not_a_document`, the body is none.

    """
    if part.kind is PartKind.BODY and exact:
        return _parsed_body(part, text)
    if part.kind is PartKind.BODY and _DRAWING_START in text:
        text = _renumbered(text)
    elif part.kind is PartKind.MARGIN and exact:
        return margin_of(text)
    return (part.prefix + text + part.suffix).encode()


def listed(text: str) -> str:
    """Return `text` with the line breaks, tabs and page breaks in its runs turned into Word's, by docxtpl's rules."""
    special = _SPECIAL.search(text)
    pieces: list[str] = []
    at = 0
    while special and (start := _PARAGRAPH.search(text, at)):
        end = text.find(_PARAGRAPH_END, start.end()) + len(_PARAGRAPH_END)
        if end < start.end():
            break
        if special.start() < start.start():
            special = _SPECIAL.search(text, start.start())
        if special and special.start() < end:
            pieces += text[at : start.start()], _STATELESS.resolve_listing(text[start.start() : end])
            special = _SPECIAL.search(text, end)
        else:
            pieces.append(text[at:end])
        at = end
    return "".join((*pieces, text[at:]))


def _renumbered(text: str) -> str:
    numbers = iter(range(1001, 1001 + text.count(_DRAWING_START)))
    return _DRAWING.sub(lambda found: f"{found[1]}{next(numbers)}{found[2]}", text)


def tree_of(part: SourcePart, text: str) -> Any:  # noqa: ANN401 - lxml elements have no public type
    """Return the body filled with `text` as a tree, its tables and drawings set right by docxtpl.

    Raises:
        InputError: `not_a_document`, docxtpl cannot make a document of it.

    """
    word = DocxTemplate("")
    word.docx_ids_index = 1000
    try:
        tree = word.fix_tables(part.opening + text[text.index(">") + 1 :])
        word.fix_docpr_ids(tree)
    except Exception as exc:  # docxtpl takes the tables' structure for granted
        raise InputError("填入的内容不能组成 Word 文档", code="not_a_document") from exc
    return tree


def _parsed_body(part: SourcePart, text: str) -> bytes:
    tree = tree_of(part, text)
    root = etree.fromstring((part.prefix + "<w:body/>" + part.suffix).encode())
    root.replace(root[[child.tag for child in root].index(tree.tag)], tree)
    return etree.tostring(root, encoding="UTF-8", standalone=True)


def margin_of(text: str) -> bytes:
    """Return the header or footer `text` as docxtpl writes it; raise InputError `not_xml` if it is not XML."""
    try:
        return serialize_part_xml(parse_xml(text))
    except etree.XMLSyntaxError as exc:
        raise InputError("页眉或页脚填入的内容不是有效的 XML", code="not_xml") from exc
