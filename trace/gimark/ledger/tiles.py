"""Tiles and entry bundles (C2SP tlog-tiles): the log as plain files, 256 hashes or entries each.

Tile `index` of `level` holds the hashes of the perfect subtrees of height 8·level from 256·index on; a tile that is
not full yet is partial and bears its width. An entry bundle holds the entries under a tile of level 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gimark.errors import InvalidInputError, invalid
from gimark.merkle import EMPTY_ROOT, HASH_SIZE, root

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
LENGTH_SIZE = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of `level`, 0 at the leaves; `width` hashes of the subtrees `first` … `first + width - 1`."""

    level: int
    index: int
    width: int

    @property
    def first(self) -> int:
        """The number of its first hash within its level."""
        return self.index * TILE_WIDTH

    @property
    def is_full(self) -> bool:
        """Whether all 256 hashes are there, so that the tile will never change."""
        return self.width == TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it is published, below the log's prefix: `tile/0/x001/x234/067` or `tile/0/000.p/5`."""
        return f"tile/{self.level}/{self._number}"

    @property
    def bundle_path(self) -> str:
        """Where the entries under a tile of level 0 are published: `tile/entries/…`."""
        return f"tile/entries/{self._number}"

    @property
    def _number(self) -> str:
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return number if self.is_full else f"{number}.p/{self.width}"


def tiles_between(old_size: int, size: int) -> Iterator[Tile]:
    """The tiles that a log of `size` entries has and the same log at `old_size` had not, lower levels first."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        before, now = old_size >> (TILE_HEIGHT * level), size >> (TILE_HEIGHT * level)
        for index in range(before // TILE_WIDTH, -(-now // TILE_WIDTH)):
            width = min(TILE_WIDTH, now - index * TILE_WIDTH)
            if width > before - index * TILE_WIDTH:
                yield Tile(level, index, width)
        level += 1


def edge(size: int) -> list[Tile | None]:
    """The partial tile of each level of a log of `size` entries, from the leaves up; None where there is none."""
    found: list[Tile | None] = []
    while now := size >> (TILE_HEIGHT * len(found)):
        width = now % TILE_WIDTH
        found.append(Tile(len(found), now // TILE_WIDTH, width) if width else None)
    return found


def root_of_edge(hashes: Sequence[Sequence[bytes]]) -> bytes:
    """The log's root from the hashes in its partial tiles (`edge`), empty where a level has none."""
    right: list[bytes] = []
    for level in hashes:
        joined = [*level, *right]
        right = [root(joined)] if joined else []
    return right[0] if right else EMPTY_ROOT


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each behind its length in 2 bytes, big-endian."""
    return b"".join(len(entry).to_bytes(LENGTH_SIZE, "big") + entry for entry in entries)


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle; raises InvalidInputError when it holds more, fewer or a broken one."""
    entries = []
    at = 0
    while at < len(data):
        start = at + LENGTH_SIZE
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data) or len(entries) != width:
        raise _broken("tile/entries", f"应有 {width} 条条目", f"it does not hold {width} entries")
    return entries


def parse_tile(data: bytes, width: int) -> list[bytes]:
    """The `width` hashes of a tile; raises InvalidInputError when its length is another."""
    if len(data) != width * HASH_SIZE:
        raise _broken("tile", f"应有 {width} 个散列值", f"it does not hold {width} hashes")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def _broken(where: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        where,
        f"账本文件不完整：{reason_zh}",
        f"the ledger's file is damaged: {reason_en}",
        "请从公示账本重新获取",
        "Fetch it again from the public ledger",
    )
