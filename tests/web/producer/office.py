"""What tests of the producer's desk share: its people, its forms as a browser reads them, its orders."""

import re
from html import unescape

from gimark.accounts.rules import Actor, Role
from gimark.issuance.orders import OrderRow, order_rows
from gimark.store.paging import Wanted
from tests.county import County, staff
from tests.web.desk.people import Person

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def clerk_of(county: County) -> Actor:
    """A clerk of the first enterprise."""
    return staff(county.store, Role.PRODUCER_CLERK, "clerk", county.producer.enterprise_id)


def hidden(person: Person, target: str) -> dict[str, str]:
    """What the form of a page carries unseen, but for `csrf`, which `Person.post` adds."""
    page = person.get(target)
    assert page.status_code == 200, (page.status_code, page.text[:300])
    main = page.text[page.text.index("<main") :]
    return {name: unescape(value) for name, value in HIDDEN.findall(main) if name != "csrf"}


def orders(county: County) -> list[OrderRow]:
    """The first enterprise's orders, the newest first."""
    with county.store.reading() as session:
        return list(order_rows(session, county.producer, Wanted(newest_first=True)).items)
