"""Public notices: the list, the newest first, and each on a page of its own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.pages import asked_in, page
from api.wiring import Process
from gimark.registry.notices.queries import public_notice, public_notices
from gimark.store.base import REF_ALPHABET, REF_LENGTH
from gimark.store.paging import Wanted

ON_A_PAGE = 20
REF = rf"^[{REF_ALPHABET}]{{{REF_LENGTH}}}$"


def notice_pages(process: Process) -> APIRouter:
    """Routes: `/notices` and `/notices/{ref}`."""
    router = APIRouter()
    store = process.here.store

    @router.api_route("/notices", methods=["GET", "HEAD"])
    def notices(request: Request, after: Annotated[str | None, Query(pattern=REF)] = None) -> Response:
        language, query = asked_in(process, request)
        with store.reading() as session:
            found = public_notices(session, Wanted(ON_A_PAGE, after, newest_first=True))
        return page(request, process.pages.notices(found, language, query, is_later=after is not None), language)

    @router.api_route("/notices/{ref}", methods=["GET", "HEAD"])
    def notice(request: Request, ref: Annotated[str, Path(pattern=REF)]) -> Response:
        language, query = asked_in(process, request)
        with store.reading() as session:
            found = public_notice(session, ref)
        return page(request, process.pages.notice(found, language, query), language)

    return router
