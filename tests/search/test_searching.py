"""One box finds a code, a number, a name or a part of one, on both databases, and nothing that is another's."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from gimark.accounts.rules import Actor
from gimark.codes.serial import typed_form
from gimark.errors import InvalidInputError
from gimark.registry.items.actions import TradeItemForm, register_item
from gimark.registry.rights.actions import set_right
from gimark.registry.rights.model import RightKind
from gimark.scans.life import read_asked
from gimark.search.queries import Findings, search
from gimark.search.rules import asked_of
from gimark.store.unit_of_work import Store
from tests.county import BATCH, GTIN, OTHER_GTIN, OTHER_USCC, RIGHT, TERMS, USCC, County, make_county
from tests.scans.desk import keyset_of, uri_of


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def find(county: County, text: str, actor: Actor | None = None) -> Findings:
    with county.store.reading() as session:
        return search(session, actor or county.regulator, county.keyring, keyset_of(county), asked_of(text))


def names(county: County, text: str, actor: Actor | None = None) -> set[str]:
    found = find(county, text, actor)
    return {one.name_zh for one in (*found.enterprises, *found.items, *found.rights)}


@pytest.mark.parametrize("text", ["示例菌业", "菌业", "例菌", "云溪县示例菌业有限公司", "菌业 有限"])
def test_an_enterprise_is_found_by_any_two_characters_of_its_name(county: County, text: str) -> None:
    assert names(county, text) == {"云溪县示例菌业有限公司"}


def test_a_product_s_name_finds_its_items_and_rights(county: County) -> None:
    found = find(county, "花菇")
    assert {item.number for item in found.items} == {GTIN, OTHER_GTIN}
    assert [right.name_zh for right in find(county, "香菇").rights] == ["云溪香菇"]
    assert [right.name_zh for right in find(county, "SHIITAKE").rights] == ["云溪香菇"]


@pytest.mark.parametrize("text", [USCC, USCC.lower(), f" {USCC} ", "".join(chr(ord(c) + 0xFEE0) for c in USCC)])
def test_an_enterprise_is_found_by_its_number_however_it_is_typed(county: County, text: str) -> None:
    assert [one.number for one in find(county, text).enterprises] == [USCC]


@pytest.mark.parametrize("text", [GTIN, GTIN[1:]])
def test_an_item_is_found_by_its_gtin(county: County, text: str) -> None:
    assert [one.number for one in find(county, text).items] == [GTIN]


@pytest.mark.parametrize("text", ["YX26A0317", "yx26a0317", "ＹＸ２６Ａ０３１７", "26-112", "２６-１１２"])
def test_a_batch_is_found_by_its_lot_and_by_the_producer_s_own(county: County, text: str) -> None:
    ref = county.batch()
    assert [one.ref for one in find(county, text).batches] == [ref]


def test_a_batch_whose_two_lots_are_the_same_is_found_once(county: County) -> None:
    ref = county.batch(form=replace(BATCH, producer_lot=BATCH.lot))
    assert [one.ref for one in find(county, BATCH.lot).batches] == [ref]


def test_numbers_of_rights_and_authorizations_are_found(county: County) -> None:
    with county.store.acting() as act:
        form = replace(
            RIGHT, product_ref=county.product_ref, kind=RightKind.CERTIFICATION_MARK, trademark="示例20260001"
        )
        set_right(act, county.regulator, replace(form, announcement="2026年第12号"))
        act.commit()
    assert find(county, "2026年第12号").rights[0].number == "2026年第12号 · 示例20260001 · GB/T 99952-2024"
    assert len(find(county, "99952").rights) == 2
    assert {one.number for one in find(county, "2026-0007").authorizations} == {TERMS.number}


def test_a_number_is_an_entry_of_the_ledger_and_a_run(county: County) -> None:
    run = county.run(county.batch(), 10)
    found = find(county, str(run.number))
    assert [one.ref for one in found.runs] == [run.ref]
    assert find(county, "3").entry == 3
    assert find(county, "1,000,000").entry is None


@pytest.mark.parametrize("form", ["typed", "plain", "address", "lower", "full width"])
def test_a_code_is_found_however_it_comes(county: County, form: str) -> None:
    run = county.run(county.batch(), 10)
    serial = read_asked(uri_of(county, run, 3), keyset_of(county)).serial
    typed = {
        "typed": typed_form(serial),
        "plain": serial,
        "lower": serial.lower(),
        "address": uri_of(county, run, 3),
        "full width": "".join(chr(ord(c) + 0xFEE0) for c in serial),
    }
    code = find(county, typed[form]).code
    assert code is not None
    assert (code.serial, code.index, code.run.facts.number) == (serial, 3, run.number)
    assert find(county, typed[form], county.producer).code is not None
    assert find(county, typed[form], county.other_producer).code is None


def test_an_address_of_somebody_else_finds_nothing(county: County) -> None:
    assert find(county, "https://elsewhere.example/01/09521234500018").count == 0


def test_a_producer_finds_its_own_alone(county: County) -> None:
    county.batch()
    for text in (USCC, GTIN, "YX26A0317", "示例菌业"):
        assert find(county, text, county.producer).count > find(county, text, county.other_producer).count
    assert names(county, "云溪", county.other_producer) == {"云溪县另一合作社", "云溪香菇 花菇 250 g", "云溪香菇"}
    assert find(county, OTHER_USCC, county.producer).count == 0


def test_signs_that_databases_read_otherwise_are_looked_for_as_they_are(county: County) -> None:
    with county.store.acting() as act:
        form = TradeItemForm(county.enterprise_ref, "09521234500049", "100%_菇", "dried", 250, (county.right_ref,))
        register_item(act, county.producer, form)
        act.commit()
    assert names(county, "0%") == {"100%_菇"}
    assert names(county, "%_") == {"100%_菇"}
    assert names(county, "'; drop") == set()


def test_capitals_do_not_matter(county: County) -> None:
    assert names(county, "250 G") == names(county, "250 g") != set()


@pytest.mark.parametrize("text", ["", " ", "菇", "x" * 3_000])
def test_what_would_find_everything_or_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        asked_of(text)
    assert caught.value.faults[0].field == "q"


def test_a_lot_is_looked_up_and_never_scanned_for(store: Store) -> None:
    county = make_county(store)
    county.batch()
    asked: list[tuple[str, object]] = []
    sa.event.listen(
        store.engine, "before_cursor_execute", lambda _c, _u, said, values, *_: asked.append((said, values))
    )
    find(county, "YX26A0317")
    with store.reading() as session:
        for said, values in [one for one in asked if "FROM batch" in one[0] and "lot" in one[0].split("WHERE")[1]]:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all()  # type: ignore[arg-type]
            assert any("SEARCH batch USING INDEX ix_batch_" in step.detail for step in plan)
            assert not any("SCAN batch" in step.detail for step in plan)
