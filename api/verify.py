"""The hot path: `/01/…`, where every scan of a label lands. Raw ASGI, ahead of the framework.

The bytes of path and query are judged as they came; the Host must be ours (421 otherwise). A code, genuine or forged,
is answered 200 with its verdict. Trade items and lots without a serial get a page without one.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Set
from dataclasses import dataclass, field
from itertools import count
from secrets import token_hex
from time import perf_counter
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import refusals
from api.answers import Answers
from api.desk import Desk
from api.logs import log
from api.negotiation import prefers_json
from api.problems import Problems
from api.security import ONE_YEAR_S, host_name
from api.tally import CODES, Tally
from api.visitors import RawHeaders
from api.web.language import Language, asked_language
from api.web.public.style import CONTENT_SECURITY_POLICY
from gimark.clock import Clock
from gimark.codes.uri import parse_path_and_query
from gimark.errors import GimarkError

PREFIX = b"/01/"
METHODS = "GET, HEAD"
JSON_TYPE, HTML_TYPE = b"application/json", b"text/html; charset=utf-8"
WITHOUT_SERIAL = re.compile(rb"/01/([0-9]{14})(?:/10/([0-9A-Z](?:[0-9A-Z.-]{0,18}[0-9A-Z])?))?")

# What every answer here carries: a browser keeps none of them, names no referrer and indexes nothing.
FIXED_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"Accept, Accept-Language"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex"),
)
SECURE_HEADERS = (*FIXED_HEADERS, (b"strict-transport-security", b"max-age=%d" % ONE_YEAR_S))


class Wanted(NamedTuple):
    """How the reader wants the answer; `query` is the raw query, which a link to the other language carries along."""

    is_json: bool
    language: Language
    query: str


# Answers /01/{gtin} (lot None) and /01/{gtin}/10/{lot} with a body.
Catalogue = Callable[[str, str | None, Wanted], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class CodeEndpoint:
    """Answers `/01/…` and passes everything else on to `app`."""

    app: ASGIApp
    desk: Desk
    answers: Answers
    catalogue: Catalogue
    problems: Problems
    hosts: Callable[[], Set[str]]
    right_address: str
    clock: Clock
    tally: Tally = field(default_factory=Tally)
    process: str = field(default_factory=lambda: token_hex(4))
    requests: Iterator[int] = field(default_factory=count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope.get("raw_path", b"").startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        request_id = f"{self.process}{next(self.requests):08x}"
        headers: RawHeaders = dict(scope["headers"])
        wanted = self._wanted(scope, headers)
        try:
            body = await self._body(scope, headers, wanted)
        except Exception as error:
            if not isinstance(error, GimarkError):
                log.exception("a look-up failed", request_id=request_id)
            scope.setdefault("state", {})["request_id"] = request_id
            refusal = self._refusal(error, scope, request_id)
            await refusal(scope, receive, send)
            self.tally.answered(CODES, refusal.status_code, perf_counter() - began)
            return
        start = {"type": "http.response.start", "status": 200, "headers": self._headers(wanted, body, request_id)}
        await send(start)
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
        self.tally.took(perf_counter() - began)

    def _wanted(self, scope: Scope, headers: RawHeaders) -> Wanted:
        query = scope["query_string"].decode("latin-1")
        liked = headers.get(b"accept-language", b"").decode("latin-1")
        accept = headers.get(b"accept", b"").decode("latin-1")
        return Wanted(prefers_json(accept), asked_language(query, liked, self.problems.languages), query)

    async def _body(self, scope: Scope, headers: RawHeaders, wanted: Wanted) -> bytes:
        if scope["method"] not in ("GET", "HEAD"):
            raise refusals.method_not_allowed(METHODS)
        if host_name(headers.get(b"host", b"")) not in self.hosts():
            raise refusals.misdirected(self.right_address)
        raw_path = scope["raw_path"]
        known = WITHOUT_SERIAL.fullmatch(raw_path)
        if known is not None:
            gtin, lot = known.groups()
            return await self.catalogue(gtin.decode(), None if lot is None else lot.decode(), wanted)
        code = parse_path_and_query(raw_path, scope["query_string"])
        now = self.clock.now()
        answer = await self.desk.scanned(scope, headers, code, now)
        if wanted.is_json:
            return self.answers.json(answer, now)
        return self.answers.page(answer, wanted.language, now, wanted.query)

    def _refusal(self, error: Exception, scope: Scope, request_id: str) -> Response:
        response = self.problems.response(error, scope)
        for name, value in self._fixed:
            response.headers.setdefault(name.decode(), value.decode())
        response.headers["X-Request-Id"] = request_id
        return response

    @property
    def _fixed(self) -> tuple[tuple[bytes, bytes], ...]:
        return SECURE_HEADERS if self.right_address.startswith("https:") else FIXED_HEADERS

    def _headers(self, wanted: Wanted, body: bytes, request_id: str) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", JSON_TYPE if wanted.is_json else HTML_TYPE),
            (b"content-length", b"%d" % len(body)),
            (b"content-language", wanted.language.encode()),
            (b"x-request-id", request_id.encode()),
            *self._fixed,
        ]
