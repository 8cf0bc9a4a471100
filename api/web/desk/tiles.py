"""The tile map: each province one tile, roughly where it lies, with its count and one of four steps of colour."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from api.web.figures import count_text
from api.web.language import Language
from api.web.provinces import PROVINCES
from api.web.translation import N_, sayer

# Of each province by GB/T 2260: its character, its letters (ISO 3166-2:CN), column and row.
PLACES: dict[str, tuple[str, str, int, int]] = {
    "23": ("黑", "HL", 7, 0), "15": ("蒙", "NM", 4, 1), "21": ("辽", "LN", 6, 1), "22": ("吉", "JL", 7, 1),
    "65": ("新", "XJ", 0, 2), "62": ("甘", "GS", 2, 2), "64": ("宁", "NX", 3, 2), "14": ("晋", "SX", 4, 2),
    "11": ("京", "BJ", 5, 2), "12": ("津", "TJ", 6, 2), "54": ("藏", "XZ", 0, 3), "63": ("青", "QH", 1, 3),
    "61": ("陕", "SN", 3, 3), "41": ("豫", "HA", 4, 3), "13": ("冀", "HE", 5, 3), "37": ("鲁", "SD", 6, 3),
    "51": ("川", "SC", 2, 4), "50": ("渝", "CQ", 3, 4), "42": ("鄂", "HB", 4, 4), "34": ("皖", "AH", 5, 4),
    "32": ("苏", "JS", 6, 4), "31": ("沪", "SH", 7, 4), "53": ("云", "YN", 2, 5), "52": ("贵", "GZ", 3, 5),
    "43": ("湘", "HN", 4, 5), "36": ("赣", "JX", 5, 5), "33": ("浙", "ZJ", 6, 5), "71": ("台", "TW", 7, 6),
    "45": ("桂", "GX", 4, 6), "44": ("粤", "GD", 5, 6), "35": ("闽", "FJ", 6, 6), "46": ("琼", "HI", 4, 7),
    "82": ("澳", "MO", 5, 7), "81": ("港", "HK", 6, 7),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """One province: `step` 0 (none) to 4 (darkest)."""

    name: str
    short: str
    column: int
    row: int
    count: int
    step: int


@dataclass(frozen=True, slots=True)
class TileMap:
    """The tiles, what each step stands for, and those provinces that have any count, most first."""

    tiles: tuple[Tile, ...]
    steps: tuple[tuple[int, str], ...]
    ranked: tuple[Tile, ...]


def tile_map(counts: Mapping[str, int], language: Language) -> TileMap:
    """The map of `counts` by province code; a code that is no province is not on it."""
    bounds = bounds_for(max((counts.get(code, 0) for code in PLACES), default=0))
    tiles = tuple(_tile(code, counts.get(code, 0), bounds, language) for code in PLACES)
    ranked = sorted((tile for tile in tiles if tile.count), key=lambda tile: (-tile.count, tile.row, tile.column))
    return TileMap(tiles, _legend(bounds, language), tuple(ranked))


def bounds_for(most: int) -> tuple[int, int, int, int]:
    """Where each step begins: 1, and round numbers near a 64th, a 16th and a quarter of `most`, each above the last."""
    second = max(2, _round(most / 64))
    third = max(second + 1, _round(most / 16))
    return 1, second, third, max(third + 1, _round(most / 4))


def _round(value: float) -> int:
    """The one of 1, 2, 5, 10, 20, 50 … that is nearest to `value` as a ratio."""
    unit = 10 ** max(0, math.floor(math.log10(value))) if value else 1
    return min((step * unit for step in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / max(value, 1))))


def _tile(code: str, count: int, bounds: tuple[int, ...], language: Language) -> Tile:
    character, letters, column, row = PLACES[code]
    in_zh = language == "zh"
    step = sum(count >= bound for bound in bounds)
    return Tile(PROVINCES[code][0 if in_zh else 1], character if in_zh else letters, column, row, count, step)


def _legend(bounds: tuple[int, ...], language: Language) -> tuple[tuple[int, str], ...]:
    say = sayer(language)
    ends = [f"{count_text(start)}–{count_text(end - 1)}" for start, end in pairwise(bounds)]
    texts = [text.partition("–")[0] if len(set(text.split("–"))) == 1 else text for text in ends]
    texts.append(say(N_("%(count)s 以上"), count=count_text(bounds[-1])))
    return tuple(enumerate(texts, 1))
