"""How a page of a desk leaves: drawn in the language of whoever sits there, kept by nobody, under the strict policy.

A view writes `return desk_page(process, seat, request, "producer/batches.html", batches=found)`. The template extends
`desk/layout.html` and says its `section`, which is a place of `api.web.desk.navigation`.
"""

from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.web.desk.navigation import masthead
from api.web.desk.seat import Seat
from api.web.language import PARAMETER
from api.wiring import Process

HEADERS = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
# What was done is told on the page that comes next, once. It is a text for its reader alone, and escaped there.
TOLD = "gimark-told"
TOLD_FOR_S = 60
# Up to twelve bytes in the cookie for a character, and browsers may drop cookies of more than 4,096 (RFC 6265, 6.1).
LONGEST_TOLD = 320


def desk_page(
    process: Process, seat: Seat, request: Request, template: str, status: int = 200, **values: object
) -> Response:
    """A page for whoever sits at `seat`, who gets the masthead of the desk."""
    top = masthead(seat.actor, seat.enterprise, seat.language)
    query = request.scope["query_string"].decode("latin-1")
    told = unquote(request.cookies.get(TOLD, ""))[:LONGEST_TOLD]
    body = process.desk_pages.render(template, seat.language, query, seat=seat, masthead=top, told=told, **values)
    answer = Response(body, status, {**HEADERS, "Content-Language": seat.language}, "text/html; charset=utf-8")
    if told:
        answer.delete_cookie(TOLD)
    return answer


def see(process: Process, request: Request, path: str, told: str = "", **query: str) -> Response:
    """303 to `path` on this site, in the language of this request; `told` is shown there, once."""
    asked = request.query_params.get(PARAMETER.removesuffix("="))
    if asked in process.here.settings.languages:
        query[PARAMETER.removesuffix("=")] = str(asked)
    joint = "&" if "?" in path else "?"
    answer = RedirectResponse(f"{path}{joint}{urlencode(query)}" if query else path, 303, HEADERS)
    if told:
        answer.set_cookie(
            TOLD,
            quote(told[:LONGEST_TOLD]),
            max_age=TOLD_FOR_S,
            secure=process.here.settings.is_https,
            httponly=True,
            samesite="lax",
        )
    return answer
