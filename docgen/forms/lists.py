"""The lists of a filled form as data: every table with a repeating header row, its cells as numbers and dates.

What a column holds is read from the template's own row: the filter that prints it, else the type of the field. So the
spreadsheet of a form needs no declaration of its own, and a company's form has one as well.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from lxml import etree

from docgen.case.enums import Choice
from docgen.clock import SHANGHAI
from docgen.forms.catalogue import Form
from docgen.forms.context import root_types
from docgen.forms.filters import NOTHING
from docgen.forms.ooxml import part, tag
from docgen.forms.reading import annotation_at, required
from docgen.forms.visibility import Visibility
from docgen.forms.xlsx import Column, Kind, List, Value

_BODY = "word/document.xml"
_LOOP = re.compile(r"\{%\w*\s*for\s+(\w+)\s+in\s+([\w.]+)\s*%\}")
_PRINTED = re.compile(r"([^{}%]*)\{\{\s*([\w.]+)\s*(?:\|\s*(\w+)[^}]*)?\}\}([^{}]*)")
_DAY = re.compile(r"(\d{4})\D?(\d\d?)\D?(\d\d?)日?")
_LONGEST_NAME = 20
_BY_FILTER = {
    "money": Kind.MONEY,
    "amount": Kind.MONEY,
    "unit_price": Kind.MONEY,
    "percent": Kind.PERCENT,
    "quantity": Kind.NUMBER,
    "average": Kind.NUMBER,
    "date": Kind.DATE,
    "cn_date": Kind.DATE,
    "archive_date": Kind.ARCHIVE_DATE,
    "datetime": Kind.MOMENT,
}


def lists(form: Form, docx: bytes) -> tuple[List, ...]:
    """Return the lists of `docx`, a filled `form`, in reading order; the words in front of each are its name.

    Raises:
        DeclarationError: `template_unreadable`.
    """
    columns = {tuple(one.title for one in found): found for found in _columns(form)}
    name, found = form.spec.title, []
    for block in part(docx, _BODY).iter(tag("p"), tag("tbl")):
        if block.tag == tag("p"):
            if block.getparent().tag == tag("body"):  # type: ignore[union-attr] # a paragraph stands somewhere
                name = _text(block).strip("　 ") or name
        elif (typed := columns.get(_head(block))) is not None:
            found.append(List(_sheet_title(name, form), _heading(form, docx), typed, tuple(_rows(block, typed))))
    return tuple(found)


def _columns(form: Form) -> Iterator[tuple[Column, ...]]:
    body = part(form.source, _BODY)
    loops = dict(_LOOP.findall(_text(body)))
    for table in body.iter(tag("tbl")):
        titles = _head(table)
        cells = next((cells for cells in _body_rows(table, len(titles)) if any("{{" in cell for cell in cells)), None)
        if titles and cells:
            yield tuple(_column(form, title, cell, loops) for title, cell in zip(titles, cells, strict=True))


def _column(form: Form, title: str, cell: str, loops: Mapping[str, str]) -> Column:
    printed = _PRINTED.findall(re.sub(r"\{%.*?%\}", "%", cell))
    if len(printed) != 1 or printed[0][0].strip():
        return Column(title)
    _, path, how, after = printed[0]
    kind = _BY_FILTER.get(how) if how not in ("", "blank") else _kind(form, path, loops)
    suffix = after.split("%")[0].strip()
    return Column(title, kind or Kind.TEXT, suffix if kind else "")


def _kind(form: Form, path: str, loops: Mapping[str, str]) -> Kind | None:
    if path == "loop.index":
        return Kind.INTEGER
    root, _, rest = path.partition(".")
    while root in loops:
        path = f"{loops[root]}[].{rest}" if rest else loops[root]
        root, _, rest = path.partition(".")
    kind = required(annotation_at(root_types(form.spec), Visibility.of(form.spec), path))
    if not isinstance(kind, type) or issubclass(kind, bool | Choice):
        return None
    return Kind.INTEGER if issubclass(kind, int) else Kind.NUMBER if issubclass(kind, Decimal) else None


def _rows(table: etree._Element, columns: Sequence[Column]) -> Iterator[tuple[Value, ...]]:
    for cells in _body_rows(table, len(columns)):
        yield tuple(_value(cell, column) for cell, column in zip(cells, columns, strict=True))


def _value(text: str, column: Column) -> Value:
    """Return what `text` says: the filters of the forms read backwards; words in a column of numbers stay words."""
    plain = text.removesuffix(column.suffix).strip()
    if plain in ("", NOTHING):
        return None
    read = _READ.get(column.kind)
    try:
        return read(plain) if read else text
    except (ValueError, InvalidOperation):
        return text


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").removeprefix("¥"))


def _day(text: str) -> dt.date:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = map(int, found.groups())
    return dt.date(year, month, day)


_READ: Mapping[Kind, Callable[[str], Value]] = {
    Kind.INTEGER: int,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.PERCENT: lambda text: _number(text.removesuffix("%")) / 100,
    Kind.DATE: _day,
    Kind.ARCHIVE_DATE: _day,
    Kind.MOMENT: lambda text: dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI),
}


def _head(table: etree._Element) -> tuple[str, ...]:
    """Return the titles of a table whose first row is a header that repeats; nothing for any other table."""
    row = table.find(tag("tr"))
    if row is None or row.find(f"{tag('trPr')}/{tag('tblHeader')}") is None:
        return ()
    return tuple(_text(cell) for cell in row.iterfind(tag("tc")))


def _body_rows(table: etree._Element, width: int) -> Iterator[list[str]]:
    """Yield the texts of every row below the header that has all `width` columns, sums and remarks left out."""
    for row in table.findall(tag("tr"))[1:]:
        cells = [_text(cell) for cell in row.iterfind(tag("tc"))]
        if len(cells) == width:
            yield cells


def _text(element: etree._Element) -> str:
    paragraphs = element.iter(tag("p")) if element.tag != tag("p") else (element,)
    return "\n".join("".join(text.text or "" for text in one.iter(tag("t"))) for one in paragraphs)


def _sheet_title(name: str, form: Form) -> str:
    """Return the words in front of a list if they are its name, and not a line of text or a field with its value."""
    named = name.removesuffix("：")
    return named if named and "：" not in named and len(named) <= _LONGEST_NAME else form.spec.title


def _heading(form: Form, docx: bytes) -> str:
    number = next((line for line in _text(part(docx, _BODY)).split("\n") if line.startswith("编号")), "")
    return f"{form.spec.title}　{number}".strip()
