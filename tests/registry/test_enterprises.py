"""A sole trader's name is taken back: from the ledger's commitment, from the register and from every page."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from gimark import audit
from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Role
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gimark.issuance.rules import RangeKind
from gimark.ledger import book, entries
from gimark.registry.authorizations.actions import grant_authorization
from gimark.registry.enterprises.actions import EnterpriseForm, erase_person, register_enterprise
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.actions import TradeItemForm, register_item
from gimark.scans.register import batch_of_run
from gimark.store.unit_of_work import Store
from tests.county import TERMS, THIRD_GTIN, TOWN, USCC, County, make_county
from tests.scans.desk import Desk, uri_of

NAME, TRADER = "云溪县王五菇行", "92000952MA0YXA101B"
REASON = "本人依法申请撤下"


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def desk(county: County) -> Iterator[Desk]:
    desk = Desk(county)
    yield desk
    desk.close()


@pytest.fixture
def trader(county: County) -> County:
    """The county as a sole trader with an item of its own has it."""
    with county.store.acting() as act:
        form = EnterpriseForm(TRADER, NAME, EnterpriseKind.SOLE_TRADER, TOWN, "松坞镇 9 号", contact="王五", phone="1")
        enterprise = register_enterprise(act, county.regulator, form)
        grant_authorization(act, county.regulator, enterprise.ref, county.right_ref, TERMS)
        asked = TradeItemForm(enterprise.ref, THIRD_GTIN, "云溪香菇 500 g", "dried", 500, (county.right_ref,))
        item = register_item(act, county.regulator, asked).ref
        user = User(name="wangwu", role=Role.PRODUCER_MANAGER, enterprise_id=enterprise.id, created_at=act.now)
        user.must_change_password, user.is_active = False, True
        act.session.add(user)
        act.session.flush()
        producer = Actor(user.id, user.name, Role.PRODUCER_MANAGER, enterprise.id)
        act.commit()
    return replace(county, producer=producer, item_ref=item)


def erase(county: County, uscc: str = TRADER, reason: str = REASON, actor: Actor | None = None) -> None:
    with county.store.acting() as act:
        erase_person(act, actor or county.regulator, uscc, reason)
        act.commit()


def test_an_erased_person_is_named_by_no_page_and_the_code_stays_good(trader: County, desk: Desk) -> None:
    run = trader.run(trader.batch(), 100)
    trader.change(run, RangeKind.ACTIVATE, (0, 9))
    uri = uri_of(trader, run)
    before = desk.scan(uri).verdict
    assert before.package is not None
    assert (before.package.enterprise_zh, before.package.uscc) == (NAME, TRADER)
    erase(trader)
    after = desk.scan(uri).verdict
    assert after.package is not None
    assert after.colour == before.colour
    ware = after.package
    assert (ware.enterprise_zh, ware.enterprise_en, ware.uscc, ware.address) == (None, None, None, None)


def test_the_ledger_says_that_it_was_done_and_agrees_with_the_tables(trader: County) -> None:
    erase(trader)
    with trader.store.reading() as session:
        row = session.scalars(select(Enterprise).where(Enterprise.uscc == TRADER)).one()
        assert (row.name_zh, row.subject_salt, row.contact, row.phone) == (NAME, None, None, None)
        entry = entries.decode(book.entry(session, book.size(session) - 1))
        assert list(audit.differences(session)) == []
        index = row.ledger_index
    assert (entry["type"], entry["entry"], entry["reason"], entry["by"]) == ("correction", index, REASON, "regulator")


def test_the_name_is_read_anew_by_a_process_that_held_it(trader: County, desk: Desk) -> None:
    run = trader.run(trader.batch(), 100)
    desk.snapshot.look()
    desk.snapshot.find(run.number)
    erase(trader)
    desk.snapshot.look()
    assert desk.snapshot.at_hand(run.number) is None
    with trader.store.reading() as session:
        record = batch_of_run(session, run.number, trader.store.clock.now())
    assert record is not None
    assert record.package.enterprise_zh is None


def test_what_cannot_be_erased_is_refused_and_leaves_no_entry(trader: County) -> None:
    with trader.store.reading() as session:
        size = book.size(session)
    with pytest.raises(ConflictError, match="no sole trader"):
        erase(trader, USCC)
    with pytest.raises(NotFoundError):
        erase(trader, "92000952MA0YXE0410")
    with pytest.raises(InvalidInputError, match="reason"):
        erase(trader, reason="两\n行")
    for actor in (trader.producer, Actor(1, "admin", Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowedError):
            erase(trader, actor=actor)
    with trader.store.reading() as session:
        assert book.size(session) == size
    erase(trader)
    with pytest.raises(ConflictError, match="erased before"):
        erase(trader)
