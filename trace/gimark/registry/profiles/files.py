"""A profile's files as rows: TOML and CSV in UTF-8. What cannot be read at all is noted, and reading goes on."""

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gimark.errors import Checklist, invalid
from gimark.registry.profiles.rows import Row


@dataclass(frozen=True, slots=True)
class Source:
    """A file's rows. `is_whole` is False when lines could not be read, so that nobody asks what they would have named.

    What was lost is noted already; `values` is then None.
    """

    rows: list[Row]
    is_whole: bool

    def values(self, name: str) -> frozenset[object] | None:
        """What stands in the field `name` of any row, right or wrong; None when some of it could not be read."""
        return frozenset(row.cells.get(name) for row in self.rows) if self.is_whole else None


def toml(folder: Path, name: str, checklist: Checklist) -> Source:
    """A TOML file as one row, or none when it cannot be read."""
    text = _text(folder, name, checklist)
    if text is None:
        return Source([], is_whole=False)
    try:
        return Source([Row(name, tomllib.loads(text), checklist)], is_whole=True)
    except tomllib.TOMLDecodeError as error:
        checklist.add(name, "不是有效的 TOML", f"it is not TOML: {error}", "请按提示的行列更正", "Mend it there")
        return Source([], is_whole=False)


def table(row: Row, name: str) -> Row:
    """The TOML table `name` inside `row`. When there is none, that is noted, and nothing more about its fields."""
    value = row.cells.get(name)
    if not isinstance(value, dict):
        row.wrong(name, "缺少这一节", "this section is missing", f"请补上 [{name}]", f"Add [{name}]")
        return Row(f"{row.where}/{name}", {}, Checklist())
    return Row(f"{row.where}/{name}", value, row.checklist)


def tables(row: Row, name: str, title: str) -> list[Row]:
    """The list of TOML tables `name` inside `row`, each called by its own field `title` where it has one."""
    value = row.cells.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        row.wrong(name, "应是若干节", "it is not a list of sections", f"请写成 [[{name}]]", f"Write it as [[{name}]]")
        return []
    return [Row(f"{row.where}/{item.get(title, place)}", item, row.checklist) for place, item in enumerate(value, 1)]


def sections(source: Source, name: str, title: str) -> Source:
    """The lists of TOML tables `name` of all rows of `source`, as one source."""
    return Source([inner for row in source.rows for inner in tables(row, name, title)], source.is_whole)


def sheet(folder: Path, name: str, fields: tuple[str, ...], checklist: Checklist) -> Source:
    """The lines of a CSV file with exactly the header `fields`, in any order; empty lines are passed over."""
    before = len(checklist.faults)
    text = _text(folder, name, checklist)
    rows = [] if text is None else list(_lines(text, name, fields, checklist))
    return Source(rows, is_whole=len(checklist.faults) == before)


def _lines(text: str, name: str, fields: tuple[str, ...], checklist: Checklist) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
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
            return
        for cells in lines:
            if len(cells) == len(header) and any(cells):
                yield Row(f"{name}/{lines.line_num}", dict(zip(header, cells, strict=True)), checklist)
            elif any(cells):
                checklist.add(
                    f"{name}/{lines.line_num}",
                    f"有 {len(cells)} 栏，表头有 {len(header)} 栏",
                    f"it has {len(cells)} cells, the header {len(header)}",
                    "请检查逗号；含逗号的内容要加引号",
                    "Check the commas; what holds a comma stands in quotes",
                )
    except csv.Error as error:
        checklist.add(
            f"{name}/{lines.line_num}", "不是有效的 CSV", f"it is not CSV: {error}", "请检查引号", "Check the quotes"
        )


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
