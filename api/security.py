"""The small guards in front of every path, as raw ASGI: request id, Host, cross-site requests, body size, headers."""

import secrets
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import refusals
from api.logs import log
from api.negotiation import header
from api.problems import Problems

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Styles and pictures from here, nothing else; a page that needs more sends a policy of its own.
CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
ONE_YEAR_S = 31_536_000


@lru_cache(maxsize=256)
def host_name(host: bytes) -> str:
    """The name in a Host header: lower case, without port and without the brackets of an IPv6 address."""
    value = host.decode("latin-1").lower()
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Guard:
    """Gives every request an id, answers what nobody caught, and adds the headers that an answer lacks."""

    app: ASGIApp
    problems: Problems
    is_https: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; log a bug once with the request's id and answer it, unless an answer has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._complete(message, request_id)
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        except Exception as error:
            log.exception("request failed", request_id=request_id, method=scope["method"])
            if not begun:
                await self.problems.response(error, scope)(scope, receive, send_guarded)

    def _complete(self, message: Message, request_id: str) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS:
            headers.setdefault(name, value)
        if self.is_https:
            headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR_S}")
        headers["X-Request-Id"] = request_id


@dataclass(frozen=True, slots=True)
class HostCheck:
    """Lets through the key set's hosts and loopback names; anything else is told the right address (421).

    `hosts` gives the names that are ours now, because a new key set may add one while we run.
    """

    app: ASGIApp
    problems: Problems
    hosts: Callable[[], Set[str]]
    right_address: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge the Host header."""
        if scope["type"] != "http" or host_name(_raw_host(scope)) in self.hosts():
            await self.app(scope, receive, send)
            return
        await self.problems.response(refusals.misdirected(self.right_address), scope)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class SameSite:
    """Refuses unsafe requests that another site made a browser send.

    Sec-Fetch-Site decides; browsers without it are judged by Origin; a request with neither passes only when it
    carries no cookie, because then no browser lent it anybody's session.
    """

    app: ASGIApp
    problems: Problems
    origins: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge an unsafe request."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        await self.problems.response(refusals.cross_site(), scope)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        site = header(scope["headers"], b"sec-fetch-site")
        if site:
            return site in ("same-origin", "none")
        origin = header(scope["headers"], b"origin")
        if origin:
            return (
                origin.lower() in self.origins
                or origin.lower() == f"{scope['scheme']}://{_raw_host(scope).decode('latin-1').lower()}"
            )
        return not header(scope["headers"], b"cookie")


def _raw_host(scope: Scope) -> bytes:
    """Host and port as the client wrote them."""
    return header(scope["headers"], b"host").encode("latin-1")


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Refuses bodies that are too large, by Content-Length at once and by counting what arrives."""

    app: ASGIApp
    problems: Problems
    limit: int
    upload_limit: int
    upload_prefixes: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body while it is read."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        limit = self.upload_limit if scope["path"].startswith(self.upload_prefixes) else self.limit
        declared = header(scope["headers"], b"content-length")
        if declared and (not declared.isascii() or not declared.isdigit() or int(declared) > limit):
            await self.problems.response(refusals.too_large(limit), scope)(scope, receive, send)
            return
        if await self._within(limit, scope, receive, send):
            return
        await self.problems.response(refusals.too_large(limit), scope)(scope, receive, send)

    async def _within(self, limit: int, scope: Scope, receive: Receive, send: Send) -> bool:
        """Run the app; False when the body grew past `limit` before an answer began, and then nothing was sent.

        What the app makes of the broken-off body is dropped: frameworks turn any error there into a 400 of theirs.
        """
        seen = 0
        begun = False

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise refusals.too_large(limit)
            return message

        async def send_unless_broken_off(message: Message) -> None:
            nonlocal begun
            if seen <= limit or begun:
                begun = True
                await send(message)

        try:
            await self.app(scope, receive_counted, send_unless_broken_off)
        except refusals.BodyTooLargeError:
            if begun:
                raise
        return seen <= limit or begun
