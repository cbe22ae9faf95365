"""Give a Word file the shipped fonts, so that a PDF looks the same wherever it is made.

The East Asian font of a run decides for the whole run, Latin letters and digits included: the shipped families hold
both, and mixing families inside a line is what makes converters disagree.
"""

from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from docgen.convert.package import CONTENT_TYPES, Package, W
from docgen.convert.typefaces import Face, Family, family_of

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WORDPROCESSING: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_FORMAT: Final = "application/vnd.openxmlformats-officedocument"

_SLOTS: Final = ("ascii", "hAnsi", "eastAsia", "cs")
_NUMBERING: Final = "word/numbering.xml"  # its bullets are signs of symbol fonts
_FONT_TABLE: Final = "word/fontTable.xml"
_FONT_TABLE_RELATIONS: Final = "word/_rels/fontTable.xml.rels"
_DOCUMENT_RELATIONS: Final = "word/_rels/document.xml.rels"

# The key that ISO/IEC 29500-4, 9.1 obfuscates embedded fonts with; any will do, a fixed one keeps the bytes the same.
_FONT_KEY: Final = "{6F3A2C10-7B1D-4E58-9C42-0A5B7D3E1F00}"
_OBFUSCATED: Final = 32  # bytes


def dressed(
    package: Package,
    edit: Callable[[etree._Element], None] = lambda _root: None,
    name_of: Callable[[Family], str] = str,
) -> dict[str, bytes]:
    """Return the parts of `package` with other fonts: `name_of` the family of each, and `edit` done to each text."""
    theme = _theme_families(package)
    parts = dict(package.parts)
    for name in package.texts():
        if name != _NUMBERING:
            root = package.tree(name)
            for fonts in root.iter(f"{W}rFonts"):
                _set_family(fonts, theme, name_of)
            edit(root)
            parts[name] = _xml(root)
    return parts


def with_fonts(parts: Mapping[str, bytes], files: Mapping[Face, bytes]) -> dict[str, bytes]:
    """Return `parts` with the font `files` of the faces embedded."""
    result = dict(parts)
    table = etree.Element(f"{W}fonts", nsmap={"w": _WORDPROCESSING, "r": _OFFICE})
    relations = etree.Element(f"{{{_RELATIONS}}}Relationships")
    for family in Family:
        font = etree.SubElement(table, f"{W}font", {f"{W}name": str(family)})
        for face in (face for face in files if face.family is family):
            file = f"fonts/{face.path.stem}.odttf"
            result[f"word/{file}"] = _obfuscated(files[face])
            kind = "embedBold" if face.bold else "embedRegular"
            etree.SubElement(font, f"{W}{kind}", {f"{{{_OFFICE}}}id": face.path.stem, f"{W}fontKey": _FONT_KEY})
            _relate(relations, face.path.stem, "font", file)
    result[_FONT_TABLE] = _xml(table)
    result[_FONT_TABLE_RELATIONS] = _xml(relations)
    _declare(result)
    return result


def _theme_families(package: Package) -> Mapping[str, Family]:
    """Return the family of each theme font: its East Asian face, or the one for simplified Chinese."""
    families = {"majorEastAsia": Family.SANS, "minorEastAsia": Family.SERIF}
    for name in (name for name in package.parts if name.startswith("word/theme/") and name.endswith(".xml")):
        for font in package.tree(name).iter(f"{_A}majorFont", f"{_A}minorFont"):
            east, simplified = font.find(f"{_A}ea"), font.find(f"{_A}font[@script='Hans']")
            faces = [face.get("typeface", "") for face in (east, simplified) if face is not None]
            if named := [face for face in faces if face]:
                key = "majorEastAsia" if font.tag == f"{_A}majorFont" else "minorEastAsia"
                families[key] = family_of(named[0])
    return families


def _set_family(fonts: etree._Element, theme: Mapping[str, Family], name_of: Callable[[Family], str]) -> None:
    named, themed = fonts.get(f"{W}eastAsia"), fonts.get(f"{W}eastAsiaTheme")
    is_default = next(fonts.iterancestors(f"{W}rPrDefault"), None) is not None
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    if themed is None and named is None and not is_default:
        return  # a Latin font alone: the East Asian font stays the inherited one
    family = theme.get(themed or "") or family_of(named or "")
    for slot in _SLOTS:
        fonts.set(f"{W}{slot}", name_of(family))


def _obfuscated(data: bytes) -> bytes:
    key = bytes.fromhex(_FONT_KEY.strip("{}").replace("-", ""))[::-1]
    head = bytes(byte ^ key[index % len(key)] for index, byte in enumerate(data[:_OBFUSCATED]))
    return head + data[_OBFUSCATED:]


def _declare(parts: dict[str, bytes]) -> None:
    """Name the font table and the type of the fonts in the package's lists."""
    types = Package(parts).tree(CONTENT_TYPES)
    if types.find("*[@Extension='odttf']") is None:
        default = {"Extension": "odttf", "ContentType": f"{_FORMAT}.obfuscatedFont"}
        types.insert(0, etree.Element(f"{_TYPES}Default", default))
    if types.find(f"*[@PartName='/{_FONT_TABLE}']") is None:
        override = {"PartName": f"/{_FONT_TABLE}", "ContentType": f"{_FORMAT}.wordprocessingml.fontTable+xml"}
        etree.SubElement(types, f"{_TYPES}Override", override)
    parts[CONTENT_TYPES] = _xml(types)
    empty = etree.Element(f"{{{_RELATIONS}}}Relationships")
    relations = Package(parts).tree(_DOCUMENT_RELATIONS) if _DOCUMENT_RELATIONS in parts else empty
    if not any(relation.get("Type", "").endswith("/fontTable") for relation in relations):
        _relate(relations, "docgenFontTable", "fontTable", "fontTable.xml")
    parts[_DOCUMENT_RELATIONS] = _xml(relations)


def _relate(relations: etree._Element, identity: str, kind: str, target: str) -> None:
    relation = {"Id": identity, "Type": f"{_OFFICE}/{kind}", "Target": target}
    etree.SubElement(relations, f"{{{_RELATIONS}}}Relationship", relation)


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
