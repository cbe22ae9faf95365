"""Lists as spreadsheets: real numbers and dates, ready to sort, to filter and to print.

Laws: the same lists give the same bytes; a text is never a formula, whatever it begins with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from docgen.clock import SHANGHAI
from docgen.errors import InputError

Value = str | int | Decimal | date | datetime | None
"""What a cell may hold; None is an empty cell."""

_A4 = 9
_LONGEST = 32_767
"""Characters that a cell of a spreadsheet can hold."""
_NARROWEST, _WIDEST = 8, 48
_SHEET_NAME = 31
_FORBIDDEN_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")
_BODY: Mapping[str, object] = {"font_name": "宋体", "font_size": 10.5, "border": 1, "valign": "vcenter"}
_HEAD: Mapping[str, object] = {
    **_BODY,
    "font_name": "黑体",
    "align": "center",
    "bg_color": "#E6E6E6",
    "text_wrap": True,
}


class Kind(StrEnum):
    """What the cells of a column hold, and so how they are shown."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    ARCHIVE_DATE = "archive_date"
    MOMENT = "moment"


_SHOWN: Mapping[Kind, tuple[Mapping[str, str | bool], str]] = {
    Kind.TEXT: ({"text_wrap": True}, ""),
    Kind.INTEGER: ({"align": "center"}, "0"),
    Kind.NUMBER: ({"align": "right"}, "#,##0.####"),
    Kind.MONEY: ({"align": "right"}, "#,##0.00##"),
    Kind.PERCENT: ({"align": "right"}, "0.####%"),
    Kind.DATE: ({"align": "center"}, "yyyy-mm-dd"),
    Kind.ARCHIVE_DATE: ({"align": "center"}, "yyyymmdd"),
    Kind.MOMENT: ({"align": "center"}, "yyyy-mm-dd hh:mm"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, what its cells hold, and the words that stand after a number (`分`)."""

    title: str
    kind: Kind = Kind.TEXT
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """One sheet: its name, the words above it on paper (title, number, date), its columns and rows.

    Lists of the same name and columns continue each other.
    """

    name: str
    heading: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]


def workbook(lists: Iterable[List], *, made_on: date) -> bytes:
    """Return an XLSX of `lists`, dated `made_on`; rows go to the disk as they come, so that a book may be long.

    Raises:
        InputError: `cell_too_long`, where a text does not fit into a cell of a spreadsheet.
    """
    out = BytesIO()
    with Workbook(out, {"constant_memory": True}) as book:  # closes its temporary files in any case
        book.set_properties({"created": datetime.combine(made_on, time.min)})
        sheets: dict[tuple[str, tuple[Column, ...]], _Sheet] = {}
        taken: set[str] = set()
        for one in lists:
            key = (one.name, one.columns)
            if key not in sheets:
                sheets[key] = _Sheet(book, book.add_worksheet(_sheet_name(one.name, taken)), one)
            for row in one.rows:
                sheets[key].write(row)
        for sheet in sheets.values():
            sheet.finish()
    return out.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and that none has yet."""
    plain = name.translate(_FORBIDDEN_IN_NAMES).strip() or "清单"
    number, found = 1, plain[:_SHEET_NAME]
    while found.casefold() in taken:
        number += 1
        found = f"{plain[: _SHEET_NAME - len(str(number)) - 2]}({number})"
    taken.add(found.casefold())
    return found


class _Sheet:
    """One sheet under construction, row by row."""

    def __init__(self, book: Workbook, sheet: Worksheet, first: List) -> None:
        self._sheet = sheet
        self._formats = [_format(book, column) for column in first.columns]
        self._widths = [_units(column.title) for column in first.columns]
        self._rows = 0
        head = book.add_format(_HEAD)
        for place, column in enumerate(first.columns):
            sheet.write_string(0, place, column.title, head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_header(f'&C&"黑体"&14{first.heading.replace("&", "&&")}')
        sheet.set_footer("&C第&P页　共&N页")

    def write(self, row: Sequence[Value]) -> None:
        """Add one row."""
        self._rows += 1
        for place, (value, shown) in enumerate(zip(row, self._formats, strict=True)):
            self._widths[place] = max(self._widths[place], _units(_seen(value)))
            _write_cell(self._sheet, self._rows, place, value, shown)

    def finish(self) -> None:
        """Fit the columns to what they hold."""
        self._sheet.autofilter(0, 0, self._rows, len(self._widths) - 1)
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(max(width + 2, _NARROWEST), _WIDEST))


def _format(book: Workbook, column: Column) -> Format:
    look, number = _SHOWN[column.kind]
    quoted = column.suffix.replace('"', "")
    number += f'"{quoted}"' if number and quoted else ""
    return book.add_format({**_BODY, **look, **({"num_format": number} if number else {})})


def _write_cell(sheet: Worksheet, row: int, column: int, value: Value, shown: Format) -> None:
    if value is None:
        sheet.write_blank(row, column, None, shown)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(SHANGHAI).replace(tzinfo=None), shown)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, shown)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, column, value, shown)
    elif len(value) > _LONGEST:
        raise InputError(
            f"第{row}行第{column + 1}列的文字超过{_LONGEST}字，电子表格容纳不下",
            code="cell_too_long",
            remedy="缩短该项文字，或改用 Word 版本",
        )
    else:
        sheet.write_string(row, column, value, shown)


def _seen(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def _units(text: str) -> int:
    """Return the width of the widest line in characters, a Chinese one counting for two."""
    return max(
        (sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line) for line in text.split("\n")), default=0
    )
