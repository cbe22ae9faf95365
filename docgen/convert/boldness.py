"""Whether any text of a Word file may be bold: the bold faces are heavy, and most documents have no use for them."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from docgen.convert.package import Package, W

_STYLES: Final = "word/styles.xml"
_VALUE: Final = f"{W}val"
_OFF: Final = frozenset({"0", "false", "off"})


def may_be_bold(package: Package) -> bool:
    """Tell whether a run says so, or a style in use, a default one, or one that these build on."""
    used: set[str] = set()
    for name in package.texts():
        if name != _STYLES:
            root = package.tree(name)
            if _says_bold(root):
                return True
            used.update(_values(root, "pStyle", "rStyle", "tblStyle"))
    return _STYLES in package.parts and _styled_bold(package.tree(_STYLES), used)


def _styled_bold(styles: etree._Element, used: set[str]) -> bool:
    known = {style.get(f"{W}styleId", ""): style for style in styles.iter(f"{W}style")}
    pending = used | {name for name, style in known.items() if style.get(f"{W}default") in {"1", "true"}}
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        if _says_bold(known[name]):
            return True
        pending.update(_values(known[name], "basedOn", "link"))
    defaults = styles.find(f"{W}docDefaults")
    return defaults is not None and _says_bold(defaults)


def _says_bold(root: etree._Element) -> bool:
    return any(mark.get(_VALUE, "1") not in _OFF for mark in root.iter(f"{W}b", f"{W}bCs"))


def _values(root: etree._Element, *names: str) -> Iterator[str]:
    return (found.get(_VALUE, "") for found in root.iter(*(f"{W}{name}" for name in names)))
