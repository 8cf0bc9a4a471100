"""An enterprise keeps its own telephone up to date; nothing else of its row, and nobody else's."""

import pytest

from gimark.accounts.rules import Actor, Role
from gimark.errors import InvalidInputError, NotAllowedError, NotFoundError
from gimark.ledger import book
from gimark.registry.enterprises.contact import ContactForm, change_contact
from gimark.registry.enterprises.queries import EnterpriseFacts, enterprise
from gimark.store.unit_of_work import Store
from tests.county import County, make_county

NEW = ContactForm("王松", "0571-8888 0000", "Songwu Mushrooms")


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def change(county: County, actor: Actor, form: ContactForm) -> None:
    with county.store.acting() as act:
        change_contact(act, actor, form)
        act.commit()


def facts(county: County) -> EnterpriseFacts:
    with county.store.reading() as session:
        return enterprise(session, county.regulator, county.enterprise_ref)


def test_contact_telephone_and_english_name_change_and_the_ledger_does_not(county: County) -> None:
    before = facts(county)
    with county.store.reading() as session:
        size = book.size(session)
    change(county, county.producer, NEW)
    now = facts(county)
    assert (now.contact, now.phone, now.name_en) == (NEW.contact, NEW.phone, NEW.name_en)
    assert (now.uscc, now.name_zh, now.address) == (before.uscc, before.name_zh, before.address)
    with county.store.reading() as session:
        assert book.size(session) == size
    change(county, county.producer, ContactForm(None, None, None))
    assert facts(county).phone is None


def test_every_text_that_cannot_be_is_named_at_once(county: County) -> None:
    with pytest.raises(InvalidInputError) as caught:
        change(county, county.producer, ContactForm("a\nb", "1" * 41, " x"))
    assert [fault.field for fault in caught.value.faults] == ["contact", "phone", "name_en"]
    assert facts(county).contact is None


def test_another_s_enterprise_cannot_be_named_and_a_clerk_or_an_office_is_refused(county: County) -> None:
    change(county, county.other_producer, NEW)
    assert facts(county).phone is None
    clerk = Actor(9, "clerk", Role.PRODUCER_CLERK, county.producer.enterprise_id)
    for actor, error in ((clerk, NotAllowedError), (county.regulator, NotAllowedError)):
        with pytest.raises(error):
            change(county, actor, NEW)
    with pytest.raises((NotAllowedError, NotFoundError)):
        change(county, Actor(9, "admin", Role.ADMINISTRATOR), NEW)
