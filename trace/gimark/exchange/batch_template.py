"""The workbook that a producer fills in: the sheet of batches with its own items and towns to choose from.

Lots and item numbers are text from the start, so that Excel neither rounds them nor takes them for dates.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gimark.exchange.batch_columns import HEADINGS_EN, HEADINGS_ZH, OPTIONAL, SHEET_NAME, Choices, Column
from gimark.exchange.batch_sheet import MOST_ROWS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LISTS_NAME, WORDS_NAME = "选项", "填写说明"
WIDTHS = {
    Column.ITEM: 38,
    Column.LOT: 16,
    Column.PRODUCER_LOT: 16,
    Column.TOWN: 20,
    Column.HARVESTED_FROM: 14,
    Column.HARVESTED_UNTIL: 14,
    Column.PLANNED: 20,
}
DAYS = (Column.HARVESTED_FROM, Column.HARVESTED_UNTIL)

# What each column wants, in both languages, with an example.
WORDS: dict[Column, tuple[str, str, str]] = {
    Column.ITEM: (
        "从下拉列表中选择，也可只填商品条码。",
        "Choose from the list, or give the GTIN alone.",
        "",
    ),
    Column.LOT: (
        "印在标识里的批次号：1 至 20 个半角数字、大写字母，中间可用“-”和“.”。同一商品不能重复。",
        "The lot in the code: 1 to 20 plain digits and capitals, “-” and “.” in between; once for an item.",
        "YX26A0317",
    ),
    Column.PRODUCER_LOT: ("企业自己的编号，可不填。", "Your own number; may be left empty.", "26-112"),
    Column.TOWN: (
        "采收地所在乡镇，从下拉列表中选择；须在所用地理标志的保护范围内。",
        "The town of the harvest, from the list; inside the area of every right that the item carries.",
        "",
    ),
    Column.HARVESTED_FROM: ("采收的第一天。", "The first day of the harvest.", "2026-10-01"),
    Column.HARVESTED_UNTIL: (
        "采收的最后一天，不能在将来。",
        "The last day of the harvest; not in the future.",
        "2026-10-21",
    ),
    Column.PLANNED: (
        "准备包装的质量，单位千克，最多三位小数。标识数量不能超过它（另加 2 %）。",
        "The mass to be packed, in kilograms, three decimals at most; codes stay within it (and 2 % over).",
        "250",
    ),
}
NOTES = (
    ("一行登记一个批次，一个文件最多 5,000 行。", "One row is one batch; 5,000 rows at most in a file."),
    (
        "不要合并单元格；公式只按结果读取；含宏的文件不接受。",
        "Merge no cells; of formulas the result is read; files with macros are refused.",
    ),
    (
        "登记后即写入公示账本，不能删除，只能更正。上传前请核对。",
        "What is registered stands in the public ledger; it can be amended, never deleted. Check it first.",
    ),
    (
        "同一文件再次上传不会重复登记：内容相同的行会被认出。",
        "The same file again registers nothing twice: rows that are the same are recognised.",
    ),
)


def batch_template(choices: Choices, enterprise: str) -> bytes:
    """An .xlsx file to fill in, with the choices of `enterprise`, whose name stands on it."""
    from xlsxwriter import Workbook

    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": f"{enterprise} {SHEET_NAME}"})
        looks = _Looks.of(book)
        _write_batches(book.add_worksheet(SHEET_NAME), choices, looks)
        _write_words(book.add_worksheet(WORDS_NAME), enterprise, looks)
        _write_lists(book.add_worksheet(LISTS_NAME), choices, looks)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class _Looks:
    """How cells look."""

    heading: "Format"
    text: "Format"
    day: "Format"
    mass: "Format"
    words: "Format"
    title: "Format"

    @classmethod
    def of(cls, book: "Workbook") -> "_Looks":
        """In a book."""
        head: dict[str, Any] = {"bold": True, "bg_color": "#E6EFEB", "border": 1, "border_color": "#B9C9C1"}
        return cls(
            heading=book.add_format({**head, "text_wrap": True, "valign": "vcenter"}),
            text=book.add_format({"num_format": "@"}),
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
            mass=book.add_format({"num_format": "#,##0.###"}),
            words=book.add_format({"text_wrap": True, "valign": "top"}),
            title=book.add_format({"bold": True, "font_size": 14}),
        )


def _write_batches(sheet: "Worksheet", choices: Choices, looks: _Looks) -> None:
    for at, column in enumerate(Column):
        look = looks.day if column in DAYS else looks.mass if column is Column.PLANNED else looks.text
        sheet.set_column(at, at, WIDTHS[column], look)
        sheet.write_string(0, at, HEADINGS_ZH[column] + ("" if column in OPTIONAL else " *"), looks.heading)
        zh, en, _ = WORDS[column]
        sheet.write_comment(0, at, f"{zh}\n{en}", {"x_scale": 2})
    sheet.freeze_panes(1, 0)
    for column, count in ((Column.ITEM, len(choices.items)), (Column.TOWN, len(choices.towns))):
        if count:
            _offer(sheet, column, count)


def _offer(sheet: "Worksheet", column: Column, count: int) -> None:
    """A drop-down list in the column. What is not in it may be typed, with a warning: a GTIN alone is right too."""
    at = list(Column).index(column)
    letter = "A" if column is Column.ITEM else "B"
    rule = {
        "validate": "list",
        "source": f"='{LISTS_NAME}'!${letter}$2:${letter}${count + 1}",
        "error_type": "warning",
        "error_title": HEADINGS_ZH[column],
        "error_message": "不在列表中。仍要使用吗？",
    }
    sheet.data_validation(1, at, MOST_ROWS, at, rule)


def _write_words(sheet: "Worksheet", enterprise: str, looks: _Looks) -> None:
    """The explaining sheet."""
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 2, 52)
    sheet.set_column(3, 3, 16)
    sheet.write_string(0, 0, f"批次登记表 · {enterprise}", looks.title)
    for at, word in enumerate(("列 / column", "怎么填", "how to fill it in", "例 / example")):
        sheet.write_string(2, at, word, looks.heading)
    for place, column in enumerate(Column, 3):
        zh, en, example = WORDS[column]
        cells = (f"{HEADINGS_ZH[column]}\n{HEADINGS_EN[column]}", zh, en, example)
        for at, cell in enumerate(cells):
            sheet.write_string(place, at, cell, looks.words)
    for place, (zh, en) in enumerate(NOTES, 4 + len(Column)):
        sheet.write_string(place, 1, zh, looks.words)
        sheet.write_string(place, 2, en, looks.words)


def _write_lists(sheet: "Worksheet", choices: Choices, looks: _Looks) -> None:
    """What the drop-down lists offer."""
    sheet.set_column(0, 1, 44, looks.text)
    for at, column in enumerate((Column.ITEM, Column.TOWN)):
        sheet.write_string(0, at, HEADINGS_ZH[column], looks.heading)
    for place, item in enumerate(choices.items, 1):
        sheet.write_string(place, 0, item.option)
    for place, town in enumerate(choices.towns, 1):
        sheet.write_string(place, 1, town.option)
