"""Publishing: sign, ask the witnesses, write tiles and bundles, the checkpoint last.

A reader who sees a checkpoint finds every file it stands on. A crash between any two steps is mended by publishing
again: files already written are the same bytes, and the signer gives the same size and root the same signature.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.errors import GimarkError, LedgerError
from gimark.keys.note import VerifierKey, line_of, open_note, split_note
from gimark.ledger import book
from gimark.ledger.checkpoints import Checkpoint
from gimark.ledger.disk import write_whole
from gimark.ledger.model import LogNode, PublishedCheckpoint
from gimark.ledger.refusal import refusal
from gimark.ledger.signing import CheckpointSigner, ProofFrom
from gimark.ledger.tiles import TILE_HEIGHT, Tile, edge, encode_bundle, root_of_edge, tiles_between
from gimark.merkle import leaf_hash, root
from gimark.store.unit_of_work import Store

CHECKPOINT = "checkpoint"


class Witness(Protocol):
    """Somebody outside who remembers the log's last size and root and vouches that it only grew (C2SP tlog-witness)."""

    @property
    def key(self) -> VerifierKey:
        """The key of its cosignatures, of kind COSIGNATURE_V1."""
        ...

    def cosign(self, checkpoint: bytes, proof_from: ProofFrom) -> str:
        """The cosignature line for `checkpoint`; asks `proof_from` for the proof from the size it saw last.

        Raises a GimarkError when it cannot be reached or refuses.
        """
        ...


@dataclass(frozen=True, slots=True)
class Publication:
    """What went out: the checkpoint, its note, and what each witness that did not sign it said instead."""

    checkpoint: Checkpoint
    note: bytes
    refusals: dict[str, GimarkError]


def publish(store: Store, signer: CheckpointSigner, folder: Path, witnesses: Sequence[Witness] = ()) -> Publication:
    """Publish the log as it is now under `folder`. A witness that does not answer is left out, and named.

    Nothing new is written when the last published checkpoint is of this size and every witness signed it.
    Raises LedgerError when the log is not the continuation of what was published, or disagrees with itself.
    """
    with signer.alone():
        with store.reading() as session:
            latest = _latest(session, signer, folder)
            size = book.size(session)
            at_root = book.root(session, size)
            since = latest.size if latest and (folder / CHECKPOINT).exists() else 0
            for _ in _files(session, since, size, at_root):
                pass  # what disagrees with itself is found before anything is signed

            def proof_from(old_size: int) -> list[bytes]:
                return book.consistency_proof(session, old_size, size) if old_size else []

            note = signer.sign(size, at_root, proof_from)
            same = latest.note if latest and latest.size == size else None
            note, refusals = _witnessed(note, same, witnesses, proof_from)
        publication = Publication(Checkpoint(signer.origin, size, at_root), note, refusals)
        if latest is None or latest.note != note or not (folder / CHECKPOINT).exists():
            _put_out(store, folder, since, publication)
        return publication


def _put_out(store: Store, folder: Path, since: int, publication: Publication) -> None:
    checkpoint = publication.checkpoint
    with store.reading() as session:
        for path, data in _files(session, since, checkpoint.size, checkpoint.root):
            _write_once(folder, path, data)
    write_whole(folder / CHECKPOINT, publication.note)
    _remove_partial(folder, since, checkpoint.size)
    with store.acting() as act:
        act.session.add(
            PublishedCheckpoint(size=checkpoint.size, root=checkpoint.root, note=publication.note, published_at=act.now)
        )
        act.commit()


