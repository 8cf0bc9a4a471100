"""Who looked: a device tag that says "the same device, this week" and nothing more, and who is not a person at all.

tag = HMAC-SHA256(week's key, network)[:3] ‖ HMAC-SHA256(week's key, network ‖ user-agent family)[:5], where the
network is the address's /24 (IPv4) or /48 (IPv6). The first part lets one network's devices be counted together; with
the key destroyed, neither part says anything.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address

from gimark.scans.clones import NETWORK_BYTES

TAG_BYTES = 8
BLOCK_BYTES = 64
_MAX_USER_AGENT = 512

# The first family whose mark occurs in a user agent is its family; in-app browsers before the engines they are made of.
_FAMILIES = (
    ("MicroMessenger", "wechat"),
    ("AlipayClient", "alipay"),
    ("DingTalk", "dingtalk"),
    ("Weibo", "weibo"),
    ("aweme", "douyin"),
    (" QQ/", "qq"),
    ("UCBrowser", "uc"),
    ("Quark", "quark"),
    ("MiuiBrowser", "miui"),
    ("HuaweiBrowser", "huawei"),
    ("HeyTapBrowser", "heytap"),
    ("VivoBrowser", "vivo"),
    ("SamsungBrowser", "samsung"),
    ("Edg", "edge"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("CriOS", "chrome"),
    ("Chrome", "chrome"),
    ("Safari", "safari"),
)
_SYSTEMS = ("iPhone", "iPad", "HarmonyOS", "OpenHarmony", "Android", "Windows", "Macintosh", "Linux")
# Fetchers that draw a link's preview, and crawlers: they are answered and not counted.
_ROBOTS = (
    *("bot", "spider", "crawler", "preview", "facebookexternalhit", "whatsapp/", "embedly", "larkurl2meta"),
    *("wechatmediafetcher", "google-read-aloud", "mediapartners-google", "headlesschrome", "feedfetcher"),
)
_PREFETCH_HEADERS = frozenset({b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"})
_PREFETCH_WORDS = (b"prefetch", b"prerender", b"preview")


class TagMaker:
    """Makes the tags of one week.

    The two keyed hash states of HMAC (RFC 2104) are set up once and copied for each tag: a tag is made for every look,
    and setting them up costs more than the rest.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        padded = key.ljust(BLOCK_BYTES, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in padded))

    def tag(self, address: str, user_agent: str) -> bytes:
        """The 8-byte tag of a device. All addresses that cannot be read share one network."""
        network = network_of(address)
        device = self._hmac(network + b"\n" + family_of(user_agent[:_MAX_USER_AGENT]))
        return self._hmac(network)[:NETWORK_BYTES] + device[: TAG_BYTES - NETWORK_BYTES]

    def network_tag(self, network: bytes, minute: int) -> bytes:
        """8 bytes that stand for a network in one minute and nowhere else."""
        return self._hmac(b"attempts\n%d\n%b" % (minute, network))[:TAG_BYTES]

    def _hmac(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def network_of(address: str) -> bytes:
    """The /24 (IPv4, also when mapped into IPv6) or /48 (IPv6) around `address`; b"" when it is unreadable."""
    try:
        if ":" not in address:
            first, second, third, _ = address.split(".")
            return bytes((int(first), int(second), int(third)))
        long = IPv6Address(address)
    except ValueError:
        return b""
    return long.ipv4_mapped.packed[:3] if long.ipv4_mapped else long.packed[:6]


@lru_cache(maxsize=1024)
def family_of(user_agent: str) -> bytes:
    """The family of a user agent: which application on which system, without any version."""
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "other")
    system = next((name for name in _SYSTEMS if name in user_agent), "other")
    return f"{family}/{system}".encode()


@lru_cache(maxsize=1024)
def is_robot(user_agent: str) -> bool:
    """Whether this is a known crawler or link-preview fetcher; nothing at all is no browser either."""
    lower = user_agent.lower()
    return not lower or any(mark in lower for mark in _ROBOTS)


def is_prefetch(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser asks ahead of its user (Sec-Purpose, and its older names); names in lower case."""
    if _PREFETCH_HEADERS.isdisjoint(headers):
        return False
    said = [headers.get(name, b"").lower() for name in _PREFETCH_HEADERS]
    return any(word in value for value in said for word in _PREFETCH_WORDS)
