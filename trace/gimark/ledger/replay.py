"""What a row says its ledger entry must be: the shape in which every room hands its acts to the audit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectedEntry:
    """An entry as the tables would write it again: its index, type and own fields (without v, t, type, by)."""

    index: int
    type: str
    fields: dict[str, object]
