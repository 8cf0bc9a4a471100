"""Strict reading of a profile's files: every cell's problem is noted with file, line and field, and reading goes on."""

import csv
import io
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from gimark.errors import Checklist, invalid

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

LONGEST_TEXT = 240


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
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            if isinstance(value, str) and len(value) in (0, len("2026-11-22")):
                return date.fromisoformat(value) if value else None
        except ValueError:
            pass  # said below, in the same words as every other wrong day
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

    def checked(self, name: str, check: Callable[[str, str], str]) -> str:
        """The field after `check(text, path)`, one of the codes' own checks, which raises InvalidInputError."""
        text = self.text(name)
        return (self.checklist.take(lambda: check(text, f"{self.where}/{name}")) or "") if text else ""

    def wrong(self, name: str, reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> None:
        """Note that the field `name` is wrong."""
        self.checklist.add(f"{self.where}/{name}", reason_zh, reason_en, remedy_zh, remedy_en)

    def _faulty(self) -> set[str]:
        return {fault.field.removeprefix(f"{self.where}/") for fault in self.checklist.faults}


def parsed(rows: Iterable[Row], parse: Callable[[Row], T]) -> list[tuple[Row, T]]:
    """Each row with what `parse` makes of it, without the rows in which something is wrong."""
    good = []
    for row in rows:
        before = len(row.checklist.faults)
        value = parse(row)
        if len(row.checklist.faults) == before:
            good.append((row, value))
    return good


def toml(folder: Path, name: str, checklist: Checklist) -> Row:
    """A TOML file as one row; a row without fields when it cannot be read at all."""
    text = _text(folder, name, checklist)
    try:
        return Row(name, tomllib.loads(text or ""), checklist)
    except tomllib.TOMLDecodeError as error:
        checklist.add(name, "不是有效的 TOML", f"it is not TOML: {error}", "请按提示的行列更正", "Mend it there")
        return Row(name, {}, checklist)


def table(row: Row, name: str) -> Row:
    """The TOML table `name` inside `row`; without fields, and noted, when there is none."""
    value = row.cells.get(name)
    if not isinstance(value, dict):
        row.wrong(name, "缺少这一节", "this section is missing", f"请补上 [{name}]", f"Add [{name}]")
        value = {}
    return Row(f"{row.where}/{name}", value, row.checklist)


def tables(row: Row, name: str, title: str) -> list[Row]:
    """The list of TOML tables `name` inside `row`, each called by its own field `title` where it has one."""
    value = row.cells.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        row.wrong(name, "应是若干节", "it is not a list of sections", f"请写成 [[{name}]]", f"Write it as [[{name}]]")
        return []
    return [Row(f"{row.where}/{item.get(title, place)}", item, row.checklist) for place, item in enumerate(value, 1)]


def sheet(folder: Path, name: str, fields: tuple[str, ...], checklist: Checklist) -> list[Row]:
    """The lines of a CSV file with exactly the header `fields`, in any order; empty lines are passed over."""
    lines = csv.reader(io.StringIO(_text(folder, name, checklist) or "", newline=""), strict=True)
    try:
        header = next(lines, [])
        if sorted(header) != sorted(fields):
            checklist.add(
                f"{name}/1",
                f"表头应是 {','.join(fields)}",
                f"the header should be {','.join(fields)}",
                "请补上缺少的栏目，删去多余的",
                "Add the columns that are missing, remove the others",
            )
            return []
        return list(_lines(lines, header, name, checklist))
    except csv.Error as error:
        checklist.add(
            f"{name}/{lines.line_num}", "不是有效的 CSV", f"it is not CSV: {error}", "请检查引号", "Check the quotes"
        )
        return []


def _lines(lines: Any, header: list[str], name: str, checklist: Checklist) -> Iterator[Row]:
    for cells in lines:
        if not any(cells):
            continue
        where = f"{name}/{lines.line_num}"
        if len(cells) != len(header):
            checklist.add(
                where,
                f"有 {len(cells)} 栏，表头有 {len(header)} 栏",
                f"it has {len(cells)} cells, the header {len(header)}",
                "请检查逗号；含逗号的内容要加引号",
                "Check the commas; what holds a comma stands in quotes",
            )
            continue
        yield Row(where, dict(zip(header, cells, strict=True)), checklist)


def _text(folder: Path, name: str, checklist: Checklist) -> str | None:
    def read() -> str:
        try:
            return (folder / name).read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise invalid(
                name,
                "读不到这个文件",
                f"it cannot be read ({error.strerror})",
                "请放在县情资料文件夹里，并检查权限",
                "Put it into the profile's folder and check its permissions",
            ) from error
        except UnicodeDecodeError as error:
            raise invalid(
                name,
                "不是 UTF-8 编码",
                "it is not UTF-8",
                "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
                "In Excel, save it as “CSV UTF-8 (comma delimited)”",
            ) from error

    return checklist.take(read)
