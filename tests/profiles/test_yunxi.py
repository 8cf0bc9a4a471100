"""The demonstration's county: complete, right in form, and nowhere to be mistaken for a real one."""

from pathlib import Path

import pytest
from stdnum.iso7064 import mod_11_10

from gimark.codes.uscc import organisation_code_is_valid
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.profiles.profile import Profile
from gimark.registry.profiles.reading import read_profile
from gimark.registry.rights.model import RightKind, SourceTag

FOLDER = Path("scripts/profiles/yunxi")
# Registry and type, places 1 and 2 of a USCC (GB 32100-2015), by the kind of enterprise.
USCC_TYPES = {EnterpriseKind.COMPANY: "91", EnterpriseKind.SOLE_TRADER: "92", EnterpriseKind.COOPERATIVE: "93"}


@pytest.fixture(scope="module")
def yunxi() -> Profile:
    return read_profile(FOLDER)


def test_it_has_two_products_by_two_routes(yunxi: Profile) -> None:
    assert {(product.name_zh, right.kind) for product in yunxi.products for right in product.rights} == {
        ("云溪香菇", RightKind.GI_PRODUCT),
        ("云溪甜桔柚", RightKind.CERTIFICATION_MARK),
    }


def test_eleven_mushroom_and_three_fruit_enterprises_are_authorised(yunxi: Profile) -> None:
    rights = [row.right for row in yunxi.authorizations]
    assert (rights.count("shiitake-product"), rights.count("tangelo-mark")) == (11, 3)
    assert len(yunxi.enterprises) == 14
    assert {row.uscc for row in yunxi.authorizations} == {row.form.uscc for row in yunxi.enterprises}


def test_there_is_one_sole_trader_and_every_code_fits_its_kind(yunxi: Profile) -> None:
    forms = [row.form for row in yunxi.enterprises]
    assert [form.kind for form in forms].count(EnterpriseKind.SOLE_TRADER) == 1
    for form in forms:
        assert form.uscc.startswith(USCC_TYPES[form.kind])
        assert organisation_code_is_valid(form.uscc)


def test_every_item_is_covered_by_an_authorization_of_its_enterprise(yunxi: Profile) -> None:
    covered = {(row.uscc, row.right, name) for row in yunxi.authorizations for name in row.terms.classes}
    assert {(item.uscc, right, item.product_class) for item in yunxi.items for right in item.rights} <= covered
    assert {item.uscc for item in yunxi.items} == {row.form.uscc for row in yunxi.enterprises}


def test_towns_of_enterprises_lie_in_an_area_of_their_right(yunxi: Profile) -> None:
    areas = {right.id: right.area for product in yunxi.products for right in product.rights}
    towns = {row.form.uscc: row.form.town_code for row in yunxi.enterprises}
    for row in yunxi.authorizations:
        assert towns[row.uscc] in areas[row.right]


def test_nothing_can_be_mistaken_for_a_real_one(yunxi: Profile) -> None:
    assert yunxi.county.code == "999001"
    assert yunxi.county.host.endswith(".example")
    assert all(town.code.startswith(yunxi.county.code) for town in yunxi.towns)
    assert all(row.form.uscc[2:8] == "000952" for row in yunxi.enterprises)
    assert all((row.form.phone or "").startswith("0000-") for row in yunxi.enterprises)
    assert all(item.gtin.startswith("0952") for item in yunxi.items), "GS1 keeps prefix 952 for demonstrations"
    assert all(row.terms.number.startswith("示例") for row in yunxi.authorizations)
    for right in (right for product in yunxi.products for right in product.rights):
        assert right.known.tag is SourceTag.INVENTED
        assert right.trademark is None or right.trademark.startswith("示例")


def test_licences_are_right_in_form_and_check_digit(yunxi: Profile) -> None:
    licences = [row.form.sc_licence for row in yunxi.enterprises if row.form.sc_licence]
    assert len(licences) == len(set(licences)) == 10
    for licence in licences:
        assert licence.startswith("SC116000952"), "category 116 vegetable products, an area that nobody has"
        assert mod_11_10.is_valid(licence[2:])


def test_whoever_makes_what_needs_a_licence_has_one(yunxi: Profile) -> None:
    licensed = {known.key for product in yunxi.products for known in product.classes if known.needs_licence}
    holders = {row.form.uscc for row in yunxi.enterprises if row.form.sc_licence}
    assert licensed == {"dried"}
    assert {item.uscc for item in yunxi.items if item.product_class in licensed} == holders


def test_prepackaged_food_names_its_ingredients_and_shelf_life(yunxi: Profile) -> None:
    prepackaged = {known.key for product in yunxi.products for known in product.classes if known.is_prepackaged_food}
    assert prepackaged == {"dried"}
    for item in yunxi.items:
        assert item.shelf_life
        assert (item.ingredients is not None) == (item.product_class in prepackaged)


def test_graded_items_are_of_the_graded_class_and_show_their_grade(yunxi: Profile) -> None:
    for item in yunxi.items:
        assert (item.grade is not None) == (item.product_class == "dried")
