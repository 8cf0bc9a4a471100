"""Strict reading of one line: every field's problem is noted with file, line and field, and reading goes on."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from gimark.errors import Checklist

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

LONGEST_TEXT = 240
_DAY = re.compile(r"(?P<year>[0-9]{4})(?P<between>[-/])(?P<month>[0-9]{1,2})(?P=between)(?P<day>[0-9]{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file or one table of a TOML file; `where` is its file and line (`enterprises.csv/5`).

    Each reader notes what is wrong in `checklist` and then gives an empty value, which nobody may use: `parsed` drops
    a row in which anything was wrong.
    """

    where: str
    cells: Mapping[str, Any]
    checklist: Checklist

    def expect(self, *fields: str) -> None:
        """Note every field that is none of `fields`: a misspelt one would otherwise pass as empty."""
        for name in self.cells.keys() - set(fields):
            self.wrong(
                str(name),
                "没有这个栏目",
                "there is no such field",
                f"可用的栏目：{'、'.join(fields)}",
                f"The fields are {', '.join(fields)}",
            )

    def text(self, name: str, limit: int = LONGEST_TEXT) -> str:
        """A text of 1 to `limit` characters on one line, without blanks around it."""
        value = self.optional(name, limit)
        if value is None and name not in self._faulty():
            self.wrong(name, "不能为空", "it is empty", "请填写", "Fill it in")
        return value or ""

    def optional(self, name: str, limit: int = LONGEST_TEXT) -> str | None:
        """As `text`, but None when it is empty."""
        value = self.cells.get(name, "")
        if not isinstance(value, str):
            self.wrong(name, "应是文字", "it is not a text", "请给它加上引号", "Put it in quotation marks")
            return None
        if value != value.strip() or not value.isprintable():
            self.wrong(
                name,
                "前后有空格，或含有换行等不可见字符",
                "it has blanks around it, or characters that do not show",
                "请删去这些字符",
                "Remove them",
            )
            return None
        if len(value) > limit:
            self.wrong(
                name,
                f"超过 {limit} 个字符",
                f"it is longer than {limit} characters",
                "请缩短",
                "Make it shorter",
            )
            return None
        return value or None

    def word(self, name: str, kind: type[Word]) -> Word:
        """One of the words of `kind`."""
        text = self.text(name)
        try:
            return kind(text)
        except ValueError:
            if text:
                self.wrong(
                    name,
                    f"没有“{text}”这个选项",
                    f"“{text}” is none of the choices",
                    f"请选用：{'、'.join(kind)}",
                    f"Choose one of {', '.join(kind)}",
                )
            return next(iter(kind))

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts, none twice: a TOML array, or one cell with blanks between."""
        value = self.cells.get(name, [])
        listed = value.split() if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(word, str) and word for word in listed):
            self.wrong(name, "应是文字的列表", "it is not a list of texts", "请逐项列出", "List them one by one")
            return ()
        if len(set(listed)) < len(listed):
            self.wrong(name, "列表中有重复", "something is listed twice", "请删去重复的", "Remove what is double")
        return tuple(listed)

    def day(self, name: str) -> date:
        """A day, YYYY-MM-DD."""
        day = self.optional_day(name)
        if day is None and name not in self._faulty():
            self.wrong(name, "没有日期", "there is no date", "请填写，例如 2026-11-22", "Give it, such as 2026-11-22")
        return day or date.min

    def optional_day(self, name: str) -> date | None:
        """As `day`, but None when it is empty."""
        value = self.cells.get(name, "")
        if value == "":
            return None
        day = _day(value) if isinstance(value, str) else value
        if isinstance(day, date) and not isinstance(day, datetime):
            return day
        self.wrong(
            name,
            f"“{value}”不是日期",
            f"“{value}” is not a date",
            "请写成 2026-11-22 这样",
            "Write it like 2026-11-22",
        )
        return None

    def whole(self, name: str) -> int | None:
        """A whole number above zero and below a trillion, or None when it is empty."""
        text = self.optional(name, 12)
        if text is None:
            return None
        if text.isascii() and text.isdigit() and int(text):
            return int(text)
        self.wrong(name, f"“{text}”不是正整数", f"“{text}” is not a whole number above 0", "请更正", "Mend it")
        return None

    def flag(self, name: str) -> bool:
        """A TOML true or false; false when it is left out."""
        value = self.cells.get(name, False)
        if isinstance(value, bool):
            return value
        self.wrong(name, "应是 true 或 false", "it is neither true nor false", "请更正", "Mend it")
        return False

    def matching(self, name: str, pattern: re.Pattern[str], form_zh: str, form_en: str) -> str:
        """A text that is wholly as `pattern` says; `form_zh` and `form_en` say the same in words."""
        text = self.text(name)
        if text and not pattern.fullmatch(text):
            self.wrong(name, f"“{text}”格式不对", f"“{text}” is malformed", f"应为{form_zh}", f"It is {form_en}")
        return text

    def in_order(self, first: str, begins_on: date, last: str, ends_on: date | None) -> None:
        """Note it when the day in the field `last` is before the one in `first`."""
        if ends_on is not None and ends_on < begins_on:
            self.wrong(
                last, f"早于“{first}”的日期", f"it is before the day in “{first}”", "请核对日期", "Check the dates"
            )

    def checked(self, name: str, check: Callable[[str, str], str]) -> str:
        """The field after `check(text, path)`, one of the codes' own checks, which raises InvalidInputError."""
        text = self.text(name)
        return (self.checklist.take(lambda: check(text, f"{self.where}/{name}")) or "") if text else ""

    def wrong(self, name: str, reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> None:
        """Note that the field `name` is wrong."""
        self.checklist.add(f"{self.where}/{name}", reason_zh, reason_en, remedy_zh, remedy_en)

    def _faulty(self) -> set[str]:
        return {fault.field.removeprefix(f"{self.where}/") for fault in self.checklist.faults}


def parsed(rows: Iterable[Row], parse: Callable[[Row], T]) -> tuple[T, ...]:
    """What `parse` makes of each row, without the rows in which something is wrong."""
    good = []
    for row in rows:
        before = len(row.checklist.faults)
        value = parse(row)
        if len(row.checklist.faults) == before:
            good.append(value)
    return tuple(good)


def _day(text: str) -> date | None:
    """The day of `2026-01-02`, or of `2026/1/2`, which Excel makes of it."""
    found = _DAY.fullmatch(text)
    try:
        return found and date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
