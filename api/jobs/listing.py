"""Writing a long list to a workbook for whoever asked for it, as the person that they are when it is written."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

from api.installation import Installation
from gimark.exchange.exports.actions import note_export_made
from gimark.exchange.exports.queries import wish_of
from gimark.exchange.tables import Value, write_xlsx
from gimark.jobs.worker import JobHandle

TELL_EVERY = 1_000


class Counted:
    """Rows that tell how many have passed, and keep the job meanwhile."""

    def __init__(self, rows: Iterator[Sequence[Value]], handle: JobHandle) -> None:
        self._rows = rows
        self._handle = handle
        self.passed = 0

    def __iter__(self) -> Iterator[Sequence[Value]]:
        """The rows. Raises what JobHandle.progress raises."""
        for row in self._rows:
            yield row
            self.passed += 1
            if self.passed % TELL_EVERY == 0:
                # Nobody knows how many there will be: what is done is all that is known.
                self._handle.progress(self.passed, self.passed)


def export_list(here: Installation, handle: JobHandle) -> None:
    """Make an export's workbook. Killed on the way, the next attempt begins anew and leaves one file."""
    # The lists' words are those of the desks, which a worker needs for nothing else.
    from api.web.exports.asked import Asked
    from api.web.exports.lists import LISTS

    ref = handle.payload["export"]
    with here.store.reading() as session:
        actor, wish = wish_of(session, ref)
    asked = Asked(here.store, actor, wish.filters, wish.sort, "en" if wish.language == "en" else "zh")
    kept = LISTS[wish.name]
    rows = Counted(kept.rows(asked), handle)
    with TemporaryFile() as target:
        write_xlsx(target, kept.table(asked, rows))
        target.seek(0)
        stored = here.files.put(target)
    with here.store.acting() as act:
        note_export_made(act, ref, stored, rows.passed)
        handle.complete(act)
        act.commit()
