"""What an address asks of a list, and the addresses around it."""

import pytest
from starlette.requests import Request

from api.web.desk.lists import PAGE_SIZE, Listing, listing_of
from gimark.errors import InvalidInputError
from gimark.store.paging import Wanted


def asked(query: str) -> Listing:
    request = Request({"type": "http", "path": "/regulator/enterprises", "query_string": query.encode(), "headers": []})
    return listing_of(request, filters=("q", "kind"), sorts=("-registered", "uscc"))


def test_nothing_asked_is_everything_in_the_usual_order() -> None:
    found = asked("lang=en")
    assert (found.filters, found.is_filtered, found.sort) == ({"q": "", "kind": ""}, False, "-registered")
    assert found.wanted == Wanted(PAGE_SIZE, None, newest_first=True)
    assert found.asked == {"q": "", "kind": ""}


def test_filters_order_and_place_are_read_and_kept_for_the_next_page() -> None:
    found = asked("q=+%E6%9D%BE%E9%9B%BE&sort=uscc&after=abc")
    assert (found.filters["q"], found.is_filtered, found.order) == ("松雾", True, "uscc")
    assert found.wanted == Wanted(PAGE_SIZE, "abc", newest_first=False)
    assert found.asked == {"q": "松雾", "kind": "", "sort": "uscc"}


def test_a_pressed_head_turns_the_order_round_and_forgets_the_place() -> None:
    found = asked("q=x&sort=uscc&after=abc")
    assert (found.direction("uscc"), found.direction("registered")) == ("ascending", "")
    assert found.turned("uscc") == {"q": "x", "kind": "", "sort": "-uscc"}
    assert found.turned("registered")["sort"] == "registered"
    assert asked("sort=-uscc").direction("uscc") == "descending"


@pytest.mark.parametrize("query", ["sort=password_hash", "sort=--uscc", "q=" + "x" * 201])
def test_what_no_page_of_ours_asks_is_refused(query: str) -> None:
    with pytest.raises(InvalidInputError):
        asked(query)
