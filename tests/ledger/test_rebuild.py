"""Rebuilding from what was published: the same log again, or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, LedgerError
from gimark.ledger import book
from gimark.ledger.check import check_log
from gimark.ledger.checkpoints import Trust
from gimark.ledger.model import start_log
from gimark.ledger.publishing import publish
from gimark.ledger.rebuild import rebuild
from gimark.ledger.signing import CheckpointSigner, start_state
from gimark.ledger.triggers import LEDGER_TABLES
from gimark.store.base import Base
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.ledger.actors import LOG, ORIGIN, TRUST, fill, note_signer


def bodies(store: Store) -> list[bytes]:
    with store.reading() as session:
        return list(book.entries(session, 0, book.size(session)))


@pytest.fixture
def origin(tmp_path: Path, clock: FixedClock) -> Iterator[tuple[Store, CheckpointSigner, Path]]:
    """A log of 600 entries, published, in a database of its own."""
    store = Store(open_engine(f"sqlite:///{tmp_path / 'origin.db'}"), clock)
    with store.engine.begin() as connection:
        Base.metadata.create_all(connection, tables=[Base.metadata.tables[name] for name in LEDGER_TABLES])
        start_log(connection)
    start_state(tmp_path / "state.json", ORIGIN)
    signer = CheckpointSigner(ORIGIN, LOG, tmp_path / "state.json")
    fill(store, 600)
    publish(store, signer, tmp_path / "published")
    yield store, signer, tmp_path / "published"
    store.engine.dispose()


@pytest.mark.parametrize("have", [0, 1, 255, 256, 300, 599, 600])
def test_an_empty_log_or_an_old_one_becomes_the_published_one(
    store: Store, origin: tuple[Store, CheckpointSigner, Path], have: int
) -> None:
    fill(store, have)
    checkpoint = rebuild(store, origin[2], TRUST)
    assert checkpoint.size == 600
    assert bodies(store) == bodies(origin[0])
    with store.reading() as session:
        assert list(check_log(session)) == []
        latest = book.published(session)
        assert latest is not None
        assert latest.note == (origin[2] / "checkpoint").read_bytes()


def test_the_rebuilt_log_goes_on_and_publishes_what_continues_it(
    store: Store, origin: tuple[Store, CheckpointSigner, Path]
) -> None:
    _, signer, folder = origin
    rebuild(store, folder, TRUST)
    fill(store, 3)
    assert publish(store, signer, folder).checkpoint.size == 603
    assert rebuild(store, folder, TRUST).size == 603


def test_another_history_in_the_database_is_refused_and_kept(
    store: Store, origin: tuple[Store, CheckpointSigner, Path]
) -> None:
    fill(store, 3, first=7)
    before = bodies(store)
    with pytest.raises(LedgerError, match="not those that were published"):
        rebuild(store, origin[2], TRUST)
    assert bodies(store) == before


def test_entries_beyond_what_was_published_are_refused_and_kept(
    store: Store, origin: tuple[Store, CheckpointSigner, Path]
) -> None:
    fill(store, 601)
    with pytest.raises(LedgerError, match="601 entries in the database"):
        rebuild(store, origin[2], TRUST)
    assert len(bodies(store)) == 601


def test_a_folder_that_lost_or_changed_a_file_brings_back_nothing(
    store: Store, origin: tuple[Store, CheckpointSigner, Path]
) -> None:
    bundle = origin[2] / "tile/entries/001"
    whole = bundle.read_bytes()
    for damaged in (whole.replace(b"0100", b"beef"), whole[:-1], b""):
        bundle.write_bytes(damaged)
        with pytest.raises((LedgerError, InvalidInputError)):
            rebuild(store, origin[2], TRUST)
    bundle.unlink()
    with pytest.raises(InvalidInputError, match=r"tile/entries/001.*lacks this file"):
        rebuild(store, origin[2], TRUST)
    assert bodies(store) == []


def test_a_folder_signed_by_somebody_else_is_not_believed(
    store: Store, origin: tuple[Store, CheckpointSigner, Path]
) -> None:
    stranger = Trust(ORIGIN, [note_signer(ORIGIN, 99).key])
    with pytest.raises(InvalidInputError, match="no trusted key"):
        rebuild(store, origin[2], stranger)
    assert bodies(store) == []
