"""Every page of the desks is led to by a link, answers, and so has its picture."""

import pytest

from gimark.accounts.rules import Role
from gimark.issuance.rules import RangeKind
from scripts.cli.touring import links, routes, walk
from tests.api.conftest import county, site
from tests.api.site import Site
from tests.county import staff
from tests.web.desk.people import Person, seated

__all__ = ["county", "site"]

# What only some state of work leads to, which this county has not. Each is opened by the tests of its own.
NEEDS_STATE = {
    "/exports/made/{ref}": "a long list that somebody asked for",
    "/exports/made/{ref}/file": "a long list that was made",
    "/exports/made/{ref}/progress": "a long list under way",
    "/me/authenticator/end": "an authenticator that may be done without",
    "/producer/approvals/{ref}": "an act that somebody asked for",
    "/producer/batches/{batch}/confirmation": "a batch that is not confirmed",
    "/producer/codes/{serial}": "a code that was looked for",
    "/producer/keys/{key}/revocation": "an access key",
    "/producer/labels/{labels}/custody": "labels that were made",
    "/producer/labels/{labels}/files/{name}": "labels that were made",
    "/producer/orders/new/label.svg": "a choice in the order's form",
    "/producer/orders/{order}/progress": "work under way",
    "/producer/uploads/{upload}": "an uploaded workbook",
    "/producer/uploads/{upload}/report.xlsx": "an uploaded workbook",
    "/regulator/approvals/{ref}": "an act that somebody asked for",
    "/regulator/codes/{serial}": "a code that was looked for",
    "/regulator/labels/{ref}": "labels that were made",
    "/regulator/notices/{ref}": "a notice",
    "/studio/marks/{ref}/picture.png": "an uploaded mark",
    "/studio/printers/{ref}": "a printer",
    "/studio/templates/{ref}": "a template of the enterprise's own",
    "/studio/templates/{ref}/template.toml": "a template of the enterprise's own",
}


def toured(person: Person, home: str, dead: list[tuple[str, str, int]]) -> dict[str, str]:
    """The walk of one person; links that lead nowhere are put down in `dead`."""

    def read(address: str) -> str | None:
        answer = person.get(address)
        # 422: the address of a form that finds something, without what was typed.
        if answer.status_code not in (200, 303, 422):
            dead.append((person.actor.name, address, answer.status_code))
        return answer.text if answer.headers.get("content-type", "").startswith("text/html") else None

    return walk(read, home)


@pytest.fixture
def people(site: Site) -> list[tuple[Person, str]]:
    """Somebody at each desk, in a county with a batch, codes and an act on them."""
    run = site.county.run(site.county.batch(), 100)
    site.county.change(run, RangeKind.ACTIVATE, (0, 9))
    administrator = staff(site.county.store, Role.ADMINISTRATOR)
    homes = ((site.county.lead, "/regulator"), (site.county.producer, "/producer"), (administrator, "/users"))
    return [(seated(site, actor), home) for actor, home in homes]


def test_links_lead_to_every_page_and_none_leads_nowhere(people: list[tuple[Person, str]]) -> None:
    dead: list[tuple[str, str, int]] = []
    reached = {route for person, home in people for route in toured(person, home, dead)}
    left = sorted(set(routes()) - reached)
    assert left == sorted(NEEDS_STATE), left
    assert dead == []


def test_a_link_is_read_without_its_language_and_as_it_is_meant() -> None:
    page = (
        '<a href="/a?lang=zh&amp;q=1&amp;b=%E6%9D%BE">x</a><a href="https://elsewhere.example/">y</a><a href="#z">z</a>'
    )
    assert list(links(page)) == ["/a?q=1&b=%E6%9D%BE"]
