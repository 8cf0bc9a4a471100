"""Pages for everybody beside the scan itself: home, typed and pasted codes, about, and those of register and ledger."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.fixed_files import fixed_files
from api.ledger_pages import ledger_pages
from api.negotiation import header, prefers_json
from api.notices import notice_pages
from api.pages import VARY, asked_in, page
from api.register import register_pages
from api.wiring import Process
from gimark.codes.serial import read_typed
from gimark.codes.uri import Malformed, parse_uri
from gimark.errors import InvalidInputError
from gimark.scans.lookup import Answer
from gimark.scans.rules import REFUSALS, Reason

# What a look-up's answer carries: nobody keeps it, it names no referrer, nothing indexes it.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
MOST_TYPED = 4_096


def public_pages(process: Process) -> APIRouter:
    """Routes: `/`, `/check`, `/about`, the register's, the notices', the ledger's, and the fixed files'."""
    router = APIRouter()

    @router.api_route("/", methods=["GET", "HEAD"])
    def home(request: Request) -> Response:
        language, query = asked_in(process, request)
        return page(request, process.pages.home(language, query), language)

    @router.api_route("/check", methods=["GET", "HEAD"])
    async def check(request: Request, code: Annotated[str, Query()] = "") -> Response:
        """A typed code, or a pasted address, which is judged whole: at another host it is none of ours."""
        language, query = asked_in(process, request)
        wants_json = prefers_json(header(request.scope["headers"], b"accept"))
        text = code.strip(" ")
        if not text and not wants_json:
            return page(request, process.pages.check(language, query), language)
        now = process.here.store.clock.now()
        try:
            answer = await _looked_up(process, request, text, now)
        except InvalidInputError as error:
            if wants_json:
                raise
            form = process.pages.check(language, query, text[:MOST_TYPED], error.faults[0])
            return page(request, form, language, 422, PRIVATE)
        if wants_json:
            return Response(process.answers.json(answer, now), 200, {**PRIVATE, **VARY}, "application/json")
        return page(request, process.answers.page(answer, language, now, query), language, 200, PRIVATE)

    @router.api_route("/about", methods=["GET", "HEAD"])
    def about(request: Request) -> Response:
        language, query = asked_in(process, request)
        return page(request, process.pages.about(language, query), language)

    for more in (register_pages(process), notice_pages(process), ledger_pages(process), fixed_files()):
        router.include_router(more)
    return router


async def _looked_up(process: Process, request: Request, text: str, now: datetime) -> Answer:
    """The answer to what somebody typed or pasted. Raises InvalidInputError when it is no code at all."""
    headers = dict(request.scope["headers"])
    if "/" not in text:
        return await process.desk.typed(request.scope, headers, read_typed(text, "code"), now)
    pasted = parse_uri(text if "://" in text else f"https://{text}")
    if isinstance(pasted, Malformed):
        return await process.desk.scanned(request.scope, headers, pasted, now)
    if pasted.host not in process.here.keyset.hosts:
        return await process.desk.refused(request.scope, headers, Answer(REFUSALS[Reason.FOREIGN_HOST]), now)
    return await process.desk.scanned(request.scope, headers, pasted.code, now)
