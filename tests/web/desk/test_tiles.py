"""The tile map: every province once, and steps that tell few from many."""

import pytest

from api.web.desk.tiles import PLACES, bounds_for, tile_map
from api.web.provinces import PROVINCES


def test_every_province_has_one_tile_and_no_two_lie_upon_each_other() -> None:
    assert set(PLACES) == set(PROVINCES)
    assert len({(column, row) for _, _, column, row in PLACES.values()}) == len(PROVINCES)
    assert len({short for short, *_ in PLACES.values()}) == len({short for _, short, *_ in PLACES.values()}) == 34


@pytest.mark.parametrize(
    ("most", "bounds"),
    [(0, (1, 2, 3, 4)), (3, (1, 2, 3, 4)), (40, (1, 2, 3, 10)), (19_734, (1, 200, 1000, 5000))],
)
def test_steps_begin_at_round_numbers_that_rise(most: int, bounds: tuple[int, ...]) -> None:
    assert bounds_for(most) == bounds


def test_a_province_is_as_dark_as_its_count_and_unknown_places_are_on_no_map() -> None:
    made = tile_map({"33": 400, "31": 7, "11": 1, "": 90, "99": 5}, "zh")
    steps = {tile.name: tile.step for tile in made.tiles}
    assert (steps["浙江"], steps["上海"], steps["北京"], steps["西藏"]) == (4, 2, 1, 0)
    assert [(tile.name, tile.count) for tile in made.ranked] == [("浙江", 400), ("上海", 7), ("北京", 1)]
    assert made.steps == ((1, "1–4"), (2, "5–19"), (3, "20–99"), (4, "100 以上"))


def test_a_step_of_a_single_count_is_that_count() -> None:
    assert tile_map({"33": 3}, "en").steps == ((1, "1"), (2, "2"), (3, "3"), (4, "4 and more"))
