"""Bringing the log back from what was published, into an empty database or one from an old backup."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from gimark.ledger import book
from gimark.ledger.checkpoints import Checkpoint, Trust
from gimark.ledger.model import PublishedCheckpoint
from gimark.ledger.published import folder_fetch, read_bundles, read_checkpoint
from gimark.ledger.refusal import refusal
from gimark.merkle import Frontier, leaf_hash, perfect_nodes
from gimark.store.unit_of_work import Store


def rebuild(store: Store, folder: Path, trust: Trust) -> Checkpoint:
    """Append to the log what the log published under `folder` has beyond it, all or nothing.

    The entries are taken as they are, types unknown here included. The rows of the acts are not brought back: the
    audit names what is missing. Raises InvalidInputError when the folder is no whole log that `trust` vouches for,
    LedgerError when the database holds entries that were never published, or other ones.
    """
    fetch = folder_fetch(folder)
    checkpoint, note = read_checkpoint(fetch, trust)
    with store.acting() as act:
        have = book.lock(act)
        if have <= checkpoint.size:
            _append(act.session, have, read_bundles(fetch, checkpoint.size, have))
        if have > checkpoint.size or book.root(act.session, checkpoint.size) != checkpoint.root:
            raise refusal(
                "",
                f"数据库中的前 {have} 条与公布的账本不同",
                f"the {have} entries in the database are not those that were published",
                "没有写入任何内容；请核对文件夹是否属于本账本且完整，或在空数据库上重建",
                "Nothing was written; check that the folder is this log's and whole, or rebuild into an empty database",
            )
        latest = book.published(act.session)
        if latest is None or latest.size < checkpoint.size:
            act.session.add(
                PublishedCheckpoint(size=checkpoint.size, root=checkpoint.root, note=note, published_at=act.now)
            )
        act.commit()
    return checkpoint


def _append(session: Session, have: int, bundles: Iterable[list[bytes]]) -> None:
    """Add the entries of `bundles` behind the first `have`, with their nodes, and move the head."""
    frontier = Frontier(have, book.node_hashes(session, perfect_nodes((0, have))))
    for bodies in bundles:
        first = frontier.size
        nodes = [node for body in bodies for node in frontier.append(leaf_hash(body))]
        book.add(session, first, bodies, nodes)
