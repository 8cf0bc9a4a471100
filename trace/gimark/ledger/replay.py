"""What a row says its ledger entry must be: the shape in which every room hands its acts to the audit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final


class _Erased:
    def __repr__(self) -> str:
        return "erased"


# Stands for a value that the tables no longer know, because its salt was deleted: the entry must have the field.
ERASED: Final = _Erased()


@dataclass(frozen=True, slots=True)
class ExpectedEntry:
    """An entry as the tables would write it again: its index, type and own fields (without v, t, type, by).

    `at` is the row's own instant of the act, None where the row keeps none. `day` is set when the row keeps the
    Asia/Shanghai day of the act instead of taking it from the entry.
    """

    index: int
    type: str
    fields: dict[str, object]
    at: datetime | None = None
    day: date | None = None
