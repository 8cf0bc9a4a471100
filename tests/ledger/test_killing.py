"""`kill -9` before every single step of publishing: readers have a whole log, and publishing again mends all."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gimark.clock import FixedClock
from gimark.errors import LedgerError
from gimark.ledger import book, triggers
from gimark.ledger.checkpoints import Checkpoint, Trust
from gimark.ledger.model import start_log
from gimark.ledger.published import check_files, folder_fetch, read_checkpoint
from gimark.ledger.publishing import publish
from gimark.ledger.signing import CheckpointSigner, start_state
from gimark.store.base import Base
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.ledger.actors import LOG, ORIGIN, FakeWitness, fill
from tests.ledger.conftest import MORNING

ROOT = Path(__file__).parents[2]
NEVER = 10_000
WITNESS = FakeWitness("witness.example/w1", 2)
TRUST = Trust(ORIGIN, [LOG.key], [WITNESS.key], 1)
Kill = Callable[[Path, int], int | None]
"""Publish the log in a folder, and die before a step; how many steps were done if it did not come to that."""


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """A process that forks one publisher after another."""
    command = [sys.executable, "-m", "tests.ledger.killed"]
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'trace'}"}
    with subprocess.Popen(
        command, cwd=ROOT, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def publish_until(folder: Path, last: int) -> int | None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"folder": str(folder), "last": last}) + "\n")
            process.stdin.flush()
            told = process.stdout.readline()
            return None if told == "killed\n" else int(told)

        yield publish_until
        assert process.stdin is not None
        process.stdin.close()


def begun(folder: Path, published: int, size: int) -> Path:
    """A log of `size` entries of which `published` are published, at rest."""
    folder.mkdir()
    store = opened(folder)
    with store.engine.begin() as connection:
        Base.metadata.create_all(connection, tables=[Base.metadata.tables[name] for name in triggers.LEDGER_TABLES])
        start_log(connection)
        triggers.install(connection)
    start_state(folder / "state.json", ORIGIN)
    if published:
        fill(store, published)
        republished(folder, store)
    fill(store, size - published, published)
    store.engine.dispose()
    return folder


def opened(folder: Path) -> Store:
    return Store(open_engine(f"sqlite:///{folder / 'ledger.db'}"), FixedClock(MORNING))


def republished(folder: Path, store: Store) -> bytes:
    signer = CheckpointSigner(ORIGIN, LOG, folder / "state.json")
    return publish(store, signer, folder / "published", [FakeWitness("witness.example/w1", 2)]).note


def read(folder: Path, store: Store) -> Checkpoint | None:
    """What a reader has: a log of which every file is there, and which is the beginning of the database's."""
    if not (folder / "published" / "checkpoint").exists():
        return None
    fetch = folder_fetch(folder / "published")
    checkpoint, _ = read_checkpoint(fetch, TRUST)
    with store.reading() as session:
        assert list(check_files(fetch, checkpoint)) == list(book.entries(session, 0, checkpoint.size))
        assert book.root(session, checkpoint.size) == checkpoint.root
    return checkpoint


@pytest.mark.parametrize(
    ("published", "size"),
    [(0, 3), (250, 260), (256, 513)],
    ids=["the first publication", "a tile that fills up", "tiles of two levels"],
)
def test_killed_before_any_step_readers_have_a_whole_log_and_publishing_again_mends_it(
    kill: Kill, tmp_path: Path, published: int, size: int
) -> None:
    start = begun(tmp_path / "start", published, size)
    unbroken = tmp_path / "unbroken"
    shutil.copytree(start, unbroken)
    steps = kill(unbroken, NEVER)
    assert steps is not None
    whole = files(unbroken)
    seen = set()
    for last in range(steps):
        folder = tmp_path / f"killed-{last}"
        shutil.copytree(start, folder)
        assert kill(folder, last) is None
        store = opened(folder)
        signer = CheckpointSigner(ORIGIN, LOG, folder / "state.json")
        found = read(folder, store)
        seen.add((found.size if found else 0, signer.last_signed().size))
        # Half of the time the log has grown before somebody tries again.
        fill(store, last % 2 * 7, size)
        republished(folder, store)
        after = read(folder, store)
        assert after is not None
        assert after == signer.last_signed()
        assert after.size == size + last % 2 * 7
        assert republished(folder, store) == (folder / "published" / "checkpoint").read_bytes()
        store.engine.dispose()
        if last % 2 == 0:
            assert files(folder) == whole
        shutil.rmtree(folder)
    # Nothing signed yet; signed, not yet out; out.
    assert seen == {(published, published), (published, size), (size, size)}


def files(folder: Path) -> dict[str, bytes]:
    """Everything that readers see, and what the signer remembers."""
    paths = [*(folder / "published").rglob("*"), folder / "state.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


def test_a_signer_killed_on_the_way_signs_no_second_history(kill: Kill, tmp_path: Path) -> None:
    """Killed after it signed and before anything went out, it refuses a log that grew into something else."""
    start = begun(tmp_path / "start", 4, 9)
    before = (start / "state.json").read_bytes()
    steps = next(last for last in range(NEVER) if killed_after_signing(kill, start, tmp_path / str(last), last, before))
    signed = tmp_path / str(steps)
    other = begun(tmp_path / "other", 4, 4)
    fill(opened(other), 5, 100)
    shutil.copy(signed / "state.json", other / "state.json")
    with pytest.raises(LedgerError, match="history was rewritten"):
        republished(other, opened(other))
    assert republished(signed, opened(signed))


def killed_after_signing(kill: Kill, start: Path, folder: Path, last: int, before: bytes) -> bool:
    """Whether a publisher of a copy of `start`, killed before step `last`, had signed more than `before`."""
    shutil.copytree(start, folder)
    assert kill(folder, last) is None
    return (folder / "state.json").read_bytes() != before
