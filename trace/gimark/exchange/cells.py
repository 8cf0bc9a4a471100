"""One cell of a workbook as text, day or mass, in the forms in which people type them.

Full-width digits, blanks around a value and the usual ways to write a date are read; what could be meant in two ways is
refused, with what was probably meant in the remedy, so that nothing becomes public that nobody wrote.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from gimark.errors import InvalidInputError, invalid
from gimark.quantities import grams_from_kg

Cell = str | int | float | bool | date | datetime | time | timedelta

# What Excel counts days from, and the days that a number in a column of dates is probably meant as (1982 to 2064).
EPOCH = date(1899, 12, 30)
LIKELY_SERIALS = range(30_000, 60_000)
LONGEST_SHOWN = 40

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_SHORT_YEAR = re.compile(r"([0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_NO_YEAR = re.compile(r"([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_BETWEEN = re.compile(r"\s*([-/.年月])\s*|\s+(?=日)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_KILOGRAMS = re.compile(r"(.*?)(?:千克|公斤|kg)", re.IGNORECASE)
_JIN = re.compile(r"([0-9.]+)(?:市斤|斤)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


def text_of(cell: Cell) -> str:
    """The cell as Excel shows it, without blanks at its ends: 26112.0 is "26112", a day is 2026-10-01."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return str(cell).strip()


def folded(cell: Cell) -> str:
    """The same with full-width digits, letters and punctuation as plain ones (NFKC)."""
    return unicodedata.normalize("NFKC", text_of(cell)).strip()


def day_of(cell: Cell, where: str) -> date:
    """The day: a date of Excel's, or 2026-10-01, 2026/10/1, 2026.10.1, 2026年10月1日, 20261001.

    Raises InvalidInputError naming `where`; a year of two digits, no year, or a bare number of days is refused, and the
    remedy says which day was probably meant.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _BETWEEN.sub(r"\1", folded(cell).translate(_DASHES))
    found = _DAY.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        raise _no_day(text_of(cell), where, _likely_day(text))
    day = _existing(*found.groups())
    if day is None:
        raise _no_day(text_of(cell), where, None)
    return day


def grams_of(cell: Cell, where: str) -> int:
    """Grams from a number of kilograms: 250, "250.5", "1,250 kg", full-width too.

    Raises InvalidInputError naming `where` as `grams_from_kg` does, and for any other unit.
    """
    text = folded(cell).replace(" ", "")
    unit = _KILOGRAMS.fullmatch(text)
    number = text if unit is None else unit[1]
    if _GROUPED.fullmatch(number):
        number = number.replace(",", "")
    jin = _JIN.fullmatch(number)
    if jin is not None:
        raise invalid(
            where,
            f"“{shown(cell)}”的单位是斤",
            f"“{shown(cell)}” is in jin",
            "请换算成千克填写，1 斤为 0.5 千克",
            "Give kilograms; a jin is half of one",
        )
    return grams_from_kg(number, where)


def shown(cell: Cell) -> str:
    """The cell in a sentence: on one line and not without end."""
    text = " ".join(text_of(cell).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _existing(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _likely_day(text: str) -> date | None:
    """The day that was probably meant by what is no unmistakable one."""
    if (short := _SHORT_YEAR.fullmatch(text)) is not None:
        return _existing(f"20{short[1]}", short[2], short[3])
    if text.isascii() and text.isdigit() and len(text) < 7 and int(text) in LIKELY_SERIALS:
        return EPOCH + timedelta(days=int(text))
    return None


def _no_day(text: str, where: str, likely: date | None) -> InvalidInputError:
    if _NO_YEAR.fullmatch(text):
        reason = f"“{shown(text)}”没有年份", f"“{shown(text)}” has no year"
    else:
        reason = f"“{shown(text)}”不是日期", f"“{shown(text)}” is not a date"
    if likely is not None:
        remedy = f"如果是 {likely}，请按此填写", f"If it is {likely}, give it so"
    else:
        remedy = "请按 2026-10-01 的样式填写年月日", "Give year, month and day, such as 2026-10-01"
    return invalid(where, *reason, *remedy)
