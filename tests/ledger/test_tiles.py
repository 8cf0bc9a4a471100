"""Tiles: paths of the specification, just the tiles a size has, and edges that fold into the root."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark import merkle
from gimark.errors import InvalidInputError
from gimark.ledger.tiles import Tile, edge, encode_bundle, parse_bundle, parse_tile, root_of_edge, tiles_between

sizes = st.integers(0, 200_000)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        # 1234067 and the partial form are the examples of C2SP tlog-tiles.
        (Tile(0, 1234067, 256), "tile/0/x001/x234/067"),
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(0, 999, 256), "tile/0/999"),
        (Tile(2, 1000, 256), "tile/2/x001/000"),
        (Tile(1, 0, 17), "tile/1/000.p/17"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tile.bundle_path == "tile/entries/" + path.split("/", 2)[2]


def test_a_tree_of_70000_has_the_tiles_the_specification_lists() -> None:
    tiles = list(tiles_between(0, 70_000))
    assert sum(tile.level == 0 and tile.is_full for tile in tiles) == 273
    assert [tile for tile in tiles if not tile.is_full] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [tile for tile in tiles if tile.level == 1 and tile.is_full] == [Tile(1, 0, 256)]
    assert list(tiles_between(0, 256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles_between(0, 0)) == []


@given(sizes, sizes)
def test_growing_asks_for_what_the_older_size_had_not(one: int, other: int) -> None:
    old, new = sorted((one, other))
    had = set(tiles_between(0, old))
    assert set(tiles_between(old, new)) == set(tiles_between(0, new)) - had


@given(sizes)
def test_the_edge_is_the_partial_tiles(size: int) -> None:
    assert [tile for tile in edge(size) if tile] == [tile for tile in tiles_between(0, size) if not tile.is_full]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000])
def test_the_edge_folds_into_the_root(size: int) -> None:
    level = leaves = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(size)]
    hashes = []
    while level:
        cut = len(level) // 256 * 256
        hashes.append(level[cut:])
        level = [merkle.root(level[first : first + 256]) for first in range(0, cut, 256)]
    assert root_of_edge(hashes) == merkle.root(leaves)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_back(entries: list[bytes]) -> None:
    assert parse_bundle(encode_bundle(entries), len(entries)) == entries


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=6), st.data())
def test_a_bundle_cut_short_or_grown_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    whole = encode_bundle(entries)
    for broken in (whole[: data.draw(st.integers(0, len(whole) - 1))], whole + b"\x00", whole + b"\x00\x00"):
        with pytest.raises(InvalidInputError, match="does not hold"):
            parse_bundle(broken, len(entries))


def test_a_bundle_of_the_longest_entry_is_big_endian() -> None:
    entry = b"x" * 65_535
    assert encode_bundle([b"ab", entry])[:6] == b"\x00\x02ab\xff\xff"
    assert parse_bundle(encode_bundle([entry]), 1) == [entry]


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_tile_of_another_length_is_refused(length: int) -> None:
    assert parse_tile(bytes(32), 1) == [bytes(32)]
    with pytest.raises(InvalidInputError, match="does not hold 1 hashes"):
        parse_tile(bytes(length), 1)
