"""A template's package taken apart once: the parts that hold tags, as Jinja source, and the rest as finished bytes.

The source of a part is exactly what docxtpl would give to Jinja; docxtpl's own functions make it.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsmap
from docxtpl import DocxTemplate
from jinja2 import Environment
from lxml import etree

from docgen.errors import DeclarationError
from docgen.template.package import examine

__all__ = [
    "PROPERTIES",
    "PartKind",
    "Source",
    "SourcePart",
    "between_marks",
    "footnotes_of",
    "opened",
    "read_source",
    "settled_properties",
]

PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
"""The core properties that docxtpl renders."""
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_SPECIAL_TEXT = re.compile(r"<w:t(?: [^>]*)?>[^<]*[\t\n\a\f]")
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_MARK = re.compile("\ue000([0-5])\ue001")
_MARKUP = re.compile("<[^>]*>")
_MOST_STEPS = 20_000_000
"""Bound of unclosed tags times length of a part, in characters: docxtpl's patterns are quadratic in them."""


class PartKind(StrEnum):
    """The kinds of part that can hold tags; each is finished in its own way."""

    BODY = "body"
    MARGIN = "margin"
    FOOTNOTES = "footnotes"
    PROPERTIES = "properties"


@dataclass(frozen=True, slots=True)
class SourcePart:
    """A part with tags: its name in the zip and its Jinja source, between `prefix` and `suffix`.

    `opening` is the start tag of the body with all its namespaces; `special` says that the template's own text holds
    line breaks or tabs as characters; `standard` that its name-space prefixes are the usual ones.
    """

    name: str
    kind: PartKind
    text: str
    prefix: str = ""
    suffix: str = ""
    opening: str = ""
    special: bool = False
    standard: bool = True
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A template taken apart: parts in the order in which docxtpl renders them, and every member of the package.

    `properties` are the core properties' Jinja sources; in the part of that kind each stands as a mark.
    """

    parts: Sequence[SourcePart]
    members: Mapping[str, bytes]
    properties: Mapping[str, str]


def opened(source: bytes) -> Any:  # noqa: ANN401 - docxtpl has no types
    """Return a docxtpl template of `source`, ready to render; raise DeclarationError if it is no Word document."""
    word = DocxTemplate(io.BytesIO(source))
    try:
        word.render_init()
        word.docx.sections, word.docx.element.body  # noqa: B018 - a package without a body fails here
    except Exception as exc:  # python-docx raises anything on a broken package; all mean the same
        raise DeclarationError(
            "模板不是可读取的 Word 文档", remedy="用 Word 或 WPS 另存为 .docx 后再用", code="template_unreadable"
        ) from exc
    return word


def read_source(source: bytes, *, strict: bool) -> Source:
    """Take the docx `source` apart.

    Raises:
        DeclarationError: it cannot be read, or is refused (see `package.examine`).

    """
    examine(source, strict=strict)
    word = opened(source)
    properties = settled_properties(word)
    for index, (name, value) in enumerate(properties.items()):
        if "{" in value:
            setattr(word.docx.core_properties, name, f"\ue000{index}\ue001")
    parts = [_body(word), *_margins(word)]
    buffer = io.BytesIO()
    word.docx.save(buffer)
    with zipfile.ZipFile(buffer) as package:
        members = {info.filename: package.read(info) for info in package.infolist()}
    if any("{" in value for value in properties.values()):
        name = word.docx.part.package._core_properties_part.partname.membername  # noqa: SLF001 - docxtpl's own way
        parts.append(SourcePart(name, PartKind.PROPERTIES, members[name].decode()))
    parts += _footnotes(word)
    return Source(parts, members, properties)


def settled_properties(word: Any) -> dict[str, str]:  # noqa: ANN401 - docxtpl has no types
    """Return the core properties' Jinja sources, those without tags being rendered for good, as docxtpl would."""
    made_now = all(rel.reltype != RELATIONSHIP_TYPE.CORE_PROPERTIES for rel in word.docx.part.package.rels.values())
    core = word.docx.core_properties
    if made_now:
        core.modified = _EPOCH
    properties = {name: str(getattr(core, name)) for name in PROPERTIES}
    for name, value in properties.items():
        if "{" not in value:
            setattr(core, name, Environment(autoescape=True).from_string(value).render())
    return properties


def _body(word: Any) -> SourcePart:  # noqa: ANN401 - docxtpl has no types
    text = _patched(word.get_xml())
    opening = re.match(r"<w:body[^>]*>", text)
    root = etree.fromstring(etree.tostring(word.docx.element))
    standard = root.nsmap.get("w") == nsmap["w"] and root.nsmap.get("wp", nsmap["wp"]) == nsmap["wp"]
    body = root.find(f"{{{nsmap['w']}}}body")
    if not opening or body is None:
        raise DeclarationError("模板没有正文", code="template_unreadable")
    root.replace(body, etree.ProcessingInstruction("BODY"))
    whole = etree.tostring(root, encoding="UTF-8", standalone=True).decode()
    prefix, suffix = re.split(r"<\?BODY ?\?>", whole)
    bare = re.sub(r"\sxmlns(?::\w+)?=\"[^\"]*\"", "", opening[0])
    part = SourcePart(word.docx.part.partname.membername, PartKind.BODY, "", prefix, suffix, opening[0])
    return replace(part, text=bare + text[opening.end() :], special=bool(_SPECIAL_TEXT.search(text)), standard=standard)


def _margins(word: Any) -> Iterator[SourcePart]:  # noqa: ANN401 - docxtpl has no types
    for uri in (word.HEADER_URI, word.FOOTER_URI):
        for relation, part in word.get_headers_footers(uri):
            text = _patched(word.get_part_xml(part))
            special = bool(_SPECIAL_TEXT.search(text))
            if special or "{" in text or "}" in text:
                name = part.partname.membername
                yield SourcePart(name, PartKind.MARGIN, text, prefix=_DECLARATION, special=special, relation=relation)


def _footnotes(word: Any) -> Iterator[SourcePart]:  # noqa: ANN401 - docxtpl has no types
    for part in footnotes_of(word):
        text = _patched(_decoded(part.blob))
        start = text.find("<", text.find("?>") + 1)
        special = bool(_SPECIAL_TEXT.search(text))
        yield SourcePart(
            part.partname.membername, PartKind.FOOTNOTES, text[start:], prefix=text[:start], special=special
        )


@lru_cache(maxsize=16)
def _patched(text: str) -> str:
    """Return what docxtpl makes of `text` for Jinja, refusing what would take it more than seconds.

    That depends on the text alone, and the templates of a house have the same headers and footers.
    """
    bare = _MARKUP.sub("", text)
    unclosed = sum(bare.count(start, bare.rfind(end) + 1) for start, end in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")))
    if unclosed * len(text) > _MOST_STEPS:
        raise DeclarationError("模板中有太多没有写完整的标签", code="template_too_complex")
    return str(DocxTemplate("").patch_xml(text))


def _decoded(blob: bytes) -> str:
    try:
        return blob.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise DeclarationError("模板的脚注不是 UTF-8 编码", code="template_unreadable") from exc


def footnotes_of(word: Any) -> Iterator[Any]:  # noqa: ANN401 - docxtpl has no types
    """Yield the part that holds the footnotes, if docxtpl would render it."""
    if len(word.docx.sections):
        yield from (part for part in word.docx.part.package.parts if part.content_type == _FOOTNOTES)


def between_marks(text: str) -> Sequence[str]:
    """Return the pieces of `text` between its marks; the odd members are the numbers of the marks."""
    return _MARK.split(text)
