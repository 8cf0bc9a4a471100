"""Pages of people who are not signed in, or not all the way: in the desks' look, without a desk's places."""

from starlette.requests import Request
from starlette.responses import Response

from api.pages import asked_in
from api.web.desk.forms import Form, sentence
from api.web.desk.pages import HEADERS
from api.wiring import Process
from gimark.errors import GimarkError


def account_page(process: Process, request: Request, template: str, status: int = 200, **values: object) -> Response:
    """The page that `template` draws."""
    language, query = asked_in(process, request)
    values = {"seat": None, "masthead": None, "told": "", **values}
    body = process.desk_pages.render(template, language, query, **values)
    return Response(body, status, {**HEADERS, "Content-Language": language}, "text/html; charset=utf-8")


def faulty(process: Process, request: Request, error: GimarkError, **typed: str) -> Form:
    """A form again, with what was typed and what is wrong with it. Never a password: whoever calls leaves it out."""
    language, _ = asked_in(process, request)
    faults = tuple((fault.field, sentence(fault, language)) for fault in error.faults)
    return Form({name: (value,) for name, value in typed.items()}, faults)
