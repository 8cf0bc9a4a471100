"""The page behind an administrator's one-time link: a new password, and then signing in with it."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.logs import log
from api.v1.door import Here
from api.web.account.pages import account_page, faulty
from api.web.account.steps import typed_twice
from api.web.desk.forms import Form, Sending, blank
from api.web.desk.places import RESET, SIGN_IN
from api.web.desk.seat import language_asked
from api.wiring import Process
from gimark.accounts.links.actions import use_reset_link, whose_link
from gimark.errors import InvalidInputError

router = APIRouter(prefix=RESET)
TEMPLATE = "account/reset.html"


@router.get("/{token}")
def show(request: Request, process: Here, token: str) -> Response:
    """The form; looking at it does not use the link up."""
    return _page(request, process, token, blank())


@router.post("/{token}")
def choose(request: Request, process: Here, token: str, sent: Sending) -> Response:
    """Set the password. A second factor is still asked for: the link stands for the password alone."""
    store = process.here.store
    try:
        with store.acting() as act:
            actor = use_reset_link(act, token, typed_twice(sent))
            act.commit()
    except InvalidInputError as error:
        return _page(request, process, token, faulty(process, request, error), 422)
    log.info("a password was set by a link", user=actor.name, request_id=request.state.request_id)
    asked = language_asked(request)
    return RedirectResponse(f"{SIGN_IN}?{urlencode(asked)}" if asked else SIGN_IN, 303)


def _page(request: Request, process: Process, token: str, form: Form, status: int = 200) -> Response:
    store = process.here.store
    with store.reading() as session:
        name = whose_link(session, token, store.clock.now())
    values = {"form": form, "name": name, "token": token}
    answer = account_page(process, request, TEMPLATE, status, **values)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
