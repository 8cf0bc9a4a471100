"""The signer's memory: it signs growth and nothing else, and never guesses what it has forgotten."""

import fcntl
import json
import stat
from pathlib import Path

import pytest

from gimark import merkle
from gimark.errors import InvalidInputError, LedgerError, StoreFailedError
from gimark.keys.note import open_note, sign_note
from gimark.ledger import signing
from gimark.ledger.checkpoints import Checkpoint, open_checkpoint
from gimark.ledger.signing import CheckpointSigner, adopt_state, start_state
from tests.ledger.actors import LOG, ORIGIN, TRUST, note_signer

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(12)]


@pytest.fixture
def signer(tmp_path: Path) -> CheckpointSigner:
    start_state(tmp_path / "signer-state.json", ORIGIN)
    return CheckpointSigner(ORIGIN, LOG, tmp_path / "signer-state.json")


def sign(signer: CheckpointSigner, leaves: list[bytes]) -> Checkpoint:
    note = signer.sign(len(leaves), merkle.root(leaves), lambda old: merkle.consistency_path(leaves, old))
    return open_checkpoint(note, TRUST)


def test_it_signs_a_log_that_grows_and_remembers(signer: CheckpointSigner) -> None:
    for size in (0, 1, 5, 5, 8, 12):
        signed = sign(signer, LEAVES[:size])
        assert (signed.size, signed.root) == (size, merkle.root(LEAVES[:size]))
        assert signer.last_signed() == signed
        assert CheckpointSigner(ORIGIN, LOG, signer.state_path).last_signed() == signed


def test_the_state_is_a_file_of_its_owner_alone(signer: CheckpointSigner) -> None:
    sign(signer, LEAVES[:3])
    assert stat.S_IMODE(signer.state_path.stat().st_mode) == 0o600
    assert json.loads(signer.state_path.read_bytes())["size"] == 3


def test_an_old_backup_is_not_signed(signer: CheckpointSigner) -> None:
    sign(signer, LEAVES[:8])
    with pytest.raises(LedgerError, match=r"old backup.*gimark ledger rebuild"):
        sign(signer, LEAVES[:7])
    assert signer.last_signed().size == 8


@pytest.mark.parametrize("size", [8, 9, 12])
def test_rewritten_history_is_not_signed(signer: CheckpointSigner, size: int) -> None:
    sign(signer, LEAVES[:8])
    rewritten = [*LEAVES[:3], LEAVES[11], *LEAVES[4:size]]
    with pytest.raises(LedgerError, match="history was rewritten"):
        sign(signer, rewritten)
    assert signer.last_signed().root == merkle.root(LEAVES[:8])
    assert sign(signer, LEAVES[:size]).size == size


def test_a_proof_from_elsewhere_does_not_help(signer: CheckpointSigner) -> None:
    sign(signer, LEAVES[:8])
    with pytest.raises(LedgerError, match="history was rewritten"):
        signer.sign(9, LEAVES[0], lambda old: merkle.consistency_path(LEAVES[:9], old))
    with pytest.raises(LedgerError, match="history was rewritten"):
        signer.sign(9, merkle.root(LEAVES[:9]), lambda _old: [])


def test_a_lost_state_is_not_replaced_by_a_guess(signer: CheckpointSigner) -> None:
    sign(signer, LEAVES[:8])
    signer.state_path.unlink()
    with pytest.raises(LedgerError, match=r"not there.*gimark ledger adopt"):
        sign(signer, LEAVES[:9])
    assert not signer.state_path.exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"origin":"gi.example.cn/log","root":"AAAA","size":8}',
        b'{"origin":"gi.example.cn/log","root":"x","size":8}',
        b'{"origin":"gi.example.cn/log","root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","size":"8"}x',
        b'{"origin":"gi.example.cn/log","root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","size":-1}',
        b'{"origin":5,"root":5,"size":5}',
    ],
)
def test_a_damaged_state_stops_signing(signer: CheckpointSigner, damage: bytes) -> None:
    signer.state_path.write_bytes(damage)
    with pytest.raises(LedgerError, match="is damaged"):
        sign(signer, LEAVES[:9])
    assert signer.state_path.read_bytes() == damage


def test_another_logs_state_stops_signing(signer: CheckpointSigner) -> None:
    other = CheckpointSigner("gi.example.cn/other", LOG, signer.state_path)
    with pytest.raises(LedgerError, match=r"belongs to gi\.example\.cn/log"):
        other.last_signed()


def test_a_state_is_never_overwritten_by_a_new_start(signer: CheckpointSigner) -> None:
    note = sign_note(sign(signer, LEAVES[:8]).text, [LOG])
    with pytest.raises(LedgerError, match="there already"):
        start_state(signer.state_path, ORIGIN)
    with pytest.raises(LedgerError, match="there already"):
        adopt_state(signer.state_path, note, TRUST)
    assert signer.last_signed().size == 8


def test_a_published_checkpoint_can_be_adopted_when_the_log_signed_it(signer: CheckpointSigner) -> None:
    published = sign(signer, LEAVES[:8])
    signer.state_path.unlink()
    forged = sign_note(published.text, [note_signer(ORIGIN, 66)])
    with pytest.raises(InvalidInputError, match="no trusted key"):
        adopt_state(signer.state_path, forged, TRUST)
    assert adopt_state(signer.state_path, sign_note(published.text, [LOG]), TRUST) == published
    with pytest.raises(LedgerError, match="old backup"):
        sign(signer, LEAVES[:7])
    assert sign(signer, LEAVES[:9]).size == 9


def test_the_state_is_on_the_disk_before_the_signature_is_made(
    signer: CheckpointSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(signer, LEAVES[:8])

    def disk_full(path: Path, data: bytes, mode: int = 0) -> None:
        raise StoreFailedError(())

    monkeypatch.setattr(signing, "write_whole", disk_full)
    with pytest.raises(StoreFailedError):
        sign(signer, LEAVES[:9])
    monkeypatch.undo()
    assert signer.last_signed().size == 8


def test_the_same_checkpoint_has_the_same_bytes(signer: CheckpointSigner) -> None:
    root = merkle.root(LEAVES)
    first = signer.sign(12, root, lambda _old: [])
    assert signer.sign(12, root, lambda _old: []) == first
    assert open_note(first, [LOG.key]).is_signed_by(LOG.key)


def test_only_one_publishes_at_a_time(signer: CheckpointSigner) -> None:
    lock_path = signer.state_path.with_name("signer-state.json.lock")
    with signer.alone(), lock_path.open("a") as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with lock_path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
