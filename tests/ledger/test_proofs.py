"""Proofs that stand alone: the golden one is made byte for byte and verifies; every bent one is refused."""

import base64
import json
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, NotFoundError
from gimark.keys.note import VerifierKey
from gimark.ledger import book, proofs
from gimark.ledger.checkpoints import Trust
from gimark.ledger.model import PublishedCheckpoint
from gimark.ledger.proofs import LogProof
from gimark.merkle import leaf_hash
from gimark.store.unit_of_work import Store

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text())["log"]
LOG_KEY, WITNESS_KEY = (VerifierKey.parse(text) for text in GOLDEN["vkeys"])
TRUST = Trust("gi.example.cn/log", [LOG_KEY], [WITNESS_KEY], 1)
RAW = GOLDEN["tlog_proof_run"].encode()
LEAF = leaf_hash(GOLDEN["entries"][6].encode())


def test_the_golden_proof_verifies_and_reads_back() -> None:
    proof = LogProof.parse(RAW)
    assert proof.index == 6
    assert proof.encode() == RAW
    assert proofs.verify(proof, LEAF, TRUST).size == 10


def test_the_golden_proof_is_made_from_the_database(store: Store, clock: FixedClock) -> None:
    with store.acting() as act:
        for text in GOLDEN["entries"]:
            fields = json.loads(text)
            act.now = datetime.fromisoformat(fields["t"])
            own = {name: value for name, value in fields.items() if name not in ("v", "t", "type", "by")}
            book.append(act, fields["type"], fields["by"], **own)
        root = book.root(act.session, 10)
        act.session.add(
            PublishedCheckpoint(size=10, root=root, note=GOLDEN["checkpoint"].encode(), published_at=act.now)
        )
        act.commit()
    with store.reading() as session:
        assert proofs.prove(session, 6).encode() == RAW
        for index, text in enumerate(GOLDEN["entries"]):
            proof = LogProof.parse(proofs.prove(session, index).encode())
            assert proofs.verify(proof, leaf_hash(text.encode()), TRUST).size == 10


def test_an_entry_without_a_checkpoint_has_no_proof_yet(store: Store) -> None:
    with store.acting() as act:
        for kid in ("0001", "0002"):
            book.append(act, "key.retire", "root", kid=kid)
        with pytest.raises(NotFoundError, match="no checkpoint stands over entry 0 yet"):
            proofs.prove(act.session, 0)
        act.session.execute(
            sa.insert(PublishedCheckpoint).values(size=1, root=bytes(32), note=b"x", published_at=act.now)
        )
        assert proofs.prove(act.session, 0).path == []
        with pytest.raises(NotFoundError, match="no checkpoint stands over entry 1 yet"):
            proofs.prove(act.session, 1)
        with pytest.raises(NotFoundError, match="the ledger has no entry 2"):
            proofs.prove(act.session, 2)


def test_another_entry_or_another_index_is_not_proven() -> None:
    proof = LogProof.parse(RAW)
    with pytest.raises(InvalidInputError, match="not what stands at entry 6"):
        proofs.verify(proof, leaf_hash(GOLDEN["entries"][5].encode()), TRUST)
    with pytest.raises(InvalidInputError, match="not what stands at entry 7"):
        proofs.verify(LogProof(7, proof.path, proof.note), LEAF, TRUST)
    with pytest.raises(InvalidInputError, match="no leaf 10"):
        proofs.verify(LogProof(10, proof.path, proof.note), LEAF, TRUST)
    with pytest.raises(InvalidInputError, match="wrong length"):
        proofs.verify(LogProof(6, proof.path[:-1], proof.note), LEAF, TRUST)


def test_the_signature_is_judged_before_the_path() -> None:
    proof = LogProof.parse(RAW)
    with pytest.raises(InvalidInputError, match="no trusted key"):
        proofs.verify(LogProof(99, [], proof.note), LEAF, Trust("gi.example.cn/log", [VerifierKey("x", 1, bytes(32))]))


@given(st.data())
def test_no_changed_byte_of_a_proof_still_verifies(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(RAW) - 1))
    bent = RAW[:at] + bytes([RAW[at] ^ data.draw(st.integers(1, 255))]) + RAW[at + 1 :]
    with pytest.raises(InvalidInputError):
        proofs.verify(LogProof.parse(bent), LEAF, TRUST)


@given(st.integers(0, 10**18), st.lists(st.binary(min_size=32, max_size=32), max_size=5), st.none() | st.binary())
def test_proofs_read_back_with_their_extra(index: int, path: list[bytes], extra: bytes | None) -> None:
    proof = LogProof(index, path, GOLDEN["checkpoint"].encode(), extra)
    assert LogProof.parse(proof.encode()) == proof


HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"c2sp.org/tlog-proof@v1",
        b"c2sp.org/tlog-proof@v1\n\n",
        b"c2sp.org/tlog-proof@v2\nindex 6\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra AA==\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra AB==\nindex 6\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra A\nindex 6\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 6\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 06\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex -6\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 6 \n\nnote",
        b"c2sp.org/tlog-proof@v1\r\nindex 6\r\n\r\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 6\nindex 6\n\nnote",
        f"c2sp.org/tlog-proof@v1\nindex 6\n{HASH[:-1]}\n\nnote".encode(),
        f"c2sp.org/tlog-proof@v1\nindex 6\n{HASH[:-2]}B=\n\nnote".encode(),
        f"c2sp.org/tlog-proof@v1\nindex ６\n{HASH}\n\nnote".encode(),
        f"c2sp.org/tlog-proof@v1\n{HASH}\nindex 6\n\nnote".encode(),
    ],
)
def test_what_is_not_in_the_format_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInputError, match="not a tlog-proof@v1"):
        LogProof.parse(raw)
