"""Files that are no workbook, or want to be more than one: refused by what they are, before they are unpacked."""

import tracemalloc
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from gimark.errors import InvalidInputError
from gimark.exchange.batch_columns import SHEET_NAME
from gimark.exchange.workbooks import LAST_ROW, MOST_UNPACKED, open_workbook
from tests.exchange.sheets import part, repacked, saved, workbook

SHEET_PART = "xl/worksheets/sheet1.xml"


def read_first_sheet(data: bytes) -> None:
    book = open_workbook(data)
    book.sheet(book.names[0])


def refusal(data: bytes, *, reading: bool = False) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_first_sheet(data) if reading else open_workbook(data)
    [fault] = caught.value.faults
    assert fault.field == "file"
    assert all((fault.reason_en, fault.remedy_zh, fault.remedy_en))
    return fault.reason_zh


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "文件是空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), "旧式 .xls 文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        ("商品,批次号\r\n".encode("gb18030"), "不是 .xlsx 工作簿"),
        (b"<html><table></table></html>", "不是 .xlsx 工作簿"),
        (b"%PDF-1.7", "不是 .xlsx 工作簿"),
        (b"PK\x03\x04", "损坏"),
        (b"PK\x03\x04" + bytes(500), "损坏"),
    ],
)
def test_what_is_no_workbook_is_called_what_it_is(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


def test_another_kind_of_archive_is_no_workbook() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    assert "不是 .xlsx 工作簿" in refusal(target.getvalue())


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_a_workbook_that_was_cut_off_is_damaged(cut: float) -> None:
    data = workbook()
    assert "损坏" in refusal(data[: int(len(data) * cut)])


def test_a_changed_byte_of_a_part_is_noticed() -> None:
    data = bytearray(workbook())
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        info = archive.getinfo(SHEET_PART)
    data[info.header_offset + 30 + len(SHEET_PART) + info.compress_size // 2] ^= 0xFF
    assert "损坏" in refusal(bytes(data))


@pytest.mark.parametrize("name", ["xl__vbaProject_dot_bin", "xl__macrosheets__sheet1_dot_xml"])
def test_macros_are_refused(name: str) -> None:
    assert "含有宏" in refusal(repacked(workbook(), **{name: b"Sub Auto_Open()"}))


def test_a_bomb_is_refused_by_the_archive_s_directory_and_never_unpacked() -> None:
    bomb = repacked(workbook(), xl__sharedStrings_dot_xml=bytes(MOST_UNPACKED + 1))
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    try:
        assert "解压后有" in refusal(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


def test_a_directory_that_understates_a_part_is_damaged() -> None:
    bomb = bytearray(repacked(workbook(), xl__sharedStrings_dot_xml=bytes(1 << 20)))
    name = b"xl/sharedStrings.xml"
    at = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(name))
    assert int.from_bytes(bomb[at + 24 : at + 28], "little") == 1 << 20
    bomb[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert "损坏" in refusal(bytes(bomb))


def test_pictures_are_never_unpacked() -> None:
    large = repacked(workbook(), xl__media__image1_dot_png=bytes(MOST_UNPACKED + 1))
    assert open_workbook(large).names == (SHEET_NAME,)


def test_two_parts_of_one_name_are_damage() -> None:
    data = workbook()
    target = BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET_PART, "<worksheet/>")
    assert "损坏" in refusal(target.getvalue())


def test_entities_are_refused() -> None:
    xml = part(workbook(), SHEET_PART).replace(
        b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet', 1
    )
    assert "损坏" in refusal(repacked(workbook(), xl__worksheets__sheet1_dot_xml=xml), reading=True)


def test_entities_are_refused_in_the_list_of_sheets_too() -> None:
    xml = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + part(workbook(), "xl/workbook.xml")
    assert "损坏" in refusal(repacked(workbook(), xl__workbook_dot_xml=xml))


def test_one_cell_at_the_end_of_the_sheet_makes_no_table_of_the_whole() -> None:
    def far(sheet: Worksheet) -> None:
        sheet["XFD1048576"] = "x"

    assert "第 1,048,576 行、第 16,384 列还有内容" in refusal(workbook(change=far), reading=True)


def test_cells_without_a_place_are_counted_too() -> None:
    cells = b"<row>" + b"<c><v>1</v></c>" * 101 + b"</row>"
    xml = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
    assert "第 101 列" in refusal(repacked(workbook(), xl__worksheets__sheet1_dot_xml=xml % cells), reading=True)


def test_cells_that_are_formatted_and_empty_do_not_count() -> None:
    def formatted(sheet: Worksheet) -> None:
        sheet.cell(LAST_ROW + 5, 1).font = Font(bold=True)

    sheet = open_workbook(workbook(change=formatted)).sheet(SHEET_NAME)
    assert len(sheet.rows) == 2


def test_formulas_are_found_where_they_stand_and_merges_too() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["G3"] = "=G2*2"
        sheet.merge_cells("A4:A6")

    sheet = open_workbook(workbook(change=change)).sheet(SHEET_NAME)
    assert sheet.formulas == {(2, 6)}
    assert sheet.merged == (((3, 0), (5, 0)),)


def test_hidden_sheets_are_not_offered() -> None:
    book = Workbook()
    book.create_sheet("藏").sheet_state = "hidden"
    book.create_sheet("深藏").sheet_state = "veryHidden"
    assert open_workbook(saved(book)).names == ("Sheet",)
