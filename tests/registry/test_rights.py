"""Towns, products and rights: what the ledger could not hold is refused by field."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from gimark.errors import InvalidInputError
from gimark.registry.rights.actions import ProductClassForm, add_product, add_town, set_right
from gimark.store.unit_of_work import Store
from tests.county import RIGHT, TOWN, County, make_county

DRIED = ProductClassForm("dried", "干香菇")


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


def fields(caught: pytest.ExceptionInfo[InvalidInputError]) -> set[str]:
    return {fault.field for fault in caught.value.faults}


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "99900100", "9990010010", "９９９００１００１", "99900100a", "999001001\n"]
)
def test_a_code_that_is_no_statistical_code_is_refused(county: County, code: str) -> None:
    with county.store.acting() as act, pytest.raises(InvalidInputError) as caught:
        add_town(act, county.regulator, code, "某镇", None)
    assert fields(caught) == {"code"}


@pytest.mark.parametrize(("name", "name_en"), [("", None), ("镇" * 61, None), ("某镇", "x" * 121), ("某镇", " ")])
def test_a_towns_name_is_one_line_that_fits(county: County, name: str, name_en: str | None) -> None:
    with county.store.acting() as act, pytest.raises(InvalidInputError):
        add_town(act, county.regulator, "999001003", name, name_en)


@pytest.mark.parametrize(
    ("name", "classes", "field"),
    [
        ("云溪木耳", [DRIED, DRIED], "classes/1/key"),
        ("云溪木耳", [], "classes"),
        ("云溪木耳", [ProductClassForm("", "干")], "classes/0/key"),
        ("云溪木耳", [ProductClassForm("k" * 41, "干")], "classes/0/key"),
        ("云溪木耳", [ProductClassForm("dried", "")], "classes/0/name"),
        ("", [DRIED], "name"),
        ("耳" * 61, [DRIED], "name"),
        ("云溪香菇", [DRIED], "name"),
    ],
)
def test_a_product_that_no_entry_could_name_is_refused(
    county: County, name: str, classes: Sequence[ProductClassForm], field: str
) -> None:
    with county.store.acting() as act, pytest.raises(InvalidInputError) as caught:
        add_product(act, county.regulator, name, None, classes)
    assert fields(caught) == {field}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"towns": (TOWN, TOWN)}, "area"),
        ({"towns": ()}, "area"),
        ({"towns": ("999001099",)}, "area"),
        ({"defined_grades": ("特级", "")}, "grades/1"),
        ({"defined_grades": ("级" * 41,)}, "grades/0"),
        ({"printed_texts": ("a\nb",)}, "printed_texts/0"),
        ({"standard": "S" * 61}, "standard"),
        ({"product_ref": "no-such-product-0"}, "product"),
        ({"valid_until": date(2019, 12, 31)}, "until"),
    ],
)
def test_a_right_that_no_entry_could_hold_is_refused(county: County, change: dict[str, object], field: str) -> None:
    form = replace(RIGHT, **{"product_ref": county.product_ref, **change})  # type: ignore[arg-type]
    with county.store.acting() as act, pytest.raises(InvalidInputError) as caught:
        set_right(act, county.regulator, form)
    assert fields(caught) == {field}
