"""What an uploaded sheet of batches says: found by its headings, and everything that is wrong with a row told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gimark.errors import Fault, InvalidInputError
from gimark.exchange.batch_columns import HEADINGS_EN, SHEET_NAME, Choices, ItemChoice, TownChoice
from gimark.exchange.batch_sheet import MOST_ROWS, ReadRow, ReadSheet, read_batches
from gimark.exchange.workbooks import open_workbook
from gimark.production.registering import BatchForm
from tests.exchange.sheets import CHOICES, HEADINGS, ITEM, ROW, row, saved, workbook

TODAY = date(2026, 11, 1)
FORM = BatchForm("item-1", "YX26A0317", "999001001", date(2026, 10, 1), date(2026, 10, 21), 250_000, "26-112")


def read(data: bytes, choices: Choices = CHOICES) -> ReadSheet:
    return read_batches(open_workbook(data), choices, TODAY)


def only(data: bytes, choices: Choices = CHOICES) -> ReadRow:
    [found] = read(data, choices).rows
    return found


def fault(**changes: object) -> Fault:
    """The one thing that is wrong with a row."""
    [found] = only(workbook([row(**changes)])).faults
    assert found.field in changes
    assert all((found.reason_en, found.remedy_en, found.remedy_zh))
    return found


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read(data)
    [found] = caught.value.faults
    assert found.field == "file"
    return found.reason_zh


def test_days_are_judged_beside_other_faults_of_a_row() -> None:
    found = only(workbook([row(town="无此镇", harvested_until="2026-11-02")]))
    assert [(one.field, one.reason_zh) for one in found.faults][1:] == [("harvested_until", "采收日在将来")]
    assert only(workbook([row(harvested_until="2026-11-02")])).form is not None


def test_a_good_row_makes_a_form() -> None:
    assert only(workbook()) == ReadRow(
        2,
        (ITEM.option, "YX26A0317", "26-112", "松坞镇｜999001001", "2026-10-01", "2026-10-21", "250"),
        FORM,
        (),
    )


@pytest.mark.parametrize(
    "headings",
    [
        HEADINGS,
        tuple(HEADINGS_EN.values()),
        ("*商品条码", "批 号", "企业批号", "乡镇", "采收开始日期", "采收结束日期", "计划包装量(kg)"),
        ("GTIN", "Lot", "Own Lot", "Town", "Harvested_From", "Harvested_Until", "Planned_kg"),
    ],
)
def test_columns_are_known_by_what_people_call_them(headings: Sequence[str]) -> None:
    assert only(workbook(headings=headings)).form == FORM


def test_columns_stand_in_any_order_and_among_others() -> None:
    headings = [*reversed(HEADINGS), "备注"]
    found = read(workbook([[*reversed(ROW), "急"]], headings=headings))
    assert found.rows[0].form == FORM
    assert [remark.zh for remark in found.remarks] == ["没有读这些列：备注"]


def test_a_title_above_and_blank_rows_between_are_passed_over_and_rows_keep_their_numbers() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.insert_rows(1, 3)
        sheet["A1"] = "2026 年秋季批次"
        sheet.merge_cells("A1:G1")

    found = read(workbook([ROW, [], [" "], row(lot="B")], change=change))
    assert [one.number for one in found.rows] == [5, 8]
    assert all(one.form is not None for one in found.rows)


def test_a_second_row_of_headings_is_passed_over_and_told() -> None:
    found = read(workbook([HEADINGS, ROW]))
    assert [one.number for one in found.rows] == [3]
    assert [remark.zh for remark in found.remarks] == ["第 2 行又是表头，没有读"]


def test_own_lots_may_be_left_out_and_so_may_their_column() -> None:
    assert only(workbook([row(producer_lot=None)])).form == replace(FORM, producer_lot=None)
    without = [cell for place, cell in enumerate(ROW) if place != 2]
    headings = [cell for place, cell in enumerate(HEADINGS) if place != 2]
    assert only(workbook([without], headings=headings)).form == replace(FORM, producer_lot=None)


@pytest.mark.parametrize(
    "item", ["9521234500018", 9521234500018, "09521234500018", "９５２１２３４５０００１８", ITEM.name_zh]
)
def test_an_item_is_named_by_number_or_name(item: object) -> None:
    assert only(workbook([row(item=item)])).form == FORM


@pytest.mark.parametrize("town", ["999001001", 999001001, "松坞镇", " 松坞镇 "])
def test_a_town_is_named_by_code_or_name(town: object) -> None:
    assert only(workbook([row(town=town)])).form == FORM


def test_a_name_that_several_bear_is_refused() -> None:
    choices = Choices(
        (ItemChoice("a", "1" * 14, "菇"), ItemChoice("b", "2" * 14, "菇")),
        (TownChoice("1", "镇"), TownChoice("2", "镇")),
    )
    [item, town] = only(workbook([row(item="菇", town="镇")]), choices).faults
    assert (item.field, item.reason_zh) == ("item", "有 2 个商品叫“菇”")
    assert (town.field, town.reason_zh) == ("town", "有 2 个乡镇叫“镇”")


def test_another_s_item_is_an_unknown_one() -> None:
    assert fault(item="09521234500025").reason_zh == "没有商品“09521234500025”"


@pytest.mark.parametrize(
    ("lot", "hint"),
    [("yx26a0317", "YX26A0317"), ("ＹＸ２６Ａ０３１７", "YX26A0317"), ("YX 26", "YX26"), ("批次一", "1 至 20 个半角")],
)
def test_a_lot_is_never_folded_but_offered_as_it_would_be_right(lot: str, hint: str) -> None:
    assert hint in fault(lot=lot).remedy_zh


def test_a_lot_of_digits_that_excel_took_for_a_number_is_read() -> None:
    found = only(workbook([row(lot=20261001)])).form
    assert found is not None
    assert found.lot == "20261001"


def test_everything_that_is_wrong_with_a_row_is_told() -> None:
    wrong = row(item="?", lot="a b", town=None, harvested_from="昨天", harvested_until=None, planned="多")
    found = only(workbook([wrong]))
    assert found.form is None
    assert [one.field for one in found.faults] == [
        "item",
        "lot",
        "town",
        "harvested_from",
        "harvested_until",
        "planned_g",
    ]


def test_cells_merged_over_rows_are_refused_in_each_of_them() -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("D2:D3")

    found = read(workbook([ROW, row(lot="B"), row(lot="C")], change=merge)).rows
    assert [[one.reason_zh for one in each.faults] for each in found] == [["与其他单元格合并"]] * 2 + [[]]


def test_formulas_are_read_by_their_results_and_told_or_refused_without_one() -> None:
    found = read(workbook([row(lot="=A1")]))
    assert [one.reason_zh for one in found.rows[0].faults] == ["公式没有保存结果"]
    assert [remark.zh for remark in found.remarks] == ["有 1 个单元格是公式，只读了保存时的结果"]


def test_dates_and_masses_as_text_are_read() -> None:
    typed = row(harvested_from="２０２６年１０月１日", harvested_until="2026.10.21", planned="２５０ kg")
    assert only(workbook([typed])).form == FORM


def test_the_only_sheet_is_read_whatever_its_name_and_told() -> None:
    found = read(workbook(name="Sheet1"))
    assert len(found.rows) == 1
    assert [remark.zh for remark in found.remarks] == ["读的是工作表“Sheet1”"]


def test_among_several_sheets_the_one_of_the_template_is_read() -> None:
    book = Workbook()
    sheet = book.create_sheet(SHEET_NAME)
    for cells in (HEADINGS, ROW):
        sheet.append(cells)
    assert only(saved(book)).form == FORM


def test_a_workbook_without_that_sheet_is_refused_with_the_names_of_those_it_has() -> None:
    book = Workbook()
    book.create_sheet("明细")
    assert refusal(saved(book)) == "没有名为“批次”的工作表（有：Sheet、明细）"
    assert "没有名为“批次”的工作表" in refusal(workbook([["a", "b"]], headings=("x", "y"), name="Sheet1"))


@pytest.mark.parametrize(
    ("headings", "reason"),
    [
        (HEADINGS[:4], "缺少这些列：采收起始日、采收截止日、计划包装量（千克）"),
        (("x",) * 7, "缺少这些列：商品、批次号、产地乡镇"),
        ((*HEADINGS, "批号"), "“批号”一列出现了两次"),
        (HEADINGS, "表头下面没有一行内容"),
    ],
)
def test_a_sheet_that_is_headed_otherwise_is_refused_whole(headings: Sequence[str], reason: str) -> None:
    rows = [] if headings == HEADINGS else [ROW]
    assert reason in refusal(workbook(rows, headings=headings))


def test_more_rows_than_one_upload_may_have_are_refused() -> None:
    assert "超过 5,000 行" in refusal(workbook([("x", f"L{n}") for n in range(MOST_ROWS + 1)]))


def test_a_sheet_full_of_merges_over_each_other_is_read_in_time() -> None:
    def merge(sheet: Worksheet) -> None:
        for number in range(2_000):
            sheet.merged_cells.ranges.add(f"A2:G{20_000 - number}")

    assert len(only(workbook(change=merge)).faults) == 7
