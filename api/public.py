"""Pages for everybody beside the scan itself: home, typed and pasted codes, ledger entries and proofs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.negotiation import header, prefers_json
from api.web.language import Language, asked_language
from api.web.public.style import CONTENT_SECURITY_POLICY
from api.wiring import Process
from gimark.codes.serial import read_typed
from gimark.codes.uri import Malformed, parse_uri
from gimark.errors import InvalidInputError
from gimark.ledger import book, proofs
from gimark.scans.lookup import Answer
from gimark.scans.rules import REFUSALS, Reason

# What a look-up's answer carries: nobody keeps it, it names no referrer, nothing indexes it.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
VARY = {"Vary": "Accept, Accept-Language"}
MOST_TYPED = 4_096
MOST_ENTRIES = 2**53


def public_pages(process: Process) -> APIRouter:
    """Routes: `/`, `/check`, `/proof/{index}`, `/ledger/entries/{index}`."""
    router = APIRouter()

    @router.api_route("/", methods=["GET", "HEAD"])
    def home(request: Request) -> Response:
        language, query = _language(process, request)
        return _page(process.pages.home(language, query), language)

    @router.api_route("/check", methods=["GET", "HEAD"])
    async def check(request: Request, code: Annotated[str, Query()] = "") -> Response:
        """A typed code, or a pasted address, which is judged whole: at another host it is none of ours."""
        language, query = _language(process, request)
        wants_json = prefers_json(header(request.scope["headers"], b"accept"))
        text = code.strip(" ")
        if not text and not wants_json:
            return _page(process.pages.check(language, query), language)
        now = process.here.store.clock.now()
        try:
            answer = await _looked_up(process, request, text, now)
        except InvalidInputError as error:
            if wants_json:
                raise
            page = process.pages.check(language, query, text[:MOST_TYPED], error.faults[0])
            return _page(page, language, 422, PRIVATE)
        if wants_json:
            return Response(process.answers.json(answer, now), 200, {**PRIVATE, **VARY}, "application/json")
        return _page(process.answers.page(answer, language, now, query), language, 200, PRIVATE)

    @router.api_route("/proof/{index}", methods=["GET", "HEAD"])
    def proof(index: Annotated[int, Path(ge=0, le=MOST_ENTRIES)]) -> Response:
        """The proof of one entry under the latest published checkpoint (C2SP tlog-proof@v1)."""
        with process.here.store.reading() as session:
            found = proofs.prove(session, index)
        headers = {"Cache-Control": "no-cache", **_as_file(f"proof-{index}.tlog-proof")}
        return Response(found.encode(), 200, headers, "text/plain; charset=utf-8")

    @router.api_route("/ledger/entries/{index}", methods=["GET", "HEAD"])
    def entry(request: Request, index: Annotated[int, Path(ge=0, le=MOST_ENTRIES)]) -> Response:
        """An entry in words for a reader, or its exact bytes for a program (`application/json`)."""
        with process.here.store.reading() as session:
            raw, size = book.entry(session, index), book.size(session)
            is_published = book.is_published(session, index)
        if prefers_json(header(request.scope["headers"], b"accept")):
            return Response(raw, 200, VARY, "application/json")
        language, query = _language(process, request)
        return _page(process.pages.entry(index, raw, language, query, size=size, is_published=is_published), language)

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


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _language(process: Process, request: Request) -> tuple[Language, str]:
    """The language of the answer, and the raw query."""
    query = request.scope["query_string"].decode("latin-1")
    liked = header(request.scope["headers"], b"accept-language")
    return asked_language(query, liked, process.here.settings.languages), query


def _page(body: bytes, language: Language, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    policy = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Content-Language": language, **VARY}
    return HTMLResponse(body, status, {"Cache-Control": "no-cache", **policy, **(headers or {})})
