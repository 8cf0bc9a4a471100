"""Pages for everybody beside the scan itself: home, typed and pasted codes, ledger entries and proofs."""

import asyncio
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
from gimark.errors import InvalidInputError, invalid
from gimark.ledger import proofs
from gimark.scans import prooffile
from gimark.scans.lookup import Answer, Place
from gimark.scans.rules import REFUSALS, Reason

# What a look-up's answer carries: nobody keeps it, it names no referrer, nothing indexes it.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
VARY = {"Vary": "Accept, Accept-Language"}
MOST_TYPED = 4_096
GENUINE = frozenset({Reason.AUTHENTIC, Reason.KEY_REVOKED_CONFIRMED})


def public_pages(process: Process) -> APIRouter:
    """Routes: `/`, `/check`, `/proof/code`, `/proof/{index}`."""
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

    @router.api_route("/proof/code", methods=["GET", "HEAD"])
    async def code_proof(request: Request, url: Annotated[str, Query()]) -> Response:
        """The proof file gi-proof/v1 of a genuine code, by its whole URI."""
        body = await asyncio.to_thread(_proof_of, process, await _genuine(process, request, url), url)
        headers = {"Content-Disposition": 'attachment; filename="gi-proof.json"', **PRIVATE}
        return Response(body, 200, headers, "application/json")

    @router.api_route("/proof/{index}", methods=["GET", "HEAD"])
    def proof(index: Annotated[int, Path(ge=0)]) -> Response:
        """The proof of one entry under the latest published checkpoint (C2SP tlog-proof@v1)."""
        with process.here.store.reading() as session:
            found = proofs.prove(session, index)
        headers = {
            "Content-Disposition": f'attachment; filename="proof-{index}.tlog-proof"',
            "Cache-Control": "no-store",
        }
        return Response(found.encode(), 200, headers, "text/plain; charset=utf-8")

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


async def _genuine(process: Process, request: Request, url: str) -> Place:
    """Where a genuine code stands. Raises InvalidInputError for any other; asking for a proof is no check."""
    pasted = parse_uri(url)
    if isinstance(pasted, Malformed) or pasted.host not in process.here.keyset.hosts:
        answer = Answer(REFUSALS[Reason.MALFORMED])
    else:
        answer = await process.desk.unnoted(pasted.code, process.here.store.clock.now())
    if answer.place is None or answer.verdict.reason not in GENUINE:
        raise invalid(
            "url",
            f"这枚标识的查验结论是 {answer.verdict.reason}，没有可下载的证明",
            f"the verdict on this code is {answer.verdict.reason}, so there is no proof to download",
            "只有核实为真的标识才有证明文件",
            "Only a genuine code has a proof file",
        )
    return answer.place


def _proof_of(process: Process, place: Place, url: str) -> bytes:
    here = process.here
    with here.store.reading() as session:
        return prooffile.make(
            session,
            url,
            (place.run.facts.number, place.idx),
            here.keyring.ciphers[place.run.epoch],
            here.keyset_note,
            here.store.clock.now(),
        )


def _language(process: Process, request: Request) -> tuple[Language, str]:
    """The language of the answer, and the raw query."""
    query = request.scope["query_string"].decode("latin-1")
    liked = header(request.scope["headers"], b"accept-language")
    return asked_language(query, liked, process.here.settings.languages), query


def _page(body: bytes, language: Language, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    policy = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Content-Language": language, **VARY}
    return HTMLResponse(body, status, {"Cache-Control": "no-cache", **policy, **(headers or {})})
