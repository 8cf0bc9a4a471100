"""How a public page leaves: in the reader's language, under its policy, and not twice when it is the same."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from api.json_text import json_bytes
from api.negotiation import header
from api.web.language import Language, asked_language
from api.web.public.style import CONTENT_SECURITY_POLICY
from api.wiring import Process

VARY = {"Vary": "Accept, Accept-Language"}
# A browser may keep it and asks each time whether it is still so.
ASK_AGAIN = {"Cache-Control": "no-cache"}


def asked_in(process: Process, request: Request) -> tuple[Language, str]:
    """The language of the answer, and the raw query."""
    query = request.scope["query_string"].decode("latin-1")
    liked = header(request.scope["headers"], b"accept-language")
    return asked_language(query, liked, process.here.settings.languages), query


def page(
    request: Request,
    body: bytes,
    language: Language,
    status: int = 200,
    headers: dict[str, str] | None = None,
    policy: str = CONTENT_SECURITY_POLICY,
) -> Response:
    """An HTML page under `policy`; `headers` come before what a page has by itself."""
    own = {**ASK_AGAIN, "Content-Security-Policy": policy, "Content-Language": language, **VARY, **(headers or {})}
    return _unless_known(request, Response(body, status, own, "text/html; charset=utf-8"))


def data(request: Request, told: dict[str, object]) -> Response:
    """A JSON object that anyone's page may read: it is public, and carries no session."""
    own = {**ASK_AGAIN, **VARY, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return _unless_known(request, Response(json_bytes(told), 200, own, "application/json"))


def _unless_known(request: Request, response: Response) -> Response:
    """The answer with its ETag, or 304 when the reader has it already (RFC 9110, 13.1.2). Never for a private one."""
    if response.status_code != 200 or response.headers["Cache-Control"] != ASK_AGAIN["Cache-Control"]:
        return response
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    known = header(request.scope["headers"], b"if-none-match")
    if tag not in {given.strip().removeprefix("W/") for given in known.split(",")}:
        return response
    kept = {name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")}
    return Response(status_code=304, headers=kept)
