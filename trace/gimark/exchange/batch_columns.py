"""The columns of the sheet of batches: how they are headed, how their headings are known again, what may be chosen."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gimark.errors import invalid
from gimark.exchange.cells import Cell, shown

SHEET_NAME = "批次"


class Column(StrEnum):
    """What a column holds; the words are those of the fields that faults name."""

    ITEM = "item"
    LOT = "lot"
    PRODUCER_LOT = "producer_lot"
    TOWN = "town"
    HARVESTED_FROM = "harvested_from"
    HARVESTED_UNTIL = "harvested_until"
    PLANNED = "planned_g"


HEADINGS_ZH = {
    Column.ITEM: "商品",
    Column.LOT: "批次号",
    Column.PRODUCER_LOT: "自有批号",
    Column.TOWN: "产地乡镇",
    Column.HARVESTED_FROM: "采收起始日",
    Column.HARVESTED_UNTIL: "采收截止日",
    Column.PLANNED: "计划包装量（千克）",
}
HEADINGS_EN = {
    Column.ITEM: "trade item",
    Column.LOT: "lot",
    Column.PRODUCER_LOT: "own lot",
    Column.TOWN: "town",
    Column.HARVESTED_FROM: "harvested from",
    Column.HARVESTED_UNTIL: "harvested until",
    Column.PLANNED: "planned mass (kg)",
}
OPTIONAL = frozenset({Column.PRODUCER_LOT})
# What else people call a column; what stands in brackets, blanks and a star are not looked at.
ALSO = {
    "商品条码": Column.ITEM,
    "gtin": Column.ITEM,
    "item": Column.ITEM,
    "批号": Column.LOT,
    "企业批号": Column.PRODUCER_LOT,
    "producerlot": Column.PRODUCER_LOT,
    "乡镇": Column.TOWN,
    "产地": Column.TOWN,
    "采收开始日": Column.HARVESTED_FROM,
    "采收开始日期": Column.HARVESTED_FROM,
    "采收起始日期": Column.HARVESTED_FROM,
    "采收结束日": Column.HARVESTED_UNTIL,
    "采收结束日期": Column.HARVESTED_UNTIL,
    "采收截止日期": Column.HARVESTED_UNTIL,
    "计划量": Column.PLANNED,
    "plannedkg": Column.PLANNED,
}


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """An item that the enterprise may choose."""

    ref: str
    gtin: str
    name_zh: str

    @property
    def option(self) -> str:
        """As the template's list has it."""
        return f"{self.name_zh}｜{self.gtin}"


@dataclass(frozen=True, slots=True)
class TownChoice:
    """A town that may be chosen."""

    code: str
    name_zh: str

    @property
    def option(self) -> str:
        """As the template's list has it."""
        return f"{self.name_zh}｜{self.code}"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the cells of a row may name."""

    items: tuple[ItemChoice, ...]
    towns: tuple[TownChoice, ...]


def columns_in(cells: Sequence[Cell]) -> dict[Column, int]:
    """The columns that these cells head, and where; of two of a kind the first."""
    found: dict[Column, int] = {}
    for place, cell in enumerate(cells):
        column = heading_of(cell)
        if column is not None:
            found.setdefault(column, place)
    return found


def heading_of(cell: Cell) -> Column | None:
    """The column that a cell heads, if it heads one."""
    if not isinstance(cell, str) or len(cell) > 40:
        return None
    return _KNOWN.get(_plain(cell))


def _plain(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"[\s*:_]", "", re.sub(r"\(.*?\)", "", text))


_KNOWN: Mapping[str, Column] = {
    **{_plain(word): column for words in (HEADINGS_ZH, HEADINGS_EN) for column, word in words.items()},
    **{column.value.replace("_", ""): column for column in Column},
    **ALSO,
}


def check_once(cells: Sequence[Cell]) -> None:
    """Refuse headings that name a column twice. Raises InvalidInputError naming `file`."""
    seen: set[Column] = set()
    for cell in cells:
        column = heading_of(cell)
        if column in seen:
            raise invalid(
                "file",
                f"“{shown(cell)}”一列出现了两次",
                f"the column “{shown(cell)}” is there twice",
                "请只留一列",
                "Keep one of them",
            )
        if column is not None:
            seen.add(column)
