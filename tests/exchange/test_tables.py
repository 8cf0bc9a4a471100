"""Tables that leave: what stands in them stays text, and they take no more memory for having more rows."""

import csv
import io
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gimark.exchange import tables
from gimark.exchange.tables import Table, Value, csv_parts, write_xlsx

HEADINGS = ("名称", "数", "日", "时刻")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A1")
INSTANT = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)


def table(*rows: Sequence[Value], name: str = "批次") -> Table:
    return Table(name, HEADINGS, rows)


def xlsx(of: Table) -> BytesIO:
    target = BytesIO()
    write_xlsx(target, of)
    return target


def read_csv(of: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(csv_parts(of)).decode("utf-8-sig"), newline="")))


def test_values_keep_their_kind_in_xlsx() -> None:
    sheet = load_workbook(xlsx(table(("0012", 250, date(2026, 10, 1), INSTANT), (None, Decimal("2.5"), None, None))))[
        "批次"
    ]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells == [
        list(HEADINGS),
        ["0012", 250, datetime(2026, 10, 1), datetime(2026, 11, 22, 9, 41)],  # noqa: DTZ001 - as workbooks have them
        [None, 2.5, None, None],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    sheet = load_workbook(xlsx(table((text, 1, None, None))))["批次"]
    assert sheet["A2"].data_type == "s"
    [_, row] = read_csv(table((text, 1, None, None)))
    assert row[0] == f"'{text}"


def test_addresses_are_no_links() -> None:
    sheet = load_workbook(xlsx(table(("https://elsewhere.example/", 1, None, None))))["批次"]
    assert sheet["A2"].hyperlink is None


def test_numbers_below_zero_stay_numbers_in_csv() -> None:
    assert read_csv(table(("a", -5, None, None)))[1][1] == "-5"


def test_csv_is_known_by_excel_as_utf_8_and_keeps_every_text_whole() -> None:
    of = table(("云溪,香菇\n“花菇”", 1, date(2026, 10, 1), INSTANT))
    assert next(iter(csv_parts(of))) == b"\xef\xbb\xbf"
    assert read_csv(of) == [list(HEADINGS), ["云溪,香菇\n“花菇”", "1", "2026-10-01", "2026-11-22 09:41:00"]]


def test_a_table_without_rows_has_its_headings() -> None:
    assert [[cell.value for cell in row] for row in load_workbook(xlsx(table()))["批次"].iter_rows()] == [
        list(HEADINGS)
    ]
    assert read_csv(table()) == [list(HEADINGS)]


def test_rows_beyond_a_sheet_go_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LAST_ROW", 61)
    book = load_workbook(xlsx(table(*((str(n), n, None, None) for n in range(130)))))
    assert book.sheetnames == ["批次", "批次 (2)", "批次 (3)"]
    assert [cell.value for name in book.sheetnames for (cell,) in book[name].iter_rows(min_row=2, max_col=1)] == [
        str(n) for n in range(130)
    ]


@pytest.mark.parametrize("name", ["a/b:c*?[d]\\", "长" * 40, "'引号'"])
def test_any_name_makes_a_sheet(name: str) -> None:
    assert len(load_workbook(xlsx(table(name=name))).sheetnames) == 1


def test_a_cell_longer_than_excel_takes_is_cut() -> None:
    sheet = load_workbook(xlsx(table(("x" * 40_000, 1, None, None))))["批次"]
    assert len(str(sheet["A2"].value)) == tables.LONGEST_CELL


def rows(count: int) -> Iterator[Sequence[Value]]:
    return ((f"YX26A{number:07}", number, date(2026, 10, 1), INSTANT) for number in range(count))


def peak(count: int) -> int:
    with open("/dev/null", "wb") as sink:  # noqa: PTH123 - a sink, no file
        tracemalloc.start()
        try:
            for part in csv_parts(Table("t", HEADINGS, rows(count))):
                sink.write(part)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_csv_takes_no_more_memory_for_more_rows() -> None:
    assert peak(20_000) < 1.5 * peak(2_000)
