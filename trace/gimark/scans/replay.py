"""The regulator's marks on codes as the ledger should hold them, read back from the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.issuance.model import IssueRun
from gimark.ledger.replay import ExpectedEntry
from gimark.scans.actions import mark_fields
from gimark.scans.model import CodeMark


def expected_entries(session: Session) -> Iterator[ExpectedEntry]:
    """One for every mark: the entry holds nothing but a commitment to the row."""
    rows = session.execute(select(CodeMark, IssueRun.ledger_index).join(IssueRun, IssueRun.id == CodeMark.run_id))
    for mark, run_index in rows:
        fields: dict[str, object] = {**mark_fields(run_index, mark.idx, mark.kind, mark.note, mark.salt)}
        yield ExpectedEntry(mark.ledger_index, "private", fields, mark.at)
