"""Cells as people type them: read where they can mean one thing only, else refused with what was probably meant."""

from datetime import date, datetime

import pytest

from gimark.errors import InvalidInputError
from gimark.exchange.cells import Cell, day_of, folded, grams_of, text_of

DAY = date(2026, 10, 1)


def remedy(read: object, cell: Cell) -> tuple[str, str]:
    assert callable(read)
    with pytest.raises(InvalidInputError) as caught:
        read(cell, "here")
    [fault] = caught.value.faults
    assert fault.field == "here"
    return fault.reason_zh, fault.remedy_zh


@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        datetime(2026, 10, 1),  # noqa: DTZ001 - as a workbook has it
        datetime(2026, 10, 1, 8, 30),  # noqa: DTZ001
        "2026-10-01",
        "2026-10-1",
        "2026/10/1",
        "2026.10.01",
        "2026年10月1日",
        "2026 年 10 月 1 日",
        "２０２６－１０－０１",
        "2026—10—01".replace("—", "–"),
        " 2026-10-01 ",
        "2026-10-01 00:00:00",
        "20261001",
        20261001,
        20261001.0,
    ],
)
def test_a_day_is_read_in_the_forms_in_which_people_write_it(cell: Cell) -> None:
    assert day_of(cell, "here") == DAY


@pytest.mark.parametrize(
    ("cell", "reason", "hint"),
    [
        ("26-10-1", "不是日期", "2026-10-01"),
        (46296, "不是日期", "2026-10-01"),
        (46296.0, "不是日期", "2026-10-01"),
        ("10月1日", "没有年份", "请按 2026-10-01 的样式"),
        ("10/1", "没有年份", "请按"),
        ("10/1/2026", "不是日期", "请按"),
        ("2026-13-01", "不是日期", "请按"),
        ("2026-02-30", "不是日期", "请按"),
        ("十月一日", "不是日期", "请按"),
        ("2026-10", "不是日期", "请按"),
        (True, "不是日期", "请按"),
        (7, "不是日期", "请按"),
        ("٢٠٢٦-١٠-٠١", "不是日期", "请按"),
    ],
)
def test_what_is_no_unmistakable_day_is_refused_with_what_was_probably_meant(
    cell: Cell, reason: str, hint: str
) -> None:
    found = remedy(day_of, cell)
    assert reason in found[0]
    assert hint in found[1]


@pytest.mark.parametrize(
    ("cell", "grams"),
    [
        (250, 250_000),
        (250.0, 250_000),
        (0.1 + 0.2, 300),
        (1234.567, 1_234_567),
        ("250", 250_000),
        ("２５０．５", 250_500),
        ("250kg", 250_000),
        ("250 KG", 250_000),
        ("250千克", 250_000),
        ("250 公斤", 250_000),
        ("1,250", 1_250_000),
        ("12,345,678.5", 12_345_678_500),
    ],
)
def test_a_mass_is_read_in_kilograms(cell: Cell, grams: int) -> None:
    assert grams_of(cell, "here") == grams


@pytest.mark.parametrize(
    "cell", ["", "多", "500斤", "250吨", "12,5", "1,2500", "1_000", 0, -1, "0.0001", 1e300, True, DAY, "250-300", "٢٥٠"]
)
def test_a_mass_that_is_none_is_refused(cell: Cell) -> None:
    remedy(grams_of, cell)


def test_jin_are_told_apart_from_kilograms() -> None:
    assert remedy(grams_of, "500斤") == ("“500斤”的单位是斤", "请换算成千克填写，1 斤为 0.5 千克")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (9521234500018.0, "9521234500018"),
        (26112, "26112"),
        (2.5, "2.5"),
        ("  YX26 \u3000", "YX26"),
        (True, "TRUE"),
        (datetime(2026, 10, 1), "2026-10-01"),  # noqa: DTZ001
        (DAY, "2026-10-01"),
    ],
)
def test_a_cell_is_shown_as_excel_shows_it(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


def test_full_width_is_folded_for_comparison_alone() -> None:
    assert folded("ＹＸ２６") == "YX26"
    assert text_of("ＹＸ２６") == "ＹＸ２６"
