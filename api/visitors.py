"""Who asks, as far as anybody wants to know: an hour, a device tag of the week, a province. The address ends here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network

from starlette.types import Scope

from api.logs import log
from gimark.scans.devices import is_prefetch, is_robot
from gimark.scans.hours import hour_of
from gimark.scans.lookup import Visit
from gimark.scans.provinces import GeoResolver
from gimark.scans.tag_keys import TagKeys

RawHeaders = Mapping[bytes, bytes]
# Of these only the first is ever read; scheme and host are the settings' and the Host header's, whatever they say.
FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded"})


class Visitors:
    """Makes visits of requests. Believes X-Forwarded-For from `trusted_proxies` alone."""

    def __init__(self, tag_keys: TagKeys, geo: GeoResolver, trusted_proxies: Sequence[str] = ()) -> None:
        self._tag_keys = tag_keys
        self._geo = geo
        self._proxies = tuple(ip_network(proxy) for proxy in trusted_proxies)
        self._is_proxy = lru_cache(maxsize=256)(self._in_trusted_network)
        self._has_warned = False

    def visit(self, scope: Scope, headers: RawHeaders, now: datetime) -> Visit:
        """The visit behind a request; HEAD, a prefetch and a robot are not counted."""
        hour = hour_of(now)
        user_agent = headers.get(b"user-agent", b"").decode("latin-1")
        if scope["method"] == "HEAD" or is_robot(user_agent) or is_prefetch(headers):
            return Visit(hour, None, is_counted=False)
        maker = self._tag_keys.at(hour)
        address = self.address(scope, headers)
        return Visit(hour, None if maker is None else maker.tag(address, user_agent), self._geo.province(address))

    def address(self, scope: Scope, headers: RawHeaders) -> str:
        """The address of whoever asks: the last in X-Forwarded-For that no trusted proxy has, else the peer's own.

        It is used at once and never kept or logged.
        """
        client = scope.get("client")
        peer: str = client[0] if client else ""
        if headers.keys().isdisjoint(FORWARDED):
            return peer
        if not self._is_proxy(peer):
            self._warn_once()
            return peer
        forwarded = headers.get(b"x-forwarded-for")
        if forwarded is None:
            return peer
        hops = [hop.strip() for hop in forwarded.decode("latin-1").split(",")]
        return next((hop for hop in reversed(hops) if not self._is_proxy(hop)), hops[0])

    def _in_trusted_network(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        # A socket that takes IPv4 and IPv6 alike names an IPv4 peer by an IPv6 address.
        plain = getattr(found, "ipv4_mapped", None) or found
        return any(plain in network for network in self._proxies)

    def _warn_once(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            log.warning("a forwarded header was ignored: its sender is not in trusted_proxies")
