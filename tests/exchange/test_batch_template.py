"""The template to fill in: what it offers to choose from, and that what is filled in comes back as it was meant."""

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from gimark.exchange.batch_columns import SHEET_NAME, Choices
from gimark.exchange.batch_sheet import MOST_ROWS, read_batches
from gimark.exchange.batch_template import LISTS_NAME, WORDS_NAME, batch_template
from gimark.exchange.workbooks import open_workbook
from tests.exchange.sheets import CHOICES, HEADINGS, ROW, opened, row, saved
from tests.exchange.test_batch_sheet import FORM, refusal

NAME = "云溪县示例菌业有限公司"


def test_the_template_offers_the_enterprise_s_items_and_the_towns() -> None:
    book = opened(batch_template(CHOICES, NAME))
    assert book.sheetnames == [SHEET_NAME, WORDS_NAME, LISTS_NAME]
    rules = {str(rule.sqref): rule.formula1 for rule in book[SHEET_NAME].data_validations.dataValidation}
    assert rules == {
        f"A2:A{MOST_ROWS + 1}": f"'{LISTS_NAME}'!$A$2:$A$3",
        f"D2:D{MOST_ROWS + 1}": f"'{LISTS_NAME}'!$B$2:$B$3",
    }
    offered = [[cell.value for cell in line] for line in book[LISTS_NAME]["A2:B3"]]
    assert offered == [[item.option, town.option] for item, town in zip(CHOICES.items, CHOICES.towns, strict=True)]


def test_lots_and_items_are_text_and_days_are_days() -> None:
    sheet = opened(batch_template(CHOICES, NAME))[SHEET_NAME]
    stretches = sheet.column_dimensions.values()
    formats = [found.number_format for found in stretches for _ in range(found.min, found.max + 1)]
    assert formats == ["@", "@", "@", "@", "yyyy-mm-dd", "yyyy-mm-dd", "#,##0.###"]
    assert [str(cell.value).removesuffix(" *") for cell in sheet[1]] == list(HEADINGS)


def test_every_column_is_explained_in_both_languages() -> None:
    sheet = opened(batch_template(CHOICES, NAME))[WORDS_NAME]
    explained = {str(line[0].value).partition("\n")[0]: line for line in sheet.iter_rows(min_row=4, max_row=10)}
    assert list(explained) == list(HEADINGS)
    assert all(line[1].value and line[2].value for line in explained.values())


def test_what_is_filled_in_is_read_as_it_was_meant() -> None:
    book = load_workbook(BytesIO(batch_template(CHOICES, NAME)))
    for at, (first, second) in enumerate(zip(ROW, row(lot="0012"), strict=True), 1):
        book[SHEET_NAME].cell(2, at, first)
        book[SHEET_NAME].cell(3, at, second)
    found = read_batches(open_workbook(saved(book)), CHOICES, date(2026, 11, 1))
    assert found.remarks == ()
    assert [one.form and one.form.lot for one in found.rows] == ["YX26A0317", "0012"]
    assert found.rows[0].form == FORM


def test_an_empty_template_is_refused_as_empty() -> None:
    assert refusal(batch_template(CHOICES, NAME)) == "表头下面没有一行内容"


def test_an_enterprise_without_items_gets_a_template_without_a_list_of_them() -> None:
    sheet = opened(batch_template(Choices((), CHOICES.towns), NAME))[SHEET_NAME]
    assert [str(rule.sqref)[0] for rule in sheet.data_validations.dataValidation] == ["D"]


def test_a_name_that_looks_like_a_formula_stays_a_text() -> None:
    book = opened(batch_template(CHOICES, "=HYPERLINK(1)"))
    assert book[WORDS_NAME]["A1"].data_type == "s"
