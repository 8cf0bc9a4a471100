"""A table as an .xlsx file or as CSV, row by row: the memory it takes does not grow with its rows.

Whatever a row says stays a text or a number. In .xlsx a text is written as a text, which no program takes for a
formula; in CSV, where nothing tells the two apart, a text that a spreadsheet would take for one gets an apostrophe in
front (OWASP, CSV injection).
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from gimark.clock import SHANGHAI

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Value = str | int | Decimal | date | datetime | None

# Excel's own limits: rows of a sheet, characters of a cell and of a sheet's name.
LAST_ROW = 1_048_576
LONGEST_CELL = 32_767
LONGEST_SHEET_NAME = 31
WIDEST, NARROWEST = 60, 8
SAMPLED = 50
BOM = "\ufeff".encode()
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NO_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True, slots=True)
class Table:
    """A named table; its rows are asked for one after another and once. Instants are written in Asia/Shanghai."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write_xlsx(target: BinaryIO, table: Table) -> None:
    """Write the table as an .xlsx file; rows beyond what a sheet holds go on in another one."""
    from xlsxwriter import Workbook

    with Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        looks = _Looks.of(book)
        rows = iter(table.rows)
        first = list(islice(rows, SAMPLED))
        widths = [_width(column) for column in zip(table.headings, *first, strict=True)]
        sheet, place = _sheet(book, table, 1, widths, looks), 1
        for row in chain(first, rows):
            if place == LAST_ROW:
                sheet, place = _sheet(book, table, len(book.worksheets()) + 1, widths, looks), 1
            for at, value in enumerate(row):
                _write(sheet, place, at, value, looks)
            place += 1


def csv_parts(table: Table) -> Iterator[bytes]:
    """The table as CSV (RFC 4180) in UTF-8 with the mark by which Excel knows it, a few hundred rows at a time."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_plain(heading) for heading in table.headings])
    yield BOM
    for number, row in enumerate(table.rows, 1):
        writer.writerow([_plain(value) for value in row])
        if number % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


@dataclass(frozen=True, slots=True)
class _Looks:
    """How cells look."""

    heading: "Format"
    day: "Format"
    instant: "Format"

    @classmethod
    def of(cls, book: "Workbook") -> "_Looks":
        """In a book."""
        return cls(
            heading=book.add_format({"bold": True, "bg_color": "#E6EFEB", "bottom": 1}),
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
            instant=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        )


def _sheet(book: "Workbook", table: Table, number: int, widths: Sequence[int], looks: _Looks) -> "Worksheet":
    suffix = "" if number == 1 else f" ({number})"
    name = table.name.translate(_NO_SHEET_NAME).strip("' ")[: LONGEST_SHEET_NAME - len(suffix)] + suffix
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for at, (heading, width) in enumerate(zip(table.headings, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, looks.heading)
    return sheet


def _write(sheet: "Worksheet", row: int, column: int, value: Value, looks: _Looks) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value[:LONGEST_CELL])
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, _local(value), looks.instant)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks.day)
    elif value is not None:
        sheet.write_number(row, column, value)


def _local(instant: datetime) -> datetime:
    """The instant as a clock in Shanghai shows it; workbooks know no zones."""
    return instant.astimezone(SHANGHAI).replace(tzinfo=None)


def _plain(value: Value) -> str:
    """A value in CSV."""
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else str(value)


def _taken(buffer: StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def _width(column: Sequence[Value]) -> int:
    """As wide as the widest of some cells, a Chinese character counting as two."""
    longest = max(len(_plain(value).encode("gb18030", "replace")) for value in column)
    return min(max(longest + 2, NARROWEST), WIDEST)
