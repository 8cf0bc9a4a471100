"""Enterprises and trade items at the desk: what cannot be is refused by field, and nothing reaches the ledger."""

from dataclasses import replace

import pytest

from gimark.accounts.rules import Actor
from gimark.errors import InvalidInputError
from gimark.ledger import book
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.items.actions import TradeItemForm, register_item
from gimark.registry.rights.actions import ProductClassForm, add_product, set_right
from gimark.store.unit_of_work import Act, Store
from tests.county import GTIN, RIGHT, THIRD_GTIN, TOWN, USCC, County, make_county

ENTERPRISE = EnterpriseForm("92331126MA00GEMX2P", "云溪县王氏菇棚", EnterpriseKind.SOLE_TRADER, TOWN, "松坞镇 1 号")
ITEM = TradeItemForm("", THIRD_GTIN, "云溪香菇 500 g", "dried", 500, ())


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


def refused_fields(county: County, form: EnterpriseForm | TradeItemForm) -> set[str]:
    """The fields of the faults for which the regulator's form is refused, with nothing entered in the ledger."""
    with county.store.acting() as act:
        before = book.size(act.session)
        with pytest.raises(InvalidInputError) as caught:
            register(act, county.regulator, form)
        assert book.size(act.session) == before
    assert all(fault.remedy_zh and fault.remedy_en for fault in caught.value.faults)
    return {fault.field for fault in caught.value.faults}


def register(act: Act, actor: Actor, form: EnterpriseForm | TradeItemForm) -> None:
    if isinstance(form, EnterpriseForm):
        register_enterprise(act, actor, form)
    else:
        register_item(act, actor, form)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uscc": "92331126MA00GEMX2Q"}, "uscc"),
        ({"uscc": "９２331126MA00GEMX2P"}, "uscc"),
        ({"uscc": USCC}, "uscc"),
        ({"town_code": "999001099"}, "town"),
        ({"town_code": "９９９００１００１"}, "town"),
        ({"sc_licence": "SC1163311260001"}, "sc_licence"),
        ({"sc_licence": "SC１１６33112600017"}, "sc_licence"),
        ({"name_zh": ""}, "name"),
        ({"address": "两\n行"}, "address"),
    ],
)
def test_an_enterprise_that_cannot_be_is_refused_by_field(county: County, change: dict[str, str], field: str) -> None:
    assert refused_fields(county, replace(ENTERPRISE, **change)) == {field}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gtin": "09521234500033"}, "gtin"),
        ({"gtin": "０9521234500032"}, "gtin"),
        ({"gtin": "2012345678900"}, "gtin"),
        ({"gtin": GTIN}, "gtin"),
        ({"net_g": 0}, "net_g"),
        ({"net_g": -500}, "net_g"),
        ({"net_g": 10**12}, "net_g"),
        ({"product_class": "canned"}, "class"),
        ({"grade": "特级"}, "grade"),
        ({"name_zh": "云溪\u202e香菇"}, "name"),
        ({"right_refs": ()}, "rights"),
        ({"right_refs": ("no-such-right-00",)}, "rights"),
    ],
)
def test_a_trade_item_that_cannot_be_is_refused_by_field(county: County, change: dict[str, object], field: str) -> None:
    form = replace(ITEM, enterprise_ref=county.enterprise_ref, right_refs=(county.right_ref,))
    assert refused_fields(county, replace(form, **change)) == {field}  # type: ignore[arg-type]


def test_an_item_carries_the_rights_of_one_product_alone(county: County) -> None:
    with county.store.acting() as act:
        product = add_product(act, county.regulator, "云溪甜桔柚", None, [ProductClassForm("dried", "干果")])
        other = set_right(act, county.regulator, replace(RIGHT, product_ref=product.ref)).ref
        act.commit()
    form = replace(ITEM, enterprise_ref=county.enterprise_ref, right_refs=(county.right_ref, other))
    assert refused_fields(county, form) == {"rights"}
    assert refused_fields(county, replace(form, right_refs=(county.right_ref, "no-such-right-00"))) == {"rights"}


def test_all_that_is_wrong_with_a_form_is_told_at_once(county: County) -> None:
    enterprise = replace(ENTERPRISE, uscc="1", town_code="x", sc_licence="SC", name_zh="")
    assert refused_fields(county, enterprise) == {"uscc", "town", "sc_licence", "name"}
    item = replace(ITEM, enterprise_ref=county.enterprise_ref, gtin="1", net_g=0, grade="特级")
    assert refused_fields(county, item) == {"gtin", "net_g", "rights", "grade"}
