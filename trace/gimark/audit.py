"""Act without entry, entry without act: the whole ledger against the tables, both ways (`gimark ledger check`).

The database's administrator can change rows; the ledger, once published, cannot be changed unseen. So the tables are
derived again from the entries and whatever differs is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from gimark.clock import local_day, rfc3339
from gimark.issuance import replay as issuance
from gimark.ledger import book, entries
from gimark.ledger.replay import ERASED, ExpectedEntry
from gimark.production import replay as production
from gimark.registry import replay as registry
from gimark.scans import replay as scans

ENVELOPE = frozenset({"v", "t", "type", "by"})
# Types that no act of this release writes, so that an entry of theirs has no row.
ENTRY_ONLY = frozenset({"rule.set"})

Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where ledger and tables disagree, by the entry's index."""

    index: int
    what: str


def differences(session: Session) -> Iterator[Difference]:
    """Everything that differs between the entries and the tables; nothing when all is well."""
    logged = dict(_logged(session))
    registered = {row.index: row for row in production.registrations(session)}
    claimed: dict[int, ExpectedEntry] = {}
    for row in chain(registered.values(), _expected(session)):
        if row.index in claimed:
            yield Difference(row.index, f"{row.type}: a {claimed[row.index].type} row claims this entry already")
        else:
            claimed[row.index] = row
    for index, fields in logged.items():
        if index in claimed:
            yield from _compare(fields, claimed[index], partly=index in registered)
            yield from _compare_time(logged, claimed[index])
        elif fields["type"] not in ENTRY_ONLY:
            yield Difference(index, f"{fields['type']}: the tables have no such act")
    for index in sorted(claimed.keys() - logged.keys()):
        yield Difference(index, "a row points at an entry that is not in the ledger")
    bodies = {index: _own(logged[index]) for index in registered if index in logged}
    yield from _told(registry.differing_rights(session))
    yield from _told(registry.differing_persons(session))
    yield from _told(production.differing_batches(session, bodies))
    yield from _told(production.differing_acts(session))
    yield from _told(production.differing_sums(session))
    yield from _told(production.differing_seasons(session))
    yield from _told(issuance.differing_commitments(session))
    yield from _told(issuance.differing_lists(session))
    yield from _told(issuance.differing_seasons(session))
    yield from _moved(session)


def _logged(session: Session) -> Iterator[tuple[int, Entry]]:
    for index, body in enumerate(book.entries(session, 0, book.size(session))):
        yield index, entries.decode(body)


def _expected(session: Session) -> Iterator[ExpectedEntry]:
    yield from registry.expected_entries(session)
    yield from production.expected_entries(session)
    yield from issuance.expected_entries(session)
    yield from scans.expected_entries(session)


def _own(fields: Entry) -> Entry:
    return {name: value for name, value in fields.items() if name not in ENVELOPE}


def _told(found: Iterable[tuple[int, str]]) -> Iterator[Difference]:
    return (Difference(index, what) for index, what in found)


def _compare(logged: Entry, row: ExpectedEntry, *, partly: bool) -> Iterator[Difference]:
    if logged["type"] != row.type:
        yield Difference(row.index, f"type: ledger {logged['type']}, row {row.type}")
        return
    own = _own(logged)
    names = row.fields.keys() if partly else own.keys() | row.fields.keys()
    for name in sorted(names):
        said, meant = own.get(name), row.fields.get(name)
        if name in own if meant is ERASED else said == meant:
            continue
        if "subject" in own:  # a natural person: what the row says of them is told nowhere
            yield Difference(row.index, f"{row.type} {name}: ledger and row differ")
        else:
            yield Difference(row.index, f"{row.type} {name}: ledger {said!r}, row {meant!r}")


def _compare_time(logged: Mapping[int, Entry], row: ExpectedEntry) -> Iterator[Difference]:
    """The entry's time is the act's or, when the clock had gone back, that of the entry before (`book.append`)."""
    said = str(logged[row.index]["t"])
    if row.at is not None:
        before = str(logged[row.index - 1]["t"]) if row.index else ""
        meant = rfc3339(row.at)
        if said != max(meant, before):
            yield Difference(row.index, f"{row.type} t: ledger {said}, row {meant}")
    if row.day is not None and local_day(datetime.fromisoformat(said)) != row.day:
        yield Difference(row.index, f"{row.type}: ledger {said}, row in force from {row.day}")


def _moved(session: Session) -> Iterator[Difference]:
    actual = production.movements(session)
    expected = dict(issuance.expected_movements(session))
    for index in sorted(actual.keys() | expected.keys()):
        if actual.get(index) != expected.get(index):
            yield Difference(index, f"volume moved: row {actual.get(index)}, acts {expected.get(index)}")
