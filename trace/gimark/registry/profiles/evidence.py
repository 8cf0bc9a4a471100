"""Reading how well the facts of a profile are known: a source, a tag, and who in the county confirmed it when."""

from collections.abc import Iterable
from dataclasses import replace

from gimark.registry.profiles.files import table
from gimark.registry.profiles.rows import Row
from gimark.registry.rights.evidence import Confirmation, Evidence
from gimark.registry.rights.model import FactName, SourceTag
from gimark.texts import LONG, NAME

EVIDENCE = ("source", "tag", "confirmed")
# Leaves room for the note of who confirmed it.
LONGEST_SOURCE = LONG - 20


def evidence(row: Row) -> Evidence:
    """The `source`, the `tag` and, where there is one, the section `confirmed` with `by` and `on` of a row."""
    confirmed = None
    if "confirmed" in row.cells:
        note = table(row, "confirmed")
        note.expect("by", "on")
        confirmed = Confirmation(note.text("by", NAME), note.day("on"))
    return Evidence(row.text("source", LONGEST_SOURCE), row.word("tag", SourceTag), confirmed)


def optional_evidence(row: Row) -> Evidence | None:
    """The same, or None when the row says neither a source nor a tag."""
    return evidence(row) if row.cells.keys() & set(EVIDENCE) else None


def told_apart(row: Row, names: Iterable[FactName] = FactName) -> tuple[Row, dict[FactName, Evidence]]:
    """`row` with plain values, and the evidence of each fact that has its own.

    A fact of its own evidence is written as a section: its `value` beside `source`, `tag` and perhaps `confirmed`.
    Without a `value` it is empty: unknown, and what was found is said in `source`.
    """
    plain, found = dict(row.cells), {}
    for name in names:
        cell = row.cells.get(name)
        if not isinstance(cell, dict):
            continue
        fact = Row(f"{row.where}/{name}", cell, row.checklist)
        fact.expect("value", *EVIDENCE)
        plain[name.value] = cell.get("value", "")
        found[name] = evidence(fact)
    return replace(row, cells=plain), found


def require_settled(row: Row) -> None:
    """Refuse a row in doubt whose every line would go into the register."""
    known = optional_evidence(row)
    if known is not None and known.is_in_doubt:
        row.wrong(
            "tag",
            f"这些事实出处不确定（{known.tag}），不能登记",
            f"these facts are in doubt ({known.tag}) and cannot be registered",
            "请县里核实，并补上 confirmed（确认人和日期）",
            "Have the county confirm them, and add `confirmed` with the name and the day",
        )
