"""Keep tables on one page that Word keeps there, which rdocx divides between any two rows.

Word keeps a row with the next one if its paragraphs say so (`keepNext`); rdocx heeds this for paragraphs only, so that
a signature block would lose its last line to the next page. It never divides a row with `cantSplit`, so a table whose
rows all keep together is put, whole, into one such row of a table without borders. So is a short table with header
rows, whose header would otherwise be left alone at the end of a page.
"""

import copy
from typing import Final

from lxml import etree

from docgen.convert.measure import number, page, row_height
from docgen.convert.package import W

_SHORT: Final = 1 / 3  # of a page


def keep_tables_together(root: etree._Element) -> None:
    """Put the tables of the story `root` that must not be divided into rows that are not."""
    for table in list(root.iter(f"{W}tbl")):
        inner = next(table.iterancestors(f"{W}tbl"), None) is not None
        if not inner and _is_kept(table):
            _wrap(table)


def _is_kept(table: etree._Element) -> bool:
    rows = table.findall(f"{W}tr")
    room = page(table)[1]
    height = sum(map(row_height, rows))
    if len(rows) < 2 or height > room:
        return False
    headed = table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None and height < room * _SHORT
    return headed or all(_keeps_next(row) for row in rows[:-1])


def _keeps_next(row: etree._Element) -> bool:
    first = next(row.iter(f"{W}p"), None)
    return first is not None and first.find(f"{W}pPr/{W}keepNext") is not None


def _wrap(table: etree._Element) -> None:
    width = str(int(sum(number(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol"))))
    outer = _element("tbl")
    properties = _element("tblPr", outer)
    own = table.find(f"{W}tblPr")
    for place in ("jc", "tblInd"):
        if own is not None and (moved := own.find(f"{W}{place}")) is not None:
            properties.append(copy.deepcopy(moved))
            own.remove(moved)
    _element("tblLayout", properties, type="fixed")
    margins = _element("tblCellMar", properties)
    for side in ("top", "left", "bottom", "right"):
        _element(side, margins, w="0", type="dxa")
    _element("gridCol", _element("tblGrid", outer), w=width)
    row = _element("tr", outer)
    _element("cantSplit", _element("trPr", row))
    cell = _element("tc", row)
    _element("tcW", _element("tcPr", cell), w=width, type="dxa")
    table.addprevious(outer)
    cell.append(table)
    # A cell ends with a paragraph; this one takes no room.
    _element("spacing", _element("pPr", _element("p", cell)), line="20", lineRule="exact", before="0", after="0")


def _element(name: str, parent: etree._Element | None = None, **attributes: str) -> etree._Element:
    named = {f"{W}{key}": value for key, value in attributes.items()}
    return etree.Element(f"{W}{name}", named) if parent is None else etree.SubElement(parent, f"{W}{name}", named)
