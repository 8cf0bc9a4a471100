"""The ledger for readers: its newest entries, one entry in words or in its exact bytes, and proofs."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from api.negotiation import header, prefers_json
from api.pages import VARY, asked_in, page
from api.published import FOREVER, OPEN
from api.web.public.pages import LedgerState
from api.web.public.style import CHECKING_POLICY
from api.wiring import Process
from gimark import explorer
from gimark.keys.note import open_note
from gimark.ledger import book, proofs

PAGE_SIZE = 25
MOST_TEXT = 200
MOST_ENTRIES = 2**53

Index = Annotated[int, Path(ge=0, le=MOST_ENTRIES)]
Text = Annotated[str, Query(max_length=MOST_TEXT)]


def ledger_pages(process: Process) -> APIRouter:
    """Routes: `/ledger`, `/ledger/entries/{index}`, `/ledger/entries/{index}.json`, `/proof/{index}`."""
    router = APIRouter()
    store = process.here.store

    @router.api_route("/ledger", methods=["GET", "HEAD"])
    def ledger(
        request: Request,
        type: Text = "",  # noqa: A002 - its name in the address
        about: Text = "",
        before: Annotated[int | None, Query(ge=0, le=MOST_ENTRIES)] = None,
    ) -> Response:
        """Entries, newest first; of one type, or about an enterprise, an item or a batch."""
        language, query = asked_in(process, request)
        about = " ".join(about.split())
        with store.reading() as session:
            found = explorer.newest(session, before=before, limit=PAGE_SIZE, type_=type or None, about=about)
            state = _state(process, session)
        later = before is not None
        made = process.pages.ledger(state, found, language, query, type_=type, about=about, later=later)
        return page(request, made, language)

    @router.api_route("/proof/{index}", methods=["GET", "HEAD"])
    def proof(index: Index) -> Response:
        """The proof of one entry under the latest published checkpoint (C2SP tlog-proof@v1)."""
        with store.reading() as session:
            found = proofs.prove(session, index)
        headers = {"Cache-Control": "no-cache", **_as_file(f"proof-{index}.tlog-proof"), **OPEN}
        return Response(found.encode(), 200, headers, "text/plain; charset=utf-8")

    # Ahead of the page, whose path would take the ending for a part of the number.
    @router.api_route("/ledger/entries/{index}.json", methods=["GET", "HEAD"])
    def entry_bytes(index: Index) -> Response:
        """An entry's exact bytes, as a file."""
        with store.reading() as session:
            raw, is_published = book.entry(session, index), book.is_published(session, index)
        # What no checkpoint covers yet may still be lost with the database; what one covers never changes.
        kept = FOREVER if is_published else "no-store"
        headers = {"Cache-Control": kept, **_as_file(f"entry-{index}.json"), **OPEN}
        return Response(raw, 200, headers, "application/json")

    @router.api_route("/ledger/entries/{index}", methods=["GET", "HEAD"])
    def entry(request: Request, index: Index) -> Response:
        """An entry in words for a reader, or its exact bytes for a program (`application/json`)."""
        with store.reading() as session:
            raw, size = book.entry(session, index), book.size(session)
            is_published = book.is_published(session, index)
        if prefers_json(header(request.scope["headers"], b"accept")):
            return Response(raw, 200, VARY, "application/json")
        language, query = asked_in(process, request)
        made = process.pages.entry(index, raw, language, query, size=size, is_published=is_published)
        return page(request, made, language, policy=CHECKING_POLICY)

    return router


def _state(process: Process, session: Session) -> LedgerState:
    size, latest, trust = book.size(session), book.published(session), process.here.trust
    if latest is None:
        return LedgerState(size, 0, "", None, (), trust.quorum)
    opened = open_note(latest.note, [*trust.logs, *trust.witnesses])
    seen = tuple(sorted({key.name for key in trust.witnesses if opened.is_signed_by(key)}))
    root = base64.b64encode(latest.root).decode()
    return LedgerState(size, latest.size, root, latest.published_at, seen, trust.quorum)


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
