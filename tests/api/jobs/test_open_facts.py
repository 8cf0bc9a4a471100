"""A label whose mandatory text is 待填, or known but unconfirmed, is refused before the order, with its field named."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from api.jobs.labelling import order_labels
from gimark.clock import SystemClock
from gimark.issuance.printing import PrintForm
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import PRINTABLE, FactName, Right, RightFact, RightKind, SourceTag
from labels.errors import LabelError
from tests.founded import COUNT, GTIN, USCC, Workshop

OPEN = sorted(set(SourceTag) - PRINTABLE - {SourceTag.MEMORY, SourceTag.DERIVED, SourceTag.CONFLICTING})


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Workshop:
    return workshop.copy(tmp_path, SystemClock())


def order(shop: Workshop) -> None:
    form = PrintForm(shop.run.ref, 0, COUNT - 1, "a4-3x8", 300, "order", on_pack=())
    order_labels(shop.here, shop.producer, form)


def refused_fields(shop: Workshop) -> list[str]:
    with pytest.raises(LabelError) as caught:
        order(shop)
    return [fault.field for fault in caught.value.faults]


def know(shop: Workshop, fact: FactName, tag: SourceTag, *, confirmed: bool = False) -> None:
    with shop.here.store.acting() as act:
        right = act.session.scalars(select(Right).where(Right.kind == RightKind.GI_PRODUCT)).one()
        note = {"confirmed_by": "示例", "confirmed_on": date(2026, 11, 20)} if confirmed else {}
        act.session.merge(RightFact(right_id=right.id, fact=fact, source="示例", tag=tag, **note))
        act.commit()


@pytest.mark.parametrize("tag", OPEN)
def test_a_standard_that_is_only_reported_is_not_printed_until_the_county_confirms_it(
    shop: Workshop, tag: SourceTag
) -> None:
    know(shop, FactName.STANDARD, tag)
    assert refused_fields(shop)[0] == "standard"
    know(shop, FactName.STANDARD, tag, confirmed=True)
    order(shop)


@pytest.mark.parametrize("tag", OPEN)
def test_a_grade_is_not_printed_from_a_table_that_nobody_confirmed(shop: Workshop, tag: SourceTag) -> None:
    know(shop, FactName.GRADES, tag)
    assert refused_fields(shop) == ["grade"]
    know(shop, FactName.GRADES, tag, confirmed=True)
    order(shop)


@pytest.mark.parametrize(
    ("table", "column", "field"),
    [
        (Right, "standard", "standard"),
        (Enterprise, "phone", "contact"),
        (Enterprise, "sc_licence", "licence"),
        (TradeItem, "storage", "storage"),
        (TradeItem, "shelf_life", "shelf_life"),
        (TradeItem, "ingredients", "ingredients"),
        (TradeItem, "grade", "grade"),
    ],
)
def test_an_empty_text_that_must_be_there_is_named(
    shop: Workshop, table: type[Right | Enterprise | TradeItem], column: str, field: str
) -> None:
    its_own = {Right: Right.kind == RightKind.GI_PRODUCT, Enterprise: Enterprise.uscc == USCC}
    chosen = its_own.get(table, TradeItem.gtin == GTIN)
    with shop.here.store.acting() as act:
        act.session.execute(update(table).where(chosen).values({column: None}))
        act.commit()
    assert refused_fields(shop)[0] == field


def test_a_mark_without_its_registration_number_is_not_printed(shop: Workshop) -> None:
    with shop.here.store.acting() as act:
        its_own = Right.kind == RightKind.GI_PRODUCT
        values = {"kind": RightKind.COLLECTIVE_MARK, "trademark": None, "printed_texts": ["云溪香菇"]}
        act.session.execute(update(Right).where(its_own).values(values))
        act.commit()
    assert "trademark" in refused_fields(shop)
