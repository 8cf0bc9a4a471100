"""The other parties of a log, for tests: keys by seed, a witness that obeys tlog-witness, a dishonest administrator."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from gimark.errors import invalid
from gimark.keys import ed25519
from gimark.keys.note import COSIGNATURE_V1, ED25519, NoteSigner, VerifierKey, cosignature_line, open_note
from gimark.ledger import book, entries, triggers
from gimark.ledger.checkpoints import Checkpoint, Trust
from gimark.ledger.model import LogEntry, LogNode
from gimark.ledger.signing import ProofFrom
from gimark.merkle import Frontier, check_consistency, leaf_hash, perfect_nodes
from gimark.store.unit_of_work import Store

ORIGIN = "gi.example.cn/log"


def note_signer(name: str, seed: int, kind: int = ED25519) -> NoteSigner:
    public, secret = ed25519.key_pair(bytes([seed]) * 32)
    return NoteSigner(VerifierKey(name, kind, public), lambda message: ed25519.sign(message, secret))


LOG = note_signer(ORIGIN, 1)
TRUST = Trust(ORIGIN, [LOG.key])


@dataclass
class FakeWitness:
    """Remembers the last size and root it signed, as C2SP tlog-witness asks; `answers` False: it cannot be reached."""

    name: str
    seed: int
    answers: bool = True
    size: int = 0
    root: bytes = b""
    asked: list[int] = field(default_factory=list)

    @property
    def signer(self) -> NoteSigner:
        return note_signer(self.name, self.seed, COSIGNATURE_V1)

    @property
    def key(self) -> VerifierKey:
        return self.signer.key

    def cosign(self, checkpoint: bytes, proof_from: ProofFrom) -> str:
        if not self.answers:
            raise invalid("witness", "无应答", "it does not answer", "稍后再试", "Try later")
        text = open_note(checkpoint, [LOG.key]).text
        seen = Checkpoint.parse(text)
        self.asked.append(seen.size)
        if self.size:
            proof = proof_from(self.size) if seen.size > self.size else []
            check_consistency(self.size, self.root, seen.size, seen.root, proof)
        self.size, self.root = seen.size, seen.root
        return cosignature_line(text, self.signer, 1_773_716_400)


def fill(store: Store, count: int, first: int = 0) -> None:
    """Append `count` valid entries in bulk, with kids from `first` on: what many acts would have left."""
    with store.acting() as act:
        have = book.lock(act)
        frontier = Frontier(have, book.node_hashes(act.session, perfect_nodes((0, have))))
        bodies = [_entry(number) for number in range(first, first + count)]
        nodes = [node for body in bodies for node in frontier.append(leaf_hash(body))]
        if bodies:
            book.add(act.session, have, bodies, nodes)
        act.commit()


def _entry(number: int) -> bytes:
    said = {"by": "root", "kid": f"{number:04x}", "t": "2026-03-17T03:00:00Z", "type": "key.retire", "v": 1}
    return entries.encode(said)


@contextmanager
def tampering(store: Store) -> Iterator[sa.Connection]:
    """What an administrator of the database can always do: change rows with the triggers out of the way."""
    with store.engine.begin() as connection:
        for name in triggers.names(connection):
            table = next(table for table in triggers.LEDGER_TABLES if name.startswith(f"append_only_{table}"))
            on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
            connection.execute(sa.text(f"DROP TRIGGER {name}{on}"))
        yield connection
        triggers.install(connection)


def rewrite_history(store: Store, bodies: list[bytes]) -> None:
    """Replace the entries, with every node over them, as an able administrator would."""
    frontier = Frontier()
    with tampering(store) as connection:
        for index, body in enumerate(bodies):
            connection.execute(sa.update(LogEntry).where(LogEntry.idx == index).values(body=body))
            for (level, idx), value in frontier.append(leaf_hash(body)):
                at = sa.and_(LogNode.level == level, LogNode.idx == idx)
                connection.execute(sa.update(LogNode).where(at).values(hash=value))