def _latest(session: Session, signer: CheckpointSigner, folder: Path) -> book.Published | None:
    """The last published checkpoint, after making sure that the signer remembers all that was published."""
    latest = book.published(session)
    last = signer.last_signed()
    seen = [Checkpoint(signer.origin, latest.size, latest.root)] if latest else []
    if (folder / CHECKPOINT).exists():
        seen.append(Checkpoint.unverified((folder / CHECKPOINT).read_bytes()))
    for checkpoint in seen:
        if checkpoint.size > last.size or (checkpoint.size == last.size and checkpoint != last):
            raise refusal(
                "",
                f"已公布 {checkpoint.size} 条的快照，签名状态只记到 {last.size} 条",
                f"a checkpoint of {checkpoint.size} entries is published, the signer remembers {last.size}",
                "请恢复签名状态文件；没有备份时，与见证方核对后运行 gimark ledger adopt",
                "Restore the signer's state file; without one, compare with the witnesses, then gimark ledger adopt",
            )
    return latest


def _files(session: Session, since: int, size: int, at_root: bytes) -> Iterator[tuple[str, bytes]]:
    """The files that the log at `size` has beyond those at `since`, each checked against what it stands on.

    Raises LedgerError when an entry is not what was hashed, or hashes do not lead to `at_root`.
    """
    for tile in tiles_between(since, size):
        hashes = _tile_hashes(session, tile)
        if tile.level == 0:
            bodies = list(book.entries(session, tile.first, tile.first + tile.width))
            if [leaf_hash(body) for body in bodies] != hashes:
                raise _altered(tile.bundle_path)
            yield tile.bundle_path, encode_bundle(bodies)
        if tile.is_full and [root(hashes)] != book.node_hashes(session, [(TILE_HEIGHT * (tile.level + 1), tile.index)]):
            raise _altered(tile.path)
        yield tile.path, b"".join(hashes)
    if root_of_edge([_tile_hashes(session, tile) if tile else [] for tile in edge(size)]) != at_root:
        raise _altered(CHECKPOINT)


def _tile_hashes(session: Session, tile: Tile) -> list[bytes]:
    asked = (
        select(LogNode.hash)
        .where(
            LogNode.level == TILE_HEIGHT * tile.level,
            LogNode.idx >= tile.first,
            LogNode.idx < tile.first + tile.width,
        )
        .order_by(LogNode.idx)
    )
    found = list(session.scalars(asked))
    if len(found) != tile.width:
        raise _altered(tile.path)
    return found


def _witnessed(
    note: bytes, published: bytes | None, witnesses: Sequence[Witness], proof_from: ProofFrom
) -> tuple[bytes, dict[str, GimarkError]]:
    """`note` with a verified line of each witness, and by name what those said that gave none.

    A line that the `published` note of the same size has already is used again.
    """
    refusals: dict[str, GimarkError] = {}
    lines = ""
    text = split_note(note)[0]
    for witness in witnesses:
        try:
            line = (published and line_of(published, witness.key)) or witness.cosign(note, proof_from)
            open_note(f"{text}\n{line}".encode(), [witness.key])
        except GimarkError as error:
            refusals[witness.key.name] = error
        else:
            lines += line
    return note + lines.encode(), refusals


def _write_once(folder: Path, path: str, data: bytes) -> None:
    """Write a tile or bundle, which never changes once it is out."""
    target = folder / path
    if not target.exists():
        write_whole(target, data)
    elif target.read_bytes() != data:
        raise _altered(path)


def _remove_partial(folder: Path, since: int, size: int) -> None:
    """Take away the partial files of tiles that are full now; readers fall back to the full ones."""
    for tile in tiles_between(since, size):
        if tile.is_full:
            for path in [tile.path, tile.bundle_path] if tile.level == 0 else [tile.path]:
                partial = folder / f"{path}.p"
                if partial.exists():
                    shutil.rmtree(partial)


def _altered(path: str) -> LedgerError:
    return refusal(
        path,
        "账本与自身不符：条目或节点被改动",
        "the log disagrees with itself: an entry or a node was altered",
        "未公布任何新快照；请运行 gimark ledger check 并从未被改动的备份恢复",
        "No new checkpoint went out; run gimark ledger check and restore an unaltered backup",
    )
