"""A Word file as it is read before it is converted: what the PDF must say afterwards, and which features it uses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from docgen.convert.package import DOCUMENT, Package, W, open_package
from docgen.convert.stories import Feature, Paragraph, StoryReader, is_on, value_of

__all__ = ["Feature", "Paragraph", "Source", "read_source"]

_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STYLES: Final = "word/styles.xml"


@dataclass(frozen=True, slots=True)
class Source:
    """A Word file that has been read.

    `running` holds the headers and footers that are certain to print, `possible` those that print on some pages only,
    `watermarks` the texts drawn across pages, `features` what it uses and where first, `images` the number of pictures.
    """

    package: Package
    body: tuple[Paragraph, ...]
    running: tuple[Paragraph, ...]
    possible: tuple[Paragraph, ...]
    watermarks: tuple[str, ...]
    features: Mapping[Feature, str]
    images: int

    @property
    def characters(self) -> frozenset[str]:
        """Return every character that prints."""
        paragraphs = (*self.body, *self.running, *self.possible)
        texts = [*self.watermarks, *(piece for paragraph in paragraphs for piece in paragraph.pieces)]
        return frozenset("".join(texts)) - frozenset("\t\n")


def read_source(docx: bytes) -> Source:
    """Read the Word file `docx`.

    Raises:
        InputError: it is not a Word file, or exceeds the limits.
    """
    package = open_package(docx)
    styles = _styles(package)
    hidden, numbered = (_styles_where(styles, path) for path in (f"{W}rPr/{W}vanish", f"{W}pPr/{W}numPr/{W}numId"))
    reader = StoryReader(hidden, numbered)
    document = package.tree(DOCUMENT)
    body = tuple(reader.paragraphs(document, DOCUMENT))
    running: list[Paragraph] = []
    possible: list[Paragraph] = []
    for name, certain in _running_parts(package, document).items():
        (running if certain else possible).extend(reader.paragraphs(package.tree(name), name))
    _packaging(package, reader.features)
    watermarks = tuple(text for text in reader.watermarks if text)
    return Source(package, body, tuple(running), tuple(possible), watermarks, reader.features, reader.images)


def _styles(package: Package) -> Mapping[str, etree._Element]:
    if _STYLES not in package.parts:
        return {}
    return {style.get(f"{W}styleId", ""): style for style in package.tree(_STYLES).iter(f"{W}style")}


def _styles_where(styles: Mapping[str, etree._Element], path: str) -> frozenset[str]:
    """Return the styles in which the element at `path` is on, be it inherited."""
    return frozenset(identity for identity in styles if _is_on_in(styles, identity, path))


def _is_on_in(styles: Mapping[str, etree._Element], identity: str, path: str) -> bool:
    seen: set[str] = set()
    while identity in styles and identity not in seen:
        seen.add(identity)
        element = styles[identity].find(path)
        if element is not None:
            return is_on(element)
        identity = value_of(styles[identity].find(f"{W}basedOn"))
    return False


def _running_parts(package: Package, document: etree._Element) -> Mapping[str, bool]:
    """Return the header and footer parts that sections name, and whether each is certain to print."""
    relations = "word/_rels/document.xml.rels"
    targets = {}
    if relations in package.parts:
        targets = {item.get("Id"): item.get("Target", "") for item in package.tree(relations).iter(_RELATIONSHIP)}
    parts: dict[str, bool] = {}
    for section in document.iter(f"{W}sectPr"):
        title = section.find(f"{W}titlePg")
        printed = "first" if title is not None and is_on(title) else "default"
        for reference in section.iter(f"{W}headerReference", f"{W}footerReference"):
            target = targets.get(reference.get(f"{_R}id"), "")
            name = target.removeprefix("/") if target.startswith("/") else f"word/{target}"
            if name in package.parts:
                parts[name] = parts.get(name, False) or reference.get(f"{W}type", "default") == printed
    return parts


def _packaging(package: Package, features: dict[Feature, str]) -> None:
    """Note what the parts themselves, not the text, bring along."""
    for name, data in package.parts.items():
        if re.search(r"vbaproject|activex", name, re.IGNORECASE):
            features.setdefault(Feature.MACRO, name)
        if "/embeddings/" in name:
            features.setdefault(Feature.OBJECT, name)
        if name.endswith(".rels") and b"External" in data:
            for relation in package.tree(name).iter(_RELATIONSHIP):
                outside = relation.get("TargetMode") == "External"
                if outside and not relation.get("Type", "").endswith("/hyperlink"):
                    features.setdefault(Feature.EXTERNAL, name)
