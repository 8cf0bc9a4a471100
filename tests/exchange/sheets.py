"""Workbooks as people and other programs make them, for tests; built here and never kept."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from gimark.exchange.batch_columns import HEADINGS_ZH, SHEET_NAME, Choices, Column, ItemChoice, TownChoice

HEADINGS = tuple(HEADINGS_ZH.values())
ITEM = ItemChoice("item-1", "09521234500018", "云溪香菇 花菇 250 g")
CHOICES = Choices(
    (ITEM, ItemChoice("item-2", "09521234500032", "云溪香菇 500 g")),
    (TownChoice("999001001", "松坞镇"), TownChoice("999001002", "竹溪乡")),
)
ROW = (ITEM.option, "YX26A0317", "26-112", "松坞镇｜999001001", date(2026, 10, 1), date(2026, 10, 21), 250)


def row(**changes: object) -> tuple[object, ...]:
    """A good row with some cells changed, by the names of `Column`."""
    named = dict(zip((column.name.lower() for column in Column), ROW, strict=True))
    return tuple({**named, **changes}.values())


def workbook(
    rows: Iterable[Sequence[object]] = (ROW,),
    *,
    headings: Sequence[object] = HEADINGS,
    name: str = SHEET_NAME,
    change: Callable[[Worksheet], None] = lambda _sheet: None,
) -> bytes:
    """An .xlsx file with one sheet of these rows below the headings."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = name
    if headings:
        sheet.append(list(headings))
    for cells in rows:
        sheet.append(list(cells))
    change(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The book as a file."""
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def opened(data: bytes) -> Workbook:
    """A file as openpyxl reads it, formulas as formulas."""
    return load_workbook(BytesIO(data))


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The file with parts put in or replaced; `__` in a name stands for a slash, `_dot_` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for info in source.infolist():
            if info.filename not in named:
                copy.writestr(info.filename, source.read(info))
        for name, content in named.items():
            copy.writestr(name, content)
    return target.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of the file."""
    with zipfile.ZipFile(BytesIO(data)) as source:
        return source.read(name)
