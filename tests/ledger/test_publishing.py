"""Publishing: what a reader sees is always whole; a crash at any step is mended by publishing again."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, LedgerError, NotFoundError
from gimark.ledger import book, publishing, signing, triggers
from gimark.ledger.checkpoints import Checkpoint, Trust
from gimark.ledger.disk import write_whole
from gimark.ledger.model import start_log
from gimark.ledger.published import check_files, folder_fetch, read_checkpoint
from gimark.ledger.publishing import publish
from gimark.ledger.signing import CheckpointSigner, adopt_state, start_state
from gimark.store.base import Base
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Act, Store
from tests.ledger.actors import LOG, ORIGIN, TRUST, FakeWitness, fill, rewrite_history, tampering
from tests.ledger.conftest import MORNING


@pytest.fixture
def signer(tmp_path: Path) -> CheckpointSigner:
    start_state(tmp_path / "signer-state.json", ORIGIN)
    return CheckpointSigner(ORIGIN, LOG, tmp_path / "signer-state.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


def seen_by_outsider(folder: Path, trust: Trust = TRUST) -> tuple[Checkpoint, list[bytes]]:
    fetch = folder_fetch(folder)
    checkpoint, _note = read_checkpoint(fetch, trust)
    return checkpoint, list(check_files(fetch, checkpoint))


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_published_size_is_whole_for_a_reader(store: Store, signer: CheckpointSigner, folder: Path) -> None:
    for total in (0, 1, 3, 255, 256, 257, 520):
        with store.reading() as session:
            have = book.size(session)
        fill(store, total - have)
        published = publish(store, signer, folder)
        checkpoint, bodies = seen_by_outsider(folder)
        assert published.checkpoint == checkpoint
        assert checkpoint.size == len(bodies) == total
        with store.reading() as session:
            assert bodies == list(book.entries(session, 0, total))
            assert checkpoint.root == book.root(session, total)
            latest = book.published(session)
            assert latest is not None
            assert (latest.size, latest.note) == (total, (folder / "checkpoint").read_bytes())
    assert files(folder) == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/8",
        "tile/1/000.p/1",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/8",
    }


def test_publishing_again_with_nothing_new_changes_nothing(
    store: Store, signer: CheckpointSigner, folder: Path
) -> None:
    fill(store, 5)
    first = publish(store, signer, folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert publish(store, signer, folder) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == stamps
    with store.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM published_checkpoint")) == 1


def test_witnesses_sign_and_the_quorum_holds(store: Store, signer: CheckpointSigner, folder: Path) -> None:
    witnesses = [FakeWitness("paper/w", 2), FakeWitness("university/w", 3)]
    trust = Trust(ORIGIN, [LOG.key], [witness.key for witness in witnesses], 2)
    for count in (3, 4):
        fill(store, count)
        assert publish(store, signer, folder, witnesses).refusals == {}
        seen_by_outsider(folder, trust)
    assert witnesses[0].asked == [3, 7]


def test_a_silent_witness_is_named_and_asked_again(store: Store, signer: CheckpointSigner, folder: Path) -> None:
    witnesses = [FakeWitness("paper/w", 2), FakeWitness("university/w", 3, answers=False)]
    trust = Trust(ORIGIN, [LOG.key], [witness.key for witness in witnesses], 2)
    fill(store, 3)
    assert list(publish(store, signer, folder, witnesses).refusals) == ["university/w"]
    with pytest.raises(InvalidInputError, match="1 witnesses saw it"):
        seen_by_outsider(folder, trust)
    witnesses[1].answers = True
    assert publish(store, signer, folder, witnesses).refusals == {}
    assert seen_by_outsider(folder, trust)[0].size == 3
    assert witnesses[0].asked == [3]  # its line is used again
    with store.reading() as session:
        latest = book.published(session)
        assert latest is not None
        assert latest.note == (folder / "checkpoint").read_bytes()


def test_a_false_cosignature_is_not_published(store: Store, signer: CheckpointSigner, folder: Path) -> None:
    class Liar(FakeWitness):
        def cosign(self, checkpoint: bytes, proof_from: signing.ProofFrom) -> str:
            return FakeWitness(self.name, 99).cosign(checkpoint, proof_from)

    fill(store, 3)
    assert list(publish(store, signer, folder, [Liar("paper/w", 2)]).refusals) == ["paper/w"]
    assert b"paper/w" not in (folder / "checkpoint").read_bytes()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET body = :bytes WHERE idx = 4",
        "UPDATE log_node SET hash = :bytes WHERE level = 0 AND idx = 4",
        "UPDATE log_node SET hash = :bytes WHERE level = 2 AND idx = 0",
        "DELETE FROM log_node WHERE level = 0 AND idx = 4",
        "DELETE FROM log_entry WHERE idx = 4",
        "UPDATE log_head SET size = 8",
        "UPDATE log_head SET size = 2",
    ],
)
def test_an_altered_database_is_not_published(
    store: Store, signer: CheckpointSigner, folder: Path, statement: str
) -> None:
    fill(store, 3)
    publish(store, signer, folder)
    fill(store, 4)
    with tampering(store) as connection:
        connection.execute(sa.text(statement), {"bytes": bytes(32)} if ":bytes" in statement else {})
    with pytest.raises((LedgerError, NotFoundError)):
        publish(store, signer, folder)
    assert signer.last_signed().size == 3
    assert seen_by_outsider(folder)[0].size == 3


def test_history_rewritten_with_all_its_nodes_is_not_signed(
    store: Store, signer: CheckpointSigner, folder: Path
) -> None:
    fill(store, 3)
    publish(store, signer, folder)
    fill(store, 1)
    with store.reading() as session:
        bodies = list(book.entries(session, 0, 4))
    rewrite_history(store, [bodies[0], bodies[1].replace(b"0001", b"beef"), *bodies[2:]])
    with pytest.raises(LedgerError, match="history was rewritten"):
        publish(store, signer, folder)
    assert seen_by_outsider(folder)[1] == bodies[:3]


def test_a_published_tile_is_never_replaced(store: Store, signer: CheckpointSigner, folder: Path) -> None:
    fill(store, 3)
    publish(store, signer, folder)
    (folder / "checkpoint").unlink()
    (folder / "tile/entries/000.p/3").write_bytes(b"something else")
    with pytest.raises(LedgerError, match=r"tile/entries/000\.p/3"):
        publish(store, signer, folder)


def test_a_lost_folder_is_written_again_whole(store: Store, signer: CheckpointSigner, folder: Path) -> None:
    fill(store, 300)
    publish(store, signer, folder)
    before = {path: (folder / path).read_bytes() for path in files(folder)}
    shutil.rmtree(folder)
    publish(store, signer, folder)
    assert {path: (folder / path).read_bytes() for path in files(folder)} == before


def test_a_signer_begun_anew_beside_a_published_checkpoint_is_refused(
    store: Store, signer: CheckpointSigner, folder: Path
) -> None:
    fill(store, 3)
    publish(store, signer, folder)
    signer.state_path.unlink()
    start_state(signer.state_path, ORIGIN)
    fill(store, 1)
    with pytest.raises(LedgerError, match=r"3 entries is published, the signer remembers 0.*gimark ledger adopt"):
        publish(store, signer, folder)
    signer.state_path.unlink()
    adopt_state(signer.state_path, (folder / "checkpoint").read_bytes(), TRUST)
    assert publish(store, signer, folder).checkpoint.size == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_from_an_old_backup_is_refused_until_rebuilt(
    store: Store, signer: CheckpointSigner, folder: Path, tmp_path: Path
) -> None:
    fill(store, 3)
    publish(store, signer, folder)
    with store.engine.connect() as connection:
        connection.connection.execute("VACUUM INTO ?", [str(tmp_path / "backup.db")])  # type: ignore[attr-defined]
    fill(store, 4)
    publish(store, signer, folder)
    restored = Store(open_engine(f"sqlite:///{tmp_path / 'backup.db'}"), store.clock)
    fill(restored, 1)
    with pytest.raises(LedgerError, match=r"4 entries but 7 were signed.*gimark ledger rebuild"):
        publish(restored, signer, folder)
    restored.engine.dispose()
    assert seen_by_outsider(folder)[0].size == 7


class PowerCutError(BaseException):
    """Nothing may catch it, as nothing catches the real one."""


class Fuse:
    """Blows at step `at` of the wrapped steps, before the step is done or just after."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.steps = at, after, 0

    def wrap(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.steps += 1
            if self.steps == self.at and not self.after:
                raise PowerCutError
            result = step(*args, **kwargs)
            if self.steps == self.at:
                raise PowerCutError
            return result

        return stepped


STEPS = 11  # state, witness, two bundles and three tiles, checkpoint, two folders of partial files, record

Grown = tuple[Store, CheckpointSigner, Path, FakeWitness]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 250 entries, published, and 10 more that are not: a tile is about to become full."""
    place = tmp_path_factory.mktemp("grown")
    store = Store(open_engine(f"sqlite:///{place / 'gimark.db'}"), FixedClock(MORNING))
    with store.engine.begin() as connection:
        tables = [Base.metadata.tables[name] for name in triggers.LEDGER_TABLES]
        Base.metadata.create_all(connection, tables=tables)
        start_log(connection)
        triggers.install(connection)
    start_state(place / "signer-state.json", ORIGIN)
    fill(store, 250)
    signer = CheckpointSigner(ORIGIN, LOG, place / "signer-state.json")
    publish(store, signer, place / "published", [FakeWitness("paper/w", 2)])
    fill(store, 10)
    store.engine.dispose()
    return place


@pytest.fixture
def grown(template: Path, tmp_path: Path) -> Iterator[Grown]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    store = Store(open_engine(f"sqlite:///{tmp_path / 'gimark.db'}"), FixedClock(MORNING))
    signer = CheckpointSigner(ORIGIN, LOG, tmp_path / "signer-state.json")
    with store.reading() as session:
        root = book.root(session, 250)
    yield store, signer, tmp_path / "published", FakeWitness("paper/w", 2, size=250, root=root)
    store.engine.dispose()


def wire(fuse: Fuse, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (signing, publishing):
        monkeypatch.setattr(module, "write_whole", fuse.wrap(write_whole))
    monkeypatch.setattr(publishing.shutil, "rmtree", fuse.wrap(shutil.rmtree))
    monkeypatch.setattr(FakeWitness, "cosign", fuse.wrap(FakeWitness.cosign))
    monkeypatch.setattr(Act, "commit", fuse.wrap(Act.commit))


def test_the_number_of_steps_is_known(grown: Grown, monkeypatch: pytest.MonkeyPatch) -> None:
    store, signer, folder, witness = grown
    fuse = Fuse(10**6, after=False)
    wire(fuse, monkeypatch)
    publish(store, signer, folder, [witness])
    assert fuse.steps == STEPS


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_power_cut_at_any_step_shows_readers_a_whole_log_and_is_mended(
    grown: Grown, monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool
) -> None:
    store, signer, folder, witness = grown
    trust = Trust(ORIGIN, [LOG.key], [witness.key], 1)
    with monkeypatch.context() as patched:
        wire(Fuse(at, after=after), patched)
        with pytest.raises(PowerCutError):
            publish(store, signer, folder, [witness])
    assert seen_by_outsider(folder, trust)[0].size in (250, 260)
    fill(store, 5)  # life goes on before publishing is tried again
    publish(store, signer, folder, [witness])
    checkpoint, bodies = seen_by_outsider(folder, trust)
    assert checkpoint.size == len(bodies) == 265
    assert not (folder / "tile/0/000.p").exists()
    assert not (folder / "tile/entries/000.p").exists()
    with store.reading() as session:
        assert book.is_published(session, 264)


def test_no_unfinished_file_is_left_in_the_way(grown: Grown, monkeypatch: pytest.MonkeyPatch) -> None:
    store, signer, folder, witness = grown

    def power_cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", power_cut)
        with pytest.raises(PowerCutError):
            publish(store, signer, folder, [witness])
    publish(store, signer, folder, [witness])
    assert list(folder.parent.rglob("*.new")) == []
    assert seen_by_outsider(folder)[0].size == 260
