"""Checkpoints and whom to believe: the golden one opens; other logs, few witnesses and bent texts do not."""

import base64
import json
from pathlib import Path

import pytest

from gimark.errors import InvalidInputError
from gimark.keys.note import VerifierKey, cosignature_line, sign_note
from gimark.ledger.checkpoints import Checkpoint, Trust, open_checkpoint
from tests.ledger.actors import LOG, ORIGIN, TRUST, FakeWitness, note_signer

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text())["log"]
LOG_KEY, WITNESS_KEY = (VerifierKey.parse(text) for text in GOLDEN["vkeys"])
NOTE = GOLDEN["checkpoint"].encode()
ROOT = base64.b64encode(bytes(32)).decode()


def test_the_golden_checkpoint_opens_with_its_witness() -> None:
    trust = Trust("gi.example.cn/log", [LOG_KEY], [WITNESS_KEY], 1)
    checkpoint = open_checkpoint(NOTE, trust)
    assert checkpoint == Checkpoint("gi.example.cn/log", 10, bytes.fromhex(GOLDEN["roots_hex"][10]))
    assert NOTE.startswith(checkpoint.text.encode())
    assert Checkpoint.unverified(NOTE) == checkpoint


def test_a_witness_alone_is_not_the_log() -> None:
    trust = Trust("gi.example.cn/log", [LOG.key], [WITNESS_KEY], 1)
    with pytest.raises(InvalidInputError, match="log's key did not sign"):
        open_checkpoint(NOTE, trust)


@pytest.mark.parametrize(("quorum", "good"), [(0, True), (1, True), (2, False)])
def test_the_quorum_is_counted_over_trusted_witnesses(quorum: int, good: bool) -> None:
    trust = Trust("gi.example.cn/log", [LOG_KEY], [WITNESS_KEY, FakeWitness("paper/w", 7).key], quorum)
    if good:
        assert open_checkpoint(NOTE, trust).size == 10
    else:
        with pytest.raises(InvalidInputError, match="1 witnesses saw it, 2 are needed"):
            open_checkpoint(NOTE, trust)


def test_a_witness_listed_twice_counts_once() -> None:
    with pytest.raises(InvalidInputError, match="1 witnesses saw it"):
        open_checkpoint(NOTE, Trust("gi.example.cn/log", [LOG_KEY], [WITNESS_KEY, WITNESS_KEY], 2))


def test_two_keys_of_one_witness_count_once() -> None:
    text = Checkpoint(ORIGIN, 0, bytes(32)).text
    old, new, other = FakeWitness("paper/w", 7), FakeWitness("paper/w", 8), FakeWitness("union/w", 7)
    lines = [cosignature_line(text, witness.signer, 1) for witness in (old, new, other)]
    note = sign_note(text, [LOG])
    with pytest.raises(InvalidInputError, match="1 witnesses saw it, 2 are needed"):
        open_checkpoint(note + "".join(lines[:2]).encode(), Trust(ORIGIN, [LOG.key], [old.key, new.key, other.key], 2))
    assert open_checkpoint(
        note + "".join(lines).encode(), Trust(ORIGIN, [LOG.key], [old.key, new.key, other.key], 2)
    ) == Checkpoint(ORIGIN, 0, bytes(32))


def test_either_log_key_serves_while_two_overlap() -> None:
    successor = note_signer(ORIGIN, 9)
    both = Trust(ORIGIN, [LOG.key, successor.key])
    text = Checkpoint(ORIGIN, 0, bytes(32)).text
    for signer in (LOG, successor):
        assert open_checkpoint(sign_note(text, [signer]), both).size == 0


def test_another_logs_checkpoint_under_the_same_key_is_refused() -> None:
    note = sign_note(Checkpoint("gi.example.cn/other", 3, bytes(32)).text, [LOG])
    with pytest.raises(InvalidInputError, match="of another log"):
        open_checkpoint(note, TRUST)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n3\n{ROOT}\nextension\n",
        f"{ORIGIN}\n3\n",
        f"{ORIGIN}\n03\n{ROOT}\n",
        f"{ORIGIN}\n-3\n{ROOT}\n",
        f"{ORIGIN}\n+3\n{ROOT}\n",
        f"{ORIGIN}\n３\n{ROOT}\n",
        f"{ORIGIN}\n3 \n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 20}\n{ROOT}\n",
        f"{ORIGIN}\n3\n{ROOT[:-2]}B=\n",
        f"{ORIGIN}\n3\n{ROOT[:-4]}\n",
        f"\n3\n{ROOT}\n",
    ],
)
def test_what_is_not_three_exact_lines_is_no_checkpoint(text: str) -> None:
    with pytest.raises(InvalidInputError):
        open_checkpoint(sign_note(text, [LOG]), TRUST)
    with pytest.raises(InvalidInputError, match="not a checkpoint"):
        Checkpoint.parse(text)
