"""The log against itself and against its folder: silence when all is well, the place when something was altered."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from gimark.ledger import book
from gimark.ledger.check import check_folder, check_log
from gimark.ledger.publishing import publish
from gimark.ledger.signing import CheckpointSigner, start_state
from gimark.store.unit_of_work import Store
from tests.ledger.actors import LOG, ORIGIN, TRUST, fill, rewrite_history, tampering

SIZE = 1100  # more than one portion of the check, with full tiles and partial ones


@pytest.fixture
def folder(store: Store, tmp_path: Path) -> Path:
    fill(store, SIZE)
    start_state(tmp_path / "state.json", ORIGIN)
    publish(store, CheckpointSigner(ORIGIN, LOG, tmp_path / "state.json"), tmp_path / "published")
    return tmp_path / "published"


def faults(store: Store) -> list[str]:
    with store.reading() as session:
        return [fault.field for fault in check_log(session)]


def folder_faults(store: Store, folder: Path) -> list[str]:
    with store.reading() as session:
        return [fault.field for fault in check_folder(session, folder, TRUST)]


def alter(store: Store, statement: str, **values: object) -> None:
    with tampering(store) as connection:
        connection.execute(sa.text(statement), values)


BENT = b'{"by":"root","kid":"beef","t":"2026-03-17T03:00:00Z","type":"key.retire","v":1}'


def test_every_alteration_is_found_in_its_place(store: Store, folder: Path) -> None:
    assert faults(store) == []
    assert folder_faults(store, folder) == []

    with store.reading() as session:
        body, node = book.entry(session, 7), book.node_hashes(session, [(9, 1)])[0]

    alter(store, "UPDATE log_entry SET body = :body WHERE idx = 7", body=BENT)
    found = faults(store)
    assert found[:4] == ["log_node/0/7", "log_node/1/3", "log_node/2/1", "log_node/3/0"]
    assert f"published_checkpoint/{SIZE}" in found
    assert folder_faults(store, folder) == ["log_entry/7"]

    alter(store, "UPDATE log_entry SET body = :body WHERE idx = 7", body=b"no entry")
    assert faults(store)[0] == "log_entry/7"
    alter(store, "UPDATE log_entry SET body = :body WHERE idx = 7", body=body)
    assert faults(store) == []

    alter(store, "UPDATE log_node SET hash = :hash WHERE level = 9 AND idx = 1", hash=bytes(32))
    assert faults(store) == ["log_node/9/1"]
    alter(store, "UPDATE log_node SET hash = :hash WHERE level = 9 AND idx = 1", hash=node)

    alter(store, "INSERT INTO log_node (level, idx, hash) VALUES (11, 5, :hash)", hash=bytes(32))
    assert faults(store) == ["log_node"]
    alter(store, "DELETE FROM log_node WHERE level = 11")

    alter(store, "UPDATE published_checkpoint SET root = :hash", hash=bytes(32))
    assert faults(store) == [f"published_checkpoint/{SIZE}"]
    alter(store, "UPDATE published_checkpoint SET note = :note", note=b"no note")
    assert faults(store) == [f"published_checkpoint/{SIZE}"]


def test_a_missing_entry_and_a_moved_head_are_found(store: Store, folder: Path) -> None:
    alter(store, "UPDATE log_head SET size = 1000")
    assert faults(store)[:2] == ["log_entry", "log_node"]
    assert f"published_checkpoint/{SIZE}" in faults(store)
    assert folder_faults(store, folder) == ["log_head"]
    alter(store, "UPDATE log_head SET size = 1100")
    alter(store, "DELETE FROM log_entry WHERE idx = 1050")
    assert faults(store) == ["log_entry", "log_entry/1050"]


def test_a_history_rewritten_whole_is_found_by_what_was_published(store: Store, folder: Path) -> None:
    with store.reading() as session:
        bodies = list(book.entries(session, 0, SIZE))
    rewrite_history(store, [*bodies[:7], BENT, *bodies[8:]])
    assert faults(store) == [f"published_checkpoint/{SIZE}"]
    assert folder_faults(store, folder) == ["log_entry/7"]


def test_entries_that_break_the_rules_are_found(store: Store) -> None:
    good = b'{"by":"root","kid":"0001","t":"2026-03-17T03:00:00Z","type":"key.retire","v":1}'
    broken = [
        good,
        good.replace(b"2026", b"2025"),
        good.replace(b'"kid"', b'"kit"'),
        good.replace(b"key.retire", b"season.open"),
        b'{"by":"root","entry":9,"reason":"x","t":"2026-03-17T03:00:00Z","type":"correction","v":1}',
    ]
    fill(store, len(broken))
    rewrite_history(store, broken)
    assert faults(store) == ["log_entry/1", "log_entry/2", "log_entry/3", "log_entry/4"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/004.p/76", "tile/1/000.p/4", "tile/entries/002", "tile/entries/004.p/76"]
)
def test_a_changed_or_lost_file_of_the_folder_is_named(store: Store, folder: Path, path: str) -> None:
    whole = (folder / path).read_bytes()
    (folder / path).write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    [found] = {fault.split("/")[0] for fault in folder_faults(store, folder)} - {"log_entry"}
    assert found == "tile"
    (folder / path).unlink()
    assert folder_faults(store, folder) == [path]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_folder_of_another_signature_is_named(store: Store, folder: Path) -> None:
    note = (folder / "checkpoint").read_text()
    (folder / "checkpoint").write_text(note.replace("\n1100\n", "\n1099\n"))
    assert folder_faults(store, folder) == ["note"]
    shutil.rmtree(folder)
    assert folder_faults(store, folder) == ["checkpoint"]
