"""The public register as pages and as JSON: `/register`, `/register/{key}`, `/register/rights/{ref}`.

Each is there as JSON too, with `.json` behind it.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.negotiation import header, prefers_json
from api.pages import asked_in, data, page
from api.refusals import not_here
from api.web.public.pages import Search
from api.web.public.register import as_json
from api.web.public.rights import right_as_json
from api.wiring import Process
from gimark.clock import local_day
from gimark.errors import NotFoundError, invalid
from gimark.registry.authorizations.rules import Standing
from gimark.registry.directory import queries
from gimark.registry.directory.rights import listed_right
from gimark.registry.directory.rules import Wanted, parts_of

PAGE_SIZE = 20
MOST_TEXT = 200
MOST_INDEX = 2**53
JSON_ENDING = ".json"

Text = Annotated[str, Query(max_length=MOST_TEXT)]
After = Annotated[int | None, Query(ge=0, le=MOST_INDEX)]


def register_pages(process: Process) -> APIRouter:
    """Routes of the register."""
    router = APIRouter()

    @router.api_route("/register", methods=["GET", "HEAD"])
    def register(request: Request, q: Text = "", right: Text = "", status: Text = "", after: After = None) -> Response:
        asked = Search(q.strip(), right, status, after)
        as_feed = prefers_json(header(request.scope["headers"], b"accept"))
        return (_feed if as_feed else _page)(process, request, asked)

    @router.api_route("/register.json", methods=["GET", "HEAD"])
    def feed(request: Request, q: Text = "", right: Text = "", status: Text = "", after: After = None) -> Response:
        return _feed(process, request, Search(q.strip(), right, status, after))

    @router.api_route("/register/{key}", methods=["GET", "HEAD"])
    def enterprise(request: Request, key: str) -> Response:
        """One enterprise by its reference or USCC, with its history."""
        wants_json = _wants_json(request, key)
        today = local_day(process.here.store.clock.now())
        with process.here.store.reading() as session:
            found = queries.listed(session, key.removesuffix(JSON_ENDING), today)
            if found is None:
                raise NotFoundError(not_here())
            items = queries.listed_items(session, found)
        if wants_json:
            return data(request, {"as_of": today, **as_json(found, with_history=True)})
        language, query = asked_in(process, request)
        return page(request, process.pages.enterprise(found, items, today, language, query), language)

    @router.api_route("/register/rights/{ref}", methods=["GET", "HEAD"])
    def right(request: Request, ref: str) -> Response:
        """One right as it is now, with its history."""
        with process.here.store.reading() as session:
            found = listed_right(session, ref.removesuffix(JSON_ENDING))
        if found is None:
            raise NotFoundError(not_here())
        if _wants_json(request, ref):
            return data(request, right_as_json(found))
        language, query = asked_in(process, request)
        return page(request, process.pages.right(found, language, query), language)

    return router


def _wants_json(request: Request, key: str) -> bool:
    return key.endswith(JSON_ENDING) or prefers_json(header(request.scope["headers"], b"accept"))


def _page(process: Process, request: Request, asked: Search) -> Response:
    language, query = asked_in(process, request)
    today = local_day(process.here.store.clock.now())
    with process.here.store.reading() as session:
        found = queries.directory(session, _wanted(asked), today, asked.after, PAGE_SIZE)
        rights = queries.listed_rights(session)
        total = queries.authorised_count(session)
    made = process.pages.register(
        found,
        rights,
        asked,
        language,
        query,
        total=total,
        today=today,
        page_size=PAGE_SIZE,
        feed=_address(asked, asked.after),
    )
    return page(request, made, language)


def _feed(process: Process, request: Request, asked: Search) -> Response:
    today = local_day(process.here.store.clock.now())
    with process.here.store.reading() as session:
        found = queries.directory(session, _wanted(asked), today, asked.after, PAGE_SIZE)
        total = queries.authorised_count(session)
    following = None if found.after is None else process.here.settings.public_base + _address(asked, found.after)
    enterprises = [as_json(enterprise) for enterprise in found.enterprises]
    return data(request, {"as_of": today, "total": total, "enterprises": enterprises, "next": following})


def _wanted(asked: Search) -> Wanted:
    """What the search asks of the register. Raises InvalidInputError for a standing that there is not."""
    if asked.status and asked.status not in set(Standing):
        raise invalid(
            "status",
            "没有这种状态",
            "there is no such standing",
            f"可用的状态：{'、'.join(Standing)}",
            f"Use one of {', '.join(Standing)}",
        )
    standing = Standing(asked.status) if asked.status else None
    return Wanted(parts_of(asked.text), asked.right or None, standing)


def _address(asked: Search, after: int | None) -> str:
    given = {"q": asked.text, "right": asked.right, "status": asked.status, "after": "" if after is None else after}
    query = urlencode({name: value for name, value in given.items() if value != ""})
    return f"/register{JSON_ENDING}" + (f"?{query}" if query else "")
