"""A form given the look of its house: styles, settings, header, footer and margins of `house.docx`, copied in.

What the form says, and every other part of its docx (pictures, footnotes), stays as it is.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from docgen.errors import DeclarationError, Detail
from docgen.forms.ooxml import PARSER, W, part, style_names, tag

_BODY, _RELATIONS, _TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
_LOOK = re.compile(r"word/(?:_rels/)?(?:styles|settings|fontTable|theme/theme\d+|header\d*|footer\d*)\.xml(?:\.rels)?")
_LOOK_RELATION = re.compile(r".*/(?:styles|settings|fontTable|theme|header|footer)")
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

Parts = dict[str, bytes]


def restyled(docx: bytes, house: bytes) -> bytes:
    """Return `docx` in the look of `house`; the same input gives the same bytes.

    Raises:
        DeclarationError: `no_such_style` with every style that the form uses and the house does not have.
    """
    body = part(docx, _BODY)
    _rename_styles(body, style_names(docx), style_names(house))
    form, look = _read(docx), _read(house)
    kept = {name: data for name, data in form.items() if not _LOOK.fullmatch(name)}
    brought = {name: data for name, data in look.items() if _LOOK.fullmatch(name)}
    renamed = _merge_relations(kept, look)
    _merge_types(kept, look, brought)
    for section in body.iter(tag("sectPr")):
        _adopt(section, part(house, _BODY).find(f".//{tag('sectPr')}"), renamed)
    kept[_BODY] = _serialised(body)
    return _zipped({**kept, **brought})


def _rename_styles(body: etree._Element, own: Mapping[str, str], house: Mapping[str, str]) -> None:
    identifiers = {name: style_id for style_id, name in house.items()}
    unknown = set()
    for style in body.iter(tag("pStyle"), tag("rStyle"), tag("tblStyle")):
        name = own.get(style.get(f"{W}val", ""), "")
        if name in identifiers:
            style.set(f"{W}val", identifiers[name])
        else:
            unknown.add(name or "（未定义的样式）")
    if unknown:
        details = [Detail("", name, "house.docx 中没有这个样式", "no_such_style") for name in sorted(unknown)]
        raise DeclarationError(
            "模板用了公司样式中没有的样式",
            code="no_such_style",
            remedy="在 house.docx 中定义这些样式，或改用已有样式",
            details=details,
        )


def _merge_relations(kept: Parts, look: Parts) -> Mapping[str, str]:
    """Point the form's relations at the house's parts; return the new identifiers by those of the house."""
    relations = etree.fromstring(kept[_RELATIONS], PARSER)
    for relation in list(relations):
        if _LOOK_RELATION.fullmatch(relation.get("Type", "")):
            relations.remove(relation)
    renamed = {}
    for relation in etree.fromstring(look[_RELATIONS], PARSER):
        if _LOOK_RELATION.fullmatch(relation.get("Type", "")):
            copied = deepcopy(relation)
            renamed[relation.get("Id", "")] = f"house{relation.get('Id')}"
            copied.set("Id", renamed[relation.get("Id", "")])
            relations.append(copied)
    kept[_RELATIONS] = _serialised(relations)
    return renamed


def _merge_types(kept: Parts, look: Parts, brought: Parts) -> None:
    types = etree.fromstring(kept[_TYPES], PARSER)
    for override in list(types):
        if _LOOK.fullmatch(override.get("PartName", "").removeprefix("/")):
            types.remove(override)
    for override in etree.fromstring(look[_TYPES], PARSER):
        if override.get("PartName", "").removeprefix("/") in brought:
            types.append(deepcopy(override))
    kept[_TYPES] = _serialised(types)


def _adopt(section: etree._Element, house: etree._Element | None, renamed: Mapping[str, str]) -> None:
    """Give one section the header, the footer, the margins and the paper of the house, in its own orientation."""
    assert house is not None
    for name in ("headerReference", "footerReference", "pgMar"):
        for old in section.findall(tag(name)):
            section.remove(old)
    for place, reference in enumerate(_references(house, renamed)):
        section.insert(place, reference)
    margins = house.find(tag("pgMar"))
    size = section.find(tag("pgSz"))
    if margins is not None and size is not None:
        size.addnext(deepcopy(margins))


def _references(house: etree._Element, renamed: Mapping[str, str]) -> Iterator[etree._Element]:
    for name in ("headerReference", "footerReference"):
        for reference in house.findall(tag(name)):
            copied = deepcopy(reference)
            copied.set(_R_ID, renamed[reference.get(_R_ID, "")])
            yield copied


def _read(docx: bytes) -> Parts:
    with ZipFile(BytesIO(docx)) as package:
        return {posixpath.normpath(name): package.read(name) for name in package.namelist()}


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as package:
        for name in sorted(parts, key=lambda name: (name != _TYPES, name)):
            entry = ZipInfo(name, _ZIP_DATE)
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, parts[name])
    return out.getvalue()
