"""Device tags tell devices of a week apart and give nothing else away; robots and prefetches are known."""

import hmac
import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gimark.scans.devices import TAG_BYTES, TagMaker, family_of, is_prefetch, is_robot, network_of

KEY = bytes(range(32))
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.53"
CHROME = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def test_one_device_has_one_tag_within_its_network_and_another_elsewhere() -> None:
    tag = TagMaker(KEY).tag("203.0.113.7", WECHAT)
    assert len(tag) == TAG_BYTES
    assert TagMaker(KEY).tag("203.0.113.200", WECHAT) == tag
    assert TagMaker(KEY).tag("203.0.114.7", WECHAT)[:3] != tag[:3]


def test_a_tag_is_made_of_hmac_sha256() -> None:
    network, device = bytes([203, 0, 113]), bytes([203, 0, 113]) + b"\nwechat/iPhone"
    parts = [hmac.digest(KEY, message, "sha256") for message in (network, device)]
    assert TagMaker(KEY).tag("203.0.113.7", WECHAT) == parts[0][:3] + parts[1][:5]


def test_two_browsers_in_one_network_share_the_network_part_only() -> None:
    one, other = TagMaker(KEY).tag("203.0.113.7", WECHAT), TagMaker(KEY).tag("203.0.113.7", CHROME)
    assert one[:3] == other[:3]
    assert one[3:] != other[3:]


def test_another_week_s_key_makes_every_part_new() -> None:
    one, other = TagMaker(KEY).tag("203.0.113.7", WECHAT), TagMaker(bytes(32)).tag("203.0.113.7", WECHAT)
    assert one[:3] != other[:3]
    assert one[3:] != other[3:]


def test_a_new_version_of_the_browser_is_no_new_device() -> None:
    assert family_of(WECHAT) == family_of(WECHAT.replace("8.0.53", "8.0.54").replace("18_0", "18_1"))
    assert family_of(WECHAT) == b"wechat/iPhone"
    assert family_of(CHROME) == b"chrome/Android"
    assert family_of("") == b"other/other"


@given(st.ip_addresses(v=4))
def test_ipv4_is_kept_to_its_24_also_when_mapped(address: ipaddress.IPv4Address) -> None:
    assert network_of(str(address)) == address.packed[:3]
    assert network_of(f"::ffff:{address}") == address.packed[:3]


@given(st.ip_addresses(v=6).filter(lambda a: a.ipv4_mapped is None))
def test_ipv6_is_kept_to_its_48(address: ipaddress.IPv6Address) -> None:
    assert network_of(str(address)) == address.packed[:6]


@given(st.text(max_size=50))
@example("1.2.3")
@example("300.1.1.1")
@example("a.b.c.d")
@example("-1.2.3.4")
@example("1.2.3.4.5")
def test_an_unreadable_address_never_raises(address: str) -> None:
    assert len(TagMaker(KEY).tag(address, "")) == TAG_BYTES


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "facebookexternalhit/1.1",
        "Slackbot-LinkExpanding 1.0",
        "TelegramBot (like TwitterBot)",
        "WhatsApp/2.23.20.0",
        "Mozilla/5.0 SkypeUriPreview",
        "LarkUrl2Meta",
    ],
)
def test_a_fetcher_is_known(user_agent: str) -> None:
    assert is_robot(user_agent)


@pytest.mark.parametrize("user_agent", [WECHAT, CHROME, "curl/8.5.0"])
def test_a_person_is_no_robot(user_agent: str) -> None:
    assert not is_robot(user_agent)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (b"sec-purpose", b"prefetch;prerender", True),
        (b"purpose", b"Prefetch", True),
        (b"x-moz", b"prefetch", True),
        (b"x-purpose", b"preview", True),
        (b"sec-purpose", b"", False),
        (b"accept", b"prefetch", False),
    ],
)
def test_a_prefetch_is_known_by_its_header(name: bytes, value: bytes, expected: bool) -> None:
    assert is_prefetch({b"host": b"localhost", name: value}) is expected
