"""The ledger benchmark times real proofs and real acts."""

import pytest

from gimark.ledger import book, proofs
from gimark.ledger.checkpoints import Trust
from gimark.ledger.proofs import LogProof
from gimark.merkle import Frontier, leaf_hash
from scripts.bench import ledger
from scripts.bench.report import BenchOptions


@pytest.mark.parametrize("size", [1, 300])
def test_the_proofs_it_times_verify(size: int) -> None:
    with ledger._store() as (store, _folder):
        ledger._grow(store, Frontier(), size)
        trust = Trust(ledger.ORIGIN, [ledger._signer().key])
        with store.reading() as session:
            for index in (0, size // 2, size - 1):
                proof = LogProof.parse(proofs.prove(session, index).encode())
                assert proofs.verify(proof, leaf_hash(index.to_bytes(8, "big")), trust).size == size


def test_an_act_leaves_its_row_and_its_entry() -> None:
    with ledger._store() as (store, folder):
        row = ledger._append_row(store, folder)
        with store.reading() as session:
            assert book.size(session) == ledger.ROUNDS * ledger.ACTS_A_ROUND
    assert row.limit is not None
    assert row.ratio == row.measured / row.limit.value
    assert row.reached is (row.ratio >= ledger.COMMIT_GOAL)


def test_the_largest_size_asked_for_is_the_last_row() -> None:
    rows = ledger.run(BenchOptions(n=1000)).rows
    assert [row.work for row in rows] == ["proof of one entry among 1,000", "acts with their entry"]
