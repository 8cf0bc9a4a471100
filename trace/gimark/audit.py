"""Act without entry, entry without act: the whole ledger against the tables, both ways (`gimark ledger check`).

The database's administrator can change rows; the ledger, once published, cannot be changed unseen. So the tables are
derived again from the entries and whatever differs is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gimark.issuance import replay as issuance
from gimark.ledger import book, entries
from gimark.ledger.replay import ExpectedEntry
from gimark.production import replay as production
from gimark.registry import replay as registry

ENVELOPE = frozenset({"v", "t", "type", "by"})
# Acts that keep no row of their own, so the entry alone is the record.
ENTRY_ONLY = frozenset({"private", "correction", "rule.set", "override.grant"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where ledger and tables disagree, by the entry's index."""

    index: int
    what: str


def differences(session: Session) -> Iterator[Difference]:
    """Everything that differs between the entries and the tables; nothing when all is well."""
    logged = dict(_logged(session))
    expected = {e.index: e for e in _expected(session)}
    registered = {e.index: e for e in production.registrations(session)}
    for index, fields in logged.items():
        kind = str(fields["type"])
        if index in registered:
            yield from _compare(index, fields, registered[index], partly=True)
        elif index in expected:
            yield from _compare(index, fields, expected[index], partly=False)
        elif kind not in ENTRY_ONLY:
            yield Difference(index, f"{kind}: the tables have no such act")
    for index in sorted((expected.keys() | registered.keys()) - logged.keys()):
        yield Difference(index, "a row points at an entry that is not in the ledger")
    bodies = {i: {k: v for k, v in f.items() if k not in ENVELOPE} for i, f in logged.items() if i in registered}
    for index, what in production.differing_batches(session, bodies):
        yield Difference(index, what)
    for index, what in production.differing_sums(session):
        yield Difference(index, what)
    yield from _moved(session)


def _logged(session: Session) -> Iterator[tuple[int, dict[str, object]]]:
    for index, body in enumerate(book.entries(session, 0, book.size(session))):
        yield index, entries.decode(body)


def _expected(session: Session) -> Iterator[ExpectedEntry]:
    yield from registry.expected_entries(session)
    yield from production.expected_entries(session)
    yield from issuance.expected_entries(session)


def _compare(index: int, logged: dict[str, object], row: ExpectedEntry, *, partly: bool) -> Iterator[Difference]:
    if logged["type"] != row.type:
        yield Difference(index, f"type: ledger {logged['type']}, row {row.type}")
        return
    own = {name: value for name, value in logged.items() if name not in ENVELOPE}
    names = row.fields.keys() if partly else own.keys() | row.fields.keys()
    for name in sorted(names):
        if own.get(name) != row.fields.get(name):
            yield Difference(index, f"{row.type} {name}: ledger {own.get(name)!r}, row {row.fields.get(name)!r}")


def _moved(session: Session) -> Iterator[Difference]:
    actual = production.movements(session)
    expected = dict(issuance.expected_movements(session))
    for index in sorted(actual.keys() | expected.keys()):
        if actual.get(index) != expected.get(index):
            yield Difference(index, f"volume moved: row {actual.get(index)}, acts {expected.get(index)}")
