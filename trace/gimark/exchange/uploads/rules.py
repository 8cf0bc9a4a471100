"""What a row of an upload can come to, and how all rows are kept as bytes. Pure."""

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from gimark.errors import Fault
from gimark.exchange.batch_sheet import ReadRow, Remark
from gimark.production.registering import BatchForm

LONGEST_NAME = 120


class Choice(StrEnum):
    """Whether a refused row holds the others up."""

    WHOLE = "whole"
    GOOD_ROWS = "good_rows"


class Outcome(StrEnum):
    """What a row came to: a batch, a batch that was there already, nothing yet, or nothing for a reason."""

    REGISTERED = "registered"
    KNOWN = "known"
    READY = "ready"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """A row by its number in the sheet, its cells as text in the order of `Column`, and what it came to.

    `batch_ref` is set once there is a batch, `form` while it is ready, `faults` when it was refused.
    """

    number: int
    cells: tuple[str, ...]
    outcome: Outcome
    batch_ref: str | None = None
    faults: tuple[Fault, ...] = ()
    form: BatchForm | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of an upload in order, and what is said of the sheet as a whole."""

    rows: tuple[UploadedRow, ...]
    remarks: tuple[Remark, ...]

    def counts(self) -> Counter[Outcome]:
        """How many rows came to what."""
        return Counter(row.outcome for row in self.rows)


def packed(rows: Rows) -> bytes:
    """The rows as deflated JSON: about 30 bytes a row when nothing is wrong with it."""
    said = {"rows": [_plain(row) for row in rows.rows], "remarks": [[one.zh, one.en] for one in rows.remarks]}
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def unpacked(data: bytes) -> Rows:
    """The rows that `packed` wrote."""
    said: dict[str, Any] = json.loads(zlib.decompress(data))
    return Rows(tuple(_row(row) for row in said["rows"]), tuple(Remark(zh, en) for zh, en in said["remarks"]))


def twice_in_file(rows: Sequence[ReadRow]) -> dict[int, int]:
    """Rows of the same item and lot as an earlier one: the number of the row → that of the earlier one."""
    first: dict[tuple[str, str], int] = {}
    return {row.number: earlier for row in rows if row.form and (earlier := _earlier(first, row.form, row.number))}


def same_row(number: int) -> Fault:
    """The refusal of a row whose item and lot an earlier row has."""
    return Fault(
        "lot",
        f"与第 {number} 行是同一商品的同一批次号",
        f"row {number} has the same lot of the same item",
        "请删去重复的一行，或换一个批次号",
        "Delete one of the two, or give it another lot",
    )


def other_batch(lot: str) -> Fault:
    """The refusal of a row whose lot is registered with other facts."""
    return Fault(
        "lot",
        f"批次 {lot} 已登记，内容与这一行不同",
        f"the lot {lot} is registered already, with other facts than this row's",
        "如需更改请在批次页面更正；新批次请换一个批次号",
        "Amend it on the batch's page, or give a new batch another lot",
    )


def _earlier(first: dict[tuple[str, str], int], form: BatchForm, number: int) -> int | None:
    key = form.item_ref, form.lot
    if key in first:
        return first[key]
    first[key] = number
    return None


def _plain(row: UploadedRow) -> list[Any]:
    faults = [[f.field, f.reason_zh, f.reason_en, f.remedy_zh, f.remedy_en] for f in row.faults]
    form = None if row.form is None else [_as_text(value) for value in asdict(row.form).values()]
    return [row.number, row.cells, row.outcome, row.batch_ref, faults, form]


def _as_text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _row(said: Sequence[Any]) -> UploadedRow:
    number, cells, outcome, batch_ref, faults, form = said
    return UploadedRow(
        number, tuple(cells), Outcome(outcome), batch_ref, tuple(Fault(*fault) for fault in faults), _form(form)
    )


def _form(said: Sequence[Any] | None) -> BatchForm | None:
    if said is None:
        return None
    item_ref, lot, town, began, ended, planned_g, own = said
    return BatchForm(item_ref, lot, town, date.fromisoformat(began), date.fromisoformat(ended), planned_g, own)
