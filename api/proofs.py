"""The proof file of a code, at the code's own path and query behind `/proof`."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.negotiation import header
from api.public import PRIVATE
from api.refusals import not_here
from api.security import host_name
from api.wiring import Process
from gimark.codes.uri import CodeUri, Malformed, parse_path_and_query
from gimark.errors import NotFoundError
from gimark.issuance.proving import prove_code

PREFIX = b"/proof"


def code_proofs(process: Process) -> APIRouter:
    """Route: `/proof/01/{gtin}/10/{lot}/21/{serial}?s={token}`, read byte by byte like the code itself.

    Asking for a proof is no check of the code. A proof costs some milliseconds, a scan a fraction of one: proofs take
    turns in one thread, so that however many are asked for, scans go on beside it.
    """
    router = APIRouter()
    turn = asyncio.Semaphore()

    @router.api_route("/proof/01/{rest:path}", methods=["GET", "HEAD"])
    async def proof(request: Request) -> Response:
        """The file; 404 for what is no code, was never issued, or has no checkpoint over it yet."""
        scope = request.scope
        code = parse_path_and_query(scope["raw_path"].removeprefix(PREFIX), scope["query_string"])
        if isinstance(code, Malformed):
            raise NotFoundError(not_here())
        async with turn:
            file = await asyncio.to_thread(_made, process, CodeUri(_printed_host(process, request), code))
        name = f'attachment; filename="{code.serial}.gi-proof"'
        return Response(file, 200, {**PRIVATE, "Content-Disposition": name}, "application/json")

    return router


def _made(process: Process, url: CodeUri) -> bytes:
    here = process.here
    with here.store.reading() as session:
        return prove_code(session, here.keyring, here.keyset_note, url, here.store.clock.now())


def _printed_host(process: Process, request: Request) -> str:
    """The host it was scanned at; where that is this machine's own name, the one that is printed now."""
    host = host_name(header(request.scope["headers"], b"host").encode("latin-1"))
    hosts = process.here.keyset.hosts
    return host if host in hosts else hosts[0]
