"""A published log as an outsider reads it: files under one prefix, believed only after they lead to the root."""

from collections.abc import Callable, Iterator
from pathlib import Path

from gimark.errors import InvalidInputError, invalid
from gimark.ledger.checkpoints import Checkpoint, Trust, open_checkpoint
from gimark.ledger.tiles import parse_bundle, parse_tile, root_of_edge, tiles_between
from gimark.merkle import leaf_hash, root

Fetch = Callable[[str], bytes]
"""Gives the bytes at a path below the log's prefix; raises InvalidInputError when there are none."""


def folder_fetch(folder: Path) -> Fetch:
    """Reads a published log from the local folder `folder`."""

    def fetch(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except OSError:
            raise invalid(
                path,
                "公布的账本缺少该文件",
                "the published ledger lacks this file",
                "请核对文件夹，或从镜像补齐",
                "Check the folder, or fetch it from a mirror",
            ) from None

    return fetch


def read_checkpoint(fetch: Fetch, trust: Trust) -> tuple[Checkpoint, bytes]:
    """The checkpoint the log shows, verified, and its note."""
    note = fetch("checkpoint")
    return open_checkpoint(note, trust), note


def read_bundles(fetch: Fetch, size: int, first: int = 0) -> Iterator[list[bytes]]:
    """The entries from `first` to `size` (not included), in order, a bundle's at a time; nothing is checked."""
    for tile in tiles_between(first, size):
        if tile.level == 0:
            yield parse_bundle(fetch(tile.bundle_path), tile.width)[max(0, first - tile.first) :]


def check_files(fetch: Fetch, checkpoint: Checkpoint) -> Iterator[bytes]:
    """All the entries, in order, while every tile is held against what is below it.

    Raises InvalidInputError at the first file that is missing or wrong, the root last: until the iterator has ended
    nothing it gave is proven.
    """
    below: list[bytes] = []  # the roots of the full tiles of the level below
    full: list[bytes] = []
    partial: dict[int, list[bytes]] = {}
    level = 0
    for tile in tiles_between(0, checkpoint.size):
        if tile.level > level:
            level, below, full = tile.level, full, []
        hashes = parse_tile(fetch(tile.path), tile.width)
        if level == 0:
            bodies = parse_bundle(fetch(tile.bundle_path), tile.width)
            yield from bodies
            below = [leaf_hash(body) for body in bodies]
        if hashes != (below if level == 0 else below[tile.first : tile.first + tile.width]):
            raise _not_the_root(tile.path)
        if tile.is_full:
            full.append(root(hashes))
        else:
            partial[level] = hashes
    if root_of_edge([partial.get(height, []) for height in range(level + 1)]) != checkpoint.root:
        raise _not_the_root("checkpoint")


def _not_the_root(path: str) -> InvalidInputError:
    """The entries are not those the checkpoint was signed over."""
    return invalid(
        path,
        "条目与存证快照的根散列不符",
        "the entries do not lead to the checkpoint's root",
        "请保存这些文件作为证据，并向县局和见证方报告",
        "Keep the files as evidence and tell the county and the witnesses",
    )
