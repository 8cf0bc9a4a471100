"""Whose look it is: forwarded addresses are believed from our proxies alone, and no address gets any further."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from api.visitors import Visitors
from gimark.clock import FixedClock
from gimark.scans.hours import hour_of
from gimark.scans.provinces import NoGeoResolver
from gimark.scans.tag_keys import TagKeys
from gimark.store.unit_of_work import Store

PHONE = b"Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0"


class Atlas:
    """Knows where one network is, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def province(self, address: str) -> str | None:
        self.asked.append(address)
        return "33" if address.startswith("203.0.113.") else None


@pytest.fixture
def keys(store: Store, clock: FixedClock) -> TagKeys:
    keys = TagKeys(store)
    keys.prepare(clock.now())
    return keys


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def request(peer: str, method: str = "GET", **headers: bytes) -> tuple[Any, dict[bytes, bytes]]:
    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return {"method": method, "client": (peer, 1)}, {b"user-agent": PHONE, **named}


@pytest.mark.parametrize(
    ("peer", "forwarded", "believed"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", b"198.51.100.1", "203.0.113.7"),
        ("10.0.0.2", b"198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", b"1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", b"1.2.3.4, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("10.0.0.2", b"10.0.0.8, 10.0.0.9", "10.0.0.8"),
        ("10.0.0.2", b"", ""),
        ("", None, ""),
    ],
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_alone(
    keys: TagKeys, peer: str, forwarded: bytes | None, believed: str
) -> None:
    visitors = Visitors(keys, NoGeoResolver(), ("10.0.0.0/24",))
    scope, headers = request(peer, **({} if forwarded is None else {"x_forwarded_for": forwarded}))
    assert visitors.address(scope, headers) == believed


def test_a_person_s_look_has_an_hour_a_tag_and_a_province(keys: TagKeys, clock: FixedClock) -> None:
    atlas = Atlas()
    visit = Visitors(keys, atlas).visit(*request("203.0.113.7"), clock.now())
    assert (visit.hour, visit.province, visit.is_counted) == (hour_of(clock.now()), "33", True)
    assert visit.device is not None
    assert atlas.asked == ["203.0.113.7"]


def test_what_is_no_person_s_look_is_not_even_located(keys: TagKeys, clock: FixedClock) -> None:
    atlas = Atlas()
    visitors = Visitors(keys, atlas)
    for scope, headers in (
        request("203.0.113.7", method="HEAD"),
        request("203.0.113.7", user_agent=b"Googlebot/2.1"),
        request("203.0.113.7", sec_purpose=b"prefetch"),
    ):
        visit = visitors.visit(scope, headers, clock.now())
        assert (visit.device, visit.province, visit.is_counted) == (None, None, False)
    assert atlas.asked == []


def test_without_the_week_s_key_a_look_is_counted_but_is_no_check(store: Store, clock: FixedClock) -> None:
    visit = Visitors(TagKeys(store), NoGeoResolver()).visit(*request("203.0.113.7"), clock.now())
    assert (visit.device, visit.is_counted) == (None, True)


def test_an_ignored_header_is_warned_of_once_and_without_the_address(keys: TagKeys) -> None:
    from structlog.testing import capture_logs

    visitors = Visitors(keys, NoGeoResolver())
    scope, headers = request("203.0.113.7", x_forwarded_for=b"198.51.100.1")
    with capture_logs() as logs:
        visitors.address(scope, headers)
        visitors.address(scope, headers)
    assert len(logs) == 1
    assert "198.51.100.1" not in str(logs)
    assert "203.0.113.7" not in str(logs)
