"""What the law wants on a label, by right and class; each missing item names its rule."""

from dataclasses import replace

import pytest

from labels.errors import MissingTextError
from labels.mandatory import missing, net_content_height_mm, require_mandatory
from labels.values import Right
from tests.labels.specimens import GI, ROLL_50, VALUES, template

MARK = Right("certification_mark", "云溪甜桔柚", trademark="第99999999号")


def items(**changes: object) -> list[str]:
    return [found.item for found in missing(replace(VALUES, **changes))]


def test_a_complete_label_misses_nothing() -> None:
    assert missing(VALUES) == ()
    require_mandatory(VALUES, template(ROLL_50).keys)


@pytest.mark.parametrize(
    "item", ["uscc", "producer", "address", "net_content", "packed_on", "lot", "storage", "shelf_life"]
)
def test_each_missing_item_is_named(item: str) -> None:
    assert items(**{item: None}) == [item]


def test_a_gi_product_needs_its_standard_or_its_announcement() -> None:
    assert "standard" in items(rights=(replace(GI, standard=None),))
    announced = replace(GI, standard=None, announcement="2003年第99号")
    assert items(rights=(announced,), standard="GB/T 7096-2014") == []


def test_a_gi_product_bears_its_own_name() -> None:
    assert items(product_name="香菇") == ["product_name"]
    assert items(product_name="精品云溪香菇") == []


@pytest.mark.parametrize("kind", ["certification_mark", "collective_mark"])
def test_a_mark_needs_its_registration_number(kind: str) -> None:
    unregistered = replace(MARK, kind=kind, trademark=None)
    found = missing(replace(VALUES, rights=(unregistered,), standard="Q/YX 1"))
    assert [(part.item, part.detail) for part in found] == [("trademark", "云溪甜桔柚")]
    assert "专用标志使用管理办法" in found[0].fault.reason_zh
    assert items(rights=(replace(MARK, kind=kind),), standard="Q/YX 1") == []


def test_the_number_of_one_mark_does_not_stand_for_another() -> None:
    second = Right("collective_mark", "云溪香菇菌棒")
    assert items(rights=(GI, MARK, second)) == ["trademark"]


def test_a_grade_is_shown_only_if_the_standard_defines_it() -> None:
    (found,) = missing(replace(VALUES, grade="特级"))
    assert found.is_forbidden
    assert "特级" in found.fault.reason_zh
    assert "4.11" in found.fault.reason_en
    assert items(grade=None) == ["grade"]
    assert items(grade=None, defined_grades=()) == []
    assert items(grade="一级", defined_grades=()) == ["grade"]


def test_the_licence_follows_the_class() -> None:
    assert items(licence=None) == ["licence"]
    assert items(licence=None, needs_licence=False) == []


def test_fresh_produce_needs_no_shelf_life_but_still_its_maker() -> None:
    fresh = {"is_prepackaged_food": False, "shelf_life": None, "licence": None, "on_pack": frozenset()}
    assert items(**fresh) == []
    assert items(**fresh, producer="") == ["producer"]


def test_the_package_may_bear_what_is_not_bound_to_the_mark() -> None:
    assert items(on_pack=frozenset()) == ["ingredients", "contact"]
    everything = frozenset({"uscc", "product_name", "trademark", "storage", "contact", "ingredients"})
    assert items(storage=None, on_pack=everything) == []
    assert items(uscc="", on_pack=everything) == ["uscc"]


def test_what_the_template_does_not_draw_is_missing() -> None:
    keys = template(ROLL_50).keys - {"storage", "uscc"}
    assert [found.item for found in missing(VALUES, keys)] == ["uscc", "storage"]


def test_all_faults_come_in_one_error_in_both_languages() -> None:
    with pytest.raises(MissingTextError) as refused:
        require_mandatory(replace(VALUES, storage=None, shelf_life=None))
    assert [fault.field for fault in refused.value.faults] == ["storage", "shelf_life"]
    assert "食品安全法" in refused.value.text("zh")
    assert "Food Safety Law" in refused.value.text("en")


@pytest.mark.parametrize(
    ("net_g", "height_mm"), [(None, 2), (50, 2), (51, 3), (200, 3), (201, 4), (1000, 4), (1001, 6)]
)
def test_net_content_grows_with_the_mass(net_g: int | None, height_mm: float) -> None:
    assert net_content_height_mm(net_g) == height_mm
